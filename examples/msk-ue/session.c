/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <string.h>
#include <sys/random.h>

#include "../provider.h"
#include "keys.h"

#define ANSWER_MORE 5000 /* the session waits longer, so that it hears why */

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

const struct msk_random host_randomness = { .size = sizeof host_randomness,
                                            .fill = fill };

static const struct server *
current(const struct host *h)
{
    return &h->servers[h->server];
}

/* --- keys ----------------------------------------------------------------- */

const char *
session_fqdn(const struct host *h)
{
    return h->servers[h->server].fqdn;
}

int
session_derive(struct host *h, struct secrecy_keys *keys)
{
    const struct options *o = &h->options;
    struct msk_bytes fqdn = msk_text(h->servers[h->server].fqdn);
    struct msk_gba gba = { host_crypto(), o->ks, o->rand, { NULL, 0 }, fqdn };
    uint8_t ks_naf[MSK_GBA_KEY_LEN];
    int err;

    if (h->card.keeps)
        return card_derive(h, session_fqdn(h), keys);
    if (o->impi != NULL)
        gba.impi = msk_text(o->impi);
    err = o->has_k_akma ? msk_gba_k_af(gba.crypto, o->k_akma, fqdn, ks_naf)
                        : msk_gba_ks_naf(&gba, ks_naf);
    if (err == MSK_OK)
        err = secrecy_derive(ks_naf, keys);
    msk_wipe(ks_naf, sizeof ks_naf);
    return err;
}

int
session_set_keys(struct host *h, const char *btid,
                 const struct secrecy_keys *keys, uint64_t age)
{
    struct msk_ue_keys k = { .size = sizeof k };
    struct keys newest;
    size_t n = strlen(btid);
    int err = MSK_OK;

    memset(&newest, 0, sizeof newest);
    if (n > sizeof newest.btid)
        return MSK_ERR_ARGUMENT;
    memcpy(newest.btid, btid, n);
    newest.btid_n = n;
    newest.keys = *keys;
    newest.age = age;
    if (!h->card.keeps)
        err = keys_offer(&h->store, current(h)->fqdn, &newest);
    k.btid = (struct msk_bytes){ newest.btid, newest.btid_n };
    k.muk = (struct msk_bytes){ newest.keys.muk, newest.keys.muk_n };
    k.mrk = (struct msk_bytes){ newest.keys.mrk, newest.keys.mrk_n };
    k.age = newest.age;
    if (err == MSK_OK)
        err = msk_ue_set_keys(h->ue, &k, event_monotonic());
    if (err == MSK_OK && newest.age > age)
        err = MSK_ERR_OLD_KEY;
    msk_wipe(&newest, sizeof newest);
    return err;
}

/* Those that were bootstrapped before, if there are some. */
static int
take_kept(struct host *h)
{
    struct keys kept;
    char btid[MSK_BTID_MAX + 1];
    int err = keys_load(&h->store, current(h)->fqdn, &kept);

    if (err == MSK_OK) {
        memcpy(btid, kept.btid, kept.btid_n);
        btid[kept.btid_n] = '\0';
        err = session_set_keys(h, btid, &kept.keys, kept.age);
    }
    msk_wipe(&kept, sizeof kept);
    return err == MSK_ERR_MISSING ? MSK_OK : err;
}

uint64_t
session_next_age(const struct host *h, uint64_t age)
{
    struct keys kept;
    int err;

    if (h->card.keeps) /* in one session they count on */
        return age > h->options.age ? age : h->options.age + 1;
    err = keys_load(&h->store, session_fqdn(h), &kept);
    if (err == MSK_OK && kept.age >= age && kept.age < UINT64_MAX)
        age = kept.age + 1;
    msk_wipe(&kept, sizeof kept);
    return age;
}

/* Those of the options stay there as long as another server may need them. */
static int
take_keys(struct host *h)
{
    struct options *o = &h->options;
    struct secrecy_keys keys = o->keys;
    int err = MSK_OK;

    if (h->card.keeps)
        return gba_take_kept(h);
    if (o->usim != NULL && !o->has_ks)
        return take_kept(h);
    if (options_derive(o))
        err = session_derive(h, &keys);
    else if (o->ks_naf_n > 0)
        err = secrecy_derive(o->ks_naf, &keys);
    if (err == MSK_OK)
        err = session_set_keys(h, o->btid, &keys, o->age);
    if (err == MSK_ERR_OLD_KEY) /* those of the store are newer */
        err = MSK_OK;
    msk_wipe(&keys, sizeof keys);
    return err;
}

/* --- the session ---------------------------------------------------------- */

int
session_begin(struct host *h)
{
    const struct options *o = &h->options;
    struct msk_ue_config ue = { .size = sizeof ue };
    int err;

    ue.layout = o->layout;
    ue.fqdn = msk_text(current(h)->fqdn);
    ue.base = msk_text(current(h)->base);
    ue.mgvf = h->mgvf;
    ue.crypto = host_crypto();
    ue.xml = &h->xml;
    ue.random = &host_randomness;
    ue.hooks = &hooks;
    ue.limits.groups = HOST_GROUPS;
    ue.limits.services = HOST_SERVICES;
    ue.qop = MSK_QOP_AUTH_INT | (o->auth ? MSK_QOP_AUTH : 0);
    ue.algorithms = o->algorithms;
    ue.akma = o->has_k_akma;
    ue.patience = o->patience * 1000;
    ue.answer_time = o->timeout * 1000 + ANSWER_MORE;
    if (o->groups != NULL)
        ue.registration = MSK_REGISTRATION_NONE;
    h->http.server = current(h);
    err = msk_ue_init(&h->ue, h->ue_memory, sizeof h->ue_memory, &ue, h);
    return err == MSK_OK ? take_keys(h) : err;
}

int
session_open(struct host *h)
{
    struct msk_mgvf_config mgvf = { .size = sizeof mgvf };
    int err;

    if (h->card.keeps) {
        err = card_mgvf(h);
        return err == MSK_OK ? session_begin(h) : err;
    }
    mgvf.crypto = host_crypto();
    mgvf.store = &h->store;
    err = msk_mgvf_init(&h->mgvf, h->mgvf_memory, sizeof h->mgvf_memory, &mgvf);
    if (err == MSK_OK && h->gba.used)
        err = keys_belong_to(&h->store, h->mgvf, h->gba.face.impi);
    return err == MSK_OK ? session_begin(h) : err;
}

int
session_held(const struct host *h, const struct msk_flow *flow,
             struct msk_held *held)
{
    memset(held, 0, sizeof *held);
    held->size = sizeof *held;
    return msk_mgvf_held(h->mgvf, &flow->group, held);
}
