/* SPDX-License-Identifier: MIT */
#include "ue/receive.h"

#include <string.h>

#include "base/octets.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/ue_outbox.h"

int
msk_receive_look(struct msk_ue *ue, struct msk_bytes message,
                 struct msk_message *m, bool *read)
{
    memset(&ue->work.named, 0, sizeof ue->work.named);
    ue->work.by_mtk = false;
    *read = message.n <= MSK_MIKEY_MAX &&
            msk_message_read(ue->layout, message, m, NULL) == MSK_OK;
    if (!*read || m->kind == MSK_MESSAGE_VERIFICATION)
        return MSK_OK;
    if (msk_ue_group_of(ue, &m->id) == NULL)
        return MSK_ERR_NOT_MINE;
    ue->work.named = m->id;
    ue->work.by_mtk = m->kind == MSK_MESSAGE_MTK;
    return MSK_OK;
}

void
msk_receive_missed(struct msk_ue *ue, const struct msk_key_id *id)
{
    struct msk_ue_group *group = msk_ue_group_of(ue, id);

    if (group == NULL || !msk_ue_asks(ue))
        return;
    if (group->state == MSK_GROUP_REST || group->state == MSK_GROUP_STAY)
        msk_ue_group_want(group, 0);
    msk_ue_group_step(ue, group, MSK_GROUP_MISSED);
}

/* Is that an MSK that MTKs can come under? A card does not tell. */
static bool
is_good_result(const struct msk_mgvf_result *result)
{
    return !result->has_interval || result->seq_low < result->seq_high;
}

/* Is it under the MUK that goes with the keys of the session? */
static bool
is_own(const struct msk_ue *ue, struct msk_bytes btid)
{
    return msk_octets_are(btid, ue->keys.btid, ue->keys.btid_len);
}

static void
log_result(const struct msk_ue *ue, const struct msk_mgvf_result *result)
{
    struct msk_keylog key = { .id = result->id };

    if (ue->hooks.keylog == NULL || result->key.n == 0)
        return;
    key.kind =
        result->outcome == MSK_OUTCOME_MTK ? MSK_KEYLOG_MTK : MSK_KEYLOG_MSK;
    key.mtk_id = result->mtk_id;
    key.key = result->key;
    key.salt = result->salt;
    ue->hooks.keylog(ue->user, &key);
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

/* An MSK of that number was stored and is good. */
static void
take_stored(struct msk_ue *ue, struct msk_ue_group *group, uint16_t number)
{
    bool wanted = false;

    group->got = true;
    group->renewed = false;
    group->barred = false;
    group->pulled = false;
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number == 0 || group->want[i].number == number) {
            wanted |= group->want[i].wanted;
            group->want[i].wanted = false;
        }
    ue->stirred |= wanted || group->patience.on;
    if (!msk_ue_group_wants_any(group)) {
        msk_timer_stop(&group->patience);
        msk_ue_group_step(ue, group, MSK_GROUP_MSK);
    }
    if (wanted)
        wait_on(ue);
}

/* Where the group stays with an older MSK, each message may use it up. */
static void
take_result(struct msk_ue *ue, const struct msk_mgvf_result *result)
{
    struct msk_ue_group *group = msk_ue_group_of(ue, &result->id);

    if (group == NULL)
        return;
    if (result->outcome == MSK_OUTCOME_STALE && is_own(ue, result->btid))
        ue->outgrown = true;
    switch (result->outcome) {
    case MSK_OUTCOME_STORED:
        if (result->has_deleted)
            msk_ue_group_forget(group, result->deleted.number);
        msk_ue_group_know(group, result->id.number);
        if (is_good_result(result))
            take_stored(ue, group, result->id.number);
        break;
    case MSK_OUTCOME_VALIDITY:
        msk_ue_group_know(group, result->id.number);
        if (is_good_result(result))
            take_stored(ue, group, result->id.number);
        break;
    case MSK_OUTCOME_PULL:
    case MSK_OUTCOME_STALE: /* TS 33.246 6.3.2.3.1: as for a pull */
        if (msk_ue_asks(ue))
            msk_ue_group_step(ue, group, MSK_GROUP_PULL);
        break;
    case MSK_OUTCOME_MTK:
    case MSK_OUTCOME_COUNTER:
    case MSK_OUTCOME_DONE: break;
    }
    if (group->state == MSK_GROUP_STAY)
        msk_ue_holding_step(ue, group, MSK_HOLDING_STIRRED);
}

/* Its SP is against what was announced. With an MGV-F in software the message is
 * authentic. On a card nobody can tell, and so this names a reason, no more. */
static void
bar(struct msk_ue *ue)
{
    struct msk_ue_group *group = msk_ue_group_of(ue, &ue->work.named);

    if (group != NULL)
        group->barred = true;
}

void
msk_receive_end(struct msk_ue *ue, int err,
                const struct msk_mgvf_result *result)
{
    ue->work.verdict = err;
    if (err == MSK_OK) {
        /* The key log comes last: a hook may call the MGV-F, whose views
         * these are. */
        msk_ue_outbox_message(ue, result);
        log_result(ue, result);
        take_result(ue, result);
    } else if (err == MSK_ERR_POLICY) {
        bar(ue);
    } else if (ue->work.by_mtk &&
               (err == MSK_ERR_NO_MSK || err == MSK_ERR_INVALIDATED)) {
        msk_receive_missed(ue, &ue->work.named);
    }
}
