/* SPDX-License-Identifier: MIT */
/*
 * msk/types.h - the words that every other header uses: octets, time, names
 * of keys, layouts, errors.
 *
 * Conventions, said once and true of every function of the library:
 *
 * Memory      The caller's, always. Nothing is allocated, nothing is to be
 *             freed; what held keys is cleared with the _wipe of its type.
 * Pointers    NULL is an error (MSK_ERR_ARGUMENT) unless the function says
 *             what it means; a function that returns no error then does
 *             nothing and returns an empty view, false or 0, and
 *             as a time that is due MSK_NEVER. An argument is read during the
 *             call only, unless the function says that it is kept.
 * Views       A struct msk_bytes borrows octets. In an argument they are the
 *             caller's for the length of the call; in a result the function
 *             says whose they are and until when. {NULL, 0} is the empty view;
 *             p may be NULL only when n is 0.
 * Output      On any error the outputs are unspecified but safe to wipe,
 *             unless the function says that they are unchanged. A view given
 *             in and a buffer to be filled never overlap.
 * Integers    Lengths are octets, times are milliseconds. Octets on the wire
 *             are big endian; integers in structs are the host's.
 * Results     Functions that can fail return an int: MSK_OK (0), where the
 *             function says so MSK_PENDING or MSK_WARN_CARD, or a negative
 *             MSK_ERR_ value.
 * Size field  A struct that starts with `size` may grow in a later version,
 *             at or after its old sizeof, never in its padding. The caller
 *             sets size to sizeof of that struct, as they compiled it, before
 *             every call, also of a struct that is filled for them. Fields
 *             after it read as zero and are not written; those of a newer
 *             caller are ignored; size itself is never changed. A size below
 *             that of the first version is MSK_ERR_ARGUMENT. Such a struct is
 *             passed by pointer and never stands in an array.
 * Frozen      A struct without `size` says why it never changes; what more is
 *             wanted one day comes as another struct. Those of events are made
 *             by the library and may grow at their end.
 * Threads     The library has no state of its own. Calls on different objects
 *             may run at the same time; an object is used by one thread at a
 *             time. A const object may be shared.
 * Strings     Text is octets with a length, never terminated, never trusted
 *             to be printable. Only msk_err_text and msk_version return C
 *             strings; they are static.
 */
#ifndef MSK_TYPES_H
#define MSK_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && defined(MSK_BUILDS_DLL)
#define MSK_API __declspec(dllexport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define MSK_API __attribute__((visibility("default")))
#else
#define MSK_API
#endif

/* The version of these headers; the build reads it from here. */
#define MSK_VERSION_MAJOR 0
#define MSK_VERSION_MINOR 1
#define MSK_VERSION_PATCH 0

/* The version of the library that runs, "MAJOR.MINOR.PATCH". Static. */
MSK_API const char *msk_version(void);

/* Octets that somebody else owns. */
struct msk_bytes {
    /* Frozen: it stands everywhere. */
    const uint8_t *p;
    size_t n;
};

/* The octets of a C string without its terminator; NULL: the empty view. */
MSK_API struct msk_bytes msk_text(const char *text);

/* Clears n octets at p in a way that no compiler takes out; for what a host
 * holds of keys. p may be NULL if n is 0. */
MSK_API void msk_wipe(void *p, size_t n);

/*
 * A moment or a duration in milliseconds. UE calls take any clock that counts
 * up (its zero does not matter), BM-SC calls take Unix time. A clock that
 * steps is survived: running timers start again with their own interval.
 */
typedef uint64_t msk_time;
#define MSK_NEVER UINT64_MAX

/* The same, for languages that do not read macros. */
MSK_API msk_time msk_never(void);

/*
 * How an MSK is named on the wire. A field of this type must be set; zero is
 * refused with MSK_ERR_ARGUMENT. A message of the other layout is refused
 * with MSK_ERR_LAYOUT before any cryptography.
 */
enum msk_layout {
    /* The change request to TS 33.246 clause 6.3.2: Network ID in IDi, Key
     * Group ID in the CSB ID, 2 octets of MSK ID in the extension payload. */
    MSK_LAYOUT_CSB = 1,
    /* TS 33.246 as published, with RFC 4563: Key Domain ID and 4 octets of
     * MSK ID in the extension payload. */
    MSK_LAYOUT_KEYID = 2
};

/*
 * The name of an MSK, the same in both layouts (TS 33.246 6.3.2.1).
 * Two are equal when all three fields are.
 */
