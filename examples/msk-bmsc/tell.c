/* SPDX-License-Identifier: MIT */
/* Events that more than one part of the host tells. */
#include "host.h"

static void
event_btid(const struct host *h, json_t *event)
{
    const struct records_subscriber *row =
        h->at_hand != NULL ? h->at_hand->row : NULL;

    if (row != NULL)
        event_text(event, "btid", (struct msk_bytes){ row->btid, row->btid_n });
}

void
tell_parted(struct host *h, const struct records_subscriber *row,
            const struct msk_group_id *group, const char *why)
{
    json_t *event = event_new_of_many(&h->log, "parted");

    event_group_id(event, group);
    event_text(event, "btid", (struct msk_bytes){ row->btid, row->btid_n });
    event_word(event, "reason", why);
    event_tell(&h->log, event);
}

void
tell_refused(struct host *h, const char *what, int err)
{
    json_t *event;

    if (msk_err_kind(err) == MSK_KIND_FINE)
        return;
    h->stats.refused++;
    event = event_new_limited(&h->log, &h->strangers, "refused");
    event_word(event, "what", what);
    event_word(event, "reason", msk_err_text(err));
    event_number(event, "error", err);
    if (err == MSK_ERR_STORE && h->store.why[0] != '\0')
        event_word(event, "database", h->store.why);
    event_tell(&h->log, event);
}

void
tell_step(void *host, const struct msk_bmsc_trace *step)
{
    struct host *h = host;
    json_t *event = event_new(&h->log, "step");

    event_word(event, "machine", "delivery");
    event_key_id(event, &step->id);
    event_btid(h, event);
    event_word(event, "state", step->state_name);
    event_word(event, "what", step->event_name);
    event_word(event, "next", step->next_name);
    event_tell(&h->log, event);
}

void
tell_msk(struct host *h, enum msk_key_group_role role)
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
