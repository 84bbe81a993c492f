/* SPDX-License-Identifier: MIT */
#include "mikey/walk.h"

#include "mikey/header.h"
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
static inline int
get_typed(struct msk_reader *r, size_t n, struct msk_bytes *value)
{
    if (n == SIZE_MAX)
        return MSK_ERR_UNSUPPORTED;
    msk_reader_take(r, n, value);
    return MSK_OK;
}

static inline void
get_data16(struct msk_reader *r, struct msk_bytes *data)
{
    msk_reader_take(r, msk_reader_u16(r), data);
}

/* RFC 3830 6.2 */
static inline int
get_kemac(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    get_data16(r, &p->data);
    p->detail = msk_reader_u8(r);
    return get_typed(r, msk_mac_len(p->detail), &p->tail);
}

/* RFC 3830 6.6 */
static inline int
get_t(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    return get_typed(r, msk_ts_len(p->kind), &p->data);
}

/* RFC 3830 6.9 */
static inline int
get_v(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    return get_typed(r, msk_mac_len(p->kind), &p->tail);
}

/* RFC 3830 6.7 and 6.15: type, 16 bits of length, data */
static inline int
get_kind_data(struct msk_reader *r, struct msk_payload *p)
{
    p->kind = msk_reader_u8(r);
    get_data16(r, &p->data);
    return MSK_OK;
}

/* RFC 3830 6.10 */
static inline int
get_sp(struct msk_reader *r, struct msk_payload *p)
{
    p->detail = msk_reader_u8(r);
    get_kind_data(r, p);
    return msk_tlv_whole(&p->data) ? MSK_OK : MSK_ERR_TRUNCATED;
}

/* RFC 3830 6.11 */
static inline int
get_rand(struct msk_reader *r, struct msk_payload *p)
{
    msk_reader_take(r, msk_reader_u8(r), &p->data);
    return MSK_OK;
}

static inline int
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

/* Reads with a reader of its own, which a compiler keeps in registers. */
int
msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                     struct msk_payload *payload, uint8_t *next)
{
    struct msk_reader own;
    int err;

    msk_reader_init(&own, r->p, r->n);
    msk_reader_skip(&own, r->at);
    msk_payload_clear(payload, type);
    *next = msk_reader_u8(&own);
    err = get_body(&own, payload);
    msk_reader_skip(r, own.at - r->at);
    if (err == MSK_OK && (own.bad || r->bad))
        err = MSK_ERR_TRUNCATED;
    return err;
}

int
msk_cursor_set(struct msk_mikey_cursor *cursor, struct msk_bytes message,
               uint32_t allowed)
{
    if (cursor == NULL || (message.p == NULL && message.n > 0))
        return MSK_ERR_ARGUMENT;
    cursor->message.p = message.p;
    cursor->message.n = message.n;
    cursor->allowed = allowed;
    cursor->count = 0;
    cursor->at = 0;
    cursor->next = MSK_PAYLOAD_LAST;
    return MSK_OK;
}

int
msk_mikey_begin(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                uint32_t allowed, struct msk_mikey_header *header)
{
    struct msk_reader r;
    int err = msk_cursor_set(cursor, message, allowed & MSK_PAYLOADS_MBMS);

    if (err != MSK_OK)
        return err;
    if (header == NULL)
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, message.p, message.n);
    err = msk_header_get(&r, header, &cursor->next);
    if (err == MSK_OK)
        cursor->at = r.at;
    return err;
}

static bool
is_allowed(const struct msk_mikey_cursor *cursor)
{
    return cursor->next < 32 && ((cursor->allowed >> cursor->next) & 1) != 0;
}

int
msk_cursor_open(const struct msk_mikey_cursor *cursor,
                struct msk_payload *payload, struct msk_reader *r)
{
    payload->type = cursor->next;
    if (cursor->next == MSK_PAYLOAD_LAST) /* what is left is nobody's */
        return cursor->at == cursor->message.n ? MSK_OK : MSK_ERR_TRAILING;
    if (!is_allowed(cursor))
        return MSK_ERR_PAYLOAD;
    if (cursor->count >= MSK_MIKEY_PAYLOADS_MAX)
        return MSK_ERR_MANY;
    msk_reader_init(r, cursor->message.p, cursor->message.n);
    msk_reader_skip(r, cursor->at);
    return MSK_OK;
}

void
msk_cursor_close(struct msk_mikey_cursor *cursor, struct msk_payload *payload,
                 const struct msk_reader *r, uint8_t next)
{
    payload->offset = cursor->at;
    payload->length = r->at - cursor->at;
    cursor->at = r->at;
    cursor->next = next;
    cursor->count++;
}

int
msk_mikey_next(struct msk_mikey_cursor *cursor, struct msk_payload *payload)
{
    struct msk_reader r;
    uint8_t next;
    int err;

    if (cursor == NULL || payload == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_cursor_open(cursor, payload, &r);
    if (err != MSK_OK || payload->type == MSK_PAYLOAD_LAST)
        return err;
    err = msk_payload_mbms_get(&r, cursor->next, payload, &next);
    if (err == MSK_OK)
        msk_cursor_close(cursor, payload, &r, next);
    return err;
}
