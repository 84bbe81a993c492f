/* SPDX-License-Identifier: MIT */
/* The public calls, but for those about services (start.c) and the life of a
 * session (init.c). */
#include "msk/ue.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "msk/body.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/service.h"
#include "ue/settle.h"
#include "ue/ue_outbox.h"
#include "ue/work.h"

#define MKI_LEN 6

/* The end of a public call that began with one of the MGV-F. One that finds
 * it at work for another session changes nothing. */
static int
finish_call(struct msk_ue *ue, int err)
{
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    if (ue->work.verdict == MSK_ERR_BUSY)
        return msk_ue_refuse(ue, MSK_ERR_BUSY);
    return ue->work.job == MSK_JOB_PROCESS ? msk_ue_settle_message(ue)
                                           : msk_ue_settle(ue);
}

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
    return finish_call(ue, msk_work_set_muk(ue, k.muk, k.age));
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
    return finish_call(ue, msk_work_process(ue, message));
}

/* The Key Group of a flow that an MKI names; which MSK is put into
 * ue->work.named. MSK_ERR_NOT_MINE: no such flow, or another group. */
static int
find_missed(struct msk_ue *ue, struct msk_bytes service, struct msk_bytes flow,
            struct msk_bytes mki, size_t *group)
{
    size_t i = msk_ue_service_find(ue, service), f;
    uint16_t id, number;
    struct msk_reader r;

    msk_reader_init(&r, mki.p, mki.n);
    id = msk_reader_u16(&r);
    number = msk_reader_u16(&r);
    f = i < ue->n_services ? msk_ue_service_flow(ue, i, flow) : ue->n_flows;
    if (f == ue->n_flows || number == 0)
        return MSK_ERR_NOT_MINE;
    *group = ue->flows[f].group;
    if (ue->groups[*group].id.group != id)
        return MSK_ERR_NOT_MINE;
    ue->work.named = ue->groups[*group].id;
    ue->work.named.number = number;
    return MSK_OK;
}

int
msk_ue_missed(struct msk_ue *ue, struct msk_bytes service,
              struct msk_bytes flow, struct msk_bytes mki, msk_time now)
{
    size_t group = 0;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_octets_fit(service, 1, SIZE_MAX) ||
        !msk_octets_fit(flow, 1, SIZE_MAX) || !msk_octets_fit(mki, 0, SIZE_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    if (mki.n != MKI_LEN)
        return msk_ue_refuse(ue, MSK_ERR_LENGTH);
    err = find_missed(ue, service, flow, mki, &group);
    if (err == MSK_OK)
        err = msk_ue_roll(ue);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    return finish_call(ue, msk_work_check(ue, group));
}

/* How many MSKs of a group are asked for by their number. */
static size_t
specific(const struct msk_ue_group *group)
{
    size_t n = 0;

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number != 0 &&
            (group->want[i].wanted || group->want[i].asked))
            n++;
    return n;
}

/* Is that a want which neither the group nor an ID before has? */
static bool
is_new(const struct msk_ue_group *group, const struct msk_key_id *ids, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (msk_key_id_equal(&ids[j], &ids[i]))
            return false;
    for (size_t w = 0; w < MSK_UE_WANTS; w++)
        if (group->want[w].wanted && group->want[w].number == ids[i].number)
            return false;
    return true;
}

/* The last place is for the current MSK, which pulls and traffic ask for. */
static bool
has_room_to_ask(const struct msk_ue *ue, const struct msk_ue_group *group,
                const struct msk_key_id *ids, size_t n)
{
    size_t more = 0;

    for (size_t i = 0; i < n; i++)
        if (ids[i].number != 0 && msk_ue_group_of(ue, &ids[i]) == group &&
            is_new(group, ids, i))
            more++;
    return specific(group) + more <= MSK_UE_WANTS - 1;
}

/* Decision 17: a specific MSK can be asked for in KEYID only. */
static int
check_missed(const struct msk_ue *ue, const struct msk_key_id *ids, size_t n)
{
    if (ids == NULL || n == 0)
        return MSK_ERR_ARGUMENT;
    if (!msk_ue_asks(ue) || ue->keys.btid_len == 0)
        return MSK_ERR_STATE;
    if (n > MSK_BODY_ITEMS_MAX)
        return MSK_ERR_LIMIT;
    for (size_t i = 0; i < n; i++)
        if (ue->layout == MSK_LAYOUT_CSB && ids[i].number != 0)
            return MSK_ERR_ARGUMENT;
    for (size_t i = 0; i < n; i++) {
        const struct msk_ue_group *group = msk_ue_group_of(ue, &ids[i]);

        if (group == NULL)
            return MSK_ERR_NOT_MINE;
        if (!has_room_to_ask(ue, group, ids, n))
            return MSK_ERR_LIMIT;
    }
    return MSK_OK;
}

int
msk_ue_request(struct msk_ue *ue, const struct msk_key_id *ids, size_t n,
               msk_time now)
{
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    err = check_missed(ue, ids, n);
    if (err == MSK_OK)
        err = msk_ue_roll(ue);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    for (size_t i = 0; i < n; i++)
        (void)msk_ue_group_want(msk_ue_group_of(ue, &ids[i]), ids[i].number);
    for (size_t i = 0; i < n; i++)
        (void)msk_ue_group_step(ue, msk_ue_group_of(ue, &ids[i]),
                                MSK_GROUP_NEED);
    return msk_ue_settle(ue);
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
    return finish_call(ue, msk_work_complete(ue, token, result));
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
