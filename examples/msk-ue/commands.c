/* SPDX-License-Identifier: MIT */
/* The commands on stdin. */
#include <string.h>

#include "servers.h"
#include "session.h"

#define GOODBYE 10000 /* an answer to the deregistration, in milliseconds */

static int
start(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    return msk_ue_start(h->ue, &h->service, event_monotonic());
}

static int
deregister(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    if (servers_give_up(h)) /* no session has it */
        return MSK_OK;
    return msk_ue_stop(h->ue, h->service.id, event_monotonic());
}

static bool
same_domain(const struct msk_flow *flow, const uint8_t domain[3])
{
    return memcmp(flow->group.domain, domain, 3) == 0;
}

/* The first flow that a Key Group protects, of the domain in hex; or, domain
 * NULL, of the only domain that has the number. */
static const struct msk_flow *
flow_of(const struct host *h, const char *domain, uint16_t group)
{
    const struct msk_flow *found = NULL, *flow;
    uint8_t wanted[3];
    size_t n;

    if (domain != NULL && (!input_hex(domain, wanted, 3, &n) || n != 3))
        return NULL;
    for (size_t i = 0; i < h->service.n_flows; i++) {
        flow = &h->service.flows[i];
        if (flow->group.group != group ||
            (domain != NULL && !same_domain(flow, wanted)))
            continue;
        if (found != NULL && !same_domain(flow, found->group.domain))
            return NULL;
        found = found == NULL ? flow : found;
    }
    return found;
}

/* The same of a word: DOMAIN:NUMBER or a number. */
static const struct msk_flow *
flow_named(const struct host *h, char *word)
{
    char *colon = strchr(word, ':'), *number = word;
    uint64_t group;

    if (colon != NULL) {
        *colon = '\0';
        number = colon + 1;
    }
    if (!input_number(number, 0xFFFF, &group))
        return NULL;
    return flow_of(h, colon != NULL ? word : NULL, (uint16_t)group);
}

static int
request(struct host *h, char **words, size_t n)
{
    struct msk_key_id ids[INPUT_WORDS_MAX];
    const struct msk_flow *flow;

    for (size_t i = 1; i < n; i++) {
        flow = flow_named(h, words[i]);
        if (flow == NULL)
            return MSK_ERR_NOT_MINE;
        memcpy(ids[i - 1].domain, flow->group.domain, 3);
        ids[i - 1].group = flow->group.group;
        ids[i - 1].number = 0;
    }
    return msk_ue_request(h->ue, ids, n - 1, event_monotonic());
}

static int
missed(struct host *h, char **words, size_t n)
{
    const struct msk_flow *flow;
    uint8_t mki[6];
    size_t len;

    if (n < 2 || n > 3 || !input_hex(words[1], mki, sizeof mki, &len) ||
        len < 2)
        return MSK_ERR_ARGUMENT;
    flow =
        flow_of(h, n == 3 ? words[2] : NULL, (uint16_t)(mki[0] << 8 | mki[1]));
    if (flow == NULL)
        return MSK_ERR_NOT_MINE;
    return msk_ue_missed(h->ue, h->service.id, flow->id,
                         (struct msk_bytes){ mki, len }, event_monotonic());
}

/* With two keys they are Ks and RAND, and Ks_NAF of any server comes from
 * them; with one it is Ks_NAF. */
static int
bootstrap(struct host *h, char **words, size_t n)
{
    struct options *o = &h->options;
    struct secrecy_keys keys;
    uint8_t key[32];
    uint64_t age = event_unix();
    size_t len = 0, rand_len = 0;
    int err = MSK_ERR_ARGUMENT;

    if (n == 1 && gba_need(h)) /* with a USIM */
        return MSK_OK;
    if (n < 3 || n > 4 || h->card.keeps ||
        !secrecy_argument(words[2], key, 32, &len) || len != 32)
        return err;
    if (n == 3 && o->has_k_akma) {
        memcpy(o->k_akma, key, sizeof o->k_akma);
        o->age = age;
        err = session_derive(h, &keys);
    } else if (n == 3) {
        err = secrecy_derive(key, &keys);
    } else if (o->impi != NULL &&
               secrecy_argument(words[3], o->rand, 16, &rand_len) &&
               rand_len == 16) {
        memcpy(o->ks, key, sizeof o->ks);
        o->age = age;
        err = session_derive(h, &keys);
    }
    if (err == MSK_OK)
        err = session_set_keys(h, words[1], &keys, age);
    msk_wipe(key, sizeof key);
    msk_wipe(&keys, sizeof keys);
    return err;
}

