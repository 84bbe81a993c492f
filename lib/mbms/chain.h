/* SPDX-License-Identifier: MIT */
/* mbms/chain.h - what messages of MBMS have in common: header, payloads that
 * are appended to a message that is being built, one key in a KEMAC. */
#ifndef MSK_MBMS_CHAIN_H
#define MSK_MBMS_CHAIN_H

#include "msk/mikey.h"

/* The header of a message of that type, with the PRF of the suite and the Empty
 * map. */
struct msk_mikey_header msk_chain_header(uint8_t data_type, uint32_t csb_id);

/* A payload without a tail; the fields are those of struct msk_payload. */
void msk_chain_add(struct msk_mikey_builder *b, uint8_t type, uint8_t kind,
                   uint8_t detail, struct msk_bytes data);

/* T, which is a counter (TS 33.246 6.4.3). */
void msk_chain_counter(struct msk_mikey_builder *b, uint32_t counter);

/* The Key ID extension: its type and data as lib/mbms/layout.h gives them. */
void msk_chain_ext(struct msk_mikey_builder *b, uint8_t type,
                   struct msk_bytes data);

/* KEMAC with the Encr data in the clear, ready for msk_kemac_seal. */
void msk_chain_kemac(struct msk_mikey_builder *b, struct msk_bytes plain);

/* Reads Encr data that are one key data sub-payload. MSK_ERR_MANY: more comes
 * after it; else as msk_key_data_get. */
int msk_chain_key(struct msk_bytes plain, struct msk_key_data *key);

#endif
