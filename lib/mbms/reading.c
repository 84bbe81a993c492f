/* SPDX-License-Identifier: MIT */
/* Reading a message of MBMS: its payloads, straight from its octets. What they
 * mean together is said in layout.c. */
#include "mbms/chain.h"
#include "mbms/layout.h"
#include "mikey/header.h"
#include "mikey/tlv.h"

/* TS 33.246 6.4.2: #CS is 1 with an SRTP-ID map for streaming, which a
 * message without a key may leave out; 0 with the Empty map for download. */
static int
check_header(const struct msk_reading *reading, uint8_t prf, uint8_t n_cs,
             uint8_t map_type)
{
    if (reading->data_type != MSK_DATA_PSK_INIT &&
        reading->data_type != MSK_DATA_PSK_RESP)
        return MSK_ERR_KIND;
    if (prf != msk_mbms_suite.prf)
        return MSK_ERR_UNSUPPORTED;
    return n_cs <= (map_type == MSK_MAP_SRTP_ID ? 1 : 0) ? MSK_OK
                                                         : MSK_ERR_VALUE;
}

/* RFC 3830 6.1.1. Decision 34: in 2004 the Empty map had the number of the
 * SRTP-ID map. */
static int
read_map(struct msk_reading *reading, uint8_t n_cs, uint8_t map_type)
{
    bool old_empty = reading->layout == MSK_LAYOUT_CSB && n_cs == 0;

    if (map_type == MSK_MAP_SRTP_ID)
        msk_reader_skip(&reading->r, (size_t)n_cs * MSK_HEADER_SRTP_ID);
    else if (map_type != MSK_MAP_EMPTY)
        return MSK_ERR_UNSUPPORTED;
    reading->message->streaming = map_type == MSK_MAP_SRTP_ID && !old_empty;
    return reading->r.bad ? MSK_ERR_TRUNCATED : MSK_OK;
}

/* RFC 3830 6.1 */
static int
read_header(struct msk_reading *reading, struct msk_bytes octets)
{
    struct msk_reader *r = &reading->r;
    struct msk_message *m = reading->message;
    uint8_t version, first, v_prf, n_cs, map_type;
    int err;

    msk_reader_init(r, octets.p, octets.n);
    version = msk_reader_u8(r);
    reading->data_type = msk_reader_u8(r);
    first = msk_reader_u8(r);
    v_prf = msk_reader_u8(r);
    m->csb_id = msk_reader_u32(r);
    n_cs = msk_reader_u8(r);
    map_type = msk_reader_u8(r);
    if (r->bad)
        return MSK_ERR_TRUNCATED;
    if (version != MSK_HEADER_VERSION)
        return MSK_ERR_VERSION;
    err = read_map(reading, n_cs, map_type);
    if (err != MSK_OK)
        return err;
    m->octets = octets;
    m->v = v_prf >> 7 != 0;
    reading->first = first;
    reading->at = r->at;
    return check_header(reading, v_prf & 0x7F, n_cs, map_type);
}

/* A payload that may stand only once. */
static int
once(bool *has)
{
    if (*has)
        return MSK_ERR_DUPLICATE;
    *has = true;
    return MSK_OK;
}

/* The octets of a payload are read: are they there, and may it stand here? */
static int
end_payload(struct msk_reading *reading)
{
    if (reading->r.bad)
        return MSK_ERR_TRUNCATED;
    reading->at = reading->r.at;
    return reading->has_protection ? MSK_ERR_ORDER : MSK_OK;
}

/* RFC 3830 6.6. TS 33.246 6.4.3: T is a counter. */
static int
read_t(struct msk_reading *reading)
{
    uint8_t ts_type = msk_reader_u8(&reading->r);
    uint32_t counter = msk_reader_u32(&reading->r);
    int err;

    if (ts_type > MSK_TS_NTP_UTC_32)
        return MSK_ERR_UNSUPPORTED;
    if (ts_type < MSK_TS_COUNTER) /* 8 octets */
        msk_reader_skip(&reading->r, 4);
    err = end_payload(reading);
    if (err != MSK_OK)
        return err;
    if (ts_type != MSK_TS_COUNTER)
        return MSK_ERR_VALUE;
    reading->message->counter = counter;
    return once(&reading->has_t);
}

