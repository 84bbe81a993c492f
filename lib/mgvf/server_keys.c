/* SPDX-License-Identifier: MIT */
#include "mgvf/server_keys.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "base/serial.h"

size_t
msk_server_keys_find(const struct msk_server_keys *keys, struct msk_bytes btid)
{
    for (size_t i = 0; i < keys->n; i++)
        if (msk_octets_are(btid, keys->muk[i].btid, keys->muk[i].btid_len))
            return i;
    return 2;
}

static bool
same_key(const struct msk_server_muk *muk, struct msk_bytes key)
{
    return muk->key_len == key.n && msk_secret_equal(muk->key, key.p, key.n);
}

/* The last generated MUK is replaced; if it was ever used it stays as the
 * last used one. */
static void
generate(struct msk_server_keys *keys, struct msk_bytes btid,
         struct msk_bytes key)
{
    struct msk_server_muk *muk = &keys->muk[MSK_MUK_GENERATED];

    if (keys->n > 0 && muk->has_counter) {
        memcpy(&keys->muk[MSK_MUK_USED], muk, sizeof *muk);
        keys->n = 2;
    }
    if (keys->n == 0)
        keys->n = 1;
    msk_secret_wipe(muk, sizeof *muk);
    memcpy(muk->btid, btid.p, btid.n);
    muk->btid_len = (uint8_t)btid.n;
    memcpy(muk->key, key.p, key.n);
    muk->key_len = (uint8_t)key.n;
}

/* Decision 27: what is not newer than the newest that ever was, and not held,
 * may have been held once; its counter is gone. */
int
msk_server_keys_set(struct msk_server_keys *keys, struct msk_bytes btid,
                    struct msk_bytes key, uint64_t age, bool *changed)
{
    size_t i = msk_server_keys_find(keys, btid);
    bool newer = keys->n == 0 || age > keys->age;

    *changed = false;
    if (i < 2 && !same_key(&keys->muk[i], key))
        return MSK_ERR_CONFLICT;
    if (i == 2 && !newer)
        return MSK_ERR_OLD_KEY;
    if (i == 2)
        generate(keys, btid, key);
    if (newer)
        keys->age = age;
    *changed = newer;
    return MSK_OK;
}

bool
msk_server_keys_fresh(const struct msk_server_keys *keys, size_t i,
                      uint32_t counter)
{
    return !keys->muk[i].has_counter ||
           msk_serial_newer(counter, keys->muk[i].counter);
}

void
msk_server_keys_used(struct msk_server_keys *keys, size_t i, uint32_t counter)
{
    keys->muk[i].has_counter = true;
    keys->muk[i].counter = counter;
    if (i == MSK_MUK_GENERATED && keys->n == 2) {
        msk_secret_wipe(&keys->muk[MSK_MUK_USED],
                        sizeof keys->muk[MSK_MUK_USED]);
        keys->n = 1;
    }
}
