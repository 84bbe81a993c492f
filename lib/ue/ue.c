/* SPDX-License-Identifier: MIT */
/* The public calls, but for those about services (start.c) and the life of a
 * session (init.c). */
#include "msk/ue.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "base/sized.h"
#include "ue/exchange.h"
#include "ue/missed.h"
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
    return msk_ue_settle(ue);
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

int
msk_ue_missed(struct msk_ue *ue, struct msk_bytes service,
              struct msk_bytes flow, struct msk_bytes mki, msk_time now)
{
    struct msk_ue_group *group = NULL;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_octets_fit(service, 1, SIZE_MAX) ||
        !msk_octets_fit(flow, 1, SIZE_MAX) || !msk_octets_fit(mki, 0, SIZE_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    if (mki.n != MKI_LEN)
        return msk_ue_refuse(ue, MSK_ERR_LENGTH);
    err = msk_missed_group(ue, service, flow, mki, &group);
    if (err == MSK_OK)
        err = msk_ue_roll(ue);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    return finish_call(ue, msk_work_check(ue, (size_t)(group - ue->groups)));
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
