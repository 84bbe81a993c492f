/* SPDX-License-Identifier: MIT */
/* Nbsp_GBA, TS 29.309: the bootstrapping information retrieval of a NAF. */
#include <string.h>
#include <strings.h>

#include "../gba/moment.h"
#include "../provider.h"
#include "host.h"

#define TARGET "/nbsp-gba/v1/bootstrapping-info-retrieval"
#define UA_MBMS "0100000001" /* TS 33.220 H.3: TS 33.246 */

/* One request: what is wanted. */
struct ask {
    struct host *host;
    struct msk_bytes peer;
    struct answer *answer;
    const char *btid, *fqdn, *ua;
};

/* A problem of RFC 7807, as TS 29.500 has it. */
static void
refuse(struct ask *ask, int status, const char *detail)
{
    struct host *h = ask->host;
    json_t *event = event_new_limited(&h->log, &h->strangers, "refused");
    json_t *problem =
        json_pack("{s:i, s:s}", "status", status, "detail", detail);
    size_t n = json_dumpb(problem, (char *)ask->answer->body,
                          sizeof ask->answer->body, JSON_COMPACT);

    event_address(event, "from", ask->peer);
    if (ask->fqdn != NULL)
        event_text(event, "naf", msk_text(ask->fqdn));
    if (ask->btid != NULL)
        event_text(event, "btid", msk_text(ask->btid));
    event_number(event, "status", status);
    event_word(event, "reason", detail);
    event_tell(&h->log, event);
    answer_status(ask->answer, status);
    answer_body(ask->answer, "application/problem+json", n);
    json_decref(problem);
}

/* --- what is asked -------------------------------------------------------- */

static bool
read_ask(struct ask *ask, const json_t *body)
{
    const json_t *naf = json_object_get(body, "nafId");

    ask->btid = json_string_value(json_object_get(body, "btId"));
    ask->fqdn = json_string_value(json_object_get(naf, "nafFqdn"));
    ask->ua = json_string_value(json_object_get(naf, "uaSecProtId"));
    return ask->btid != NULL && ask->fqdn != NULL && ask->ua != NULL;
}

static bool
may_have(const struct host *h, const char *fqdn)
{
    for (size_t i = 0; i < h->options.n_nafs; i++)
        if (strcasecmp(h->options.nafs[i], fqdn) == 0)
            return true;
    return false;
}

/* --- what is answered ----------------------------------------------------- */

/* Ks_NAF; or, where the card has Ks, Ks_ext_NAF and Ks_int_NAF. */
struct naf_keys {
    uint8_t me[MSK_GBA_KEY_LEN], uicc[MSK_GBA_KEY_LEN];
};

static int
make_keys(const struct ask *ask, const struct bootstrapped *b,
          struct naf_keys *keys)
{
    const struct msk_gba gba = { host_crypto(), b->ks, b->rand,
                                 msk_text(b->impi), msk_text(ask->fqdn) };
    int err = msk_gba_ks_naf(&gba, keys->me);

    return err == MSK_OK && b->gba_u ? msk_gba_ks_int_naf(&gba, keys->uicc)
                                     : err;
}

static void
put_key(json_t *info, const char *name, const uint8_t key[MSK_GBA_KEY_LEN])
{
    char hex[2 * MSK_GBA_KEY_LEN + 1];

    for (size_t i = 0; i < MSK_GBA_KEY_LEN; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", key[i]);
    (void)json_object_set_new(info, name, json_string(hex));
    msk_wipe(hex, sizeof hex);
}

static size_t
write_info(struct answer *a, const struct bootstrapped *b,
           const struct naf_keys *keys)
{
    char created[MOMENT_TEXT], expires[MOMENT_TEXT];
    json_t *info;
    size_t n;

    moment_write(b->created, created);
    moment_write(b->expires, expires);
    info = json_pack("{s:s, s:s, s:s, s:s}", "keyExpiryTime", expires,
                     "bootstrappingInfoCreationTime", created, "gbaType",
                     "3G_GBA", "impi", b->impi);
    put_key(info, "meKeyMaterial", keys->me);
    if (b->gba_u)
        put_key(info, "uiccKeyMaterial", keys->uicc);
    n = json_dumpb(info, (char *)a->body, sizeof a->body, JSON_COMPACT);
    json_decref(info);
    return n;
}

static void
tell_given(struct ask *ask, const struct bootstrapped *b,
           const struct naf_keys *keys)
{
    struct host *h = ask->host;
    json_t *event = event_new(&h->log, "keys_given");

    event_address(event, "from", ask->peer);
    event_text(event, "naf", msk_text(ask->fqdn));
    event_text(event, "impi", msk_text(b->impi));
    event_text(event, "btid", msk_text(ask->btid));
    event_secret(&h->log, event, "ks_naf",
                 (struct msk_bytes){ keys->me, sizeof keys->me });
    if (b->gba_u)
        event_secret(&h->log, event, "ks_int_naf",
                     (struct msk_bytes){ keys->uicc, sizeof keys->uicc });
    event_tell(&h->log, event);
}

static void
give(struct ask *ask, const struct bootstrapped *b)
{
    struct naf_keys keys;
    size_t n = 0;

    if (make_keys(ask, b, &keys) == MSK_OK)
        n = write_info(ask->answer, b, &keys);
    if (n == 0 || n > sizeof ask->answer->body) {
        refuse(ask, 500, "no key can be made");
    } else {
        tell_given(ask, b, &keys);
        answer_status(ask->answer, 200);
        answer_body(ask->answer, "application/json", n);
        answer_header(ask->answer, "Cache-Control", msk_text("no-store"));
    }
    msk_wipe(&keys, sizeof keys);
}

static void
serve(struct ask *ask)
{
    struct bootstrapped b;
    int err;

    if (!may_have(ask->host, ask->fqdn)) {
        refuse(ask, 403, "this NAF may have no keys");
        return;
    }
    if (strcmp(ask->ua, UA_MBMS) != 0) {
        refuse(ask, 403, "keys for another protocol than TS 33.246");
        return;
    }
    err = records_find(&ask->host->records, ask->btid, event_unix(), &b);
    if (err == MSK_OK)
        give(ask, &b);
    else if (err == MSK_ERR_MISSING)
        refuse(ask, 404, "unknown B-TID");
    else
        refuse(ask, 503, msk_err_text(err));
    msk_wipe(&b, sizeof b);
}

static bool
is_text(struct msk_bytes a, const char *b)
{
    return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

void
nbsp_answer(void *user, const struct msk_http_request *request,
            struct msk_bytes peer, struct answer *answer)
{
    struct ask ask = { .host = user, .peer = peer, .answer = answer };
    json_t *body;

    if (!is_text(request->target, TARGET)) {
        refuse(&ask, 404, "another path");
        return;
    }
    if (!is_text(request->method, "POST")) {
        refuse(&ask, 405, "another method");
        answer_header(answer, "Allow", msk_text("POST"));
        return;
    }
    body = json_loadb((const char *)request->body.p, request->body.n,
                      JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(body) && read_ask(&ask, body))
        serve(&ask);
    else
        refuse(&ask, 400, "no BootstrappingInfoRequest");
    json_decref(body);
}
