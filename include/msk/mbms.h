/* SPDX-License-Identifier: MIT */
/*
 * msk/mbms.h - the MIKEY messages of TS 33.246, made and accepted: MSK
 * message, pull, MTK message, verification message. No store: what may be
 * kept is the MGV-F's business (mgvf.h), when to send is the BM-SC's.
 */
#ifndef MSK_MBMS_H
#define MSK_MBMS_H

#include "msk/crypto.h"
#include "msk/mikey.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_MBMS_PORT = 2269 /* UDP */
};

/* Which message of MBMS it is. */
enum msk_message_kind {
    MSK_MESSAGE_MSK = 1, /* MSK, key validity update, or pull */
    MSK_MESSAGE_MTK = 2,
    MSK_MESSAGE_VERIFICATION = 3 /* acknowledges an MSK message */
};

/*
 * A message read, nothing of it verified. All views point into the message.
 */
struct msk_message {
    /* Frozen: the payloads of TS 33.246 6.4. */
    enum msk_message_kind kind;
    struct msk_key_id id; /* MSK: the one delivered; MTK: the one that
                                protects; not in a verification message */
    uint16_t mtk_id;      /* MTK only */
    bool v;               /* MSK only: an acknowledgement is asked for */
    bool streaming;       /* SRTP-ID map; else the Empty map. In CSB an
                                SRTP-ID map of no stream is the Empty one, which
                                had its number then */
    uint32_t csb_id;
    uint32_t counter;      /* T */
    struct msk_bytes rand; /* MSK: 16..MSK_RAND_MAX; MTK: may be empty */
    struct msk_bytes idi;  /* KEYID, MSK: FQDN; CSB: the 3 of the domain */
    struct msk_bytes idr;  /* MSK, verification: B-TID; may be empty in CSB */
    struct msk_bytes sp;   /* MSK, streaming: SRTP parameters, or empty */
    bool has_sp;           /* an SP payload is there, even if it is empty */
    struct msk_payload protection; /* KEMAC or V */
    struct msk_bytes octets;       /* the whole message */
};

/*
 * Reads any message of the layout. fault: may be NULL; filled on errors.
 * MSK_ERR_LAYOUT: it is of the other layout; MSK_ERR_KIND: of no kind that
 * the standard knows; MSK_ERR_NULL_ALG; MSK_ERR_ARGUMENT: layout; and the
 * errors of msk_mikey_next, MSK_ERR_MISSING, MSK_ERR_DUPLICATE,
 * MSK_ERR_ORDER, MSK_ERR_LENGTH, MSK_ERR_VALUE for payloads.
 * TS 33.246 6.4.4, 6.4.5; change request 6.3.2.1, 6.3.2.2.4.
 */
MSK_API int msk_message_read(enum msk_layout layout, struct msk_bytes octets,
                             struct msk_message *message,
                             struct msk_fault *fault);

/* Where the EXT payload stands in MSK and MTK messages. */
enum msk_ext_position {
    MSK_EXT_AFTER_HDR = 0,   /* HDR EXT T ... */
    MSK_EXT_BEFORE_KEMAC = 1 /* ... SP EXT KEMAC */
};

/*
 * ext_type of the messages below and of struct msk_bmsc_config: under which
 * type of general extension the names of keys are written. 0 or
 * MSK_EXT_KEY_ID: that of RFC 4563; MSK_EXT_KEY_TYPE, in CSB only: that of the
 * time of the change request. Both are read in CSB, whatever is written.
 */

/* What an MSK message brings. */
enum msk_content_kind {
    MSK_CONTENT_MSK = 1,      /* a key and its interval */
    MSK_CONTENT_VALIDITY = 2, /* an interval for an MSK that is held */
    MSK_CONTENT_PULL = 3      /* nothing: ask for the current MSK */
};