struct msk_key_id {
    /* Frozen: TS 33.246 6.3.2.1 has no more. */
    uint8_t domain[3]; /* Network ID, Key Domain ID: MCC || MNC; opaque */
    uint16_t group;    /* Key Group ID, Key Group part; 0 is not allowed */
    uint16_t number;   /* MSK ID, Key Number part; 0 means "the current one" */
};

/* Octets of a packed msk_key_id: domain, group, number. */
enum { MSK_KEY_ID_LEN = 7 };

/* The name of a Key Group: that of its MSKs without the number. */
struct msk_group_id {
    /* Frozen: TS 33.246 6.3.2.1 has no more. */
    uint8_t domain[3];
    uint16_t group; /* 0 is not allowed */
};

/* The Key Group that the MSK belongs to. */
MSK_API struct msk_group_id msk_key_id_group(const struct msk_key_id *id);

/* True when both name the same Key Group. */
MSK_API bool msk_group_id_equal(const struct msk_group_id *a,
                                const struct msk_group_id *b);

/* True when both name the same MSK. */
MSK_API bool msk_key_id_equal(const struct msk_key_id *a,
                              const struct msk_key_id *b);

/* Writes the MSK_KEY_ID_LEN octets of id: domain, group, number. */
MSK_API void msk_key_id_pack(const struct msk_key_id *id,
                             uint8_t out[MSK_KEY_ID_LEN]);

/* Reads what msk_key_id_pack wrote. Every 7 octets are some key id. */
MSK_API void msk_key_id_unpack(const uint8_t in[MSK_KEY_ID_LEN],
                               struct msk_key_id *id);

/*
 * The usual 3 octets of a Key Domain ID, packed as TS 24.008 packs a PLMN:
 * MCC 216, MNC 54 -> 12 F6 45. The standard leaves the packing open and the
 * library never looks inside; a deployment may use any 3 octets.
 * mcc: 3 decimal digits (text); mnc: 2 or 3.
 * MSK_ERR_ARGUMENT: other lengths, or not digits; domain is unchanged.
 */
MSK_API int msk_key_id_domain(struct msk_bytes mcc, struct msk_bytes mnc,
                              uint8_t domain[3]);

/* Limits. A longer value is refused, never cut. */
enum {
    MSK_KEY_MAX = 32,     /* an MSK or an MTK: 16, 24 or 32 octets */
    MSK_SALT_MAX = 14,    /* an SRTP master salt */
    MSK_MUK_MAX = 64,     /* a MUK; those from GBA and AKMA have 32 octets */
    MSK_MRK_MAX = 64,     /* an MRK, the same */
    MSK_RAND_MAX = 64,    /* a MIKEY-RAND; 16 is usual */
    MSK_FQDN_MAX = 253,   /* the name of a BM-SC, as in IDi and Host */
    MSK_BTID_MAX = 253,   /* a B-TID or A-KID, as in IDr and username */
    MSK_SP_MAX = 128,     /* the parameters of one SRTP policy */
    MSK_MIKEY_MAX = 1472, /* a MIKEY message in a UDP datagram */
    MSK_CARD_MESSAGE_MAX = 255, /* of which every UICC takes as much */
    MSK_PEER_MAX = 32 /* a transport address, packed as the host likes */
};
/* A verification message: HDR, T, IDr, V with a 20-octet MAC. */
enum { MSK_ACK_MAX = 10 + 6 + 4 + MSK_BTID_MAX + 2 + 20 };

/*
 * Four kinds of errors; msk_err_kind says which one a value is, and so what
 * to do now. Names and numbers never change; later versions may add some,
 * in the same ranges.
 */
enum msk_err {
    MSK_OK = 0,
    /* Not done yet: a store, a card or the host answers later. */
    MSK_PENDING = 1,
    /* Done, and the message is good, but longer than some UICC takes. */
    MSK_WARN_CARD = 2,

    /* -1xx: the caller's mistake. Nothing was changed. */
    MSK_ERR_ARGUMENT = -101, /* NULL, zero, too long, out of range */
    MSK_ERR_STATE = -102,    /* not in this state */
    MSK_ERR_SPACE = -103,    /* the buffer is too small */
    MSK_ERR_REENTRY = -104,  /* called from a hook that may not */
    MSK_ERR_BUSY = -105,     /* something is pending: again after _complete */
    MSK_ERR_CONFLICT = -106, /* the name is taken by another value */
    MSK_ERR_LIMIT = -107,    /* the table is full; nothing was lost */
    MSK_ERR_OLD_KEY = -108,  /* older than a key that was set before */

