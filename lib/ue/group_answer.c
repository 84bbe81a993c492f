/* SPDX-License-Identifier: MIT */
#include "ue/group.h"

static void
tell(struct msk_ue_want *want, int code, enum msk_reason reason)
{
    want->told.due = true;
    want->told.procedure = MSK_PROCEDURE_MSK_REQUEST;
    want->told.code = (int16_t)code;
    want->told.confirmed = code == MSK_CODE_CONFIRMED;
    want->told.reason = (uint8_t)reason;
}

/* Nothing more is to come; what was wanted meanwhile is asked for anew. */
static void
end(struct msk_ue *ue, struct msk_ue_group *group)
{
    (void)msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    if (msk_ue_group_wants_any(group))
        (void)msk_ue_group_step(ue, group, MSK_GROUP_NEED);
}

/* It failed: once more, or is the leave rule next? That is for the current
 * MSK; without one that was asked for by its number a service can go on. */
static void
fail(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (group->attempts < ue->attempts) {
        (void)msk_ue_group_step(ue, group, MSK_GROUP_RETRY);
    } else if (msk_ue_group_wants_current(group)) {
        (void)msk_ue_group_step(ue, group, MSK_GROUP_SPENT);
    } else {
        msk_ue_group_want_nothing(group);
        (void)msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    }
}

void
msk_ue_group_failed(struct msk_ue *ue, struct msk_ue_group *group,
                    enum msk_reason reason)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].asked) {
            group->want[i].asked = false;
            tell(&group->want[i], 0, reason);
        }
    group->reason = (uint8_t)reason;
    if (group->state == MSK_GROUP_ANSWERED)
        end(ue, group);
    else
        fail(ue, group);
}

/* What the codes of a group say together. */
struct verdict {
    bool granted, again, refused;
};

/* TS 33.246 table G.2.4-1: 401 and 503 may be repeated. An item that is
 * missing was not answered (6.3.2.4). Decision 16: 204 is the confirmation. */
static void
judge(struct msk_ue_want *want, struct verdict *verdict)
{
    int code = want->code;
    bool good = code >= 200 && code < 300;
    bool again = code == 0 || code == 401 || code == 503;

    want->asked = false;
    if (code == 0)
        tell(want, 0, MSK_REASON_UNVERIFIED);
    else
        tell(want, code, good ? MSK_REASON_NONE : MSK_REASON_REFUSED);
    if (!want->wanted)
        return;
    verdict->granted |= good && code != MSK_CODE_CONFIRMED;
    verdict->again |= again;
    verdict->refused |= !good && !again && want->number == 0;
    want->wanted = again || (good && code != MSK_CODE_CONFIRMED);
}

void
msk_ue_group_answered(struct msk_ue *ue, struct msk_ue_group *group)
{
    struct verdict verdict = { false, false, false };

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].asked)
            judge(&group->want[i], &verdict);
    if (verdict.again || verdict.refused)
        group->reason = MSK_REASON_REFUSED;
    if (group->state == MSK_GROUP_ANSWERED ||
        !(verdict.granted || verdict.again || verdict.refused))
        end(ue, group);
    else if (verdict.granted)
        (void)msk_ue_group_step(ue, group, MSK_GROUP_GRANTED);
    else if (verdict.again)
        fail(ue, group);
    else
        (void)msk_ue_group_step(ue, group, MSK_GROUP_REFUSED);
}

void
msk_ue_group_stored(struct msk_ue *ue, struct msk_ue_group *group,
                    uint16_t number)
{
    group->got = true;
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number == 0 || group->want[i].number == number)
            group->want[i].wanted = false;
    if (!msk_ue_group_wants_any(group))
        (void)msk_ue_group_step(ue, group, MSK_GROUP_MSK);
}

/* Decision 21: the wait is over. */
static void
miss(struct msk_ue *ue, struct msk_ue_group *group)
{
    group->reason = MSK_REASON_NO_MSK;
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->attempts >= ue->attempts && group->want[i].wanted)
            tell(&group->want[i], 0, MSK_REASON_NO_MSK);
    fail(ue, group);
}

bool
msk_ue_group_ticks(const struct msk_ue_group *group, bool held)
{
    return group->used && group->timer.on &&
           !(held && group->state == MSK_GROUP_WAIT);
}

bool
msk_ue_group_tick(struct msk_ue *ue, struct msk_ue_group *group, bool held)
{
    if (!msk_ue_group_ticks(group, held) ||
        !msk_timer_due(&group->timer, ue->now))
        return false;
    msk_timer_stop(&group->timer);
    if (group->state == MSK_GROUP_WAIT)
        miss(ue, group);
    else
        (void)msk_ue_group_step(ue, group, MSK_GROUP_DUE);
    return true;
}

void
msk_ue_group_drop(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_ue_group_want_nothing(group);
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        group->want[i].asked = false;
    group->look = false;
    group->leave = false;
    (void)msk_ue_group_step(ue, group, MSK_GROUP_DROP);
}
