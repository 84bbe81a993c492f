/* SPDX-License-Identifier: MIT */
#include "mbms/chain.h"

#include "mbms/layout.h"
#include "mikey/header.h"

const struct msk_suite msk_mbms_suite = {
    .prf = MSK_PRF_MIKEY_1,
    .encr = MSK_ENCR_AES_CM_128,
    .mac = MSK_MAC_HMAC_SHA1_160,
    .mac_len = 20,
};

bool
msk_is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}

/* RFC 3830 6.1 */
void
msk_chain_begin(struct msk_chain *chain, uint8_t *buf, size_t cap,
                uint8_t data_type, bool v, uint32_t csb_id, bool streaming)
{
    static const uint8_t map[MSK_HEADER_SRTP_ID] = {
        0
    }; /* policy 0, SSRC and ROC unknown */
    struct msk_writer *w = &chain->w;
    unsigned v_bit = v ? 0x80 : 0;

    msk_writer_init(w, buf, cap);
    msk_writer_u8(w, MSK_HEADER_VERSION);
    msk_writer_u8(w, data_type);
    msk_writer_u8(w, MSK_PAYLOAD_LAST);
    msk_writer_u8(w, (uint8_t)(v_bit | msk_mbms_suite.prf));
    msk_writer_u32(w, csb_id);
    msk_writer_u8(w, streaming ? 1 : 0); /* #CS */
    msk_writer_u8(w, streaming ? MSK_MAP_SRTP_ID : MSK_MAP_EMPTY);
    if (streaming)
        msk_writer_put(w, map, sizeof map);
    chain->next_at = MSK_HEADER_NEXT_AT;
}

/* The next payload is of that type, and the last one so far. */
static void
start_payload(struct msk_chain *chain, uint8_t type)
{
    msk_writer_poke(&chain->w, chain->next_at, type);
    chain->next_at = chain->w.len;
    msk_writer_u8(&chain->w, MSK_PAYLOAD_LAST);
}

/* A type, 16 bits of length, data. */
static void
put_typed(struct msk_writer *w, uint8_t type, struct msk_bytes data)
{
    size_t at;

    msk_writer_u8(w, type);
    at = msk_writer_open16(w);
    msk_writer_put(w, data.p, data.n);
    msk_writer_close16(w, at);
}

/* RFC 3830 6.6 */
void
msk_chain_t(struct msk_chain *chain, uint32_t counter)
{
    start_payload(chain, MSK_PAYLOAD_T);
    msk_writer_u8(&chain->w, MSK_TS_COUNTER);
    msk_writer_u32(&chain->w, counter);
}

/* RFC 3830 6.11 */
void
msk_chain_rand(struct msk_chain *chain, struct msk_bytes rand)
{
    size_t at;

    start_payload(chain, MSK_PAYLOAD_RAND);
    at = msk_writer_open8(&chain->w);
    msk_writer_put(&chain->w, rand.p, rand.n);
    msk_writer_close8(&chain->w, at);
}

/* RFC 3830 6.7 */
void
msk_chain_id(struct msk_chain *chain, struct msk_bytes id)
{
    start_payload(chain, MSK_PAYLOAD_ID);
    put_typed(&chain->w, 0, id);
}

/* RFC 3830 6.10 */
void
msk_chain_sp(struct msk_chain *chain, struct msk_bytes params)
{
    start_payload(chain, MSK_PAYLOAD_SP);
    msk_writer_u8(&chain->w, 0); /* policy no */
    put_typed(&chain->w, 0, params);
}

/* RFC 3830 6.9 */
void
msk_chain_v(struct msk_chain *chain)
{
    start_payload(chain, MSK_PAYLOAD_V);
    msk_writer_u8(&chain->w, msk_mbms_suite.mac);
}

/* RFC 3830 6.15 */
void
msk_chain_ext(struct msk_chain *chain, uint8_t type, enum msk_layout layout,
              const struct msk_key_id *id, uint16_t mtk_id)
{
    size_t at;

    start_payload(chain, MSK_PAYLOAD_EXT);
    msk_writer_u8(&chain->w, type);
    at = msk_writer_open16(&chain->w);
    msk_layout_put(&chain->w, layout, id, mtk_id);
    msk_writer_close16(&chain->w, at);
}