    /* -2xx: the message is no good. Drop it and say nothing to its sender. */
    MSK_ERR_TRUNCATED = -201,   /* ends inside a field */
    MSK_ERR_TRAILING = -202,    /* octets after the last payload */
    MSK_ERR_VERSION = -203,     /* not MIKEY version 1 */
    MSK_ERR_PAYLOAD = -204,     /* a payload type unknown or not allowed here */
    MSK_ERR_UNSUPPORTED = -205, /* a type or algorithm number that is unknown */
    MSK_ERR_MISSING = -206,     /* a payload that must be there is not */
    MSK_ERR_DUPLICATE = -207,   /* a payload that may stand once stands twice */
    MSK_ERR_ORDER = -208,       /* a payload after KEMAC or V */
    MSK_ERR_LENGTH = -209,      /* a field of a length that is not allowed */
    MSK_ERR_VALUE = -210,       /* a field with a value that is not allowed */
    MSK_ERR_MANY = -211,       /* more payloads, items or levels than the cap */
    MSK_ERR_LAYOUT = -212,     /* the message is of the other layout */
    MSK_ERR_KIND = -213,       /* a message of another kind than asked for */
    MSK_ERR_NULL_ALG = -214,   /* NULL encryption or NULL MAC */
    MSK_ERR_NOT_MINE = -215,   /* for another session, group or server */
    MSK_ERR_NO_MUK = -216,     /* no MUK of that name */
    MSK_ERR_REPLAY = -217,     /* its counter is not newer */
    MSK_ERR_MAC = -218,        /* the MAC does not hold */
    MSK_ERR_RANGE = -219,      /* MTK ID outside SEQl < MTK ID <= SEQu */
    MSK_ERR_POLICY = -220,     /* switches off protection announced as on */
    MSK_ERR_XML = -221,        /* not well formed, or a forbidden construct */
    MSK_ERR_MEDIA_TYPE = -222, /* a body of another media type */
    MSK_ERR_DIGEST = -223,     /* an HTTP answer that does not verify */
    MSK_ERR_ENCODING = -224,   /* a body with a Content-Encoding, as gzip */
    MSK_ERR_NO_RAND = -225,    /* an MTK under an MSK without RAND has none */

    /* -3xx: the peers disagree; asking the BM-SC may mend it. */
    MSK_ERR_NO_MSK = -301,      /* an MTK under an MSK that is not held */
    MSK_ERR_INVALIDATED = -302, /* an MTK under an MSK that is used up */
    MSK_ERR_REFUSED = -303,     /* the BM-SC said no */

    /* -9xx: what the library stands on failed. Nothing was committed. */
    MSK_ERR_CRYPTO = -901, /* the crypto provider */
    MSK_ERR_STORE = -902,  /* the store */
    MSK_ERR_RANDOM = -903, /* the host's randomness */
    MSK_ERR_RECORD = -904, /* a stored record of unknown version, or damaged */
    MSK_ERR_CARD = -905    /* the UICC */
};

/* What to do about an error. */
enum msk_err_kind {
    MSK_KIND_FINE = 0,   /* MSK_OK, MSK_PENDING and everything not negative */
    MSK_KIND_CALLER = 1, /* correct the call */
    MSK_KIND_DROP = 2,   /* drop the message, say nothing */
    MSK_KIND_ASK = 3,    /* a request to the BM-SC may mend it */
    MSK_KIND_FATAL = 4   /* a provider failed; try again later or give up */
};

/* The kind of err; of a value that is not in the list, the kind of its range,
 * and of a negative value outside all ranges MSK_KIND_FATAL. */
MSK_API enum msk_err_kind msk_err_kind(int err);

/* One short English phrase for err, lower case, without a full stop. Static;
 * "unknown error" for values that are not in the list. */
MSK_API const char *msk_err_text(int err);

/*
 * Where a message was found to be bad, for logs and tools. Filled on errors
 * of kind MSK_KIND_DROP that come from reading octets.
 */
struct msk_fault {
    /* Frozen: where, in a message. */
    uint8_t payload; /* MIKEY payload type it happened in; 0 in the header */
    size_t offset;   /* octets from the start of the message */
};

#ifdef __cplusplus
}
#endif

#endif