/* RFC 3830 6.7, 6.15 and others: a type, 16 bits of length, data. */
static uint8_t
read_typed(struct msk_reading *reading, struct msk_bytes *data)
{
    uint8_t type = msk_reader_u8(&reading->r);

    msk_reader_take(&reading->r, msk_reader_u16(&reading->r), data);
    return type;
}

/* TS 33.246 6.5.3: extensions of other types are skipped, not refused; the
 * MAC covers them. Decision 34: one of 2004 names keys in CSB. Its Key Type 0
 * was the MUK, which IDr names; it was no domain. */
static int
read_ext(struct msk_reading *reading)
{
    struct msk_bytes data;
    uint8_t type = read_typed(reading, &data);
    int err = end_payload(reading);

    if (err != MSK_OK)
        return err;
    reading->has_other_ext |= type == MSK_EXT_KEY_TYPE;
    if (msk_layout_ext_type(reading->layout, type) != type)
        return MSK_OK;
    err = once(&reading->has_ext);
    if (err == MSK_OK)
        err = msk_ext_key_id_get(data, &reading->ids);
    if (type == MSK_EXT_KEY_TYPE)
        reading->ids.domain = (struct msk_bytes){ NULL, 0 };
    return err;
}

static int
read_id(struct msk_reading *reading)
{
    struct msk_bytes data;
    int err;

    read_typed(reading, &data);
    err = end_payload(reading);
    if (err == MSK_OK && reading->n_ids == 2)
        err = MSK_ERR_DUPLICATE;
    if (err == MSK_OK)
        reading->id[reading->n_ids++] = data;
    return err;
}

/* RFC 3830 6.11 */
static int
read_rand(struct msk_reading *reading)
{
    struct msk_bytes rand;
    int err;

    msk_reader_take(&reading->r, msk_reader_u8(&reading->r), &rand);
    err = end_payload(reading);
    if (err == MSK_OK && reading->message->rand.p != NULL)
        err = MSK_ERR_DUPLICATE;
    if (err == MSK_OK && (rand.n < 16 || rand.n > MSK_RAND_MAX))
        err = MSK_ERR_LENGTH;
    if (err == MSK_OK)
        reading->message->rand = rand;
    return err;
}

/* RFC 3830 6.10. TS 33.246 6.4.5.1: SRTP policies only; RFC 4563 5: none with
 * the Empty map, which is what makes it a download service. */
static int
read_sp(struct msk_reading *reading)
{
    struct msk_bytes params;
    uint8_t type;
    int err;

    msk_reader_skip(&reading->r, 1); /* policy no */
    type = read_typed(reading, &params);
    if (!msk_tlv_whole(&params))
        return MSK_ERR_TRUNCATED;
    err = end_payload(reading);
    if (err != MSK_OK)
        return err;
    if (type != 0 || !reading->message->streaming)
        return MSK_ERR_VALUE;
    if (params.n > MSK_SP_MAX)
        return MSK_ERR_LENGTH;
    reading->message->sp = params;
    return once(&reading->message->has_sp);
}

/* RFC 3830 6.2 and 6.9: the MAC of that algorithm ends KEMAC and V. TS 33.246
 * 6.4.1, 6.4.2: NULL is forbidden, one algorithm of each is used. */
static int
read_mac(struct msk_reading *reading, uint8_t mac_alg, uint8_t encr_alg,
         struct msk_payload *p)
{
    int err;

