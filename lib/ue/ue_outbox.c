/* SPDX-License-Identifier: MIT */
#include "ue/ue_outbox.h"

#include <string.h>

#include "base/secret.h"
#include "ue/holding.h"

/* A view of the MGV-F's, copied. One that is too long for any is left out: a
 * card may be wrong. */
static struct msk_bytes
keep_view(uint8_t *room, size_t cap, struct msk_bytes view)
{
    struct msk_bytes copy = { room, 0 };

    if (view.n > 0 && view.n <= cap) {
        memcpy(room, view.p, view.n);
        copy.n = view.n;
    }
    return copy;
}

static void
put_msk_told(struct msk_ue_outbox *outbox, const struct msk_mgvf_result *result)
{
    outbox->tell |= MSK_TELL_MSK;
    outbox->msk.id = result->id;
    outbox->msk.seq_low = result->seq_low;
    outbox->msk.seq_high = result->seq_high;
    outbox->msk.updated_only = result->outcome == MSK_OUTCOME_VALIDITY;
    outbox->msk.sp = keep_view(outbox->sp, sizeof outbox->sp, result->sp);
    if (result->has_deleted) {
        outbox->tell |= MSK_TELL_DELETED;
        outbox->deleted = result->deleted;
    }
}

static void
put_mtk(struct msk_ue_outbox *outbox, const struct msk_mgvf_result *result)
{
    outbox->tell |= MSK_TELL_MTK;
    outbox->mtk.id = result->id;
    outbox->mtk.mtk_id = result->mtk_id;
    outbox->mtk.key = keep_view(outbox->key, sizeof outbox->key, result->key);
    outbox->mtk.salt =
        keep_view(outbox->salt, sizeof outbox->salt, result->salt);
    outbox->mtk.sp = keep_view(outbox->sp, sizeof outbox->sp, result->sp);
}

void
msk_ue_outbox_message(struct msk_ue *ue, const struct msk_mgvf_result *result)
{
    struct msk_ue_outbox *outbox = &ue->outbox;

    outbox->ack_len =
        keep_view(outbox->ack, sizeof outbox->ack, result->acknowledgement).n;
    if (outbox->ack_len > 0)
        outbox->tell |= MSK_TELL_ACK;
    if (result->outcome == MSK_OUTCOME_STORED ||
        result->outcome == MSK_OUTCOME_VALIDITY)
        put_msk_told(outbox, result);
    if (result->outcome == MSK_OUTCOME_MTK)
        put_mtk(outbox, result);
}

/* Takes a kind out of the set, if it is in it. */
static bool
take_kind(struct msk_ue_outbox *outbox, uint32_t kind)
{
    bool is_in = (outbox->tell & kind) != 0;

    outbox->tell &= ~kind;
    return is_in;
}

static bool
take_message(struct msk_ue_outbox *outbox, struct msk_ue_effect *effect)
{
    if (take_kind(outbox, MSK_TELL_ACK)) {
        effect->kind = MSK_UE_EFFECT_SEND_MIKEY;
        effect->peer.p = outbox->peer;
        effect->peer.n = outbox->peer_len;
        effect->message.p = outbox->ack;
        effect->message.n = outbox->ack_len;
    } else if (take_kind(outbox, MSK_TELL_MSK)) {
        effect->kind = MSK_UE_EFFECT_MSK;
        effect->msk = &outbox->msk;
    } else if (take_kind(outbox, MSK_TELL_MTK)) {
        effect->kind = MSK_UE_EFFECT_MTK;
        effect->mtk = &outbox->mtk;
    } else if (take_kind(outbox, MSK_TELL_DELETED)) {
        effect->kind = MSK_UE_EFFECT_MSK_DELETED;
        outbox->out_deleted = outbox->deleted;
        effect->deleted = &outbox->out_deleted;
    } else {
        return false;
    }
    return true;
}

/* What goes with a group is counted before the group is forgotten, and told
 * after that. */
static bool
has_gone(const struct msk_ue_group *group)
{
    return group->n_gone > 0 && group->holding != MSK_HOLDING_FORGET;
}

static bool
take_gone(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    for (size_t i = 0; i < ue->n_groups; i++) {
        struct msk_ue_group *group = &ue->groups[i];

        if (!has_gone(group))
            continue;
        ue->outbox.out_deleted = group->id;
        ue->outbox.out_deleted.number = group->gone[--group->n_gone];
        effect->kind = MSK_UE_EFFECT_MSK_DELETED;
        effect->deleted = &ue->outbox.out_deleted;
        return true;
    }
    return false;
}

static bool
put_result(struct msk_ue *ue, struct msk_ue_told *told,
           struct msk_ue_effect *effect)
{
    struct msk_result_event *result = &ue->outbox.out_result;

    if (!told->due)
        return false;
    told->due = false;
    memset(result, 0, sizeof *result);
    result->procedure = (enum msk_procedure)told->procedure;
    result->code = told->code;
    result->confirmed = told->confirmed;
    result->reason = (enum msk_reason)told->reason;
    effect->kind = MSK_UE_EFFECT_RESULT;
    effect->result = result;
    return true;
}

