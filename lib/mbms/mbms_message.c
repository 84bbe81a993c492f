/* SPDX-License-Identifier: MIT */
/* Reading a message of MBMS: which payloads it has and what they are. */
#include "base/bytes.h"
#include "mbms/layout.h"
#include "mbms/protection.h"

/* What has been seen of a message so far. */
struct message_reading {
    struct msk_mikey_cursor cursor;
    struct msk_mikey_header header;
    struct msk_ext_key_id ids;
    size_t n_ids; /* ID payloads */
    struct msk_bytes id[2];
    bool has_t, has_ext, has_other_ext, has_protection;
    enum msk_layout layout;
    struct msk_message *message;
};

/* A payload that may stand only once. */
static int
once(bool *has)
{
    if (*has)
        return MSK_ERR_DUPLICATE;
    *has = true;
    return MSK_OK;
}

/* TS 33.246 6.4.3: T is a counter. */
static int
take_t(struct message_reading *reading, const struct msk_payload *t)
{
    struct msk_reader r;

    if (t->kind != MSK_TS_COUNTER)
        return MSK_ERR_VALUE;
    msk_reader_init(&r, t->data.p, t->data.n);
    reading->message->counter = msk_reader_u32(&r);
    return once(&reading->has_t);
}

/* TS 33.246 6.5.3: extensions of other types are skipped, not refused; the
 * MAC covers them. Decision 34: one of 2004 names keys in CSB. Its Key Type 0
 * was the MUK, which IDr names; it was no domain. */
static int
take_ext(struct message_reading *reading, const struct msk_payload *ext)
{
    int err;

    reading->has_other_ext |= ext->kind == MSK_EXT_KEY_TYPE;
    if (msk_layout_ext_type(reading->layout, ext->kind) != ext->kind)
        return MSK_OK;
    err = once(&reading->has_ext);
    if (err == MSK_OK)
        err = msk_ext_key_id_get(ext->data, &reading->ids);
    if (ext->kind == MSK_EXT_KEY_TYPE)
        reading->ids.domain = (struct msk_bytes){ NULL, 0 };
    return err;
}

static int
take_id(struct message_reading *reading, const struct msk_payload *id)
{
    if (reading->n_ids == 2)
        return MSK_ERR_DUPLICATE;
    reading->id[reading->n_ids++] = id->data;
    return MSK_OK;
}

static int
take_rand(struct message_reading *reading, const struct msk_payload *rand)
{
    if (reading->message->rand.p != NULL)
        return MSK_ERR_DUPLICATE;
    if (rand->data.n < 16 || rand->data.n > MSK_RAND_MAX)
        return MSK_ERR_LENGTH;
    reading->message->rand = rand->data;
    return MSK_OK;
}

/* TS 33.246 6.4.5.1: SRTP policies only; RFC 4563 5: none with the Empty
 * map, which is what makes it a download service. */
static int
take_sp(struct message_reading *reading, const struct msk_payload *sp)
{
    if (sp->kind != 0 || !reading->message->streaming)
        return MSK_ERR_VALUE;
    if (sp->data.n > MSK_SP_MAX)
        return MSK_ERR_LENGTH;
    reading->message->sp = sp->data;
    return once(&reading->message->has_sp);
}

/* TS 33.246 6.4.1, 6.4.2: NULL is forbidden, one algorithm of each is used. */
static int
take_kemac(struct message_reading *reading, const struct msk_payload *kemac)
{
    if (kemac->kind == MSK_ENCR_NULL || kemac->detail == MSK_MAC_NULL)
        return MSK_ERR_NULL_ALG;
    if (kemac->kind != msk_mbms_suite.encr ||
        kemac->detail != msk_mbms_suite.mac)
        return MSK_ERR_UNSUPPORTED;
    if (kemac->data.n > MSK_PLAIN_MAX)
        return MSK_ERR_LENGTH;
    reading->message->protection = *kemac;
    return once(&reading->has_protection);
}

static int
take_v(struct message_reading *reading, const struct msk_payload *v)
{
    if (v->kind == MSK_MAC_NULL)
        return MSK_ERR_NULL_ALG;
    if (v->kind != msk_mbms_suite.mac)
        return MSK_ERR_UNSUPPORTED;
    reading->message->protection = *v;
    return once(&reading->has_protection);
}

/* In any order, but nothing comes after what authenticates the message. */
static int
take_payload(struct message_reading *reading, const struct msk_payload *payload)
{
    if (reading->has_protection)
        return MSK_ERR_ORDER;
    switch (payload->type) {
    case MSK_PAYLOAD_T: return take_t(reading, payload);
    case MSK_PAYLOAD_EXT: return take_ext(reading, payload);
    case MSK_PAYLOAD_ID: return take_id(reading, payload);
    case MSK_PAYLOAD_RAND: return take_rand(reading, payload);
    case MSK_PAYLOAD_SP: return take_sp(reading, payload);
    case MSK_PAYLOAD_KEMAC: return take_kemac(reading, payload);
    case MSK_PAYLOAD_V: return take_v(reading, payload);
    default: return MSK_ERR_PAYLOAD;
    }
}

