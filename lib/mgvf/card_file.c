/* SPDX-License-Identifier: MIT */
#include "mgvf/card_file.h"

#include <string.h>

#include "base/bytes.h"

#define TAG_IDR 0x80
#define TAG_IDI 0x82
#define TAG_COUNTER 0x81
#define LENGTH_IN_1 0x81 /* octets to come */
#define LENGTH_IN_2 0x82

static size_t
get_length(struct msk_reader *r)
{
    uint8_t first = msk_reader_u8(r);

    if (first < LENGTH_IN_1 - 1)
        return first;
    if (first == LENGTH_IN_1)
        return msk_reader_u8(r);
    if (first == LENGTH_IN_2)
        return msk_reader_u16(r);
    r->bad = true;
    return 0;
}

static bool
get_object(struct msk_reader *r, uint8_t tag, struct msk_bytes *value)
{
    uint8_t found = msk_reader_u8(r);

    msk_reader_take(r, get_length(r), value);
    return !r->bad && found == tag;
}

bool
msk_card_get_object(struct msk_bytes octets, uint8_t tag,
                    struct msk_bytes *value, size_t *used)
{
    struct msk_reader r;
    bool ok;

    msk_reader_init(&r, octets.p, octets.n);
    ok = get_object(&r, tag, value);
    *used = r.at;
    return ok;
}

static bool
get_counter(struct msk_reader *r, uint32_t *counter)
{
    struct msk_bytes value;
    struct msk_reader octets;

    if (!get_object(r, TAG_COUNTER, &value))
        return false;
    msk_reader_init(&octets, value.p, value.n);
    *counter = msk_reader_u32(&octets);
    return msk_reader_done(&octets);
}

/* What is after the last object is padding. */
bool
msk_card_get_muk(struct msk_bytes record, struct msk_card_muk *muk)
{
    struct msk_reader r, inner;
    struct msk_bytes name;

    msk_reader_init(&r, record.p, record.n);
    if (!get_object(&r, MSK_CARD_TAG_MUK, &name))
        return false;
    muk->name.p = record.p;
    muk->name.n = r.at;
    msk_reader_init(&inner, name.p, name.n);
    return get_object(&inner, TAG_IDR, &muk->idr) &&
           get_object(&inner, TAG_IDI, &muk->idi) && msk_reader_done(&inner) &&
           get_counter(&r, &muk->counter);
}

bool
msk_card_get_msks(struct msk_bytes record, struct msk_card_msks *msks)
{
    struct msk_reader r;
    struct msk_bytes domain;
    uint16_t group;

    memset(msks, 0, sizeof *msks);
    msk_reader_init(&r, record.p, record.n);
    msk_reader_take(&r, sizeof msks->id.domain, &domain);
    msks->n = msk_reader_u8(&r);
    if (r.bad || msks->n < 1 || msks->n > MSK_HELD_MAX)
        return false;
    memcpy(msks->id.domain, domain.p, sizeof msks->id.domain);
    for (size_t i = 0; i < msks->n; i++) {
        group = msk_reader_u16(&r);
        msks->number[i] = msk_reader_u16(&r);
        msks->counter[i] = msk_reader_u32(&r);
        if (i > 0 && group != msks->id.group)
            return false;
        msks->id.group = group;
    }
    return !r.bad;
}
