/* SPDX-License-Identifier: MIT */
/*
 * msk/mikey.h - MIKEY messages (RFC 3830 and its followers) to views and
 * back. Knows octets, no keys: what reads well is well formed, not authentic.
 *
 * A message is a header and a chain of payloads. Reading hands out one
 * payload after the other, as views into the message; building appends one
 * after the other into a buffer of the caller's. build(read(x)) is x.
 */
#ifndef MSK_MIKEY_H
#define MSK_MIKEY_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Next payload values, RFC 3830 6.1, RFC 6043 6.1, RFC 6509 4. Those marked
 * "any" are read and written by the functions whose names end in _any alone:
 * a program that does not call these carries no code for them. */
enum msk_payload_type {
    MSK_PAYLOAD_LAST = 0,
    MSK_PAYLOAD_KEMAC = 1,
    MSK_PAYLOAD_PKE = 2,  /* any */
    MSK_PAYLOAD_DH = 3,   /* any */
    MSK_PAYLOAD_SIGN = 4, /* any; always the last one */
    MSK_PAYLOAD_T = 5,
    MSK_PAYLOAD_ID = 6,
    MSK_PAYLOAD_CERT = 7,  /* any */
    MSK_PAYLOAD_CHASH = 8, /* any */
    MSK_PAYLOAD_V = 9,
    MSK_PAYLOAD_SP = 10,
    MSK_PAYLOAD_RAND = 11,
    MSK_PAYLOAD_ERR = 12,      /* any */
    MSK_PAYLOAD_TR = 13,       /* any */
    MSK_PAYLOAD_IDR = 14,      /* any */
    MSK_PAYLOAD_RANDR = 15,    /* any */
    MSK_PAYLOAD_KEY_DATA = 20, /* only inside KEMAC */
    MSK_PAYLOAD_EXT = 21,
    MSK_PAYLOAD_SAKKE = 26 /* any */
};

/* Data types, RFC 3830 6.1, that MBMS uses. */
enum { MSK_DATA_PSK_INIT = 0, MSK_DATA_PSK_RESP = 1 };

/* CS ID map types, RFC 3830 6.1.1, RFC 4563 5, RFC 6043 6.1.1. */
enum {
    MSK_MAP_SRTP_ID = 0,   /* 9 octets for each crypto session */
    MSK_MAP_EMPTY = 1,     /* nothing follows, whatever #CS says */
    MSK_MAP_GENERIC_ID = 2 /* any */
};

/* Algorithm numbers, RFC 3830 6.2 and 6.9, RFC 6043. */
enum {
    MSK_ENCR_NULL = 0,
    MSK_ENCR_AES_CM_128 = 1,
    MSK_ENCR_AES_KW_128 = 2, /* read and written, never computed */
    MSK_ENCR_AES_CM_256 = 3,
    MSK_MAC_NULL = 0,
    MSK_MAC_HMAC_SHA1_160 = 1,
    MSK_MAC_HMAC_SHA256_256 = 2,
    MSK_PRF_MIKEY_1 = 0,
    MSK_PRF_HMAC_SHA256 = 1
};

/* TS types, RFC 3830 6.6, RFC 6043 6.3. */
enum {
    MSK_TS_NTP_UTC = 0,   /* 8 octets */
    MSK_TS_NTP = 1,       /* 8 octets */
    MSK_TS_COUNTER = 2,   /* 4 octets; the only one in MBMS */
    MSK_TS_NTP_UTC_32 = 3 /* 4 octets */
};

/* General extension types, RFC 3830 6.15. */
enum {
    MSK_EXT_KEY_ID = 3, /* RFC 4563 */
    /* Its number in draft-carrara-newtype-keyid-00, October 2004; since then
     * of TESLA, RFC 4442. */
    MSK_EXT_KEY_TYPE = 2
};

/* More payloads in one message than this are refused (MSK_ERR_MANY). */
enum { MSK_MIKEY_PAYLOADS_MAX = 64 };

