/* SPDX-License-Identifier: MIT */
#include "mbms/chain.h"

#include "base/bytes.h"

void
msk_chain_add(struct msk_mikey_builder *b, uint8_t type, uint8_t kind,
              uint8_t detail, struct msk_bytes data)
{
    struct msk_payload payload = { .type = type, .kind = kind };

    payload.detail = detail;
    payload.data = data;
    msk_mikey_build_add(b, &payload);
}

void
msk_chain_counter(struct msk_mikey_builder *b, uint32_t counter)
{
    uint8_t octets[4];
    struct msk_writer w;

    msk_writer_init(&w, octets, sizeof octets);
    msk_writer_u32(&w, counter);
    msk_chain_add(b, MSK_PAYLOAD_T, MSK_TS_COUNTER, 0,
                  (struct msk_bytes){ octets, sizeof octets });
}

void
msk_chain_ext(struct msk_mikey_builder *b, uint8_t type, struct msk_bytes data)
{
    msk_chain_add(b, MSK_PAYLOAD_EXT, type, 0, data);
}

void
msk_chain_kemac(struct msk_mikey_builder *b, struct msk_bytes plain)
{
    msk_chain_add(b, MSK_PAYLOAD_KEMAC, MSK_ENCR_AES_CM_128,
                  MSK_MAC_HMAC_SHA1_160, plain);
}
