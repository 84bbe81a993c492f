/* SPDX-License-Identifier: MIT */
/* Key data sub-payloads, RFC 3830 6.13, and key validity, 6.14. */
#include "base/bytes.h"
#include "base/octets.h"
#include "msk/mikey.h"

/* TGK+SALT, TEK+SALT and GTGK+SALT carry a salt. */
static bool
has_salt(uint8_t type)
{
    return type == 1 || type == 3 || type == 5;
}

/* RFC 3830 6.14 */
static int
get_validity(struct msk_reader *r, struct msk_key_data *key)
{
    switch (key->kv) {
    case MSK_KV_NULL: return MSK_OK;
    case MSK_KV_SPI:
        msk_reader_take(r, msk_reader_u8(r), &key->spi);
        return MSK_OK;
    case MSK_KV_INTERVAL:
        msk_reader_take(r, msk_reader_u8(r), &key->valid_from);
        msk_reader_take(r, msk_reader_u8(r), &key->valid_to);
        return MSK_OK;
    default: return MSK_ERR_UNSUPPORTED;
    }
}

/* RFC 3830 6.13 */
static int
get_key(struct msk_reader *r, struct msk_key_data *key)
{
    uint8_t type_kv = msk_reader_u8(r);

    key->type = type_kv >> 4;
    key->kv = type_kv & 0x0F;
    msk_octets_clear(&key->salt);
    msk_octets_clear(&key->spi);
    msk_octets_clear(&key->valid_from);
    msk_octets_clear(&key->valid_to);
    msk_reader_take(r, msk_reader_u16(r), &key->key);
    if (has_salt(key->type))
        msk_reader_take(r, msk_reader_u16(r), &key->salt);
    return get_validity(r, key);
}

int
msk_key_validity_get(struct msk_bytes data, struct msk_key_data *key)
{
    struct msk_reader r;
    int err;

    if (key == NULL || !msk_octets_fit(data, 0, SIZE_MAX))
        return MSK_ERR_ARGUMENT;
    msk_octets_clear(&key->spi);
    msk_octets_clear(&key->valid_from);
    msk_octets_clear(&key->valid_to);
    msk_reader_init(&r, data.p, data.n);
    err = get_validity(&r, key);
    if (err != MSK_OK)
        return err;
    if (r.bad)
        return MSK_ERR_TRUNCATED;
    return msk_reader_done(&r) ? MSK_OK : MSK_ERR_TRAILING;
}

int
msk_key_data_get(struct msk_bytes *rest, struct msk_key_data *key)
{
    struct msk_reader r;
    uint8_t next;
    int err;

    if (rest == NULL || key == NULL || !msk_octets_fit(*rest, 0, SIZE_MAX))
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, rest->p, rest->n);
    next = msk_reader_u8(&r);
    err = get_key(&r, key);
    if (err != MSK_OK)
        return err;
    if (r.bad || (next == MSK_PAYLOAD_KEY_DATA && msk_reader_left(&r) == 0))
        return MSK_ERR_TRUNCATED;
    if (next != MSK_PAYLOAD_KEY_DATA && next != MSK_PAYLOAD_LAST)
        return MSK_ERR_PAYLOAD;
    if (next == MSK_PAYLOAD_LAST && msk_reader_left(&r) > 0)
        return MSK_ERR_TRAILING;
    msk_reader_take(&r, msk_reader_left(&r), rest);
    return MSK_OK;
}

static void
put8(struct msk_writer *w, const struct msk_bytes *data)
{
    size_t at = msk_writer_open8(w);

    msk_writer_put(w, data->p, data->n);
    msk_writer_close8(w, at);
}

static void
put16(struct msk_writer *w, const struct msk_bytes *data)
{
    size_t at = msk_writer_open16(w);

    msk_writer_put(w, data->p, data->n);
    msk_writer_close16(w, at);
}

static void
put_validity(struct msk_writer *w, const struct msk_key_data *key)
{
    if (key->kv == MSK_KV_SPI)
        put8(w, &key->spi);
    if (key->kv == MSK_KV_INTERVAL) {
        put8(w, &key->valid_from);
        put8(w, &key->valid_to);
    }
}

int
msk_key_data_put(const struct msk_key_data *key, bool more, uint8_t *buf,
                 size_t cap, size_t *len)
{
    struct msk_writer w;

    if (key == NULL || len == NULL || key->type > 0x0F ||
        key->kv > MSK_KV_INTERVAL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    msk_writer_u8(&w, more ? MSK_PAYLOAD_KEY_DATA : MSK_PAYLOAD_LAST);
    msk_writer_u8(&w, (uint8_t)((unsigned)key->type << 4 | key->kv));
    put16(&w, &key->key);
    if (has_salt(key->type))
        put16(&w, &key->salt);
    put_validity(&w, key);
    return msk_writer_end(&w, len);
}

int
msk_key_validity_put(const struct msk_key_data *key, uint8_t *buf, size_t cap,
                     size_t *len)
{
    struct msk_writer w;

    if (key == NULL || len == NULL || key->kv > MSK_KV_INTERVAL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    put_validity(&w, key);
    return msk_writer_end(&w, len);
}
