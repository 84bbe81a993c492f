/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/leave.h"

static void
tell_want(struct msk_ue_want *want, int code, bool confirmed,
          enum msk_reason reason)
{
    want->told.due = true;
    want->told.procedure = MSK_PROCEDURE_MSK_REQUEST;
    want->told.code = (int16_t)code;
    want->told.confirmed = confirmed;
    want->told.reason = (uint8_t)reason;
}

/* Nothing more is to come; what was wanted meanwhile is asked for anew. */
static void
end_answer(struct msk_ue *ue, struct msk_ue_group *group)
{
    (void)msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    if (msk_ue_group_wants_any(group))
        (void)msk_ue_group_step(ue, group, MSK_GROUP_NEED);
}

/* What was granted and has not come, or not so that it could be taken, is given
 * up. */
static void
tell_in_vain(struct msk_ue_group *group)
{
    enum msk_reason reason =
        group->barred ? MSK_REASON_POLICY : MSK_REASON_NO_MSK;

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->reason == MSK_REASON_NO_MSK && group->want[i].wanted)
            tell_want(&group->want[i], 0, false, reason);
}

/* No more is to be asked. */
static void
stop_asking(struct msk_ue *ue, struct msk_ue_group *group,
            enum msk_ue_group_event event, enum msk_reason reason)
{
    group->reason = (uint8_t)reason;
    group->confirmed = false;
    group->ended = true;
    (void)msk_ue_group_step(ue, group, event);
}

/* It failed: once more, or is the leave rule next? That is for the current
 * MSK; without one that was asked for by its number a service can go on. */
static void
fail_group(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (msk_ue_group_wants_current(group)) {
        if (!msk_timer_due(&group->patience, ue->now)) {
            (void)msk_ue_group_step(ue, group, MSK_GROUP_RETRY);
            return;
        }
        tell_in_vain(group);
        stop_asking(ue, group, MSK_GROUP_SPENT, MSK_REASON_PATIENCE);
    } else if (group->attempts < ue->attempts) {
        (void)msk_ue_group_step(ue, group, MSK_GROUP_RETRY);
    } else {
        tell_in_vain(group);
        msk_ue_group_want_nothing(group);
        (void)msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    }
}

/* The server said when to come again: that attempt does not count. */
static void
forgive(struct msk_ue_group *group)
{
    if (group->attempts > 0)
        group->attempts--;
}

void
msk_ue_group_failed(struct msk_ue *ue, struct msk_ue_group *group,
                    enum msk_reason reason, bool paused)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].asked) {
            group->want[i].asked = false;
            tell_want(&group->want[i], 0, false, reason);
        }
    group->reason = (uint8_t)reason;
    if (paused)
        forgive(group);
    if (group->state == MSK_GROUP_ANSWERED)
        end_answer(ue, group);
    else
        fail_group(ue, group);
}

/* What the codes of a group say together. */
struct verdict {
    bool granted, again, later, refused, confirmed;
};

/* TS 33.246 table G.2.4-1: 401 and 503 may be repeated. An item that is
 * missing was not answered (6.3.2.4). Decision 16: 204 is the confirmation. */
static void
judge_answer(struct msk_ue_want *want, struct verdict *verdict)
{
    int code = want->code;
    bool confirmed = code == MSK_CODE_CONFIRMED;
    bool good = code >= 200 && code < 300;
    bool again = code == 0 || code == 401 || code == 503;

    want->asked = false;
    want->doubted = confirmed && want->wanted && want->number == 0;
    if (code == 0)
        tell_want(want, 0, false, MSK_REASON_UNVERIFIED);
    else if (!want->doubted)
        tell_want(want, code, confirmed && want->number == 0,
                  good ? MSK_REASON_NONE : MSK_REASON_REFUSED);
    if (!want->wanted)
        return;
    verdict->granted |= good && !confirmed;
    verdict->again |= again;
    verdict->later |= code == 503;
    verdict->refused |= !good && !again && want->number == 0;
    verdict->confirmed |= want->doubted;
    want->wanted = again || (good && !confirmed) || want->doubted;
}

/* A 204 counts beside an MSK that is good: the text says no updated MSK
 * (decision 16). */
static void
resolve_doubt(struct msk_ue_group *group, bool good)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++) {
        struct msk_ue_want *want = &group->want[i];

        if (want->doubted)
            tell_want(want, MSK_CODE_CONFIRMED, good,
                      good ? MSK_REASON_NONE : MSK_REASON_NO_MSK);
        want->doubted = false;
    }
}

/* The current MSK is what a service stands or falls with; then comes what is
 * on its way. */
