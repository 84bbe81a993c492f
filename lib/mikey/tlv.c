/* SPDX-License-Identifier: MIT */
/* Lists of type, length, value with one octet each of type and length. */
#include "mikey/tlv.h"

int
msk_tlv_get(struct msk_bytes *rest, uint8_t *type, struct msk_bytes *value)
{
    struct msk_reader r;

    if (rest == NULL || type == NULL || value == NULL ||
        (rest->p == NULL && rest->n > 0))
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, rest->p, rest->n);
    *type = msk_reader_u8(&r);
    msk_reader_take(&r, msk_reader_u8(&r), value);
    if (r.bad)
        return MSK_ERR_TRUNCATED;
    msk_reader_take(&r, msk_reader_left(&r), rest);
    return MSK_OK;
}

void
msk_tlv_put(struct msk_writer *w, uint8_t type, const uint8_t *value, size_t n)
{
    size_t at;

    msk_writer_u8(w, type);
    at = msk_writer_open8(w);
    msk_writer_put(w, value, n);
    msk_writer_close8(w, at);
}

bool
msk_tlv_whole(const struct msk_bytes *list)
{
    struct msk_reader r;

    msk_reader_init(&r, list->p, list->n);
    /*@ loop invariant reader(&r) && r.p == list->p && r.n == list->n;
        loop assigns r.at, r.bad;
        loop variant r.bad ? 0 : r.n - r.at;
     */
    while (msk_reader_left(&r) > 0) {
        msk_reader_u8(&r);
        msk_reader_skip(&r, msk_reader_u8(&r));
    }
    return msk_reader_done(&r);
}