static bool
take_group_result(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    for (size_t i = 0; i < ue->n_groups; i++)
        for (size_t w = 0; w < MSK_UE_WANTS; w++) {
            struct msk_ue_group *group = &ue->groups[i];

            if (!put_result(ue, &group->want[w].told, effect))
                continue;
            ue->outbox.out_result.id = group->id;
            ue->outbox.out_result.id.number = group->want[w].number;
            return true;
        }
    return false;
}

static struct msk_bytes
id_of_service(const struct msk_ue_service *service)
{
    struct msk_bytes id = { service->id, service->id_len };

    return id;
}

static bool
take_service_result(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    for (size_t i = 0; i < ue->n_services; i++)
        if (put_result(ue, &ue->services[i].told, effect)) {
            ue->outbox.out_result.service = id_of_service(&ue->services[i]);
            return true;
        }
    return false;
}

static bool
take_leave(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    for (size_t i = 0; i < ue->n_services; i++) {
        struct msk_ue_service *service = &ue->services[i];

        if (service->left == MSK_REASON_NONE)
            continue;
        ue->outbox.out_leave.service = id_of_service(service);
        ue->outbox.out_leave.group = msk_key_id_group(&service->left_for);
        ue->outbox.out_leave.reason = (enum msk_reason)service->left;
        service->left = MSK_REASON_NONE;
        effect->kind = MSK_UE_EFFECT_LEAVE;
        effect->leave = &ue->outbox.out_leave;
        return true;
    }
    return false;
}

static bool
take_request_effect(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    if (take_kind(&ue->outbox, MSK_TELL_BOOTSTRAP)) {
        effect->kind = MSK_UE_EFFECT_BOOTSTRAP_NEEDED;
        effect->reason = (enum msk_reason)ue->outbox.bootstrap;
    } else if (take_kind(&ue->outbox, MSK_TELL_HTTP)) {
        effect->kind = MSK_UE_EFFECT_SEND_HTTP;
        effect->request = &ue->exchange.request;
    } else {
        return false;
    }
    return true;
}

/* An MTK that was told is the host's business from then on. */
static void
wipe_told(struct msk_ue_outbox *outbox)
{
    if (outbox->mtk.key.n == 0 || (outbox->tell & MSK_TELL_MTK) != 0)
        return;
    msk_secret_wipe(outbox->key, sizeof outbox->key);
    msk_secret_wipe(outbox->salt, sizeof outbox->salt);
    memset(&outbox->mtk, 0, sizeof outbox->mtk);
}

bool
msk_ue_outbox_take(struct msk_ue *ue, struct msk_ue_effect *effect)
{
    memset(effect, 0, sizeof *effect);
    effect->size = sizeof *effect;
    wipe_told(&ue->outbox);
    return take_message(&ue->outbox, effect) || take_gone(ue, effect) ||
           take_group_result(ue, effect) || take_service_result(ue, effect) ||
           take_leave(ue, effect) || take_request_effect(ue, effect);
}

bool
msk_ue_outbox_is_empty(const struct msk_ue *ue)
{
    bool empty = ue->outbox.tell == 0;

    for (size_t i = 0; i < ue->n_groups; i++) {
        empty = empty && !has_gone(&ue->groups[i]);
        for (size_t w = 0; w < MSK_UE_WANTS; w++)
            empty = empty && !ue->groups[i].want[w].told.due;
    }
    for (size_t i = 0; i < ue->n_services; i++)
        empty = empty && !ue->services[i].told.due &&
                ue->services[i].left == MSK_REASON_NONE;
    return empty;
}

/* Hands an effect to its hook, if the host has one. */
static void
call(const struct msk_ue *ue, const struct msk_ue_effect *effect)
{
    const struct msk_ue_hooks *hooks = &ue->hooks;
    void *user = ue->user;

    switch (effect->kind) {
    case MSK_UE_EFFECT_SEND_MIKEY:
        if (hooks->send_mikey != NULL)
            hooks->send_mikey(user, effect->peer, effect->message);
        break;
    case MSK_UE_EFFECT_SEND_HTTP:
        if (hooks->send_http != NULL)
            hooks->send_http(user, effect->request);
        break;
    case MSK_UE_EFFECT_MSK:
        if (hooks->on_msk != NULL)
            hooks->on_msk(user, effect->msk);
        break;
    case MSK_UE_EFFECT_MTK:
        if (hooks->on_mtk != NULL)
            hooks->on_mtk(user, effect->mtk);
        break;
    case MSK_UE_EFFECT_MSK_DELETED:
        if (hooks->on_msk_deleted != NULL)
            hooks->on_msk_deleted(user, effect->deleted);
        break;
    case MSK_UE_EFFECT_BOOTSTRAP_NEEDED:
        if (hooks->on_bootstrap_needed != NULL)
            hooks->on_bootstrap_needed(user, effect->reason);
        break;
    case MSK_UE_EFFECT_LEAVE:
        if (hooks->on_leave != NULL)
            hooks->on_leave(user, effect->leave);
        break;
    case MSK_UE_EFFECT_RESULT:
        if (hooks->on_result != NULL)
            hooks->on_result(user, effect->result);
        break;
    }
}

void
msk_ue_outbox_drain(struct msk_ue *ue)
{
    struct msk_ue_effect effect;

    while (msk_ue_outbox_take(ue, &effect))
        call(ue, &effect);
}
