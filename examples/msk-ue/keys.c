/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <ctype.h>
#include <string.h>

#define VERSION 2
#define PREFIX 'B'   /* a store key: this and the name of the server */
#define WHOSE "card" /* and this one: the IMPI of the USIM */

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

static void
put_age(struct octets *o, uint64_t age)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        o->p[o->n++] = (uint8_t)(age >> shift);
}

/* It stands at the end. */
static bool
get_age(struct octets *o, uint64_t *age)
{
    if (o->n - o->at != sizeof *age)
        return false;
    for (*age = 0; o->at < o->n; o->at++)
        *age = *age << 8 | o->p[o->at];
    return true;
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
           get_age(&o, &keys->age);
    msk_wipe(&o, sizeof o);
    return fine ? MSK_OK : MSK_ERR_RECORD;
}

static int
keep(const struct msk_store *store, const struct keys *keys,
     struct msk_bytes name, uint64_t version)
{
    struct msk_change change = { .key = name, .version = version };
    struct octets o = { .n = 0 };
    int err;

    o.p[o.n++] = VERSION;
    put(&o, keys->btid, keys->btid_n);
    put(&o, keys->keys.muk, keys->keys.muk_n);
    put(&o, keys->keys.mrk, keys->keys.mrk_n);
    put_age(&o, keys->age);
    change.value = (struct msk_bytes){ o.p, o.n };
    err = store->commit(store->user, 0, &change, 1);
    msk_wipe(&o, sizeof o);
    return err;
}

/* What is kept of a server, in *keys if there is something. */
static int
load(const struct msk_store *store, const char *fqdn,
     uint8_t octets[1 + MSK_FQDN_MAX], struct msk_stored *stored,
     struct keys *keys)
{
    struct msk_bytes name = { octets, 1 + strlen(fqdn) };
    int err;

    if (name.n > 1 + MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    octets[0] = PREFIX;
    for (size_t i = 1; i < name.n; i++) /* a name in any case is one */
        octets[i] = (uint8_t)tolower((unsigned char)fqdn[i - 1]);
    err = store->load(store->user, 0, name, stored);
    return err == MSK_OK && stored->version != 0 ? unpack(stored, keys) : err;
}

int
keys_load(const struct msk_store *store, const char *fqdn, struct keys *keys)
{
    uint8_t octets[1 + MSK_FQDN_MAX];
    struct msk_stored stored = { .version = 0 };
    int err = load(store, fqdn, octets, &stored, keys);

    if (err == MSK_OK && stored.version == 0)
        err = MSK_ERR_MISSING;
    msk_wipe(&stored, sizeof stored);
    return err;
}

int
keys_offer(const struct msk_store *store, const char *fqdn, struct keys *keys)
{
    uint8_t octets[1 + MSK_FQDN_MAX];
    struct msk_stored stored;
    struct keys newest;
    int err;

    if (keys->btid_n == 0 || keys->btid_n > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    err = load(store, fqdn, octets, &stored, &newest);
    if (err == MSK_OK && (stored.version == 0 || keys->age > newest.age))
        err = keep(store, keys, (struct msk_bytes){ octets, 1 + strlen(fqdn) },
                   stored.version);
    else if (err == MSK_OK)
        *keys = newest;
    msk_wipe(&stored, sizeof stored);
    msk_wipe(&newest, sizeof newest);
    return err;
}

/* --- whose they are ------------------------------------------------------- */

/* A store key, or none. */
struct name {
    uint8_t octets[MSK_STORE_KEY_MAX];
    size_t n;
};

static int
visit(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    struct name *first = arg;

    (void)value;
    memcpy(first->octets, key.p, key.n);
    first->n = key.n;
    return MSK_ERR_BUSY; /* one is enough */
}

static int
forget(const struct msk_store *store, struct msk_bytes name)
{
    struct msk_change change = { .key = name };
    struct msk_stored stored;
    int err = store->load(store->user, 0, name, &stored);

    change.version = stored.version;
    msk_wipe(&stored, sizeof stored);
    return err == MSK_OK ? store->commit(store->user, 0, &change, 1) : err;
}

static int
forget_all(const struct msk_store *store)
{
    static const uint8_t prefix = PREFIX;
    struct name first;
    int err;

    do {
        first.n = 0;
        err = store->each(store->user, (struct msk_bytes){ &prefix, 1 }, visit,
                          &first);
        if (first.n > 0)
            err = forget(store, (struct msk_bytes){ first.octets, first.n });
    } while (err == MSK_OK && first.n > 0);
    return err;
}

/* First all keys, then the new name: a cut between them deletes once more. */
int
keys_belong_to(const struct msk_store *store, struct msk_mgvf *mgvf,
               const char *impi)
{
    struct msk_change change = { .key = msk_text(WHOSE),
                                 .value = msk_text(impi) };
    struct msk_stored last;
    int err = store->load(store->user, 0, change.key, &last);

    if (err != MSK_OK ||
        (last.n == change.value.n && memcmp(last.value, impi, last.n) == 0))
        return err;
    change.version = last.version;
    err = msk_mgvf_forget_all(mgvf);
    if (err == MSK_OK)
        err = forget_all(store);
    return err == MSK_OK ? store->commit(store->user, 0, &change, 1) : err;
}