static int
take_all(struct message_reading *reading, struct msk_payload *payload)
{
    int err = msk_mikey_next(&reading->cursor, payload);

    while (err == MSK_OK && payload->type != MSK_PAYLOAD_LAST) {
        err = take_payload(reading, payload);
        if (err == MSK_OK)
            err = msk_mikey_next(&reading->cursor, payload);
    }
    return err;
}

/* Decision 34: in 2004 the Empty map had the number of the SRTP-ID map. */
static bool
is_streaming(enum msk_layout layout, const struct msk_mikey_header *header)
{
    bool old_empty = layout == MSK_LAYOUT_CSB && header->n_cs == 0;

    return header->map_type == MSK_MAP_SRTP_ID && !old_empty;
}

/* TS 33.246 6.4.2: #CS is 1 with an SRTP-ID map for streaming, which a
 * message without a key may leave out; 0 with the Empty map for download. */
static int
check_header(const struct msk_mikey_header *header)
{
    uint8_t most = header->map_type == MSK_MAP_SRTP_ID ? 1 : 0;

    if (header->prf != msk_mbms_suite.prf)
        return MSK_ERR_UNSUPPORTED;
    return header->n_cs <= most ? MSK_OK : MSK_ERR_VALUE;
}

/* TS 33.246 6.4.5.3: an MTK message has the Empty map, and so no SP. IDs and
 * RAND came with it in older versions; they are read and mean nothing, but
 * for the Network ID of the CSB layout. */
static int
check_mtk(const struct msk_message *m)
{
    return m->streaming ? MSK_ERR_VALUE : MSK_OK;
}

static int
check_msk(enum msk_layout layout, const struct msk_message *m)
{
    if (m->rand.p == NULL || m->idi.p == NULL ||
        (m->idr.p == NULL && layout == MSK_LAYOUT_KEYID))
        return MSK_ERR_MISSING;
    if (m->idi.n > MSK_FQDN_MAX || m->idr.n > MSK_BTID_MAX)
        return MSK_ERR_LENGTH;
    return MSK_OK;
}

/* The first ID payload of an initiator's message is IDi. */
static int
name_initiator(struct message_reading *reading)
{
    enum msk_layout layout = reading->layout;
    struct msk_message *m = reading->message;
    int err;

    m->idi = reading->id[0];
    m->idr = reading->id[1];
    if (!reading->has_ext)
        return reading->has_other_ext ? MSK_ERR_LAYOUT : MSK_ERR_MISSING;
    err = msk_layout_read(layout, &reading->ids, m);
    if (err != MSK_OK)
        return err;
    return m->kind == MSK_MESSAGE_MTK ? check_mtk(m) : check_msk(layout, m);
}

/* HDR T IDr V; its only ID payload is IDr. */
static int
name_responder(struct message_reading *reading)
{
    struct msk_message *m = reading->message;

    m->kind = MSK_MESSAGE_VERIFICATION;
    m->idr = reading->id[0];
    if (m->idr.p == NULL)
        return MSK_ERR_MISSING;
    if (reading->n_ids != 1)
        return MSK_ERR_DUPLICATE;
    return m->idr.n <= MSK_BTID_MAX ? MSK_OK : MSK_ERR_LENGTH;
}

static int
name_keys(struct message_reading *reading)
{
    uint8_t want = reading->header.data_type == MSK_DATA_PSK_RESP
                       ? MSK_PAYLOAD_V
                       : MSK_PAYLOAD_KEMAC;

    if (!reading->has_t || !reading->has_protection)
        return MSK_ERR_MISSING;
    if (reading->message->protection.type != want)
        return MSK_ERR_KIND;
    return want == MSK_PAYLOAD_V ? name_responder(reading)
                                 : name_initiator(reading);
}

static int
read_header(struct message_reading *reading, struct msk_bytes octets)
{
    struct msk_mikey_header *h = &reading->header;
    struct msk_message *m = reading->message;
    int err = msk_mikey_begin(&reading->cursor, octets, MSK_PAYLOADS_MBMS, h);

    if (err != MSK_OK)
        return err;
    if (h->data_type != MSK_DATA_PSK_INIT && h->data_type != MSK_DATA_PSK_RESP)
        return MSK_ERR_KIND;
    m->octets = octets;
    m->csb_id = h->csb_id;
    m->v = h->v;
    m->streaming = is_streaming(reading->layout, h);
    return check_header(h);
}

int
msk_message_read(enum msk_layout layout, struct msk_bytes octets,
                 struct msk_message *message, struct msk_fault *fault)
{
    struct message_reading reading = { .layout = layout, .message = message };
    struct msk_payload payload = { .type = MSK_PAYLOAD_LAST };
    int err;

    if (!msk_layout_valid(layout) || message == NULL ||
        (octets.p == NULL && octets.n > 0))
        return MSK_ERR_ARGUMENT;
    *message = (struct msk_message){ .streaming = false };
    err = read_header(&reading, octets);
    if (err == MSK_OK)
        err = take_all(&reading, &payload);
    if (err == MSK_OK)
        err = name_keys(&reading);
    if (err != MSK_OK && fault != NULL) {
        fault->payload = payload.type;
        fault->offset = reading.cursor.at;
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
