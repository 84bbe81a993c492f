/* SPDX-License-Identifier: MIT */
/* mbms/chain.h - what every message of MBMS is made of: a header, payloads in
 * a chain, and at its end what protects it. */
#ifndef MSK_MBMS_CHAIN_H
#define MSK_MBMS_CHAIN_H

#include "base/bytes.h"
#include "msk/mbms.h"
#include "protect/key.h"

/* The most Encr data in a message that is read; what the standard allows has
 * fewer than 64 octets. */
#define MSK_PLAIN_MAX 256

/* The algorithms, as their fields in a message name them; octets of the MAC. */
struct msk_suite {
    uint8_t prf, encr, mac;
    size_t mac_len;
};

/* The one of MBMS (TS 33.246 6.4.1, 6.4.2): MIKEY-1, AES-CM-128,
 * HMAC-SHA-1-160. */
extern const struct msk_suite msk_mbms_suite;

/* An MSK or an MTK: a key for AES (TS 33.246 4.2). */
bool msk_is_key_len(size_t n);

/* A message that is being written. Fields that do not fit their lengths were
 * refused before; what does not fit the buffer is said at the end. */
struct msk_chain {
    struct msk_writer w;
    size_t next_at; /* where the type of the next payload goes */
};

/* Writes a header to buf (cap octets): PSK_INIT or PSK_RESP, V, the PRF of the
 * suite; one crypto session of streaming, or the Empty map. */
void msk_chain_begin(struct msk_chain *chain, uint8_t *buf, size_t cap,
                     uint8_t data_type, bool v, uint32_t csb_id,
                     bool streaming);

/* Each writes one payload: T, which is a counter (TS 33.246 6.4.3); RAND; an
 * ID of type 0; an SP of policy 0 for SRTP, whose parameters are well formed;
 * V without its MAC. */
void msk_chain_t(struct msk_chain *chain, uint32_t counter);
void msk_chain_rand(struct msk_chain *chain, struct msk_bytes rand);
void msk_chain_id(struct msk_chain *chain, struct msk_bytes id);
void msk_chain_sp(struct msk_chain *chain, struct msk_bytes params);
void msk_chain_v(struct msk_chain *chain);

/* EXT of that type, with the names of the keys of an MSK message (mtk_id 0)
 * or of an MTK message. */
void msk_chain_ext(struct msk_chain *chain, uint8_t type,
                   enum msk_layout layout, const struct msk_key_id *id,
                   uint16_t mtk_id);

/* *len: octets written. MSK_ERR_SPACE. */
int msk_chain_end(const struct msk_chain *chain, size_t *len);

/* With the suite, and a counter as T. Borrows psk and rand. */
void msk_protection_set(struct msk_protection *protection,
                        const struct msk_crypto *crypto, struct msk_bytes psk,
                        struct msk_bytes rand, uint32_t csb_id,
                        uint32_t counter);

/* Ends a message with KEMAC: writes the Encr data in the clear, and seals them
 * as msk_kemac_seal does. *len: octets of the message. MSK_ERR_SPACE, and the
 * errors of msk_kemac_seal. */
int msk_chain_seal(struct msk_chain *chain,
                   const struct msk_protection *protection,
                   struct msk_bytes plain, size_t *len);

/* Opens the KEMAC of a message that was read: *plain is the Encr data in the
 * clear, in octets. The caller wipes it, whatever this returns. *key: as
 * msk_kemac_open_keep leaves it, and its errors. */
int msk_protection_open(const struct msk_protection *protection,
                        const struct msk_message *message,
                        uint8_t octets[MSK_PLAIN_MAX], struct msk_bytes *plain,
                        struct msk_mac_key *key);

/* Reads Encr data that are one key data sub-payload: type, kv and the views of
 * *key. MSK_ERR_MANY: more comes after it; else as msk_key_data_get. */
int msk_plain_key(struct msk_bytes plain, struct msk_key_data *key);

#endif
