/* SPDX-License-Identifier: MIT */
/* What calls of the library want done: kept until their record is committed,
 * and then told and sent. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define AT_ONCE 64u

/* --- kept ---------------------------------------------------------------- */

static bool
keep_effect(struct effects *effects, const struct msk_bmsc_effect *e)
{
    struct effect *effect = malloc(sizeof *effect + e->message.n);

    if (effect == NULL || e->peer.n > sizeof effect->to.octets) {
        free(effect);
        return false;
    }
    effect->next = NULL;
    effect->kind = e->kind;
    effect->id = e->id;
    effect->group = e->group;
    effect->why = e->why;
    effect->to.n = e->peer.n;
    if (e->peer.n > 0)
        memcpy(effect->to.octets, e->peer.p, e->peer.n);
    effect->n = e->message.n;
    if (e->message.n > 0)
        memcpy(effect->octets, e->message.p, e->message.n);
    if (effects->last != NULL)
        effects->last->next = effect;
    else
        effects->first = effect;
    effects->last = effect;
    return true;
}

static size_t
length_of(const struct msk_http_response *r)
{
    size_t n = sizeof(struct answer) + r->body.n +
               r->n_headers * sizeof(struct msk_http_header);

    for (size_t i = 0; i < r->n_headers; i++)
        n += r->headers[i].name.n + r->headers[i].value.n;
    return n;
}

/* Copies octets to *to, and moves it on. */
static struct msk_bytes
copy(struct msk_bytes from, uint8_t **to)
{
    struct msk_bytes out = { *to, from.n };

    if (from.n > 0)
        memcpy(*to, from.p, from.n);
    *to += from.n;
    return out;
}

static bool
keep_answer(struct effects *effects, const struct msk_http_response *r)
{
    struct answer *answer = malloc(length_of(r));
    uint8_t *to;

    if (answer == NULL)
        return false;
    to = (uint8_t *)(answer->headers + r->n_headers);
    answer->response = *r;
    answer->response.headers = answer->headers;
    answer->response.body = copy(r->body, &to);
    for (size_t i = 0; i < r->n_headers; i++) {
        answer->headers[i].name = copy(r->headers[i].name, &to);
        answer->headers[i].value = copy(r->headers[i].value, &to);
    }
    free(effects->answer);
    effects->answer = answer;
    return true;
}

void
effects_forget(struct host *h)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    while (msk_outbox_next(h->outbox, &e))
        ;
}

bool
effects_keep(struct host *h, struct effects *effects)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    bool fine = true;

    while (fine && msk_outbox_next(h->outbox, &e))
        fine = e.kind == MSK_BMSC_EFFECT_SEND_HTTP
                   ? keep_answer(effects, e.response)
                   : keep_effect(effects, &e);
    if (!fine)
        effects_drop(effects);
    return fine;
}

static void
free_all(struct effect *effect)
{
    while (effect != NULL) {
        struct effect *next = effect->next;

        free(effect);
        effect = next;
    }
}

void
effects_drop(struct effects *effects)
{
    free_all(effects->first);
    free(effects->answer);
    *effects = (struct effects){ .first = NULL };
}

/* --- sent ---------------------------------------------------------------- */

/* Says what a MIKEY message is, that was sent. */
static void
tell_sent(struct host *h, const struct effect *e, bool sent, msk_time now)
{
    struct msk_bytes to = address_view(&e->to), message = { e->octets, e->n };
    struct msk_peek peek;
    bool known = msk_mikey_peek(h->options.layout, message, &peek) == MSK_OK;
    bool pull = known && peek.id.number == 0;
    json_t *event = event_new_of_many(&h->log, pull ? "pull" : "pushed");

    if (known) {
        event_key_id(event, &peek.id);
        event_text(event, "btid", peek.btid);
    }
    event_address(event, "to", to);
    event_hex(event, "octets", message);
    if (!sent)
        event_word(event, "reason", "it could not be sent");
    event_tell(&h->log, event);
    if (!sent) {
        h->stats.unsent++;
        return;
    }
    peers_add(&h->peers, to, now);
    capture_udp(&h->capture, address_view(&h->mikey), to, message);
    if (pull)
        h->stats.pulled++;
    else
        h->stats.pushed++;
}

