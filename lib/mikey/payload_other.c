/* SPDX-License-Identifier: MIT */
#include "mikey/payload_other.h"

#include "mikey/walk.h"

#define PKE_LEN_MAX 0x3FFF  /* 14 bits */
#define SIGN_LEN_MAX 0x0FFF /* 12 bits */
#define ERR_RESERVED_LEN 2

/* RFC 3830 6.4; SIZE_MAX: unknown */
static size_t
dh_len(uint8_t group)
{
    switch (group) {
    case 0: return 192; /* OAKLEY 5 */
    case 1: return 96;  /* OAKLEY 1 */
    case 2: return 128; /* OAKLEY 2 */
    default: return SIZE_MAX;
    }
}

/* RFC 3830 6.8, RFC 6043; SIZE_MAX: unknown */
static size_t
hash_len(uint8_t hash_func)
{
    switch (hash_func) {
    case 0: return 20; /* SHA-1 */
    case 1: return 16; /* MD5 */
    case 2: return 32; /* SHA-256 */
    default: return SIZE_MAX;
    }
}

static int
get_known(struct msk_reader *r, size_t n, struct msk_bytes *value)
{
    if (n == SIZE_MAX)
        return MSK_ERR_UNSUPPORTED;
    msk_reader_take(r, n, value);
    return MSK_OK;
}

static void
get_other_data(struct msk_reader *r, struct msk_bytes *data)
{
    msk_reader_take(r, msk_reader_u16(r), data);
}

/* RFC 3830 6.3 */
static int
get_pke(struct msk_reader *r, struct msk_payload *p)
{
    uint16_t c_len = msk_reader_u16(r);

    p->kind = (uint8_t)(c_len >> 14);
    msk_reader_take(r, c_len & PKE_LEN_MAX, &p->data);
    return MSK_OK;
}

/* How many octets of KV data there are: RFC 3830 6.14, without moving on. */
static int
kv_len(const struct msk_reader *r, uint8_t kv, size_t *len)
{
    struct msk_reader ahead = *r;

    if (kv > MSK_KV_INTERVAL)
        return MSK_ERR_UNSUPPORTED;
    for (uint8_t i = 0; i < kv; i++) /* none, SPI, or VF and VT */
        msk_reader_skip(&ahead, msk_reader_u8(&ahead));
    *len = ahead.bad ? SIZE_MAX - 1 : ahead.at - r->at;
    return MSK_OK;
}

/* RFC 3830 6.4 */
static int
get_dh(struct msk_reader *r, struct msk_payload *p)
{
    size_t n = 0;
    int err;

    p->kind = msk_reader_u8(r);
    err = get_known(r, dh_len(p->kind), &p->data);
    if (err != MSK_OK)
        return err;
    p->detail = msk_reader_u8(r);
    err = kv_len(r, p->detail & 0x0F, &n);
    if (err == MSK_OK)
        msk_reader_take(r, n, &p->tail);
    return err;
}

/* RFC 3830 6.5: no next payload octet */
static void
get_sign(struct msk_reader *r, struct msk_payload *p)
{
    uint16_t type_len = msk_reader_u16(r);

    p->kind = (uint8_t)(type_len >> 12);
    msk_reader_take(r, type_len & SIGN_LEN_MAX, &p->data);
}

/* RFC 3830 6.8 */
static int
get_chash(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    return get_known(r, hash_len(p->kind), &p->data);
}

/* RFC 6043 6.4 */
static int
get_tr(struct msk_reader *r, struct msk_payload *p)
{
    p->detail = msk_reader_u8(r);
    p->kind = msk_reader_u8(r);
    return get_known(r, msk_ts_len(p->kind), &p->data);
}

static int
get_other_body(struct msk_reader *r, struct msk_payload *p)
{
    switch (p->type) {
    case MSK_PAYLOAD_PKE: return get_pke(r, p);
    case MSK_PAYLOAD_DH: return get_dh(r, p);
    case MSK_PAYLOAD_CHASH: return get_chash(r, p);
    case MSK_PAYLOAD_TR: return get_tr(r, p);
    case MSK_PAYLOAD_CERT: /* RFC 3830 6.7 */
        p->kind = msk_reader_u8(r);
        get_other_data(r, &p->data);
        return MSK_OK;
    case MSK_PAYLOAD_ERR: /* RFC 3830 6.12 */
        p->kind = msk_reader_u8(r);
        msk_reader_take(r, ERR_RESERVED_LEN, &p->data);
        return MSK_OK;
    case MSK_PAYLOAD_IDR: /* RFC 6043 6.6 */
        p->detail = msk_reader_u8(r);
        p->kind = msk_reader_u8(r);
        get_other_data(r, &p->data);
        return MSK_OK;
    case MSK_PAYLOAD_RANDR: /* RFC 6043 6.8 */
        p->detail = msk_reader_u8(r);
        msk_reader_take(r, msk_reader_u8(r), &p->data);
        return MSK_OK;
    case MSK_PAYLOAD_SAKKE: /* RFC 6509 4.2 */
        p->kind = msk_reader_u8(r);
        p->detail = msk_reader_u8(r);
        get_other_data(r, &p->data);
        return MSK_OK;
    default: return MSK_ERR_PAYLOAD;
    }
}

