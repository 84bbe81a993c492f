/* SPDX-License-Identifier: MIT */
/* The walk and the builder for messages of any mode: the payloads of MBMS,
 * and the others, and the GENERIC-ID map. */
#include "mikey/build.h"
#include "mikey/cs_map.h"
#include "mikey/header.h"
#include "mikey/payload_other.h"
#include "mikey/walk.h"

static bool
is_mbms(uint8_t type)
{
    return type < 32 && ((uint32_t)MSK_PAYLOADS_MBMS >> type & 1) != 0;
}

static int
get_header(struct msk_reader *r, struct msk_mikey_header *header, uint8_t *next)
{
    int err = msk_header_get_fields(r, header, next);

    if (err != MSK_OK)
        return err;
    return header->map_type == MSK_MAP_GENERIC_ID
               ? msk_generic_map_get(r, header)
               : msk_header_get_map(r, header);
}

int
msk_mikey_begin_any(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                    uint32_t allowed, struct msk_mikey_header *header)
{
    struct msk_reader r;
    int err = msk_cursor_set(cursor, message, allowed & MSK_PAYLOADS_ANY);

    if (err != MSK_OK)
        return err;
    if (header == NULL)
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, message.p, message.n);
    err = get_header(&r, header, &cursor->next);
    if (err == MSK_OK)
        cursor->at = r.at;
    return err;
}

int
msk_mikey_next_any(struct msk_mikey_cursor *cursor, struct msk_payload *payload)
{
    struct msk_reader r;
    uint8_t next;
    int err;

    if (cursor == NULL || payload == NULL)
        return MSK_ERR_ARGUMENT;
    if (is_mbms(cursor->next))
        return msk_mikey_next(cursor, payload);
    err = msk_cursor_open(cursor, payload, &r);
    if (err != MSK_OK || payload->type == MSK_PAYLOAD_LAST)
        return err;
    err = msk_payload_other_get(&r, cursor->next, payload, &next);
    if (err == MSK_OK)
        msk_cursor_close(cursor, payload, &r, next);
    return err;
}

static int
check_map(const struct msk_mikey_header *header)
{
    if (header == NULL)
        return MSK_ERR_ARGUMENT;
    return header->map_type == MSK_MAP_GENERIC_ID
               ? msk_generic_map_check(header)
               : msk_header_check_map(header);
}

void
msk_mikey_build_any(struct msk_mikey_builder *builder, uint8_t *buf, size_t cap,
                    const struct msk_mikey_header *header)
{
    struct msk_writer w;
    int err = check_map(header);

    if (builder == NULL)
        return;
    msk_writer_init(&w, buf, cap);
    if (err == MSK_OK)
        err = msk_header_put_fields(&w, header);
    msk_builder_set(builder, &w, err);
}

void
msk_mikey_build_add_any(struct msk_mikey_builder *builder,
                        const struct msk_payload *payload)
{
    struct msk_writer w;
    int err;

    if (!msk_builder_takes(builder, payload) ||
        !msk_builder_open(builder, payload->type, &w))
        return;
    err = is_mbms(payload->type) ? msk_payload_mbms_put(&w, payload)
                                 : msk_payload_other_put(&w, payload);
    msk_builder_close(builder, &w, err);
}
