/* SPDX-License-Identifier: MIT */
/* The public calls: how each begins and ends, and those about messages, keys,
 * answers and time. Those that ask for MSKs are in ask.c, those about services
 * in start.c, the life of a session in init.c. */
#include "ue/ue.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/leave.h"
#include "ue/service.h"
#include "ue/timer.h"
#include "ue/ue_outbox.h"
#include "ue/work.h"

#define LATE 1000 /* milliseconds: a host that is not in time */

/* --- the begin ----------------------------------------------------------- */

/* A clock that stepped back: running timers start again. One that is called
 * late has slept, or its clock went forward: nobody waited in that time. */
static void
note_time(struct msk_ue *ue, msk_time now)
{
    if (now < ue->now) {
        msk_timers_rebase(ue, now);
        if (ue->exchange.held_since > now)
            ue->exchange.held_since = now;
        ue->stirred = true;
    } else if (now > ue->due && now - ue->due > LATE) {
        msk_timers_sleep(ue, ue->due, now);
    }
    ue->now = now;
    ue->inside = true;
}

int
msk_ue_enter(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (ue->work.pending || ue->outbox.polled)
        return MSK_ERR_BUSY;
    note_time(ue, now);
    ue->has_dice = false;
    ue->work.verdict = MSK_OK;
    ue->work.started = false;
    ue->work.in_step = ue->changes == ue->mgvf->changes;
    return MSK_OK;
}

int
msk_ue_resume(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (!ue->work.pending)
        return MSK_ERR_STATE;
    note_time(ue, now);
    return MSK_OK;
}

int
msk_ue_refuse(struct msk_ue *ue, int err)
{
    ue->inside = false;
    return err;
}

/* --- the end ------------------------------------------------------------- */

/* Lets the timers lead to what they lead to, once each. */
static bool
tick(struct msk_ue *ue)
{
    bool held = msk_timers_held(ue);
    bool done = msk_ue_exchange_tick(ue);

    for (size_t i = 0; i < ue->n_services; i++)
        if (msk_timers_run_out(ue, MSK_TIMER_SERVICE_PATIENCE, i, held)) {
            msk_ue_service_impatient(ue, i);
            done = true;
        }
    for (size_t i = 0; i < ue->n_groups; i++) {
        if (msk_timers_run_out(ue, MSK_TIMER_GROUP, i, held)) {
            msk_ue_group_waited(ue, &ue->groups[i]);
            done = true;
        } else if (msk_timers_run_out(ue, MSK_TIMER_GROUP_PATIENCE, i, held)) {
            msk_ue_group_impatient(ue, &ue->groups[i]);
            done = true;
        }
        done |= msk_leave_group(ue, i);
    }
    return done;
}

msk_time
msk_ue_next_due(const struct msk_ue *ue, msk_time now)
{
    return ue->work.pending ? MSK_NEVER : msk_timers_next(ue, now);
}

/* Another session has stored or deleted an MSK, or the host did. */
static void
catch_up(struct msk_ue *ue)
{
    for (size_t i = 0; i < ue->n_groups && !ue->work.in_step; i++)
        if (msk_ue_flows_any(ue, MSK_UE_ANY, i))
            msk_ue_holding_step(ue, &ue->groups[i], MSK_HOLDING_STIRRED);
    ue->work.in_step = true;
}

/* Does all that can be done now. MSK_PENDING: the rest comes later. */
static int
do_what_is_due(struct msk_ue *ue)
{
    bool more = true;
    int err = MSK_OK;

    catch_up(ue);
    while (more) {
        more = msk_work_run(ue, &err);
        if (err == MSK_PENDING)
            break;
        more |= msk_ue_finish_start(ue);
        more |= tick(ue);
        msk_ue_exchange_cancel(ue);
        more |= msk_ue_exchange_begin(ue);
    }
    msk_ue_service_keep(ue);
    ue->stirred = false;
    return err;
}

/* The host is told last, when the session is whole. */
static void
tell_host(struct msk_ue *ue)
{
    ue->changes = ue->mgvf->changes;
    if (ue->polls)
        ue->outbox.polled = !msk_ue_outbox_is_empty(ue);
    else
        msk_ue_outbox_drain(ue);
}

int
msk_ue_settle_message(struct msk_ue *ue)
{
    bool stirred = ue->stirred || !ue->work.in_step || ue->now >= ue->due;
    int err = stirred ? do_what_is_due(ue) : MSK_OK;

    if (err == MSK_OK) {
        err = ue->work.started ? MSK_OK : ue->work.verdict;
        tell_host(ue);
    }
    ue->inside = false;
    if (stirred)
        ue->due = msk_ue_next_due(ue, ue->now);
    return err;
}

int
msk_ue_settle(struct msk_ue *ue)
{
    ue->stirred = true;
    return msk_ue_settle_message(ue);
}