    switch (mac_alg) {
    case MSK_MAC_NULL: break;
    case MSK_MAC_HMAC_SHA1_160:
        msk_reader_take(&reading->r, 20, &p->tail);
        break;
    case MSK_MAC_HMAC_SHA256_256:
        msk_reader_take(&reading->r, 32, &p->tail);
        break;
    default: return MSK_ERR_UNSUPPORTED;
    }
    p->type = reading->type;
    p->offset = reading->at;
    err = end_payload(reading);
    p->length = reading->at - p->offset;
    if (err != MSK_OK)
        return err;
    if (mac_alg == MSK_MAC_NULL || encr_alg == MSK_ENCR_NULL)
        return MSK_ERR_NULL_ALG;
    return mac_alg == msk_mbms_suite.mac && encr_alg == msk_mbms_suite.encr
               ? MSK_OK
               : MSK_ERR_UNSUPPORTED;
}

static int
read_kemac(struct msk_reading *reading)
{
    struct msk_payload *p = &reading->message->protection;
    int err;

    p->kind = read_typed(reading, &p->data);
    p->detail = msk_reader_u8(&reading->r);
    err = read_mac(reading, p->detail, p->kind, p);
    if (err == MSK_OK && p->data.n > MSK_PLAIN_MAX)
        err = MSK_ERR_LENGTH;
    return err == MSK_OK ? once(&reading->has_protection) : err;
}

static int
read_v(struct msk_reading *reading)
{
    struct msk_payload *p = &reading->message->protection;
    int err;

    p->kind = msk_reader_u8(&reading->r);
    err = read_mac(reading, p->kind, msk_mbms_suite.encr, p);
    return err == MSK_OK ? once(&reading->has_protection) : err;
}

static int
read_payload(struct msk_reading *reading)
{
    switch (reading->type) {
    case MSK_PAYLOAD_T: return read_t(reading);
    case MSK_PAYLOAD_EXT: return read_ext(reading);
    case MSK_PAYLOAD_ID: return read_id(reading);
    case MSK_PAYLOAD_RAND: return read_rand(reading);
    case MSK_PAYLOAD_SP: return read_sp(reading);
    case MSK_PAYLOAD_KEMAC: return read_kemac(reading);
    case MSK_PAYLOAD_V: return read_v(reading);
    default: return MSK_ERR_PAYLOAD;
    }
}

static int
read_payloads(struct msk_reading *reading)
{
    uint8_t next = reading->first;
    int err;

    for (size_t i = 0; next != MSK_PAYLOAD_LAST; i++) {
        reading->type = next;
        if (i == MSK_MIKEY_PAYLOADS_MAX)
            return MSK_ERR_MANY;
        next = msk_reader_u8(&reading->r);
        err = read_payload(reading);
        if (err != MSK_OK)
            return err;
    }
    reading->type = MSK_PAYLOAD_LAST; /* what is left is nobody's */
    return msk_reader_done(&reading->r) ? MSK_OK : MSK_ERR_TRAILING;
}

int
msk_message_read(enum msk_layout layout, struct msk_bytes octets,
                 struct msk_message *message, struct msk_fault *fault)
{
    struct msk_reading reading = { .layout = layout, .message = message };
    int err;

    if (!msk_layout_valid(layout) || message == NULL ||
        (octets.p == NULL && octets.n > 0))
        return MSK_ERR_ARGUMENT;
    *message = (struct msk_message){ .streaming = false };
    err = read_header(&reading, octets);
    if (err == MSK_OK)
        err = read_payloads(&reading);
    if (err == MSK_OK)
        err = msk_layout_name(&reading);
    if (err != MSK_OK && fault != NULL) {
        fault->payload = reading.type;
        fault->offset = reading.at;
    }
    return err;
}

int
msk_mikey_peek(enum msk_layout layout, struct msk_bytes octets,
               struct msk_peek *peek)
{
    struct msk_message m;
    int err;

    if (peek == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_message_read(layout, octets, &m, NULL);
    if (err != MSK_OK)
        return err;
    *peek = (struct msk_peek){ m.kind, m.id, { NULL, 0 }, m.idr };
    if (layout == MSK_LAYOUT_KEYID && m.kind == MSK_MESSAGE_MSK)
        peek->fqdn = m.idi;
    return MSK_OK;
}
