/* SPDX-License-Identifier: MIT */
#include "mbms/layout.h"

#include <string.h>

#define DOMAIN_LEN 3
#define MTK_ID_LEN 2
#define NUMBER_LEN 2 /* the MSK ID of the change request */
#define MSK_ID_LEN 4 /* the MSK ID of TS 33.246: group and number */

bool
msk_layout_valid(enum msk_layout layout)
{
    return layout == MSK_LAYOUT_CSB || layout == MSK_LAYOUT_KEYID;
}

/* The two layouts differ in what the extension holds, whatever else is in the
 * message: a Key Domain ID and 4 octets, or no domain and 2. */
static bool
is_of_layout(enum msk_layout layout, const struct msk_ext_key_id *ids)
{
    if (layout == MSK_LAYOUT_CSB)
        return ids->domain.p == NULL && ids->service.n != MSK_ID_LEN;
    return ids->domain.p != NULL || ids->service.n != NUMBER_LEN;
}

/* TS 33.246 6.4.4, RFC 4563 4 */
static int
read_keyid(const struct msk_ext_key_id *ids, struct msk_key_id *id)
{
    struct msk_reader r;

    if (ids->domain.p == NULL || ids->service.p == NULL)
        return MSK_ERR_MISSING;
    if (ids->domain.n != DOMAIN_LEN || ids->service.n != MSK_ID_LEN)
        return MSK_ERR_LENGTH;
    memcpy(id->domain, ids->domain.p, DOMAIN_LEN);
    msk_reader_init(&r, ids->service.p, ids->service.n);
    id->group = msk_reader_u16(&r);
    id->number = msk_reader_u16(&r);
    return MSK_OK;
}

/* Change request 6.3.2.1: Network ID in IDi, Key Group ID in the CSB ID. The
 * field has 32 bits and the group 16: the upper half is zero. */
static int
read_csb(const struct msk_ext_key_id *ids, const struct msk_message *message,
         struct msk_key_id *id)
{
    struct msk_reader r;

    if (ids->service.p == NULL || message->idi.p == NULL)
        return MSK_ERR_MISSING;
    if (ids->service.n != NUMBER_LEN || message->idi.n != DOMAIN_LEN)
        return MSK_ERR_LENGTH;
    if (message->csb_id > UINT16_MAX)
        return MSK_ERR_VALUE;
    memcpy(id->domain, message->idi.p, DOMAIN_LEN);
    id->group = (uint16_t)message->csb_id;
    msk_reader_init(&r, ids->service.p, ids->service.n);
    id->number = msk_reader_u16(&r);
    return MSK_OK;
}

/* An MTK ID makes it an MTK message (TS 33.246 6.4.6). */
static int
read_mtk_id(const struct msk_ext_key_id *ids, struct msk_message *message)
{
    struct msk_reader r;

    message->kind = MSK_MESSAGE_MSK;
    message->mtk_id = 0;
    if (ids->traffic.p == NULL)
        return MSK_OK;
    if (ids->traffic.n != MTK_ID_LEN)
        return MSK_ERR_LENGTH;
    msk_reader_init(&r, ids->traffic.p, ids->traffic.n);
    message->kind = MSK_MESSAGE_MTK;
    message->mtk_id = msk_reader_u16(&r);
    return MSK_OK;
}

/* TS 33.246 6.3.2.1: no Key Group 0. Number 0 stands for "the current MSK": a
 * pull; it protects no MTK. */
static bool
names_a_key(const struct msk_message *message)
{
    return message->id.group != 0 &&
           (message->kind == MSK_MESSAGE_MSK || message->id.number != 0);
}

int
msk_layout_read(enum msk_layout layout, const struct msk_ext_key_id *ids,
                struct msk_message *message)
{
    int err;

    if (!is_of_layout(layout, ids))
        return MSK_ERR_LAYOUT;
    err = layout == MSK_LAYOUT_CSB ? read_csb(ids, message, &message->id)
                                   : read_keyid(ids, &message->id);
    if (err == MSK_OK)
        err = read_mtk_id(ids, message);
    if (err == MSK_OK && !names_a_key(message))
        err = MSK_ERR_VALUE;
    return err;
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

int
msk_layout_name(struct msk_reading *reading)
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

/* The type and the length of a name. */
static void
begin_name(struct msk_writer *w, uint8_t type, uint8_t len)
{
    msk_writer_u8(w, type);
    msk_writer_u8(w, len);
}

/* RFC 4563 4 */
void
msk_layout_put(struct msk_writer *w, enum msk_layout layout,
               const struct msk_key_id *id, uint16_t mtk_id)
{
    bool whole = layout == MSK_LAYOUT_KEYID;

    if (whole) {
        begin_name(w, MSK_KEY_ID_DOMAIN, DOMAIN_LEN);
        msk_writer_put(w, id->domain, DOMAIN_LEN);
    }
    begin_name(w, MSK_KEY_ID_SERVICE, whole ? MSK_ID_LEN : NUMBER_LEN);
    if (whole)
        msk_writer_u16(w, id->group);
    msk_writer_u16(w, id->number);
    if (mtk_id == 0)
        return;
    begin_name(w, MSK_KEY_ID_TRAFFIC, MTK_ID_LEN);
    msk_writer_u16(w, mtk_id);
}

uint8_t
msk_layout_ext_type(enum msk_layout layout, uint8_t asked)
{
    if (asked == 0)
        return MSK_EXT_KEY_ID;
    return asked == MSK_EXT_KEY_ID ||
                   (asked == MSK_EXT_KEY_TYPE && layout == MSK_LAYOUT_CSB)
               ? asked
               : 0;
}

uint32_t
msk_layout_csb_id(enum msk_layout layout, const struct msk_key_id *id,
                  uint32_t chosen)
{
    return layout == MSK_LAYOUT_CSB ? id->group : chosen;
}
