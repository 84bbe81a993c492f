/* SPDX-License-Identifier: MIT */
#include "bsf_question.h"

#include <string.h>

struct msk_bytes
question_btid(const struct question *q)
{
    return (struct msk_bytes){ q->btid, q->n };
}

void
question_end(struct bsf *bsf, struct question *q, bool failed)
{
    struct work *work = q->first, *next;

    msk_wipe(&q->info, sizeof q->info);
    msk_wipe(q->row.packed, q->row.n);
    msk_wipe(q->post.body, q->post.n);
    q->first = NULL;
    q->state = QUESTION_FREE;
    for (; work != NULL; work = next) {
        next = work->next;
        serve_asked(bsf->host, work, failed);
    }
}

/* Who waits is told so; how often strangers can have it told is limited. */
void
question_fail(struct bsf *bsf, struct question *q, const char *reason)
{
    const struct event_log *log = &bsf->host->log;
    json_t *event = event_new_limited(log, &bsf->failures, "bsf_failed");

    event_text(event, "btid", question_btid(q));
    event_text(event, "reason", msk_text(reason));
    event_tell(log, event);
    bsf->counts.failed++;
    question_end(bsf, q, true);
}

/* It is looked up again, and is as unknown as any. */
void
question_unknown(struct bsf *bsf, struct question *q)
{
    struct unknown *u = &bsf->unknown[bsf->oldest++ % BSF_UNKNOWN];

    memcpy(u->btid, q->btid, q->n);
    u->n = q->n;
    u->until = event_monotonic() + BSF_UNKNOWN_MS;
    bsf->counts.unknown++;
    question_end(bsf, q, false);
}