int
msk_chain_end(const struct msk_chain *chain, size_t *len)
{
    return msk_writer_end(&chain->w, len);
}

void
msk_protection_set(struct msk_protection *protection,
                   const struct msk_crypto *crypto, struct msk_bytes psk,
                   struct msk_bytes rand, uint32_t csb_id, uint32_t counter)
{
    protection->crypto = crypto;
    protection->psk = psk;
    protection->rand = rand;
    protection->csb_id = csb_id;
    protection->prf = msk_mbms_suite.prf;
    protection->time = counter; /* T64: the counter after 32 zero bits */
    protection->allow_null = false;
}

/* RFC 3830 6.2 */
int
msk_chain_seal(struct msk_chain *chain, const struct msk_protection *protection,
               struct msk_bytes plain, size_t *len)
{
    struct msk_writer *w = &chain->w;
    int err;

    start_payload(chain, MSK_PAYLOAD_KEMAC);
    put_typed(w, msk_mbms_suite.encr, plain);
    msk_writer_u8(w, msk_mbms_suite.mac);
    err = msk_writer_end(w, len);
    if (err != MSK_OK)
        return err;
    return msk_kemac_seal(protection, msk_mbms_suite.encr, msk_mbms_suite.mac,
                          plain, w->p, w->cap, len);
}

int
msk_protection_open(const struct msk_protection *protection,
                    const struct msk_message *message,
                    uint8_t octets[MSK_PLAIN_MAX], struct msk_bytes *plain,
                    struct msk_mac_key *key)
{
    key->crypto = NULL;
    plain->p = octets;
    plain->n = 0;
    if (message->protection.data.n > MSK_PLAIN_MAX)
        return MSK_ERR_SPACE;
    plain->n = message->protection.data.n;
    return msk_kemac_open_keep(protection, message->octets,
                               &message->protection, octets, MSK_PLAIN_MAX,
                               key);
}

/* RFC 3830 6.14 */
static int
read_validity(struct msk_reader *r, struct msk_key_data *key)
{
    if (key->kv == MSK_KV_SPI)
        msk_reader_take(r, msk_reader_u8(r), &key->spi);
    if (key->kv != MSK_KV_INTERVAL)
        return key->kv <= MSK_KV_SPI ? MSK_OK : MSK_ERR_UNSUPPORTED;
    msk_reader_take(r, msk_reader_u8(r), &key->valid_from);
    msk_reader_take(r, msk_reader_u8(r), &key->valid_to);
    return MSK_OK;
}

/* RFC 3830 6.13 */
int
msk_plain_key(struct msk_bytes plain, struct msk_key_data *key)
{
    struct msk_reader r;
    uint8_t next, type_kv;
    int err;

    msk_reader_init(&r, plain.p, plain.n);
    next = msk_reader_u8(&r);
    type_kv = msk_reader_u8(&r);
    *key = (struct msk_key_data){ .type = type_kv >> 4, .kv = type_kv & 0x0F };
    msk_reader_take(&r, msk_reader_u16(&r), &key->key);
    if (key->type == 1 || key->type == 3 || key->type == 5) /* with a salt */
        msk_reader_take(&r, msk_reader_u16(&r), &key->salt);
    err = read_validity(&r, key);
    if (err != MSK_OK)
        return err;
    if (r.bad || (next == MSK_PAYLOAD_KEY_DATA && msk_reader_left(&r) == 0))
        return MSK_ERR_TRUNCATED;
    if (next != MSK_PAYLOAD_KEY_DATA && next != MSK_PAYLOAD_LAST)
        return MSK_ERR_PAYLOAD;
    if (next == MSK_PAYLOAD_KEY_DATA)
        return MSK_ERR_MANY;
    return msk_reader_left(&r) > 0 ? MSK_ERR_TRAILING : MSK_OK;
}
