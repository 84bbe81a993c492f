/* SPDX-License-Identifier: MIT */
/* What the session wants done, and what there is to tell of it. */
#include <string.h>

#include "../hosts/fields.h"
#include "host.h"

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    struct host *h = user;
    const struct datagrams *d = &h->datagrams;
    json_t *event = event_new(&h->log, "ack_sent");

    event_key_id(event, &h->now);
    event_address(event, "to", peer);
    event_hex(event, "octets", message);
    if (!udp_send(d->udp[d->answers], peer, message))
        event_word(event, "reason", "it could not be sent");
    event_tell(&h->log, event);
    capture_udp(&h->capture, address_view(&d->mikey[d->answers]), peer,
                message);
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    struct host *h = user;
    struct msk_bytes proof =
        fields_value(request->headers, request->n_headers, "Authorization");
    json_t *event;

    if (h->moving)
        return;
    event = event_new(&h->log, "http_request");

    event_text(event, "target", request->target);
    (void)json_object_set_new(event, "authorization",
                              json_boolean(proof.p != NULL));
    event_text(event, "body", request->body);
    event_tell(&h->log, event);
    http_send(&h->http, request);
}

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    struct host *h = user;
    json_t *event = event_new(&h->log, msk->updated_only ? "validity" : "msk");

    event_key_id(event, &msk->id);
    if (!h->card.keeps) { /* which tells no interval */
        event_number(event, "seq_low", msk->seq_low);
        event_number(event, "seq_high", msk->seq_high);
    }
    shown_add(h, event, &msk->id);
    event_tell(&h->log, event);
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    struct host *h = user;
    json_t *event = event_new(&h->log, "mtk");

    event_key_id(event, &mtk->id);
    event_number(event, "mtk_id", mtk->mtk_id);
    event_secret(&h->log, event, "key", mtk->key);
    event_secret(&h->log, event, "salt", mtk->salt);
    event_tell(&h->log, event);
}

/* The MGV-F deletes an MSK as the oldest of three, or with its Key Group. */
static const char *
why_deleted(const struct host *h, const struct msk_key_id *id)
{
    const struct msk_group_id group = msk_key_id_group(id);
    struct msk_held held = { .size = sizeof held };

    return !h->card.keeps && msk_mgvf_held(h->mgvf, &group, &held) == MSK_OK &&
                   held.n == MSK_HELD_MAX
               ? "the oldest of three"
               : "its Key Group is used no longer";
}

static void
on_msk_deleted(void *user, const struct msk_key_id *id)
{
    struct host *h = user;
    json_t *event = event_new(&h->log, "msk_deleted");

    event_key_id(event, id);
    event_word(event, "reason", why_deleted(h, id));
    event_tell(&h->log, event);
}

static const char *
reason_text(enum msk_reason reason)
{
    switch (reason) {
    case MSK_REASON_NONE: return "none";
    case MSK_REASON_NO_KEYS: return "no keys yet";
    case MSK_REASON_RENEGOTIATE: return "the server wants new keys";
    case MSK_REASON_NO_MSK: return "granted, but no MSK came";
    case MSK_REASON_REFUSED: return "the BM-SC said no";
    case MSK_REASON_UNREACHABLE: return "no answer";
    case MSK_REASON_UNVERIFIED: return "answers that do not verify";
    case MSK_REASON_USER: return "as told";
    case MSK_REASON_POLICY:
        return "the SP of its MSK is against the announcement";
    case MSK_REASON_PATIENCE: return "no MSK and no confirmation in time";
    }
    return "unknown";
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    struct host *h = user;
    json_t *event = event_new(&h->log, "bootstrap_needed");

    event_word(event, "reason", reason_text(reason));
    event_tell(&h->log, event);
    (void)gba_need(h);
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    struct host *h = user;
    json_t *event;

    if (h->moving)
        return;
    event = event_new(&h->log, "left");

    event_text(event, "service", leave->service);
    event_group_id(event, &leave->group);
    event_word(event, "reason", reason_text(leave->reason));
    event_tell(&h->log, event);
}

static const char *
procedure_text(enum msk_procedure procedure)
{
    switch (procedure) {
    case MSK_PROCEDURE_REGISTER: return "register";
    case MSK_PROCEDURE_DEREGISTER: return "deregister";
    case MSK_PROCEDURE_MSK_REQUEST: return "msk-request";
    }
    return "unknown";
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    struct host *h = user;
    json_t *event =
        event_new(&h->log, result->confirmed ? "confirmed" : "result");

    event_word(event, "procedure", procedure_text(result->procedure));
    if (result->procedure == MSK_PROCEDURE_MSK_REQUEST)
        event_key_id(event, &result->id);
    else
        event_text(event, "service", result->service);
    event_number(event, "code", result->code);
    if (result->reason != MSK_REASON_NONE)
        event_word(event, "reason", reason_text(result->reason));
    event_tell(&h->log, event);
}

static void
keylog(void *user, const struct msk_keylog *key)
{
    const struct host *h = user;

    keylog_write(h->keylog, key);
}

static void
trace(void *user, const struct msk_trace *step)
{
    const struct host *h = user;
    json_t *event;

    if (!h->options.trace)
        return;
    event = event_new(&h->log, "step");
    event_word(event, "machine", step->machine_name);
    if (step->group.group != 0)
        event_group_id(event, &step->group);
    event_word(event, "state", step->state_name);
    event_word(event, "what", step->event_name);
    event_word(event, "next", step->next_name);
    event_tell(&h->log, event);
}

const struct msk_ue_hooks hooks = {
    .size = sizeof hooks,
    .send_mikey = send_mikey,
    .send_http = send_http,
    .on_msk = on_msk,
    .on_mtk = on_mtk,
    .on_msk_deleted = on_msk_deleted,
    .on_bootstrap_needed = on_bootstrap_needed,
    .on_leave = on_leave,
    .on_result = on_result,
    .trace = trace,
    .keylog = keylog,
};

void
hooks_tell(struct host *h, const char *call, int err)
{
    json_t *event;

    h->call = call;
    if (err == MSK_PENDING)
        return;
    if (strcmp(call, HOOKS_DATAGRAM) == 0)
        datagrams_taken(h, err);
    if (msk_err_kind(err) == MSK_KIND_FINE)
        return;
    event = event_new_limited(&h->log, &h->refusals, "refused");
    event_word(event, "what", call);
    event_key_id(event, &h->now);
    event_word(event, "reason", msk_err_text(err));
    event_number(event, "error", err);
    event_tell(&h->log, event);
}