/* The common header, RFC 3830 6.1. */
struct msk_mikey_header {
    /* Frozen: the header of RFC 3830 6.1. */
    uint8_t data_type;
    bool v;      /* the initiator asks for a verification message */
    uint8_t prf; /* 0..127 */
    uint32_t csb_id;
    uint8_t n_cs;         /* #CS */
    uint8_t map_type;     /* CS ID map type */
    struct msk_bytes map; /* CS ID map info, as it stands */
};

/*
 * One payload. Which field holds what:
 *
 *   type      kind       detail     data             tail
 *   KEMAC     encr alg   MAC alg    Encr data        MAC
 *   T         TS type    -          value            -
 *   ID        ID type    -          ID data          -
 *   V         auth alg   -          -                MAC
 *   SP        prot type  policy no  parameters       -
 *   RAND      -          -          RAND             -
 *   EXT       ext type   -          data             -
 *
 *   PKE       C          -          data             -
 *   DH        DH group   reserved << 4 | KV type     value and KV data: see
 *                                   DH value         msk_key_validity_get
 *   SIGN      S type     -          signature        -
 *   CERT      cert type  -          certificate      -
 *   CHASH     hash func  -          hash             -
 *   ERR       error no   -          reserved, 2      -
 *   TR        TS type    TS role    value            -
 *   IDR       ID type    ID role    ID data          -
 *   RANDR     -          RAND role  RAND             -
 *   SAKKE     params     ID scheme  data             -
 *
 * Fields marked "-" read as zero and are not written; the tail of DH is its
 * KV data as they stand. Parameters of SP are well formed: each fits.
 */
struct msk_payload {
    /* Frozen: holds every payload in the table above. */
    uint8_t type; /* MSK_PAYLOAD_LAST: the chain has ended */
    uint8_t kind;
    uint8_t detail;
    struct msk_bytes data;
    struct msk_bytes tail;
    size_t offset; /* of the payload in its message; not used in building */
    size_t length; /* of the payload; not used in building */
};

/* A set of payload types: bit n stands for type n. */
#define MSK_PAYLOAD_BIT(type) ((uint32_t)1 << (type))
enum {
    MSK_PAYLOADS_MBMS =
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_KEMAC) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_T) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_ID) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_V) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_SP) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_RAND) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_EXT)
};

/*
 * A place in a message that is being read. Fields are the library's, but for
 * `at`: after an error of kind MSK_KIND_DROP it is the offset where it was
 * found, and `next` the payload type.
 */
struct msk_mikey_cursor {
    /* Frozen: memory of the caller, for speed on the stack. */
    struct msk_bytes message;
    size_t at;        /* offset of the next payload */
    uint32_t allowed; /* payload types that may come */
    uint8_t next;     /* type of the next payload */
    uint8_t count;    /* payloads handed out so far */
};

/*
 * Starts to read message: its header goes to *header (views into message).
 * allowed: the payload types that may come, out of MSK_PAYLOADS_MBMS.
 * The cursor borrows message until the last msk_mikey_next.
 * MSK_ERR_TRUNCATED, MSK_ERR_VERSION; MSK_ERR_UNSUPPORTED: a CS ID map type
 * that is unknown, and so of unknown length. RFC 3830 6.1.
 */
MSK_API int msk_mikey_begin(struct msk_mikey_cursor *cursor,
                            struct msk_bytes message, uint32_t allowed,
                            struct msk_mikey_header *header);

/*
 * Reads the next payload into *payload (views into the message). At the end
 * of the chain, with every octet used, payload->type is MSK_PAYLOAD_LAST; so
 * it is in every further call. After an error the cursor stays where it is.
 * MSK_ERR_PAYLOAD: a type not allowed; MSK_ERR_TRUNCATED; MSK_ERR_TRAILING:
 * octets after the last payload; MSK_ERR_UNSUPPORTED: a TS type or MAC
 * algorithm that is unknown, and so of unknown length; MSK_ERR_MANY.
 */
MSK_API int msk_mikey_next(struct msk_mikey_cursor *cursor,
                           struct msk_payload *payload);

