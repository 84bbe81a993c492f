/* SPDX-License-Identifier: MIT */
#include "mikey/build.h"

#include "mikey/header.h"
#include "mikey/tlv.h"
#include "mikey/walk.h"

static void
put_data16(struct msk_writer *w, const struct msk_bytes *data)
{
    size_t at = msk_writer_open16(w);

    msk_writer_put(w, data->p, data->n);
    msk_writer_close16(w, at);
}

/* A MAC may be left out, to be appended once the rest is there. */
static int
put_mac(struct msk_writer *w, uint8_t mac_alg, const struct msk_bytes *mac)
{
    if (mac->n != 0 && mac->n != msk_mac_len(mac_alg))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, mac_alg);
    msk_writer_put(w, mac->p, mac->n);
    return MSK_OK;
}

static int
put_kemac(struct msk_writer *w, const struct msk_payload *p)
{
    msk_writer_u8(w, p->kind);
    put_data16(w, &p->data);
    return put_mac(w, p->detail, &p->tail);
}

static int
put_t(struct msk_writer *w, const struct msk_payload *p)
{
    if (p->data.n != msk_ts_len(p->kind))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, p->kind);
    msk_writer_put(w, p->data.p, p->data.n);
    return MSK_OK;
}

static int
put_kind_data(struct msk_writer *w, const struct msk_payload *p)
{
    msk_writer_u8(w, p->kind);
    put_data16(w, &p->data);
    return MSK_OK;
}

static int
put_sp(struct msk_writer *w, const struct msk_payload *p)
{
    if (!msk_tlv_whole(&p->data))
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, p->detail);
    return put_kind_data(w, p);
}

static int
put_rand(struct msk_writer *w, const struct msk_payload *p)
{
    size_t at = msk_writer_open8(w);

    msk_writer_put(w, p->data.p, p->data.n);
    msk_writer_close8(w, at);
    return MSK_OK;
}

int
msk_payload_mbms_put(struct msk_writer *w, const struct msk_payload *payload)
{
    msk_writer_u8(w, MSK_PAYLOAD_LAST);
    switch (payload->type) {
    case MSK_PAYLOAD_KEMAC: return put_kemac(w, payload);
    case MSK_PAYLOAD_T: return put_t(w, payload);
    case MSK_PAYLOAD_V: return put_mac(w, payload->kind, &payload->tail);
    case MSK_PAYLOAD_ID:
    case MSK_PAYLOAD_EXT: return put_kind_data(w, payload);
    case MSK_PAYLOAD_SP: return put_sp(w, payload);
    case MSK_PAYLOAD_RAND: return put_rand(w, payload);
    default: return MSK_ERR_PAYLOAD;
    }
}

void
msk_builder_set(struct msk_mikey_builder *builder, const struct msk_writer *w,
                int err)
{
    builder->buf = w->p;
    builder->cap = w->cap;
    builder->next_at = MSK_HEADER_NEXT_AT;
    msk_builder_close(builder, w, err);
}

bool
msk_builder_takes(struct msk_mikey_builder *builder,
                  const struct msk_payload *payload)
{
    if (builder != NULL && payload == NULL && builder->err == MSK_OK)
        builder->err = MSK_ERR_ARGUMENT;
    return builder != NULL && payload != NULL;
}

bool
msk_builder_open(struct msk_mikey_builder *builder, uint8_t type,
                 struct msk_writer *w)
{
    if (builder->err != MSK_OK)
        return false;
    msk_writer_init(w, builder->buf, builder->cap);
    w->len = builder->len;
    msk_writer_poke(w, builder->next_at, type);
    builder->next_at = w->len;
    return true;
}

void
msk_builder_close(struct msk_mikey_builder *builder, const struct msk_writer *w,
                  int err)
{
    if (err == MSK_OK && w->too_long)
        err = MSK_ERR_LENGTH;
    builder->err = err;
    builder->len = w->len;
}

void
msk_mikey_build(struct msk_mikey_builder *builder, uint8_t *buf, size_t cap,
                const struct msk_mikey_header *header)
{
    struct msk_writer w;

    if (builder == NULL)
        return;
    msk_writer_init(&w, buf, cap);
    msk_builder_set(builder, &w,
                    header != NULL ? msk_header_put(&w, header)
                                   : MSK_ERR_ARGUMENT);
}

void
msk_mikey_build_add(struct msk_mikey_builder *builder,
                    const struct msk_payload *payload)
{
    struct msk_writer w;

    if (msk_builder_takes(builder, payload) &&
        msk_builder_open(builder, payload->type, &w))
        msk_builder_close(builder, &w, msk_payload_mbms_put(&w, payload));
}

int
msk_mikey_build_end(const struct msk_mikey_builder *builder, size_t *len)
{
    struct msk_writer w;

    if (builder == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    if (builder->err != MSK_OK)
        return builder->err;
    msk_writer_init(&w, builder->buf, builder->cap);
    w.len = builder->len;
    return msk_writer_end(&w, len);
}
