/* SPDX-License-Identifier: MIT */
/* What calls of the library want done, and what there is to tell of it. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void
tell_id(struct host *h, const char *name, const struct msk_key_id *id)
{
    json_t *event = event_new(&h->log, name);

    event_key_id(event, id);
    event_text(event, "btid", (struct msk_bytes){ h->row.btid, h->row.btid_n });
    event_tell(&h->log, event);
}

/* A MIKEY message that waits for an answer to leave. */
struct letter {
    struct letter *next;
    struct address to;
    size_t n;
    uint8_t octets[];
};

/* Sends a MIKEY message, and says what it is. */
static void
send_message(struct host *h, struct msk_bytes to, struct msk_bytes message)
{
    struct msk_peek peek;
    bool known = msk_mikey_peek(h->options.layout, message, &peek) == MSK_OK;
    bool pull = known && peek.id.number == 0;
    json_t *event = event_new(&h->log, pull ? "pull" : "pushed");

    if (known) {
        event_key_id(event, &peek.id);
        event_text(event, "btid", peek.btid);
    }
    event_address(event, "to", to);
    event_hex(event, "octets", message);
    if (!udp_send(h->udp, to, message)) {
        event_word(event, "reason", "it could not be sent");
        event_tell(&h->log, event);
        h->stats.unsent++;
        return;
    }
    event_tell(&h->log, event);
    peers_add(&h->peers, to, event_monotonic());
    capture_udp(&h->capture, address_view(&h->mikey), to, message);
    if (pull)
        h->stats.pulled++;
    else
        h->stats.pushed++;
}

/* What follows from an answer leaves after it. False: no memory. */
static bool
keep_message(struct host *h, const struct msk_bmsc_effect *e)
{
    struct letter *letter = malloc(sizeof *letter + e->message.n), **end;

    if (letter == NULL || e->peer.n > sizeof letter->to.octets) {
        free(letter);
        return false;
    }
    letter->next = NULL;
    letter->to.n = e->peer.n;
    memcpy(letter->to.octets, e->peer.p, e->peer.n);
    letter->n = e->message.n;
    memcpy(letter->octets, e->message.p, e->message.n);
    for (end = &h->letters; *end != NULL; end = &(*end)->next)
        ;
    *end = letter;
    return true;
}

struct letter *
effects_letters(struct host *h)
{
    struct letter *letters = h->letters;

    h->letters = NULL;
    return letters;
}

void
effects_post(struct host *h, struct letter *letters)
{
    while (letters != NULL) {
        struct letter *next = letters->next;

        send_message(h, address_view(&letters->to),
                     (struct msk_bytes){ letters->octets, letters->n });
        free(letters);
        letters = next;
    }
}

/* The views of an effect are good until the outbox is used again. */
static void
keep_response(struct host *h, const struct msk_bmsc_effect *e)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "http_response");

    h->response = *e->response;
    event_number(event, "status", h->response.status);
    event_text(event, "body", h->response.body);
    event_tell(&h->log, event);
}

static void
tell_joined(struct host *h, const struct msk_group_id *group)
{
    json_t *event = event_new(&h->log, "joined");

    event_group_id(event, group);
    event_text(event, "btid", (struct msk_bytes){ h->row.btid, h->row.btid_n });
    event_tell(&h->log, event);
}

static void
tell_parted(struct host *h, const struct msk_group_id *group, const char *why)
{
    json_t *event = event_new(&h->log, "parted");

    event_group_id(event, group);
    event_text(event, "btid", (struct msk_bytes){ h->row.btid, h->row.btid_n });
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
run_one(struct host *h, const struct msk_bmsc_effect *e)
{
    switch (e->kind) {
    case MSK_BMSC_EFFECT_SEND_MIKEY:
        if (!h->answers || !keep_message(h, e))
            send_message(h, e->peer, e->message);
        break;
    case MSK_BMSC_EFFECT_SEND_HTTP: keep_response(h, e); break;
    case MSK_BMSC_EFFECT_DELIVERED:
        h->stats.acked++;
        tell_id(h, "acked", &e->id);
        break;
    case MSK_BMSC_EFFECT_GAVE_UP:
        h->stats.gave_up++;
        tell_id(h, "gave_up", &e->id);
        break;
    case MSK_BMSC_EFFECT_JOINED: tell_joined(h, &e->group); break;
    case MSK_BMSC_EFFECT_PARTED:
        tell_parted(h, &e->group, why_parted(e->why));
        break;
    }
}

void
effects_run(struct host *h)
{
    struct msk_bmsc_effect effect = { .size = sizeof effect };

    while (msk_outbox_next(h->outbox, &effect))
        run_one(h, &effect);
}

void
effects_parted(struct host *h, const char *why)
{
    struct msk_group_id group;
    struct msk_key_id id;

    msk_key_group_current(&h->group, &id);
    group = msk_key_id_group(&id);
    tell_parted(h, &group, why);
}

void
effects_refused(struct host *h, const char *what, int err)
{
    json_t *event;

    if (msk_err_kind(err) == MSK_KIND_FINE)
        return;
    h->stats.refused++;
    event = event_new_limited(&h->log, &h->strangers, "refused");
    event_word(event, "what", what);
    event_word(event, "reason", msk_err_text(err));
    event_number(event, "error", err);
    if (err == MSK_ERR_STORE && h->database.why[0] != '\0')
        event_word(event, "database", h->database.why);
    event_tell(&h->log, event);
}

void
effects_trace(void *host, const struct msk_bmsc_trace *step)
{
    struct host *h = host;
    json_t *event = event_new(&h->log, "step");

    event_word(event, "machine", "delivery");
    event_key_id(event, &step->id);
    event_text(event, "btid", (struct msk_bytes){ h->row.btid, h->row.btid_n });
    event_word(event, "state", step->state_name);
    event_word(event, "what", step->event_name);
    event_word(event, "next", step->next_name);
    event_tell(&h->log, event);
}

/* An MSK of a Key Group, in events and the key log. */
void
effects_log_group(struct host *h, enum msk_key_group_role role)
{
    struct msk_keylog line = { .kind = MSK_KEYLOG_MSK };
    struct msk_key_group_msk msk = { .size = sizeof msk };
    json_t *event;

    if (!msk_key_group_get(&h->group, role, &msk))
        return;
    event = event_new(&h->log, "msk");
    line.id = msk.id;
    line.key = msk.msk;
    line.rand = msk.rand;
    keylog_write(h->keylog, &line);
    event_key_id(event, &line.id);
    event_secret(&h->log, event, "key", line.key);
    event_tell(&h->log, event);
}