/*
 * A message that is being built, in a buffer of the caller's. With a NULL
 * buffer nothing is written, but the length is counted. Fields are the
 * library's.
 */
struct msk_mikey_builder {
    /* Frozen: memory of the caller, for speed on the stack. */
    uint8_t *buf;
    size_t cap;
    size_t len;     /* octets so far, also past cap */
    size_t next_at; /* where the type of the next payload goes */
    int err;        /* the first error, or MSK_OK */
};

/*
 * Starts a message in buf (cap octets; NULL: count only) with *header. The
 * builder keeps buf. Errors are kept and told by msk_mikey_build_end.
 */
MSK_API void msk_mikey_build(struct msk_mikey_builder *builder, uint8_t *buf,
                             size_t cap, const struct msk_mikey_header *header);

/*
 * Appends *payload: a KEMAC or V with an empty tail leaves the MAC out, so
 * that the message can be protected as it stands.
 */
MSK_API void msk_mikey_build_add(struct msk_mikey_builder *builder,
                                 const struct msk_payload *payload);

/*
 * Ends the message: *len is its length, also with a NULL buffer.
 * MSK_ERR_SPACE: it does not fit; MSK_ERR_LENGTH: a field was too long for
 * its length octets, or not as long as its type demands;
 * MSK_ERR_PAYLOAD: a type that is not in MSK_PAYLOADS_MBMS.
 */
MSK_API int msk_mikey_build_end(const struct msk_mikey_builder *builder,
                                size_t *len);

/*
 * The same for messages of any mode: every payload of RFC 3830, of RFC 6043
 * and RFC 6509 those in the table above, and the GENERIC-ID map.
 * msk_mikey_next and _next_any may be mixed; build with _any throughout.
 * More errors: MSK_ERR_UNSUPPORTED for a DH group, hash function or KV type
 * that is unknown, and so of unknown length.
 */
enum {
    MSK_PAYLOADS_ANY =
        MSK_PAYLOADS_MBMS | MSK_PAYLOAD_BIT(MSK_PAYLOAD_PKE) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_DH) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_SIGN) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_CERT) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_CHASH) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_ERR) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_TR) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_IDR) | MSK_PAYLOAD_BIT(MSK_PAYLOAD_RANDR) |
        MSK_PAYLOAD_BIT(MSK_PAYLOAD_SAKKE)
};
MSK_API int msk_mikey_begin_any(struct msk_mikey_cursor *cursor,
                                struct msk_bytes message, uint32_t allowed,
                                struct msk_mikey_header *header);
MSK_API int msk_mikey_next_any(struct msk_mikey_cursor *cursor,
                               struct msk_payload *payload);
MSK_API void msk_mikey_build_any(struct msk_mikey_builder *builder,
                                 uint8_t *buf, size_t cap,
                                 const struct msk_mikey_header *header);
MSK_API void msk_mikey_build_add_any(struct msk_mikey_builder *builder,
                                     const struct msk_payload *payload);

/* One crypto session of a CS ID map, RFC 3830 6.1.1 and RFC 6043 6.1.1. */
struct msk_cs {
    /* Frozen: the fields of RFC 3830 6.1.1 and RFC 6043 6.1.1. */
    uint8_t id;                 /* CS ID; of an SRTP-ID map not set */
    uint8_t prot;               /* protocol type; SRTP-ID: 0 */
    bool s;                     /* the S flag; GENERIC-ID */
    struct msk_bytes policies;  /* policy numbers, an octet each */
    uint32_t ssrc, roc;         /* SRTP-ID */
    struct msk_bytes data, spi; /* GENERIC-ID: session data and SPI */
};

/*
 * Reads the first crypto session of a map; *rest is what is left of the map
 * (first call: header->map) and is moved past it. MSK_ERR_TRUNCATED;
 * MSK_ERR_UNSUPPORTED: map_type has no entries. Views into the map.
 */
