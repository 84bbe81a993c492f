/* SPDX-License-Identifier: MIT */
#include "bmsc/record_field.h"

#include <string.h>

void
msk_record_get(struct msk_reader *r, uint8_t *out, size_t cap, uint8_t *len)
{
    struct msk_bytes field;

    *len = msk_reader_u8(r);
    msk_reader_take(r, *len, &field);
    if (field.n > cap)
        r->bad = true;
    else if (field.n > 0)
        memcpy(out, field.p, field.n);
    if (r->bad)
        *len = 0;
}

void
msk_record_put(struct msk_writer *w, const uint8_t *p, uint8_t len)
{
    msk_writer_u8(w, len);
    msk_writer_put(w, p, len);
}

bool
msk_record_get_flag(struct msk_reader *r)
{
    uint8_t octet = msk_reader_u8(r);

    if (octet > 1)
        r->bad = true;
    return octet == 1;
}

void
msk_record_put_flag(struct msk_writer *w, bool flag)
{
    msk_writer_u8(w, flag ? 1 : 0);
}

uint64_t
msk_record_get_u64(struct msk_reader *r)
{
    uint64_t high = msk_reader_u32(r);

    return high << 32 | msk_reader_u32(r);
}

void
msk_record_put_u64(struct msk_writer *w, uint64_t v)
{
    msk_writer_u32(w, (uint32_t)(v >> 32));
    msk_writer_u32(w, (uint32_t)v);
}

bool
msk_record_set(uint8_t *out, size_t cap, uint8_t *len, struct msk_bytes view)
{
    if (view.n > cap)
        return false;
    if (view.n > 0)
        memcpy(out, view.p, view.n);
    *len = (uint8_t)view.n;
    return true;
}
