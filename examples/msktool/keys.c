/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <stdlib.h>

#include "msk/mikey.h"

#define CHAIN_MAX 65535u /* octets of Encr data */

static bool
has_salt(uint8_t type)
{
    return type == MSK_KEY_TGK_SALT || type == MSK_KEY_TEK_SALT || type == 5;
}

static bool
append(const json_t *object, bool more, struct octets *out)
{
    struct octets key = { NULL, 0 }, salt = { NULL, 0 }, spi = { NULL, 0 };
    struct octets from = { NULL, 0 }, to = { NULL, 0 };
    struct msk_key_data data = { .type = 0 };
    uint64_t type, kv;
    size_t len = 0;
    bool ok = get_int(object, "key_type", 15, MSK_KEY_TEK, &type) &&
              get_int(object, "kv", 15, MSK_KV_NULL, &kv) &&
              get_octets(object, "key", &key) &&
              get_octets(object, "salt", &salt) &&
              get_octets(object, "spi", &spi) &&
              get_octets(object, "vf", &from) && get_octets(object, "vt", &to);

    if (ok) {
        data.type = (uint8_t)type;
        data.kv = (uint8_t)kv;
        data.key = view(&key);
        data.salt = view(&salt);
        data.spi = view(&spi);
        data.valid_from = view(&from);
        data.valid_to = view(&to);
        ok = msk_key_data_put(&data, more, out->p + out->n, CHAIN_MAX - out->n,
                              &len) == MSK_OK;
    }
    out->n += ok ? len : 0;
    free_octets(&key);
    free_octets(&salt);
    free_octets(&spi);
    free_octets(&from);
    free_octets(&to);
    return ok;
}

bool
keys_of_json(const json_t *list, struct octets *out)
{
    const json_t *item;
    size_t i;

    out->n = 0;
    out->p = malloc(CHAIN_MAX);
    if (out->p == NULL || (list != NULL && !json_is_array(list)))
        return false;
    json_array_foreach(list, i, item)
    {
        if (!append(item, i + 1 < json_array_size(list), out))
            return false;
    }
    return true;
}

static json_t *
key_json(const struct msk_key_data *key)
{
    json_t *object = json_object();

    json_object_set_new(object, "type", json_string("KEY"));
    set_int(object, "key_type", key->type);
    set_int(object, "kv", key->kv);
    set_hex(object, "key", key->key);
    if (has_salt(key->type))
        set_hex(object, "salt", key->salt);
    if (key->kv == MSK_KV_SPI)
        set_hex(object, "spi", key->spi);
    if (key->kv == MSK_KV_INTERVAL) {
        set_hex(object, "vf", key->valid_from);
        set_hex(object, "vt", key->valid_to);
    }
    return object;
}

json_t *
keys_json(struct msk_bytes chain)
{
    json_t *list = json_array();
    struct msk_key_data key;

    while (chain.n > 0) {
        int err = msk_key_data_get(&chain, &key);

        if (err != MSK_OK) {
            fail_msk(err, "key data");
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, key_json(&key));
    }
    return list;
}