MSK_API int msk_cs_get(uint8_t map_type, struct msk_bytes *rest,
                       struct msk_cs *cs);

/* Writes one to buf (cap octets; NULL: count only). *len: its octets.
 * MSK_ERR_SPACE, MSK_ERR_LENGTH, MSK_ERR_UNSUPPORTED. */
MSK_API int msk_cs_put(uint8_t map_type, const struct msk_cs *cs, uint8_t *buf,
                       size_t cap, size_t *len);

/*
 * Reads the first of a list of type(1), length(1), value: the parameters of
 * SP and the sub-payloads of the Key ID extension. *rest is moved past it.
 * MSK_ERR_TRUNCATED. *value: a view into the list.
 */
MSK_API int msk_tlv_get(struct msk_bytes *rest, uint8_t *type,
                        struct msk_bytes *value);

/* Key types and key validity types, RFC 3830 6.13 and 6.14. */
enum {
    MSK_KEY_TGK = 0,
    MSK_KEY_TGK_SALT = 1,
    MSK_KEY_TEK = 2,
    MSK_KEY_TEK_SALT = 3,
    MSK_KV_NULL = 0,
    MSK_KV_SPI = 1,
    MSK_KV_INTERVAL = 2
};

/* A key data sub-payload, RFC 3830 6.13. */
struct msk_key_data {
    /* Frozen: the fields of RFC 3830 6.13. */
    uint8_t type; /* MSK_KEY_..., 0..15 */
    uint8_t kv;   /* MSK_KV_..., 0..15 */
    struct msk_bytes key;
    struct msk_bytes salt;                 /* types 1, 3 and 5 only */
    struct msk_bytes spi;                  /* with MSK_KV_SPI only */
    struct msk_bytes valid_from, valid_to; /* with MSK_KV_INTERVAL only */
};

/*
 * Reads the first key data sub-payload of a chain. *rest is what is left of
 * the chain (first call: the decrypted Encr data) and is moved past it; it
 * is empty after the last. Views into the chain.
 * MSK_ERR_TRUNCATED; MSK_ERR_TRAILING: octets after the last one;
 * MSK_ERR_PAYLOAD: another sub-payload follows that is not key data;
 * MSK_ERR_UNSUPPORTED: a KV type that is unknown.
 */
MSK_API int msk_key_data_get(struct msk_bytes *rest, struct msk_key_data *key);

/*
 * Writes one key data sub-payload to buf (cap octets; NULL: count only),
 * saying whether another follows. *len: its octets.
 * MSK_ERR_SPACE; MSK_ERR_LENGTH: a field too long for its length octets.
 */
MSK_API int msk_key_data_put(const struct msk_key_data *key, bool more,
                             uint8_t *buf, size_t cap, size_t *len);

/* Reads the KV data of a DH payload (its tail) into spi, valid_from and
 * valid_to of *key; kv as in key->kv. MSK_ERR_TRUNCATED, MSK_ERR_TRAILING,
 * MSK_ERR_UNSUPPORTED. */
MSK_API int msk_key_validity_get(struct msk_bytes data,
                                 struct msk_key_data *key);

/* Writes such data. MSK_ERR_SPACE, MSK_ERR_LENGTH, MSK_ERR_ARGUMENT. */
MSK_API int msk_key_validity_put(const struct msk_key_data *key, uint8_t *buf,
                                 size_t cap, size_t *len);

/*
 * Parameters of an SRTP policy by their number, RFC 3830 6.10.1, RFC 4771 4,
 * RFC 7714 14. Those of RFC 4771 replace the general ones where they stand.
 */
