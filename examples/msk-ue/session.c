/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <string.h>
#include <strings.h>
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

static struct server *
current(struct host *h)
{
    return &h->servers[h->server];
}

/* --- the servers ---------------------------------------------------------- */

static int
complain(const struct host *h, const char *about, const char *why)
{
    char text[2 * SERVER_TEXT_MAX];

    (void)snprintf(text, sizeof text, "%s: %s", about, why);
    event_error(&h->log, text);
    return MSK_ERR_ARGUMENT;
}

/* One announced server; those of another name than --fqdn are left out. */
static int
add_server(struct host *h, struct msk_bytes uri)
{
    struct server *server = &h->servers[h->n_servers];
    char text[SERVER_TEXT_MAX];
    const char *why;

    (void)snprintf(text, sizeof text, "%.*s", (int)uri.n, (const char *)uri.p);
    if (uri.n >= sizeof text || h->n_servers == SERVERS_MAX)
        return complain(h, text, "too long, or one too many");
    if (!server_parse(server, text, &why))
        return complain(h, text, why);
    if (h->options.fqdn != NULL && !server_is(server, h->options.fqdn))
        return MSK_OK;
    if (h->options.bmsc != NULL && !server_override(server, &h->options.over))
        return complain(h, text, "too long");
    h->n_servers++;
    return MSK_OK;
}

static bool
of_one_name(const struct host *h)
{
    for (size_t i = 1; i < h->n_servers; i++)
        if (!server_is(&h->servers[i], h->servers[0].fqdn))
            return false;
    return true;
}

static void
pick(struct host *h)
{
    struct msk_bytes uri, fqdn;
    const struct msk_service *s = &h->service;

    h->server = 0;
    if (h->n_servers == s->n_servers &&
        msk_service_pick(s, &host_randomness, &uri, &fqdn) == MSK_OK)
        for (size_t i = 0; i < s->n_servers; i++)
            if (s->servers[i].p == uri.p)
                h->server = i;
}

int
session_servers(struct host *h)
{
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < h->service.n_servers; i++)
        err = add_server(h, h->service.servers[i]);
    if (err == MSK_OK && h->n_servers == 0)
        err = complain(h, h->options.fqdn, "is none of the announced servers");
    if (err == MSK_OK && !options_derive(&h->options) && !of_one_name(h))
        err = complain(h, "--fqdn",
                       "several servers are announced; whose are these keys?");
    if (err == MSK_OK)
        pick(h);
    return err;
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

static int
make_session(struct host *h)
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
        return err == MSK_OK ? make_session(h) : err;
    }
    mgvf.crypto = host_crypto();
    mgvf.store = &h->store;
    err = msk_mgvf_init(&h->mgvf, h->mgvf_memory, sizeof h->mgvf_memory, &mgvf);
    if (err == MSK_OK && h->gba.used)
        err = keys_belong_to(&h->store, h->mgvf, h->gba.face.impi);
    return err == MSK_OK ? make_session(h) : err;
}

static void
tell_server(const struct host *h)
{
    json_t *event = event_new(&h->log, "server");

    event_word(event, "origin", h->servers[h->server].origin);
    event_word(event, "reason", "the one before did not answer");
    event_tell(&h->log, event);
}

int
session_held(const struct host *h, const struct msk_flow *flow,
             struct msk_held *held)
{
    memset(held, 0, sizeof *held);
    held->size = sizeof *held;
    return msk_mgvf_held(h->mgvf, &flow->group, held);
}

static bool
holds_an_msk(const struct host *h)
{
    struct msk_held held;

    for (size_t i = 0; i < h->service.n_flows; i++)
        if (session_held(h, &h->service.flows[i], &held) == MSK_OK &&
            held.n > 0)
            return true;
    return false;
}

/* Its Key Groups are forgotten, and so nothing that it sends is taken any
 * more; it would not hear that we go. */
static void
go_to(struct host *h, size_t server)
{
    int err;

    h->moving = true;
    card_wait(h, true);
    (void)msk_ue_stop(h->ue, h->service.id, event_monotonic());
    msk_ue_wipe(h->ue);
    h->moving = false;
    http_stop(&h->http);
    h->server = server;
    tell_server(h);
    err = make_session(h);
    if (err == MSK_OK)
        err = msk_ue_start(h->ue, &h->service, event_monotonic());
    hooks_tell(h, "another server", err);
    card_wait(h, false);
}

void
session_silent(struct host *h)
{
    const char *was = current(h)->fqdn;

    for (size_t i = 1; i < h->n_servers; i++) {
        size_t next = (h->server + i) % h->n_servers;

        if (server_is(&h->servers[next], was) &&
            strcmp(h->servers[next].base, current(h)->base) == 0) {
            h->server = next;
            h->http.server = current(h);
            tell_server(h);
            return;
        }
        if (options_derive(&h->options) && !h->leaving && !holds_an_msk(h)) {
            go_to(h, next);
            return;
        }
    }
}
