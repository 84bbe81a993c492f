/* SPDX-License-Identifier: MIT */
/* The Key ID extension of MBMS, RFC 4563 4. */
#include "base/octets.h"
#include "mikey/tlv.h"

/* Which of the three a sub-payload is; NULL for a type to be skipped. */
static struct msk_bytes *
place(struct msk_ext_key_id *ids, uint8_t type)
{
    switch (type) {
    case MSK_KEY_ID_DOMAIN: return &ids->domain;
    case MSK_KEY_ID_SERVICE: return &ids->service;
    case MSK_KEY_ID_TRAFFIC: return &ids->traffic;
    default: return NULL;
    }
}

/* A view that is there has a place, even when it is empty. */
static int
take_key_id(struct msk_bytes *id, const struct msk_bytes *value)
{
    if (id == NULL)
        return MSK_OK;
    if (id->p != NULL)
        return MSK_ERR_DUPLICATE;
    id->p = value->p;
    id->n = value->n;
    return MSK_OK;
}

int
msk_ext_key_id_get(struct msk_bytes data, struct msk_ext_key_id *ids)
{
    struct msk_bytes value;
    uint8_t type;
    int err = MSK_OK;

    if (ids == NULL || (data.p == NULL && data.n > 0))
        return MSK_ERR_ARGUMENT;
    msk_octets_clear(&ids->domain);
    msk_octets_clear(&ids->service);
    msk_octets_clear(&ids->traffic);
    while (err == MSK_OK && data.n > 0) {
        err = msk_tlv_get(&data, &type, &value);
        if (err == MSK_OK)
            err = take_key_id(place(ids, type), &value);
    }
    return err;
}

static void
put_key_id(struct msk_writer *w, uint8_t type, const struct msk_bytes *id)
{
    if (id->n > 0)
        msk_tlv_put(w, type, id->p, id->n);
}

int
msk_ext_key_id_put(const struct msk_ext_key_id *ids, uint8_t *buf, size_t cap,
                   size_t *len)
{
    struct msk_writer w;

    if (ids == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    put_key_id(&w, MSK_KEY_ID_DOMAIN, &ids->domain);
    put_key_id(&w, MSK_KEY_ID_SERVICE, &ids->service);
    put_key_id(&w, MSK_KEY_ID_TRAFFIC, &ids->traffic);
    return msk_writer_end(&w, len);
}