static void
conclude_group(struct msk_ue *ue, struct msk_ue_group *group,
               const struct verdict *verdict, msk_time after)
{
    if (verdict->refused) {
        stop_asking(ue, group, MSK_GROUP_REFUSED, MSK_REASON_REFUSED);
    } else if (verdict->granted) {
        (void)msk_ue_group_step(ue, group, MSK_GROUP_GRANTED);
    } else if (verdict->again) {
        group->reason = MSK_REASON_REFUSED;
        group->after = verdict->later ? after : 0;
        if (group->after > 0)
            forgive(group);
        fail_group(ue, group);
    } else if (verdict->confirmed) {
        group->confirmed = true;
        group->ended = msk_timer_due(&group->patience, ue->now);
        group->reason = MSK_REASON_PATIENCE;
        (void)msk_ue_group_step(ue, group, MSK_GROUP_CONFIRMED);
    } else {
        end_answer(ue, group);
    }
    if (group->state != MSK_GROUP_LOOKING)
        resolve_doubt(group, false);
}

bool
msk_ue_group_answered(struct msk_ue *ue, struct msk_ue_group *group,
                      msk_time after)
{
    struct verdict verdict = { false, false, false, false, false };
    bool renew;

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].asked)
            judge_answer(&group->want[i], &verdict);
    renew = verdict.refused && !group->renewed;
    group->renewed |= renew;
    if (group->state == MSK_GROUP_ANSWERED)
        end_answer(ue, group);
    else
        conclude_group(ue, group, &verdict, after);
    return renew;
}

void
msk_ue_group_looked(struct msk_ue *ue, struct msk_ue_group *group, bool good)
{
    const struct msk_leave_facts facts = { good, group->confirmed,
                                           group->ended };
    enum msk_ue_group_event event = MSK_GROUP_GOOD;

    if (group->state == MSK_GROUP_STAY) {
        (void)msk_ue_group_step(ue, group,
                                good ? MSK_GROUP_GOOD : MSK_GROUP_NOTHING);
        return;
    }
    resolve_doubt(group, good);
    switch (msk_leave_verdict(&facts)) {
    case MSK_LEAVE_REST: event = MSK_GROUP_DONE; break;
    case MSK_LEAVE_ASK: event = MSK_GROUP_RETRY; break;
    case MSK_LEAVE_STAY: break;
    case MSK_LEAVE_LEAVE: event = MSK_GROUP_NOTHING; break;
    }
    (void)msk_ue_group_step(ue, group, event);
}

/* Deliveries come one after the other (decision 11): while they do, those
 * that wait for theirs go on waiting. */
static void
wait_on(struct msk_ue *ue)
{
    for (size_t i = 0; i < ue->n_groups; i++) {
        struct msk_ue_group *group = &ue->groups[i];

        if (group->state == MSK_GROUP_WAIT && group->timer.on)
            msk_timer_start(&group->timer, ue->now, group->timer.interval);
        if (group->patience.on)
            msk_timer_start(&group->patience, ue->now,
                            group->patience.interval);
    }
}

void
msk_ue_group_stored(struct msk_ue *ue, struct msk_ue_group *group,
                    uint16_t number)
{
    bool wanted = false;

    group->got = true;
    group->renewed = false;
    group->barred = false;
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number == 0 || group->want[i].number == number) {
            wanted |= group->want[i].wanted;
            group->want[i].wanted = false;
        }
    if (!msk_ue_group_wants_any(group)) {
        msk_timer_stop(&group->patience);
        (void)msk_ue_group_step(ue, group, MSK_GROUP_MSK);
    }
    if (wanted)
        wait_on(ue);
}

/* --- time ---------------------------------------------------------------- */

/* The patience is that of the moment, whatever the group waits for. */
static bool
is_group_patient(const struct msk_ue_group *group, bool held)
{
    return msk_ue_group_is_used(group) && group->patience.on && !held &&
           group->state != MSK_GROUP_LOOKING;
}

static bool
ticks(const struct msk_ue_group *group, bool held)
{
    return msk_ue_group_is_used(group) && group->timer.on &&
           !(held && group->state == MSK_GROUP_WAIT);
}

static void
lose_patience(struct msk_ue *ue, struct msk_ue_group *group)
{
    bool current = msk_ue_group_wants_current(group);

    if (current && group->state == MSK_GROUP_ASKED)
        msk_ue_group_failed(ue, group, MSK_REASON_UNREACHABLE, false);
    else if (current)
        fail_group(ue, group);
    msk_timer_stop(&group->patience);
}

bool
msk_ue_group_tick(struct msk_ue *ue, struct msk_ue_group *group, bool held)
{
    if (ticks(group, held) && msk_timer_due(&group->timer, ue->now)) {
        msk_timer_stop(&group->timer);
        if (group->state != MSK_GROUP_WAIT) {
            (void)msk_ue_group_step(ue, group, MSK_GROUP_DUE);
            return true;
        }
        group->reason = MSK_REASON_NO_MSK;
        fail_group(ue, group);
        return true;
    }
    if (!is_group_patient(group, held) ||
        !msk_timer_due(&group->patience, ue->now))
        return false;
    lose_patience(ue, group);
    return true;
}

msk_time
msk_ue_group_due(const struct msk_ue_group *group, bool held, msk_time now)
{
    msk_time timer = MSK_NEVER, patience = MSK_NEVER;

    if (ticks(group, held))
        timer = msk_timer_at(&group->timer, now);
    if (is_group_patient(group, held))
        patience = msk_timer_at(&group->patience, now);
    return timer < patience ? timer : patience;
}