/* An MSK message to be made. */
struct msk_msk_message {
    size_t size; /* sizeof(struct msk_msk_message) */
    enum msk_layout layout;
    enum msk_ext_position ext;
    uint8_t ext_type; /* as above */
    enum msk_content_kind content;
    struct msk_key_id id;  /* number not 0; for a pull it is sent as 0 */
    struct msk_bytes fqdn; /* KEYID: of the BM-SC, 1..MSK_FQDN_MAX octets: IDi;
                              CSB: not sent, may be empty */
    struct msk_bytes btid; /* of the UE, 1..MSK_BTID_MAX octets: IDr */
    struct msk_bytes rand; /* 16..MSK_RAND_MAX octets */
    uint32_t csb_id;       /* KEYID; in CSB it is the group */
    uint32_t counter;      /* strictly greater than any sent under this MUK */
    bool v;                /* ask for an acknowledgement; never in a pull */
    bool streaming;        /* with a CS ID map; else download */
    struct msk_bytes sp;   /* streaming: SRTP parameters; empty: no SP */
    struct msk_bytes key;  /* 16, 24 or 32 octets; MSK_CONTENT_MSK only */
    uint16_t seq_low;      /* MTK IDs: seq_low < MTK ID <= seq_high; */
    uint16_t seq_high;     /*   seq_low > seq_high invalidates; not 0xFFFF */
    bool for_card;         /* the UE has its keys on a UICC */
};

/*
 * Makes an MSK message, validity update or pull, protected with muk
 * (1..MSK_MUK_MAX octets), into buf (cap octets; MSK_MIKEY_MAX always do).
 * MSK_WARN_CARD: it is made, but is longer than MSK_CARD_MESSAGE_MAX octets,
 * and for_card was set. MSK_ERR_ARGUMENT: a field outside what is said above;
 * MSK_ERR_SPACE; MSK_ERR_CRYPTO. TS 33.246 6.4.5.1; change request 6.3.2.2.4.
 */
MSK_API int msk_msk_message_make(const struct msk_crypto *crypto,
                                 struct msk_bytes muk,
                                 const struct msk_msk_message *message,
                                 uint8_t *buf, size_t cap, size_t *len);

/* What an accepted MSK message says. It holds a key: wipe it after use. */
struct msk_content {
    /* Frozen: the content of TS 33.246 6.4.5. */
    enum msk_content_kind kind;
    uint8_t key[MSK_KEY_MAX];
    size_t key_len; /* 0 unless kind is MSK_CONTENT_MSK */
    uint16_t seq_low, seq_high;
};

/*
 * Opens an MSK message that msk_message_read read, with muk: MAC, decryption,
 * content, in this order.
 * MSK_ERR_MAC: it is not authentic, nothing else was looked at.
 * MSK_OK: *content is authentic. Any other error of kind drop: the MAC verifies
 * (so its counter counts), the content is not what the standard allows:
 * MSK_ERR_KIND (kind of message or key data), MSK_ERR_LENGTH (key or
 * interval), MSK_ERR_VALUE (group 0; number 0 with a key; no key data with a
 * number; SEQu 0xFFFF), MSK_ERR_TRUNCATED, MSK_ERR_TRAILING, MSK_ERR_PAYLOAD,
 * MSK_ERR_MANY (more than one key). MSK_ERR_CRYPTO. TS 33.246 6.5.3.
 */
MSK_API int msk_msk_message_open(const struct msk_crypto *crypto,
                                 struct msk_bytes muk,
                                 const struct msk_message *message,
                                 struct msk_content *content);

/*
 * Makes the verification message that acknowledges `request`, an MSK message
 * that msk_msk_message_open accepted under the same muk. Its Identity_r is
 * the IDr of the request, or btid where the request has none.
 * buf: MSK_ACK_MAX octets do. MSK_ERR_ARGUMENT: no IDr and btid empty;
 * MSK_ERR_SPACE; MSK_ERR_CRYPTO. TS 33.246 6.4.5.2.
 */
MSK_API int msk_verification_make(const struct msk_crypto *crypto,
                                  struct msk_bytes muk,
                                  const struct msk_message *request,
                                  struct msk_bytes btid, uint8_t *buf,
                                  size_t cap, size_t *len);

