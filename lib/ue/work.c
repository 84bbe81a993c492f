/* SPDX-License-Identifier: MIT */
#include "ue/work.h"

#include <string.h>

#include "base/secret.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/leave.h"
#include "ue/receive.h"
#include "ue/service.h"

/* Milliseconds before a call of a group is made again: the MGV-F works for
 * another session, or failed. */
#define BUSY_REST 50
#define FAILED_REST 5000

/* A method that a card does not have is one it needs no call of. */
static int
lenient(int err)
{
    return err == MSK_ERR_STATE ? MSK_OK : err;
}

static void
install_keys(struct msk_ue *ue, int err)
{
    struct msk_ue_work *work = &ue->work;

    work->verdict = err;
    if (err == MSK_OK) {
        ue->keys = work->keys;
        ue->age = work->age > ue->age ? work->age : ue->age;
        ue->generation++;
        ue->outgrown = false;
        work->verdict = msk_ue_exchange_keys(ue);
    }
    msk_secret_wipe(&work->keys, sizeof work->keys);
}

/* Can MTKs still come under it? A card does not tell. */
static bool
is_good_msk(const struct msk_held_msk *msk)
{
    return !msk->has_interval || msk->seq_low < msk->seq_high;
}

/* The MSK of an MKI: an unknown MTK under one that is held and good only
 * waits (decision 22). */
static void
end_check(struct msk_ue *ue, int err)
{
    const struct msk_held *held = &ue->work.held;
    uint16_t number = ue->work.named.number;
    bool has = err == MSK_ERR_STATE && ue->groups[ue->work.group].got;

    if (err != MSK_OK && err != MSK_ERR_STATE && err != MSK_ERR_NOT_MINE) {
        ue->work.verdict = err;
        return;
    }
    for (size_t i = 0; err == MSK_OK && i < held->n; i++)
        has |= held->msk[i].number == number && is_good_msk(&held->msk[i]);
    if (!has)
        msk_receive_missed(ue, &ue->work.named);
}

/* The call is to be made again, but not at once. */
static void
rest(struct msk_ue *ue, int err)
{
    msk_timer_start(&ue->work.rest, ue->now,
                    err == MSK_ERR_BUSY ? BUSY_REST : FAILED_REST);
    if (err != MSK_ERR_BUSY && ue->work.verdict == MSK_OK)
        ue->work.verdict = err;
}

/* Is it an error that may pass? Then the call is made again. */
static bool
put_off_call(struct msk_ue *ue, int err)
{
    if (err != MSK_ERR_BUSY && err != MSK_ERR_STORE && err != MSK_ERR_CRYPTO &&
        err != MSK_ERR_CARD && err != MSK_ERR_LIMIT)
        return false;
    rest(ue, err);
    return true;
}

/* A start is whole when all of its groups are allowed, or none. */
static void
end_allow(struct msk_ue *ue, struct msk_ue_group *group, int err)
{
    if (lenient(err) == MSK_OK) {
        group->terms = ue->work.require;
        msk_ue_holding_step(ue, group, MSK_HOLDING_ALLOWED);
        return;
    }
    if (!msk_ue_group_staged(ue, ue->work.group)) {
        rest(ue, err);
        return;
    }
    ue->work.verdict = err;
    ue->work.starting = false;
    msk_ue_service_undo(ue);
}

/* What was told before of what is held may be no more; a group that was
 * forgotten is allowed anew. */
static void
compare(struct msk_ue *ue, struct msk_ue_group *group, int err)
{
    struct msk_held *held = &ue->work.held;

    if (err == MSK_ERR_STATE)
        return;
    if (err != MSK_OK)
        held->n = 0;
    if (err == MSK_ERR_NOT_MINE) {
        group->terms = MSK_UE_UNTOLD;
        msk_ue_holding_step(ue, group, MSK_HOLDING_LOST);
    }
    msk_ue_group_compare(group, held);
}

/* Decision 21. A record that cannot be read holds nothing. */
static void
end_look(struct msk_ue *ue, struct msk_ue_group *group, int err)
{
    const struct msk_held *held = &ue->work.held;
    bool good = err == MSK_ERR_STATE && group->got;

    if (put_off_call(ue, err))
        return;
    msk_ue_holding_step(ue, group, MSK_HOLDING_LOOKED);
    compare(ue, group, err);
    for (size_t i = 0; err == MSK_OK && i < held->n; i++)
        good |= is_good_msk(&held->msk[i]);
    msk_leave_looked(ue, ue->work.group, good);
}

static void
end_last(struct msk_ue *ue, struct msk_ue_group *group, int err)
{
    const struct msk_held *held = &ue->work.held;

    if (put_off_call(ue, err))
        return;
    msk_ue_holding_step(ue, group, MSK_HOLDING_COUNTED);
    group->n_gone = 0;
    for (size_t i = 0; err == MSK_OK && i < held->n; i++)
        group->gone[group->n_gone++] = held->msk[i].number;
}

static void
end_forget(struct msk_ue *ue, struct msk_ue_group *group, int err)
{
    if (lenient(err) == MSK_OK) {
        msk_ue_holding_step(ue, group, MSK_HOLDING_FORGOTTEN);
        return;
    }
    msk_ue_holding_step(ue, group, MSK_HOLDING_RECOUNT);
    rest(ue, err);
}

