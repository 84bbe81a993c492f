/* SPDX-License-Identifier: MIT */
/*
 * msk/traffic.h - an MTK on its way to the traffic that it protects (TS
 * 33.246 6.6): master key, salt, MKI and policy for SRTP, the key ID of a
 * DCF. The library protects no traffic itself.
 */
#ifndef MSK_TRAFFIC_H
#define MSK_TRAFFIC_H

#include "msk/mikey.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_MKI_LEN = 6,             /* Key Group, number, MTK ID */
    MSK_DCF_KEY_ID_LEN = 9,      /* domain, Key Group, number, MTK ID */
    MSK_DCF_KEY_ID_TEXT_LEN = 12 /* the same in base64 */
};

/* Writes the MKI that names an MTK in SRTP (TS 33.246 6.6.2.1). The domain is
 * known from the announcement. */
MSK_API void msk_mki_pack(const struct msk_key_id *id, uint16_t mtk_id,
                          uint8_t out[MSK_MKI_LEN]);

/* Reads group and number of *id, whose domain is unchanged, and *mtk_id. */
MSK_API void msk_mki_unpack(const uint8_t mki[MSK_MKI_LEN],
                            struct msk_key_id *id, uint16_t *mtk_id);

/* Writes the key ID that names an MTK in a DCF (TS 33.246 6.6.3): as octets,
 * and as KeyID of an 'obki' box, in base64 without a terminator. */
MSK_API void msk_dcf_key_id(const struct msk_key_id *id, uint16_t mtk_id,
                            uint8_t out[MSK_DCF_KEY_ID_LEN]);
MSK_API int msk_dcf_key_id_text(const struct msk_key_id *id, uint16_t mtk_id,
                                uint8_t out[MSK_DCF_KEY_ID_TEXT_LEN]);

/* How RTP or RTCP is protected. */
struct msk_srtp_transform {
    /* Frozen: it stands in struct msk_srtp. */
    bool encrypted;      /* with AES in counter mode, under key_len octets */
    bool authenticated;  /* with HMAC-SHA-1 */
    size_t key_len;      /* of the cipher; libsrtp adds salt_len to it */
    size_t auth_key_len; /* octets; 0: not authenticated */
    size_t mac_len;      /* octets of the MAC alone; 0: not authenticated */
    size_t tag_len;      /* octets of the tag, with the ROC if it carries one */
};

/*
 * What an SRTP stream is made with. It holds keys: wipe it after use.
 * libsrtp takes key_salt as the master key, mki as its MKI, and of the
 * transforms cipher_key_len = key_len + salt_len, auth_key_len and
 * auth_tag_len = mac_len.
 */
struct msk_srtp {
    size_t size;                                  /* sizeof(struct msk_srtp) */
    uint8_t key_salt[MSK_KEY_MAX + MSK_SALT_MAX]; /* key, then salt */
    size_t key_len, salt_len;
    uint8_t mki[MSK_MKI_LEN];
    struct msk_srtp_transform rtp, rtcp;
    /* RFC 4771: the ROC stands in the tag of every roc_rate-th packet. Mode 0:
     * never; 1: only such packets have a MAC; 2: all have one; 3: none has. */
    uint8_t roc_mode;
    uint16_t roc_rate;
};

/*
 * Fills *srtp for the MTK `mtk_id` under the MSK *id: key, its salt, and the
 * SRTP parameters of its Key Group (empty: the defaults of SRTP), as
 * msk_mgvf_process and msk_mgvf_released hand them out.
 * MSK_ERR_ARGUMENT: key is not of 16, 24 or 32 octets, or salt not of 14: the
 * MTK is for download. MSK_ERR_UNSUPPORTED: a cipher, MAC, PRF or key
 * derivation rate that TS 33.246 6.6.2 does not use; MSK_ERR_LENGTH: the
 * parameters demand a key or salt of another length; MSK_ERR_VALUE: a tag too
 * short or too long for its MAC; and the errors of msk_srtp_policy_get.
 */
MSK_API int msk_srtp_fill(const struct msk_key_id *id, uint16_t mtk_id,
                          struct msk_bytes key, struct msk_bytes salt,
                          struct msk_bytes sp, struct msk_srtp *srtp);

#ifdef __cplusplus
}
#endif

#endif
