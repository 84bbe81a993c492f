/* SPDX-License-Identifier: MIT */
#include "mbms/chain.h"

#include "base/bytes.h"
#include "mbms/protection.h"

struct msk_mikey_header
msk_chain_header(uint8_t data_type, uint32_t csb_id)
{
    struct msk_mikey_header header = { .data_type = data_type };

    header.prf = msk_mbms_suite.prf;
    header.csb_id = csb_id;
    header.map_type = MSK_MAP_EMPTY;
    return header;
}

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
    msk_chain_add(b, MSK_PAYLOAD_KEMAC, msk_mbms_suite.encr, msk_mbms_suite.mac,
                  plain);
}

int
msk_chain_key(struct msk_bytes plain, struct msk_key_data *key)
{
    int err = msk_key_data_get(&plain, key);

    return err == MSK_OK && plain.n > 0 ? MSK_ERR_MANY : err;
}
