/* SPDX-License-Identifier: MIT */
/* Reading a message of MBMS: what its payloads are together. */
#include "mbms/layout.h"
#include "mbms/reading.h"

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
name_initiator(struct msk_reading *reading)
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
name_responder(struct msk_reading *reading)
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
name_keys(struct msk_reading *reading)
{
    uint8_t want = reading->data_type == MSK_DATA_PSK_RESP ? MSK_PAYLOAD_V
                                                           : MSK_PAYLOAD_KEMAC;

    if (!reading->has_t || !reading->has_protection)
        return MSK_ERR_MISSING;
    if (reading->message->protection.type != want)
        return MSK_ERR_KIND;
    return want == MSK_PAYLOAD_V ? name_responder(reading)
                                 : name_initiator(reading);
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
    err = msk_reading_header(&reading, octets);
    if (err == MSK_OK)
        err = msk_reading_payloads(&reading);
    if (err == MSK_OK)
        err = name_keys(&reading);
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