int
msk_payload_other_get(struct msk_reader *r, uint8_t type,
                      struct msk_payload *payload, uint8_t *next)
{
    int err = MSK_OK;

    msk_payload_clear(payload, type);
    *next = MSK_PAYLOAD_LAST;
    if (type == MSK_PAYLOAD_SIGN) {
        get_sign(r, payload);
    } else {
        *next = msk_reader_u8(r);
        err = get_other_body(r, payload);
    }
    if (err == MSK_OK && r->bad)
        err = MSK_ERR_TRUNCATED;
    return err;
}

static int
put_other_data(struct msk_writer *w, const struct msk_bytes *data)
{
    size_t at = msk_writer_open16(w);

    msk_writer_put(w, data->p, data->n);
    msk_writer_close16(w, at);
    return MSK_OK;
}

/* A value whose length follows from its type. */
static int
put_known(struct msk_writer *w, size_t n, const struct msk_bytes *value)
{
    if (value->n != n)
        return MSK_ERR_LENGTH;
    msk_writer_put(w, value->p, value->n);
    return MSK_OK;
}

/* Some bits of type in front of a length that fills two octets. */
static int
put_bits(struct msk_writer *w, unsigned bits, size_t most,
         const struct msk_payload *p)
{
    if (p->data.n > most || bits > 0xFFFF)
        return MSK_ERR_LENGTH;
    msk_writer_u16(w, (uint16_t)(bits | p->data.n));
    msk_writer_put(w, p->data.p, p->data.n);
    return MSK_OK;
}

static int
put_dh(struct msk_writer *w, const struct msk_payload *p)
{
    struct msk_key_data key = { .kv = p->detail & 0x0F };

    if (p->data.n != dh_len(p->kind) ||
        msk_key_validity_get(p->tail, &key) != MSK_OK)
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, p->kind);
    msk_writer_put(w, p->data.p, p->data.n);
    msk_writer_u8(w, p->detail);
    msk_writer_put(w, p->tail.p, p->tail.n);
    return MSK_OK;
}

static int
put_randr(struct msk_writer *w, const struct msk_payload *p)
{
    size_t at;

    msk_writer_u8(w, p->detail);
    at = msk_writer_open8(w);
    msk_writer_put(w, p->data.p, p->data.n);
    msk_writer_close8(w, at);
    return MSK_OK;
}

static int
put_other_body(struct msk_writer *w, const struct msk_payload *p)
{
    switch (p->type) {
    case MSK_PAYLOAD_PKE:
        return put_bits(w, (unsigned)p->kind << 14, PKE_LEN_MAX, p);
    case MSK_PAYLOAD_DH: return put_dh(w, p);
    case MSK_PAYLOAD_CERT:
        msk_writer_u8(w, p->kind);
        return put_other_data(w, &p->data);
    case MSK_PAYLOAD_CHASH:
        msk_writer_u8(w, p->kind);
        return put_known(w, hash_len(p->kind), &p->data);
    case MSK_PAYLOAD_ERR:
        msk_writer_u8(w, p->kind);
        return put_known(w, ERR_RESERVED_LEN, &p->data);
    case MSK_PAYLOAD_TR:
        msk_writer_u8(w, p->detail);
        msk_writer_u8(w, p->kind);
        return put_known(w, msk_ts_len(p->kind), &p->data);
    case MSK_PAYLOAD_IDR:
        msk_writer_u8(w, p->detail);
        msk_writer_u8(w, p->kind);
        return put_other_data(w, &p->data);
    case MSK_PAYLOAD_RANDR: return put_randr(w, p);
    case MSK_PAYLOAD_SAKKE:
        msk_writer_u8(w, p->kind);
        msk_writer_u8(w, p->detail);
        return put_other_data(w, &p->data);
    default: return MSK_ERR_PAYLOAD;
    }
}

int
msk_payload_other_put(struct msk_writer *w, const struct msk_payload *payload)
{
    if (payload->type == MSK_PAYLOAD_SIGN)
        return put_bits(w, (unsigned)payload->kind << 12, SIGN_LEN_MAX,
                        payload);
    msk_writer_u8(w, MSK_PAYLOAD_LAST);
    return put_other_body(w, payload);
}
