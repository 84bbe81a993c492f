/* SPDX-License-Identifier: MIT */
/*
 * msk/protect.h - MIKEY protection in pre-shared key mode: the PRF, the
 * KEMAC payload, the MAC of the verification message (RFC 3830 4.1, 4.2,
 * 5.2, 6.2, 6.9; RFC 6043 for SHA-256 and AES-256).
 */
#ifndef MSK_PROTECT_H
#define MSK_PROTECT_H

#include "msk/crypto.h"
#include "msk/mikey.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_PSK_MAX = 128 /* octets of a pre-shared key */
};

/*
 * What a message is protected with. Views are borrowed for the call.
 * The internal keys are f(psk, prf, csb_id, rand) (RFC 3830 4.1.4).
 */
struct msk_protection {
    /* Frozen: the inputs of RFC 3830 4.1.4 and 4.2. */
    const struct msk_crypto *crypto;
    struct msk_bytes psk;  /* MUK or MSK; 1..MSK_PSK_MAX octets */
    struct msk_bytes rand; /* 0..255 octets */
    uint32_t csb_id;
    uint8_t prf;     /* MSK_PRF_... */
    uint64_t time;   /* the initiator's T as 64 bits; a COUNTER value */
    bool allow_null; /* NULL encryption and NULL MAC are not refused */
};

/*
 * Seals the KEMAC payload that ends a message. buf holds the message up to
 * and including the MAC alg octet, *len octets, its last plain.n + 1 octets
 * being room for the Encr data and the MAC alg octet, as msk_mikey_build_add
 * leaves it when the KEMAC has no tail. Writes the Encr data in place of that
 * room, appends the MAC, and adds its octets to *len. cap: octets of buf.
 * encr_alg and mac_alg as in the KEMAC. plain must not lie in buf.
 * MSK_ERR_SPACE, MSK_ERR_CRYPTO; MSK_ERR_NULL_ALG without allow_null;
 * MSK_ERR_UNSUPPORTED: an algorithm or PRF that is not computed;
 * MSK_ERR_ARGUMENT: an empty or too long psk, or rand. RFC 3830 4.2.3, 5.2,
 * 6.2.
 */
MSK_API int msk_kemac_seal(const struct msk_protection *protection,
                           uint8_t encr_alg, uint8_t mac_alg,
                           struct msk_bytes plain, uint8_t *buf, size_t cap,
                           size_t *len);

/*
 * Checks the MAC of message and then decrypts. kemac: its last payload, as
 * msk_mikey_next gave it. plain (cap octets) receives kemac->data.n octets of
 * Encr data in the clear; nothing is written before the MAC verifies, and only
 * the authentication key has been derived until then. The caller wipes plain.
 * MSK_ERR_MAC; MSK_ERR_SPACE; MSK_ERR_CRYPTO; MSK_ERR_NULL_ALG;
 * MSK_ERR_UNSUPPORTED; MSK_ERR_ARGUMENT. RFC 3830 5.3, 6.2.
 */
MSK_API int msk_kemac_open(const struct msk_protection *protection,
                           struct msk_bytes message,
                           const struct msk_payload *kemac, uint8_t *plain,
                           size_t cap);

/*
 * The MAC of a verification message: HMAC over message (from its first octet
 * up to and including the auth alg octet of V), identity_i, identity_r and
 * timestamp, each as the octets that were transported (RFC 3830 5.2, 6.9).
 */
struct msk_v_input {
    /* Frozen: the inputs of RFC 3830 5.2. */
    struct msk_bytes message;
    struct msk_bytes identity_i, identity_r, timestamp;
};

/* Makes the MAC into buf (cap octets): 20 octets with MSK_MAC_HMAC_SHA1_160, 32
 * with MSK_MAC_HMAC_SHA256_256. MSK_ERR_SPACE; MSK_ERR_CRYPTO,
 * MSK_ERR_NULL_ALG, MSK_ERR_UNSUPPORTED, MSK_ERR_ARGUMENT as msk_kemac_seal. */
MSK_API int msk_v_mac_make(const struct msk_protection *protection,
                           uint8_t mac_alg, const struct msk_v_input *input,
                           uint8_t *buf, size_t cap, size_t *len);

/* Checks the MAC, in constant time. MSK_ERR_MAC: it does not verify, or has
 * another length; else as msk_v_mac_make. */
MSK_API int msk_v_mac_check(const struct msk_protection *protection,
                            uint8_t mac_alg, const struct msk_v_input *input,
                            struct msk_bytes mac);

/* Constants of RFC 3830 4.1.3 and 4.1.4. */
enum msk_derived {
    MSK_DERIVED_ENCR = 1, /* from the PSK: encryption, authentication, salt */
    MSK_DERIVED_AUTH = 2,
    MSK_DERIVED_SALT = 3,
    MSK_DERIVED_TEK = 4, /* from a TGK: TEK and the keys for a CS */
    MSK_DERIVED_TGK_AUTH = 5,
    MSK_DERIVED_TGK_ENCR = 6,
    MSK_DERIVED_TGK_SALT = 7
};

/*
 * Derives n octets (1..255) of the key `what` with the PRF of *protection;
 * psk holds the TGK for the last four. cs_id: the CS ID for those, not used
 * for the others. MSK_ERR_CRYPTO, MSK_ERR_UNSUPPORTED, MSK_ERR_ARGUMENT.
 */
MSK_API int msk_mikey_derive(const struct msk_protection *protection,
                             enum msk_derived what, uint8_t cs_id, uint8_t *out,
                             size_t n);

#ifdef __cplusplus
}
#endif

#endif