/* A message may bring an MSK of a group that is to be forgotten. */
static void
end_process(struct msk_ue *ue, int err, const struct msk_mgvf_result *result)
{
    for (size_t i = 0; i < ue->n_groups; i++)
        if (ue->groups[i].holding == MSK_HOLDING_FORGET)
            msk_ue_holding_step(ue, &ue->groups[i], MSK_HOLDING_RECOUNT);
    msk_receive_end(ue, err, result);
}

static void
end_work(struct msk_ue *ue, int err, const struct msk_mgvf_result *result)
{
    struct msk_ue_work *work = &ue->work;
    struct msk_ue_group *group = &ue->groups[work->group];

    work->pending = false;
    switch ((enum msk_ue_job)work->job) {
    case MSK_JOB_NONE: break;
    case MSK_JOB_SET_MUK: install_keys(ue, err); break;
    case MSK_JOB_PROCESS: end_process(ue, err, result); break;
    case MSK_JOB_CHECK: end_check(ue, err); break;
    case MSK_JOB_ALLOW: end_allow(ue, group, err); break;
    case MSK_JOB_LOOK: end_look(ue, group, err); break;
    case MSK_JOB_LAST: end_last(ue, group, err); break;
    case MSK_JOB_FORGET: end_forget(ue, group, err); break;
    }
}

static int
ended(struct msk_ue *ue, enum msk_ue_job job, size_t group, int err,
      const struct msk_mgvf_result *result)
{
    ue->work.job = (uint8_t)job;
    ue->work.group = (uint8_t)group;
    ue->work.pending = err == MSK_PENDING;
    if (err == MSK_PENDING)
        return err;
    end_work(ue, err, result);
    return MSK_OK;
}

int
msk_work_set_muk(struct msk_ue *ue, struct msk_bytes muk, uint64_t age)
{
    const struct msk_muk named = {
        .size = sizeof named,
        .fqdn = msk_ue_fqdn(ue),
        .btid = { ue->work.keys.btid, ue->work.keys.btid_len },
        .key = muk,
        .age = age,
    };
    int err = muk.n > 0 ? msk_mgvf_set_muk(ue->mgvf, &named) : MSK_OK;

    return ended(ue, MSK_JOB_SET_MUK, 0, err, NULL);
}

int
msk_work_process(struct msk_ue *ue, struct msk_bytes message)
{
    struct msk_mgvf_input input = {
        .size = sizeof input,
        .layout = ue->layout,
        .fqdn = msk_ue_fqdn(ue),
        .message = message,
    };
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_message m;
    bool read;
    int err = msk_receive_look(ue, message, &m, &read);

    if (read)
        input.read = &m;
    if (err == MSK_OK)
        err = msk_mgvf_process(ue->mgvf, &input, &result);
    return ended(ue, MSK_JOB_PROCESS, 0, err, &result);
}

static int
look(struct msk_ue *ue, enum msk_ue_job job, size_t i)
{
    const struct msk_group_id group = msk_key_id_group(&ue->groups[i].id);
    struct msk_held *held = &ue->work.held;

    memset(held, 0, sizeof *held);
    held->size = sizeof *held;
    return ended(ue, job, i, msk_mgvf_held(ue->mgvf, &group, held), NULL);
}

int
msk_work_check(struct msk_ue *ue, size_t group)
{
    return look(ue, MSK_JOB_CHECK, group);
}

int
msk_work_complete(struct msk_ue *ue, uint32_t token, int result)
{
    struct msk_mgvf_result r = { .size = sizeof r };
    int err = msk_mgvf_complete(ue->mgvf, token, result, &r);

    if (err == MSK_PENDING || err == MSK_ERR_STATE || err == MSK_ERR_ARGUMENT)
        return err;
    end_work(ue, err, &r);
    return MSK_OK;
}

static int
make_call(struct msk_ue *ue, enum msk_ue_job job, size_t i)
{
    const struct msk_group_id group = msk_key_id_group(&ue->groups[i].id);
    int err;

    if (job == MSK_JOB_LOOK || job == MSK_JOB_LAST)
        return look(ue, job, i);
    if (job == MSK_JOB_ALLOW) {
        enum msk_require require = msk_ue_group_require(ue, i);

        ue->work.require = (uint8_t)require;
        err = msk_mgvf_allow(ue->mgvf, msk_ue_fqdn(ue), &group, require);
    } else
        err = msk_mgvf_forget(ue->mgvf, msk_ue_fqdn(ue), &group);
    return ended(ue, job, i, err, NULL);
}

/* The next call that a group waits for; a start does not rest. */
static enum msk_ue_job
next_job(const struct msk_ue *ue, size_t i)
{
    enum msk_ue_job job = msk_ue_holding_job(&ue->groups[i]);

    if (ue->work.rest.on &&
        (job != MSK_JOB_ALLOW || !msk_ue_group_staged(ue, i)))
        return MSK_JOB_NONE;
    return job;
}

bool
msk_work_run(struct msk_ue *ue, int *err)
{
    bool made = false;

    *err = MSK_OK;
    if (msk_timer_due(&ue->work.rest, ue->now))
        msk_timer_stop(&ue->work.rest);
    for (size_t i = 0; *err == MSK_OK && i < ue->n_groups; i++) {
        enum msk_ue_job job = next_job(ue, i);

        if (job == MSK_JOB_NONE)
            continue;
        made = true;
        *err = make_call(ue, job, i);
    }
    return made;
}