/* One that finds the MGV-F at work for another session changes nothing. */
int
msk_ue_finish(struct msk_ue *ue, int err)
{
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    if (ue->work.verdict == MSK_ERR_BUSY)
        return msk_ue_refuse(ue, MSK_ERR_BUSY);
    return ue->work.job == MSK_JOB_PROCESS ? msk_ue_settle_message(ue)
                                           : msk_ue_settle(ue);
}

/* --- what it is about ----------------------------------------------------- */

static void
log_muk(const struct msk_ue *ue, const struct msk_ue_keys *keys)
{
    const struct msk_keylog key = { .kind = MSK_KEYLOG_MUK,
                                    .btid = keys->btid,
                                    .key = keys->muk };

    if (ue->hooks.keylog != NULL && keys->muk.n > 0)
        ue->hooks.keylog(ue->user, &key);
}

/* Decision 27 for keys without a MUK, which the MGV-F is not told of: those
 * that are there already, or newer ones. */
static int
check_age(const struct msk_ue *ue, const struct msk_ue_keys *keys)
{
    const struct msk_ue_credentials *held = &ue->keys;

    if (keys->muk.n > 0 || held->btid_len == 0)
        return MSK_OK;
    if (!msk_octets_are(keys->btid, held->btid, held->btid_len))
        return keys->age > ue->age ? MSK_OK : MSK_ERR_OLD_KEY;
    if (keys->mrk.n == 0 || held->mrk_len == 0)
        return MSK_OK;
    return keys->mrk.n == held->mrk_len &&
                   msk_secret_equal(keys->mrk.p, held->mrk, held->mrk_len)
               ? MSK_OK
               : MSK_ERR_CONFLICT;
}

int
msk_ue_set_keys(struct msk_ue *ue, const struct msk_ue_keys *keys, msk_time now)
{
    struct msk_ue_credentials *next;
    struct msk_ue_keys k;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_sized_take(&k, sizeof k, keys, MSK_SIZE_UPTO(msk_ue_keys, mrk)) ||
        !msk_octets_fit(k.btid, 1, MSK_BTID_MAX) ||
        !msk_octets_fit(k.muk, 0, MSK_MUK_MAX) ||
        !msk_octets_fit(k.mrk, 0, MSK_MRK_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    err = check_age(ue, &k);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    next = &ue->work.keys;
    memset(next, 0, sizeof *next);
    memcpy(next->btid, k.btid.p, k.btid.n);
    next->btid_len = (uint8_t)k.btid.n;
    if (k.mrk.n > 0)
        memcpy(next->mrk, k.mrk.p, k.mrk.n);
    next->mrk_len = (uint8_t)k.mrk.n;
    ue->work.age = k.age;
    log_muk(ue, &k);
    return msk_ue_finish(ue, msk_work_set_muk(ue, k.muk, k.age));
}

int
msk_ue_receive(struct msk_ue *ue, struct msk_bytes message,
               struct msk_bytes peer, msk_time now)
{
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_octets_fit(message, 0, SIZE_MAX) ||
        !msk_octets_fit(peer, 0, MSK_PEER_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    if (peer.n > 0)
        memcpy(ue->outbox.peer, peer.p, peer.n);
    ue->outbox.peer_len = peer.n;
    return msk_ue_finish(ue, msk_work_process(ue, message));
}

int
msk_ue_take_response(struct msk_ue *ue,
                     const struct msk_http_response *response, msk_time now)
{
    struct msk_http_response r;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (ue->exchange.state != MSK_EXCHANGE_SENT)
        return msk_ue_refuse(ue, MSK_ERR_STATE);
    if (response != NULL &&
        !msk_sized_take(&r, sizeof r, response,
                        MSK_SIZE_UPTO(msk_http_response, body)))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    ue->work.verdict = msk_ue_exchange_answer(ue, response != NULL ? &r : NULL);
    return msk_ue_settle(ue);
}

msk_time
msk_ue_due(const struct msk_ue *ue, msk_time now)
{
    return ue != NULL ? msk_ue_next_due(ue, now) : MSK_NEVER;
}

int
msk_ue_timer(struct msk_ue *ue, msk_time now)
{
    int err = msk_ue_enter(ue, now);

    return err == MSK_OK ? msk_ue_settle(ue) : err;
}

int
msk_ue_complete(struct msk_ue *ue, uint32_t token, int result, msk_time now)
{
    int err = msk_ue_resume(ue, now);

    if (err != MSK_OK)
        return err;
    return msk_ue_finish(ue, msk_work_complete(ue, token, result));
}

bool
msk_ue_next(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    struct msk_ue_effect mine;

    if (ue == NULL || effect == NULL || ue->inside || ue->work.pending ||
        effect->size < MSK_SIZE_UPTO(msk_ue_effect, reason))
        return false;
    ue->outbox.polled = msk_ue_outbox_take(ue, &mine);
    if (ue->outbox.polled)
        msk_sized_give(effect, &mine, sizeof mine);
    return ue->outbox.polled;
}
