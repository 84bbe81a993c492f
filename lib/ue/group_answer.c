/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/leave.h"

/* Nothing more is to come; what was wanted meanwhile is asked for anew. */
static void
end_answer(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    if (msk_ue_group_wants_any(group))
        msk_ue_group_step(ue, group, MSK_GROUP_NEED);
}

/* It was pulled meanwhile, and the request was not for that. */
static void
ask_after_pull(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (!group->pulled)
        return;
    group->pulled = false;
    msk_ue_group_step(ue, group, MSK_GROUP_PULL);
    msk_ue_group_resolve_doubt(group, false);
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
            msk_ue_want_tell(&group->want[i], 0, false, reason);
        }
    group->reason = (uint8_t)reason;
    if (paused)
        forgive(group);
    if (group->state == MSK_GROUP_ANSWERED)
        end_answer(ue, group);
    else
        msk_leave_failed(ue, group);
    ask_after_pull(ue, group);
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
        msk_ue_want_tell(want, 0, false, MSK_REASON_UNVERIFIED);
    else if (!want->doubted)
        msk_ue_want_tell(want, code, confirmed && want->number == 0,
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

/* The current MSK is what a service stands or falls with; then comes what is
 * on its way. */
static void
conclude_group(struct msk_ue *ue, struct msk_ue_group *group,
               const struct verdict *verdict, msk_time after)
{
    if (verdict->refused) {
        msk_leave_refused(ue, group);
    } else if (verdict->granted) {
        msk_ue_group_step(ue, group, MSK_GROUP_GRANTED);
    } else if (verdict->again) {
        group->reason = MSK_REASON_REFUSED;
        group->after = verdict->later ? after : 0;
        if (group->after > 0)
            forgive(group);
        msk_leave_failed(ue, group);
    } else if (verdict->confirmed) {
        msk_leave_confirmed(ue, group);
    } else {
        end_answer(ue, group);
    }
    if (group->state != MSK_GROUP_LOOKING)
        msk_ue_group_resolve_doubt(group, false);
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
    ask_after_pull(ue, group);
    return renew;
}

/* --- time ---------------------------------------------------------------- */

void
msk_ue_group_waited(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_timer_stop(&group->timer);
    if (group->state != MSK_GROUP_WAIT) {
        msk_ue_group_step(ue, group, MSK_GROUP_DUE);
        return;
    }
    group->reason = MSK_REASON_NO_MSK;
    msk_leave_failed(ue, group);
}

void
msk_ue_group_impatient(struct msk_ue *ue, struct msk_ue_group *group)
{
    bool current = msk_ue_group_wants_current(group);

    if (current && group->state == MSK_GROUP_ASKED)
        msk_ue_group_failed(ue, group, MSK_REASON_UNREACHABLE, false);
    else if (current)
        msk_leave_failed(ue, group);
    msk_timer_stop(&group->patience);
}
