/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <ctype.h>
#include <string.h>

#define VERSION 1
#define NEWEST 'B' /* store keys: "B" and the server, "R" and a B-TID */
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

/* A key of the store. */
struct name {
    uint8_t p[1 + MSK_FQDN_MAX];
    size_t n;
};

static void
make_name(struct name *name, char kind, const void *p, size_t n)
{
    name->p[0] = (uint8_t)kind;
    memcpy(name->p + 1, p, n);
    name->n = 1 + n;
}

static int
load(const struct msk_store *store, const struct name *name,
     struct msk_stored *out)
{
    return store->load(store->user, 0, (struct msk_bytes){ name->p, name->n },
                       out);
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
     const struct name names[2], const struct msk_stored stored[2])
{
    static const uint8_t yes = 1;
    struct msk_change changes[2];
    struct octets o = { .n = 0 };
    int err;

    o.p[o.n++] = VERSION;
    put(&o, keys->btid, keys->btid_n);
    put(&o, keys->keys.muk, keys->keys.muk_n);
    put(&o, keys->keys.mrk, keys->keys.mrk_n);
    memset(changes, 0, sizeof changes);
    for (int i = 0; i < 2; i++) {
        changes[i].key = (struct msk_bytes){ names[i].p, names[i].n };
        changes[i].version = stored[i].version;
    }
    changes[0].value = (struct msk_bytes){ o.p, o.n };
    changes[1].value = (struct msk_bytes){ &yes, 1 };
    err = store->commit(store->user, 0, changes, 2);
    msk_wipe(&o, sizeof o);
    return err;
}

/* A B-TID that was used before comes back only with a server that has no keys
 * yet: one bootstrapping run serves all servers, each with a key of its own. */
int
keys_offer(const struct msk_store *store, const char *fqdn, struct keys *keys)
{
    struct name names[2];
    struct msk_stored stored[2]; /* the newest keys; was this name used? */
    size_t n = strlen(fqdn);
    int err;

    if (keys->btid_n == 0 || keys->btid_n > MSK_BTID_MAX || n > MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    make_name(&names[0], NEWEST, fqdn, n);
    for (size_t i = 1; i < names[0].n; i++) /* a name in any case is one */
        names[0].p[i] = (uint8_t)tolower(names[0].p[i]);
    make_name(&names[1], USED, keys->btid, keys->btid_n);
    err = load(store, &names[0], &stored[0]);
    if (err == MSK_OK)
        err = load(store, &names[1], &stored[1]);
    if (err == MSK_OK && stored[0].version != 0 && stored[1].version != 0)
        err = unpack(&stored[0], keys);
    else if (err == MSK_OK)
        err = keep(store, keys, names, stored);
    msk_wipe(stored, sizeof stored);
    return err;
}
