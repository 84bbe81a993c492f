/* SPDX-License-Identifier: MIT */
#include "mikey/cs_map.h"

#include "base/octets.h"

#define S_FLAG 0x80
#define POLICIES_MAX 0x7F

/* RFC 6043 6.1.1 */
static void
get_generic(struct msk_reader *r, struct msk_cs *cs)
{
    uint8_t s_policies;

    cs->id = msk_reader_u8(r);
    cs->prot = msk_reader_u8(r);
    s_policies = msk_reader_u8(r);
    cs->s = (s_policies & S_FLAG) != 0;
    msk_reader_take(r, s_policies & POLICIES_MAX, &cs->policies);
    msk_reader_take(r, msk_reader_u16(r), &cs->data);
    msk_reader_take(r, msk_reader_u8(r), &cs->spi);
    cs->ssrc = 0;
    cs->roc = 0;
}

/* RFC 3830 6.1.1 */
static void
get_srtp_id(struct msk_reader *r, struct msk_cs *cs)
{
    cs->id = 0;
    cs->prot = 0;
    cs->s = false;
    msk_reader_take(r, 1, &cs->policies);
    cs->ssrc = msk_reader_u32(r);
    cs->roc = msk_reader_u32(r);
    msk_octets_clear(&cs->data);
    msk_octets_clear(&cs->spi);
}

int
msk_cs_get(uint8_t map_type, struct msk_bytes *rest, struct msk_cs *cs)
{
    struct msk_reader r;

    if (rest == NULL || cs == NULL || (rest->p == NULL && rest->n > 0))
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, rest->p, rest->n);
    if (map_type == MSK_MAP_SRTP_ID)
        get_srtp_id(&r, cs);
    else if (map_type == MSK_MAP_GENERIC_ID)
        get_generic(&r, cs);
    else
        return MSK_ERR_UNSUPPORTED;
    if (r.bad)
        return MSK_ERR_TRUNCATED;
    msk_reader_take(&r, msk_reader_left(&r), rest);
    return MSK_OK;
}

static void
put_generic(struct msk_writer *w, const struct msk_cs *cs)
{
    unsigned s = cs->s ? S_FLAG : 0;
    size_t at;

    msk_writer_u8(w, cs->id);
    msk_writer_u8(w, cs->prot);
    msk_writer_u8(w, (uint8_t)(s | cs->policies.n));
    msk_writer_put(w, cs->policies.p, cs->policies.n);
    at = msk_writer_open16(w);
    msk_writer_put(w, cs->data.p, cs->data.n);
    msk_writer_close16(w, at);
    at = msk_writer_open8(w);
    msk_writer_put(w, cs->spi.p, cs->spi.n);
    msk_writer_close8(w, at);
}

static void
put_srtp_id(struct msk_writer *w, const struct msk_cs *cs)
{
    msk_writer_put(w, cs->policies.p, cs->policies.n);
    msk_writer_u32(w, cs->ssrc);
    msk_writer_u32(w, cs->roc);
}

int
msk_cs_put(uint8_t map_type, const struct msk_cs *cs, uint8_t *buf, size_t cap,
           size_t *len)
{
    struct msk_writer w;
    size_t most = map_type == MSK_MAP_SRTP_ID ? 1 : POLICIES_MAX;

    if (cs == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    if (map_type != MSK_MAP_SRTP_ID && map_type != MSK_MAP_GENERIC_ID)
        return MSK_ERR_UNSUPPORTED;
    if (cs->policies.n > most ||
        (map_type == MSK_MAP_SRTP_ID && cs->policies.n != 1))
        return MSK_ERR_LENGTH;
    msk_writer_init(&w, buf, cap);
    if (map_type == MSK_MAP_SRTP_ID)
        put_srtp_id(&w, cs);
    else
        put_generic(&w, cs);
    return msk_writer_end(&w, len);
}

int
msk_generic_map_get(struct msk_reader *r, struct msk_mikey_header *header)
{
    struct msk_reader ahead = *r;
    struct msk_cs cs;

    for (unsigned i = 0; i < header->n_cs && !ahead.bad; i++)
        get_generic(&ahead, &cs);
    if (ahead.bad)
        return MSK_ERR_TRUNCATED;
    msk_reader_take(r, ahead.at - r->at, &header->map);
    return MSK_OK;
}

int
msk_generic_map_check(const struct msk_mikey_header *header)
{
    struct msk_reader r;
    struct msk_cs cs;

    msk_reader_init(&r, header->map.p, header->map.n);
    for (unsigned i = 0; i < header->n_cs && !r.bad; i++)
        get_generic(&r, &cs);
    return msk_reader_done(&r) ? MSK_OK : MSK_ERR_LENGTH;
}
