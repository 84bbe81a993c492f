/* SPDX-License-Identifier: MIT */
/* What a round does with the records that it has loaded: call, save, and when
 * they are committed what the calls want done. */
#include <string.h>

#include "round.h"
#include "row.h"

/* Somebody is faster that many times: it is no race, the store is damaged. */
#define CONFLICTS_MAX 100u

/* --- the call ------------------------------------------------------------ */

static int
call(struct host *h, struct work *work, struct msk_subscriber *subscriber,
     msk_time now)
{
    int err;

    h->at_hand = work;
    err = work->call(h, work, subscriber, now);
    h->at_hand = NULL;
    /* It was told something else than what is in the store. A job does it again
     * only if that may help. */
    if (err == MSK_OK && h->groups.failed)
        err = h->groups.damaged ? MSK_ERR_RECORD : MSK_ERR_STORE;
    return err;
}

static int
call_known(struct host *h, struct work *work, msk_time now, bool *changed)
{
    int err = row_get(work->row, &h->subscriber);

    if (err == MSK_OK)
        err = call(h, work, &h->subscriber, now);
    if (err == MSK_OK && !h->groups.lacks)
        err = row_put(work->row, &h->subscriber, changed);
    return err;
}

/* Spends on an unknown B-TID what a known one costs. */
static void
pretend(struct host *h)
{
    bool changed = false;

    if (row_get(&h->nobody, &h->subscriber) == MSK_OK)
        (void)row_put(&h->nobody, &h->subscriber, &changed);
}

static void
call_slot(struct host *h, struct round *r, struct slot *slot, msk_time now)
{
    struct work *work = slot->work;
    bool changed = false;
    int err = MSK_ERR_STORE;

    groups_begin(&h->groups, r->stamp);
    effects_forget(h);
    effects_drop(&work->effects);
    if (slot->found == RECORDS_NONE) {
        pretend(h);
        err = call(h, work, NULL, now);
    } else if (slot->found == RECORDS_OK) {
        err = call_known(h, work, now, &changed);
    }
    if (h->groups.lacks)
        return;
    if (err == MSK_OK && !effects_keep(h, &work->effects))
        err = MSK_ERR_SPACE;
    work->err = err;
    slot->state = err == MSK_OK && changed ? SLOT_SAVES : SLOT_ENDS;
}

static bool
is_of_job(const struct round *r, const struct work *work)
{
    return r->job != NULL && work->user == r->job;
}

/* Members of one Key Group all lack it, or none: the first one asks for it. The
 * record at hand is wiped once for all, since it is large: unpacking the next
 * one wipes the keys of the one before. */
bool
round_call(struct host *h, struct round *r)
{
    msk_time now = event_unix();
    bool whole = true, lacking = false;

    for (size_t i = 0; i < ROUND_MAX; i++) {
        struct slot *slot = &r->slots[i];
        bool alike = slot->state == SLOT_CALLS && is_of_job(r, slot->work) &&
                     r->job->kind != JOB_TIMERS;

        if (slot->state == SLOT_CALLS && !(alike && lacking))
            call_slot(h, r, slot, now);
        whole = whole && slot->state != SLOT_CALLS;
        lacking = lacking || (alike && slot->state == SLOT_CALLS);
    }
    msk_subscriber_wipe(&h->subscriber);
    return whole;
}

/* --- the commit ---------------------------------------------------------- */

bool
round_fill_saves(struct round *r)
{
    r->batch = (struct records_batch){ .requests = r->requests };
    for (size_t i = 0; i < ROUND_MAX; i++) {
        if (r->slots[i].state != SLOT_SAVES)
            continue;
        r->slot_of[r->batch.n] = i;
        r->requests[r->batch.n++] =
            (struct records_request){ .kind = RECORDS_SAVE,
                                      .rows = &r->rows[i] };
    }
    return r->batch.n > 0;
}

static void
take_saved(struct host *h, struct slot *slot, const struct records_request *q)
{
    const struct records_subscriber *row = q->rows;

    slot->state = SLOT_ENDS;
    if (q->result == RECORDS_CONFLICT && slot->conflicts++ < CONFLICTS_MAX) {
        memcpy(slot->id, row->id, row->id_n);
        slot->id_n = row->id_n;
        slot->state = SLOT_LOADS;
    } else if (q->result != RECORDS_OK) {
        slot->work->err = MSK_ERR_STORE;
    } else if (row->due < h->rounds.next) {
        h->rounds.next = row->due;
    }
}

bool
round_take_saves(struct host *h, struct round *r)
{
    bool whole = true;

    store_note(&h->store, &r->batch);
    for (size_t i = 0; i < r->batch.n; i++) {
        struct slot *slot = &r->slots[r->slot_of[i]];

        take_saved(h, slot, &r->requests[i]);
        whole = whole && slot->state == SLOT_ENDS;
    }
    return whole;
}

/* --- and then ------------------------------------------------------------ */

static void
finish(struct host *h, struct work *work, bool tell)
{
    if (work->err == MSK_OK) {
        effects_run(h, work);
    } else {
        effects_drop(&work->effects);
        if (tell)
            tell_refused(h, work->what, work->err);
    }
    work->over = true;
    if (work->done != NULL)
        work->done(h, work);
}

static void
end(struct host *h, struct round *r, struct slot *slot, size_t i)
{
    struct work *work = slot->work;
    /* Members of a job: the job tells of it, and does them again. */
    bool members = is_of_job(r, work);
    bool again = members && work->err == MSK_ERR_STORE;

    r->job_failed |= again;
    r->job_done += members && work->err == MSK_OK ? 1 : 0;
    slot->state = SLOT_EMPTY;
    finish(h, work, !again);
    msk_wipe(r->rows[i].packed, r->rows[i].n);
}

void
round_end(struct host *h, struct round *r)
{
    for (size_t i = 0; i < ROUND_MAX; i++)
        if (r->slots[i].state == SLOT_ENDS)
            end(h, r, &r->slots[i], i);
    effects_send(h);
}

void
round_end_late(struct host *h, struct work *work)
{
    work->late = work->over = true;
    work->row = NULL;
    work->done(h, work);
}

void
round_serve_nobody(struct host *h, struct work *work)
{
    work->row = NULL;
    groups_begin(&h->groups, 0);
    effects_forget(h);
    pretend(h);
    work->err = call(h, work, NULL, event_unix());
    msk_subscriber_wipe(&h->subscriber);
    if (work->err == MSK_OK && !effects_keep(h, &work->effects))
        work->err = MSK_ERR_SPACE;
    finish(h, work, true);
    effects_send(h);
}