/* What the BM-SC remembers of an MSK message to check its acknowledgement. */
struct msk_expected {
    size_t size; /* sizeof(struct msk_expected) */
    enum msk_layout layout;
    struct msk_bytes muk; /* the message was protected with */
    struct msk_bytes rand;
    uint32_t csb_id;       /* as it was sent; in CSB the group */
    uint8_t domain[3];     /* Identity_i in CSB */
    struct msk_bytes fqdn; /* Identity_i in KEYID */
    struct msk_bytes btid; /* Identity_r */
    bool accept_pad64;     /* also accept T as 8 octets in the MAC */
};

/*
 * Checks a verification message that msk_message_read read.
 * The caller compares its counter with those it sent: the MAC covers it.
 * MSK_ERR_MAC; MSK_ERR_NOT_MINE: another CSB ID or B-TID; MSK_ERR_KIND;
 * MSK_ERR_CRYPTO. TS 33.246 6.4.5.2; RFC 3830 5.2.
 */
MSK_API int msk_verification_check(const struct msk_crypto *crypto,
                                   const struct msk_expected *expected,
                                   const struct msk_message *message);

/* An MTK message to be made. */
struct msk_mtk_message {
    size_t size; /* sizeof(struct msk_mtk_message) */
    enum msk_layout layout;
    enum msk_ext_position ext;
    uint8_t ext_type;      /* as above */
    struct msk_key_id id;  /* of the MSK that protects it; number not 0 */
    uint16_t mtk_id;       /* not 0, not 0xFFFF; grows under one MSK */
    struct msk_bytes rand; /* stored with the MSK */
    uint32_t csb_id;       /* KEYID; in CSB it is the group */
    uint32_t counter;      /* never twice for two MTK messages of one MSK */
    struct msk_bytes key;  /* the MTK, 16, 24 or 32 octets */
    struct msk_bytes salt; /* streaming: 14 octets; download: empty */
    bool with_rand; /* rand is sent: for UEs whose MSK came without one, then of
                       16 octets or more (decision 39) */
};

/*
 * Makes an MTK message, protected with msk (16, 24 or 32 octets), into buf.
 * MSK_ERR_ARGUMENT, MSK_ERR_SPACE, MSK_ERR_CRYPTO. TS 33.246 6.4.5.3.
 */
MSK_API int msk_mtk_message_make(const struct msk_crypto *crypto,
                                 struct msk_bytes msk,
                                 const struct msk_mtk_message *message,
                                 uint8_t *buf, size_t cap, size_t *len);

/* An MTK as a message brought it. It holds keys: wipe it after use. */
struct msk_mtk {
    /* Frozen: it stands in other structs. */
    uint8_t key[MSK_KEY_MAX];
    size_t key_len;
    uint8_t salt[MSK_SALT_MAX];
    size_t salt_len; /* 14 for streaming, 0 for download */
};

/*
 * Opens an MTK message that msk_message_read read, with the MSK that it
 * names and the RAND stored with that MSK. The caller has checked counter
 * and MTK ID before. MSK_ERR_MAC: it is not authentic. MSK_ERR_KIND,
 * MSK_ERR_LENGTH, MSK_ERR_TRUNCATED, MSK_ERR_TRAILING, MSK_ERR_PAYLOAD,
 * MSK_ERR_MANY: the content is not what the standard allows. MSK_ERR_CRYPTO.
 * TS 33.246 6.5.4.
 */
MSK_API int msk_mtk_message_open(const struct msk_crypto *crypto,
                                 struct msk_bytes msk, struct msk_bytes rand,
                                 const struct msk_message *message,
                                 struct msk_mtk *mtk);

/*
 * What a datagram claims to be, to route it to a session before anything is
 * verified. Views into octets.
 */
struct msk_peek {
    /* Frozen: what names a session. */
    enum msk_message_kind kind;
    struct msk_key_id id;  /* not of a verification message */
    struct msk_bytes fqdn; /* KEYID, MSK message: IDi; else empty */
    struct msk_bytes btid; /* IDr; may be empty */
};

/* Reads that much of a datagram. Errors as msk_message_read. */
MSK_API int msk_mikey_peek(enum msk_layout layout, struct msk_bytes octets,
                           struct msk_peek *peek);

#ifdef __cplusplus
}
#endif

#endif