static void
add_held(struct host *h, json_t *list, const struct msk_flow *flow,
         const struct msk_held_msk *msk)
{
    json_t *one = json_object();
    struct msk_key_id id = { { 0, 0, 0 }, flow->group.group, msk->number };

    memcpy(id.domain, flow->group.domain, 3);
    event_key_id(one, &id);
    if (msk->has_interval) {
        event_number(one, "seq_low", msk->seq_low);
        event_number(one, "seq_high", msk->seq_high);
    }
    if (msk->has_mtk)
        event_number(one, "mtk_id", msk->mtk_id);
    shown_add(h, one, &id);
    (void)json_array_append_new(list, one);
}

static bool
seen_before(const struct host *h, size_t i)
{
    const struct msk_flow *flows = h->service.flows;

    for (size_t j = 0; j < i; j++)
        if (msk_group_id_equal(&flows[j].group, &flows[i].group))
            return true;
    return false;
}

static int
keys(struct host *h, char **words, size_t n)
{
    json_t *event = event_new(&h->log, "keys"), *list = json_array();
    struct msk_held held;
    int err = MSK_OK;

    (void)words;
    (void)n;
    card_wait(h, true);
    for (size_t i = 0; i < h->service.n_flows; i++) {
        const struct msk_flow *flow = &h->service.flows[i];
        int told =
            seen_before(h, i) ? MSK_ERR_NOT_MINE : session_held(h, flow, &held);

        for (size_t k = 0; told == MSK_OK && k < held.n; k++)
            add_held(h, list, flow, &held.msk[k]);
        if (told != MSK_OK && told != MSK_ERR_NOT_MINE)
            err = told;
    }
    card_wait(h, false);
    (void)json_object_set_new(event, "held", list);
    event_tell(&h->log, event);
    return err;
}

/* TS 33.246 6.3.2.1B. What needs no deregistration keeps its keys. */
void
command_quit(struct host *h)
{
    bool registers =
        h->options.layout == MSK_LAYOUT_KEYID && h->options.groups == NULL;
    int err = MSK_OK;

    if (registers && !h->leaving)
        err = msk_ue_stop(h->ue, h->service.id, event_monotonic());
    h->quit = h->leaving || !registers || (err != MSK_OK && err != MSK_PENDING);
    h->leaving = true;
    if (!h->quit)
        hooks_tell(h, "quit", err);
    h->leave_by = event_monotonic() + GOODBYE;
}

void
command_hurry(struct host *h)
{
    h->quit = h->hurry || !h->runs;
    h->hurry = true;
}

static int
quit(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    command_quit(h);
    return MSK_OK;
}

static const struct {
    const char *name;
    int (*run)(struct host *h, char **words, size_t n);
} commands[] = {
    { "start", start },     { "register", start }, { "deregister", deregister },
    { "request", request }, { "missed", missed },  { "bootstrap", bootstrap },
    { "keys", keys },       { "quit", quit },
};

void
command_run(struct host *h, char *line)
{
    char *words[INPUT_WORDS_MAX];
    size_t n = input_words(line, words);

    memset(&h->now, 0, sizeof h->now);
    for (size_t i = 0; n > 0 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(words[0], commands[i].name) == 0) {
            hooks_tell(h, commands[i].name, commands[i].run(h, words, n));
            return;
        }
    if (n > 0)
        event_error(&h->log, "unknown command");
}
