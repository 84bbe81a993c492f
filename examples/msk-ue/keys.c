/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <string.h>

#define VERSION 1
#define NEWEST 'B' /* store keys: "B", and "R" with a B-TID */
#define USED 'R'

/* Octets of a record that is read or written. */
struct octets {
    uint8_t p[MSK_STORE_VALUE_MAX];
    size_t n, at;
};

static void
put(struct octets *o, const uint8_t *p, size_t n)
{
    o->p[o->n++] = (uint8_t)n;
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

static bool
get(struct octets *o, uint8_t *p, size_t cap, size_t *n)
{
    if (o->at == o->n)
        return false;
    *n = o->p[o->at++];
    if (*n > cap || *n > o->n - o->at)
        return false;
    memcpy(p, o->p + o->at, *n);
    o->at += *n;
    return true;
}

static int
load(const struct msk_store *store, const uint8_t *key, size_t n,
     struct msk_stored *out)
{
    return store->load(store->user, 0, (struct msk_bytes){ key, n }, out);
}

static int
unpack(const struct msk_stored *stored, struct keys *keys)
{
    struct octets o = { .n = stored->n };
    bool fine;

    memcpy(o.p, stored->value, stored->n);
    fine = o.n > 0 && o.p[o.at++] == VERSION &&
           get(&o, keys->btid, sizeof keys->btid, &keys->btid_n) &&
           get(&o, keys->keys.muk, sizeof keys->keys.muk, &keys->keys.muk_n) &&
           get(&o, keys->keys.mrk, sizeof keys->keys.mrk, &keys->keys.mrk_n) &&
           o.at == o.n;
    msk_wipe(&o, sizeof o);
    return fine ? MSK_OK : MSK_ERR_RECORD;
}

/* The newest keys, and that their name was used, in one commit. */
static int
keep(const struct msk_store *store, const struct keys *keys,
     struct msk_bytes used, uint64_t version)
{
    static const uint8_t newest = NEWEST, yes = 1;
    struct msk_change changes[2];
    struct octets o = { .n = 0 };
    int err;

    o.p[o.n++] = VERSION;
    put(&o, keys->btid, keys->btid_n);
    put(&o, keys->keys.muk, keys->keys.muk_n);
    put(&o, keys->keys.mrk, keys->keys.mrk_n);
    memset(changes, 0, sizeof changes);
    changes[0].key = (struct msk_bytes){ &newest, 1 };
    changes[0].value = (struct msk_bytes){ o.p, o.n };
    changes[0].version = version;
    changes[1].key = used;
    changes[1].value = (struct msk_bytes){ &yes, 1 };
    err = store->commit(store->user, 0, changes, 2);
    msk_wipe(&o, sizeof o);
    return err;
}

int
keys_offer(const struct msk_store *store, struct keys *keys)
{
    static const uint8_t newest = NEWEST;
    uint8_t name[1 + MSK_BTID_MAX];
    struct msk_stored used, stored;
    int err;

    if (keys->btid_n == 0 || keys->btid_n > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    name[0] = USED;
    memcpy(name + 1, keys->btid, keys->btid_n);
    err = load(store, name, 1 + keys->btid_n, &used);
    if (err == MSK_OK)
        err = load(store, &newest, 1, &stored);
    if (err == MSK_OK && used.version != 0)
        err = unpack(&stored, keys);
    else if (err == MSK_OK)
        err = keep(store, keys, (struct msk_bytes){ name, 1 + keys->btid_n },
                   stored.version);
    msk_wipe(&stored, sizeof stored);
    return err;
}