static void
send_all(struct host *h, const struct effect *first)
{
    struct udp_message messages[AT_ONCE];
    const struct effect *e = first;
    msk_time now = event_monotonic();

    while (e != NULL) {
        size_t n = 0;

        for (first = e; e != NULL && n < AT_ONCE; e = e->next)
            messages[n++] =
                (struct udp_message){ .to = address_view(&e->to),
                                      .octets = { e->octets, e->n } };
        udp_send_many(h->udp, messages, n);
        for (size_t i = 0; i < n; i++, first = first->next)
            tell_sent(h, first, messages[i].sent, now);
    }
}

void
effects_send(struct host *h)
{
    send_all(h, h->outgoing.first);
    effects_drop(&h->outgoing);
}

void
effects_post(struct host *h, struct effect *letters)
{
    if (letters == NULL)
        return;
    if (h->outgoing.last != NULL)
        h->outgoing.last->next = letters;
    else
        h->outgoing.first = letters;
    while (letters->next != NULL)
        letters = letters->next;
    h->outgoing.last = letters;
}

/* --- told ---------------------------------------------------------------- */

static struct msk_bytes
btid_of(const struct work *work)
{
    const struct records_subscriber *row = work->row;

    return row != NULL ? (struct msk_bytes){ row->btid, row->btid_n }
                       : (struct msk_bytes){ NULL, 0 };
}

static void
tell_id(struct host *h, const struct work *work, const char *name,
        const struct msk_key_id *id)
{
    json_t *event = event_new_of_many(&h->log, name);

    event_key_id(event, id);
    event_text(event, "btid", btid_of(work));
    event_tell(&h->log, event);
}

static void
tell_member(struct host *h, const struct work *work,
            const struct msk_group_id *group, const char *why)
{
    json_t *event =
        event_new_of_many(&h->log, why == NULL ? "joined" : "parted");

    event_group_id(event, group);
    event_text(event, "btid", btid_of(work));
    if (why != NULL)
        event_word(event, "reason", why);
    event_tell(&h->log, event);
}

static const char *
why_parted(enum msk_parted why)
{
    switch (why) {
    case MSK_PARTED_LEFT: return "it left";
    case MSK_PARTED_SILENT: return "it is silent";
    case MSK_PARTED_REFUSED: break;
    }
    return "not allowed";
}

static void
tell_answer(struct host *h, const struct answer *answer)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "http_response");

    event_number(event, "status", answer->response.status);
    event_text(event, "body", answer->response.body);
    event_tell(&h->log, event);
}

static void
tell_one(struct host *h, const struct work *work, const struct effect *e)
{
    switch (e->kind) {
    case MSK_BMSC_EFFECT_SEND_HTTP:
    case MSK_BMSC_EFFECT_SEND_MIKEY: break;
    case MSK_BMSC_EFFECT_DELIVERED:
        h->stats.acked++;
        tell_id(h, work, "acked", &e->id);
        break;
    case MSK_BMSC_EFFECT_GAVE_UP:
        h->stats.gave_up++;
        tell_id(h, work, "gave_up", &e->id);
        break;
    case MSK_BMSC_EFFECT_JOINED: tell_member(h, work, &e->group, NULL); break;
    case MSK_BMSC_EFFECT_PARTED:
        tell_member(h, work, &e->group, why_parted(e->why));
        break;
    }
}

static void
append(struct effects *to, struct effect *e)
{
    e->next = NULL;
    if (to->last != NULL)
        to->last->next = e;
    else
        to->first = e;
    to->last = e;
}

void
effects_run(struct host *h, struct work *work)
{
    struct effects *left = work->answers ? &work->effects : &h->outgoing;
    struct effect *e = work->effects.first, *next;

    work->effects.first = work->effects.last = NULL;
    if (work->effects.answer != NULL)
        tell_answer(h, work->effects.answer);
    for (; e != NULL; e = next) {
        next = e->next;
        tell_one(h, work, e);
        if (e->kind == MSK_BMSC_EFFECT_SEND_MIKEY)
            append(left, e);
        else
            free(e);
    }
}
