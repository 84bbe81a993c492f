/* SPDX-License-Identifier: MIT */
#include "mikey/payload_mbms.h"

#include "mikey/tlv.h"

size_t
msk_ts_len(uint8_t ts_type)
{
    switch (ts_type) {
    case MSK_TS_NTP_UTC:
    case MSK_TS_NTP: return 8;
    case MSK_TS_COUNTER:
    case MSK_TS_NTP_UTC_32: return 4;
    default: return SIZE_MAX;
    }
}

size_t
msk_mac_len(uint8_t mac_alg)
{
    switch (mac_alg) {
    case MSK_MAC_NULL: return 0;
    case MSK_MAC_HMAC_SHA1_160: return 20;
    case MSK_MAC_HMAC_SHA256_256: return 32;
    default: return SIZE_MAX;
    }
}

/* A value whose length follows from its type: SIZE_MAX is "unknown". */
static int
get_typed(struct msk_reader *r, size_t n, struct msk_bytes *value)
{
    if (n == SIZE_MAX)
        return MSK_ERR_UNSUPPORTED;
    msk_reader_take(r, n, value);
    return MSK_OK;
}

static void
get_data16(struct msk_reader *r, struct msk_bytes *data)
{
    msk_reader_take(r, msk_reader_u16(r), data);
}

/* RFC 3830 6.2 */
static int
get_kemac(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    get_data16(r, &p->data);
    p->detail = msk_reader_u8(r);
    return get_typed(r, msk_mac_len(p->detail), &p->tail);
}

/* RFC 3830 6.6 */
static int
get_t(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    return get_typed(r, msk_ts_len(p->kind), &p->data);
}

/* RFC 3830 6.9 */
static int
get_v(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    return get_typed(r, msk_mac_len(p->kind), &p->tail);
}

/* RFC 3830 6.7 and 6.15: type, 16 bits of length, data */
static int
get_kind_data(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    get_data16(r, &p->data);
    return MSK_OK;
}

/* RFC 3830 6.10 */
static int
get_sp(struct msk_reader *r, struct msk_payload *p)
{
    p->detail = msk_reader_u8(r);
    get_kind_data(r, p);
    return msk_tlv_whole(&p->data) ? MSK_OK : MSK_ERR_TRUNCATED;
}

/* RFC 3830 6.11 */
static int
get_rand(struct msk_reader *r, struct msk_payload *p)
{
    msk_reader_take(r, msk_reader_u8(r), &p->data);
    return MSK_OK;
}

static int
get_body(struct msk_reader *r, struct msk_payload *p)
{
    switch (p->type) {
    case MSK_PAYLOAD_KEMAC: return get_kemac(r, p);
    case MSK_PAYLOAD_T: return get_t(r, p);
    case MSK_PAYLOAD_V: return get_v(r, p);
    case MSK_PAYLOAD_ID:
    case MSK_PAYLOAD_EXT: return get_kind_data(r, p);
    case MSK_PAYLOAD_SP: return get_sp(r, p);
    case MSK_PAYLOAD_RAND: return get_rand(r, p);
    default: return MSK_ERR_PAYLOAD;
    }
}

void
msk_payload_clear(struct msk_payload *payload, uint8_t type)
{
    payload->type = type;
    payload->kind = 0;
    payload->detail = 0;
    payload->data.p = NULL;
    payload->data.n = 0;
    payload->tail.p = NULL;
    payload->tail.n = 0;
}

int
msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                     struct msk_payload *payload, uint8_t *next)
{
    int err;

    msk_payload_clear(payload, type);
    *next = msk_reader_u8(r);
    err = get_body(r, payload);
    if (err == MSK_OK && r->bad)
        err = MSK_ERR_TRUNCATED;
    return err;
}

static void
put_data16(struct msk_writer *w, const struct msk_bytes *data)
{
    size_t at = msk_writer_open16(w);

    msk_writer_put(w, data->p, data->n);
    msk_writer_close16(w, at);
}

/* A MAC may be left out, to be appended once the rest is there. */
static int
put_mac(struct msk_writer *w, uint8_t mac_alg, const struct msk_bytes *mac)
{
    if (mac->n != 0 && mac->n != msk_mac_len(mac_alg))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, mac_alg);
    msk_writer_put(w, mac->p, mac->n);
    return MSK_OK;
}

static int
put_kemac(struct msk_writer *w, const struct msk_payload *p)
{
    msk_writer_u8(w, p->kind);
    put_data16(w, &p->data);
    return put_mac(w, p->detail, &p->tail);
}

static int
put_t(struct msk_writer *w, const struct msk_payload *p)
{
    if (p->data.n != msk_ts_len(p->kind))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, p->kind);
    msk_writer_put(w, p->data.p, p->data.n);
    return MSK_OK;
}

static int
put_kind_data(struct msk_writer *w, const struct msk_payload *p)
{
    msk_writer_u8(w, p->kind);
    put_data16(w, &p->data);
    return MSK_OK;
}

static int
put_sp(struct msk_writer *w, const struct msk_payload *p)
{
    if (!msk_tlv_whole(&p->data))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, p->detail);
    return put_kind_data(w, p);
}

static int
put_rand(struct msk_writer *w, const struct msk_payload *p)
{
    size_t at = msk_writer_open8(w);

    msk_writer_put(w, p->data.p, p->data.n);
    msk_writer_close8(w, at);
    return MSK_OK;
}

int
msk_payload_mbms_put(struct msk_writer *w, const struct msk_payload *payload)
{
    msk_writer_u8(w, MSK_PAYLOAD_LAST);
    switch (payload->type) {
    case MSK_PAYLOAD_KEMAC: return put_kemac(w, payload);
    case MSK_PAYLOAD_T: return put_t(w, payload);
    case MSK_PAYLOAD_V: return put_mac(w, payload->kind, &payload->tail);
    case MSK_PAYLOAD_ID:
    case MSK_PAYLOAD_EXT: return put_kind_data(w, payload);
    case MSK_PAYLOAD_SP: return put_sp(w, payload);
    case MSK_PAYLOAD_RAND: return put_rand(w, payload);
    default: return MSK_ERR_PAYLOAD;
    }
}