enum msk_srtp_param {
    MSK_SRTP_ENCR_ALG = 0,     /* 0 NULL, 1 AES-CM, 2 AES-F8 */
    MSK_SRTP_ENCR_KEY_LEN = 1, /* octets; of the master key as well */
    MSK_SRTP_AUTH_ALG = 2,     /* 0 NULL, 1 HMAC-SHA-1, 2-4 RCCm1 to RCCm3 */
    MSK_SRTP_AUTH_KEY_LEN = 3, /* octets */
    MSK_SRTP_SALT_LEN = 4,     /* octets */
    MSK_SRTP_PRF = 5,
    MSK_SRTP_KDR = 6,        /* key derivation rate */
    MSK_SRTP_SRTP_ENCR = 7,  /* SRTP encryption on: 0, 1 */
    MSK_SRTP_SRTCP_ENCR = 8, /* SRTCP encryption on: 0, 1 */
    MSK_SRTP_FEC_ORDER = 9,
    MSK_SRTP_AUTH = 10,       /* SRTP authentication on: 0, 1 */
    MSK_SRTP_TAG_LEN = 11,    /* octets */
    MSK_SRTP_PREFIX_LEN = 12, /* octets */
    MSK_SRTP_R = 13,          /* ROC in every R-th packet */
    MSK_SRTP_SRTP_AUTH_ALG = 14,
    MSK_SRTP_SRTCP_AUTH_ALG = 15,
    MSK_SRTP_SRTP_AUTH_KEY_LEN = 16,
    MSK_SRTP_SRTCP_AUTH_KEY_LEN = 17,
    MSK_SRTP_SRTP_TAG_LEN = 18,
    MSK_SRTP_SRTCP_TAG_LEN = 19,
    MSK_SRTP_AEAD_TAG_LEN = 20
};
enum { MSK_SRTP_PARAMS = 21 };

/* A policy: for each parameter its value, or the default of SRTP. */
struct msk_srtp_policy {
    /* Frozen: its numbers are those of RFC 3830, RFC 4771, RFC 7714. */
    uint32_t value[MSK_SRTP_PARAMS];
    uint32_t given; /* bit n: parameter n was there */
};

/*
 * Reads the parameters of an SP payload of protocol type 0. Values of 1 to 4
 * octets; numbers above 20 are skipped. MSK_ERR_TRUNCATED; MSK_ERR_LENGTH:
 * another width; MSK_ERR_DUPLICATE; MSK_ERR_VALUE: R is 0.
 */
MSK_API int msk_srtp_policy_get(struct msk_bytes params,
                                struct msk_srtp_policy *policy);

/*
 * Writes the parameters that are given in *policy to buf (cap octets; NULL:
 * count only), each in one octet, R in two. *len: octets. MSK_ERR_SPACE;
 * MSK_ERR_LENGTH: a value that does not fit.
 */
MSK_API int msk_srtp_policy_put(const struct msk_srtp_policy *policy,
                                uint8_t *buf, size_t cap, size_t *len);

/* Key ID types of the Key ID extension, RFC 4563 4. */
enum {
    MSK_KEY_ID_DOMAIN = 0,  /* MBMS Key Domain ID */
    MSK_KEY_ID_SERVICE = 1, /* MBMS Service Key ID: the MSK */
    MSK_KEY_ID_TRAFFIC = 2  /* MBMS Traffic Key ID: the MTK */
};

/* The data of a Key ID extension; an empty view: not there. */
struct msk_ext_key_id {
    /* Frozen: the sub-payloads of RFC 4563. */
    struct msk_bytes domain, service, traffic;
};

/*
 * Reads the data of an EXT payload of type MSK_EXT_KEY_ID; views into data.
 * In one of type MSK_EXT_KEY_TYPE `domain` is the name of a MUK.
 * Sub-payloads of other types are skipped. MSK_ERR_TRUNCATED;
 * MSK_ERR_DUPLICATE: one of the three twice. RFC 4563 4.
 */
MSK_API int msk_ext_key_id_get(struct msk_bytes data,
                               struct msk_ext_key_id *ids);

/*
 * Writes such data to buf (cap octets; NULL: count only); domain, service,
 * traffic in this order, empty ones left out. *len: its octets.
 * MSK_ERR_SPACE; MSK_ERR_LENGTH: one is longer than 255.
 */
MSK_API int msk_ext_key_id_put(const struct msk_ext_key_id *ids, uint8_t *buf,
                               size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
