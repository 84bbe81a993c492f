/* SPDX-License-Identifier: MIT */
/*
 * Messages in the MGV-F, and those with an MSK in the order of TS 33.246 6.5.3:
 * which MUK, is the counter newer, MAC, content, the rule of two, commit,
 * acknowledge. What comes before the MAC only drops. For those with an MTK:
 * mtk_step.c.
 */
#include <string.h>

#include "base/secret.h"
#include "mbms/msk_message.h"
#include "mgvf/soft.h"

/* A message while it is processed. */
struct msk_work {
    const struct msk_message *message;
    struct msk_group_id group;
    struct msk_content content;
    struct msk_held_key msk; /* MSK_CONTENT_MSK */
    size_t muk;              /* index of the MUK that verified it */
    struct msk_mac_key auth; /* ready once it did, for the acknowledgement */
};

static int
open_under(struct msk_soft *soft, struct msk_work *work, size_t i)
{
    const struct msk_server_muk *muk = &soft->keys.muk[i];
    struct msk_bytes key = { muk->key, muk->key_len };

    work->muk = i;
    if (!msk_server_keys_fresh(&soft->keys, i, work->message->counter))
        return MSK_ERR_REPLAY;
    return msk_msk_message_open_keep(soft->crypto, key, work->message,
                                     &work->content, &work->auth);
}

/* IDr names the MUK; without it (CSB only) the last generated one is tried,
 * then the last used one. */
static int
open_msk_message(struct msk_soft *soft, struct msk_work *work)
{
    size_t i = 0, end = soft->keys.n;
    int err = MSK_ERR_NO_MUK;

    if (work->message->idr.n > 0) {
        i = msk_server_keys_find(&soft->keys, work->message->idr);
        if (i < end)
            end = i + 1;
    }
    for (; i < end; i++) {
        err = open_under(soft, work, i);
        if (err != MSK_ERR_MAC && err != MSK_ERR_REPLAY)
            break;
    }
    return err;
}

/* Of the errors of open_msk_message, those after the MAC: the message is
 * authentic, only its content is not what the standard allows. */
static bool
is_authentic_msk(int err)
{
    return err == MSK_OK ||
           (msk_err_kind(err) == MSK_KIND_DROP && err != MSK_ERR_MAC &&
            err != MSK_ERR_REPLAY && err != MSK_ERR_NO_MUK);
}

/* What the message says on SRTP goes live with it (TS 33.246 6.4.6). */
static void
keep_group_sp(struct msk_held_group *held, const struct msk_message *m)
{
    if (!m->has_sp)
        return;
    if (m->sp.n > 0)
        memcpy(held->sp, m->sp.p, m->sp.n);
    held->sp_len = (uint8_t)m->sp.n;
}

/* The MSK that the message brings. */
static void
make_msk(struct msk_work *work)
{
    const struct msk_message *m = work->message;
    const struct msk_content *content = &work->content;
    struct msk_held_key *msk = &work->msk;

    memset(msk, 0, sizeof *msk);
    msk->number = m->id.number;
    memcpy(msk->key, content->key, content->key_len);
    msk->key_len = (uint8_t)content->key_len;
    memcpy(msk->rand, m->rand.p, m->rand.n);
    msk->rand_len = (uint8_t)m->rand.n;
    msk->seq_low = content->seq_low;
    msk->seq_high = content->seq_high;
}

static int
deliver_msk(struct msk_soft *soft, struct msk_work *work)
{
    int err = msk_soft_deliver(soft, &work->group, &work->msk);

    soft->result.outcome = MSK_OUTCOME_STORED;
    if (err == MSK_OK)
        msk_soft_tell_key(soft, work->content.key, work->content.key_len);
    return err;
}

/* Is there anything to keep? An interval that ends before it begins takes the
 * use of an MSK away; of one that is not held there is nothing to take. */
static int
keep_msk(struct msk_soft *soft, struct msk_work *work)
{
    const struct msk_content *content = &work->content;
    uint16_t number = work->message->id.number;

    soft->result.outcome = MSK_OUTCOME_COUNTER;
    if (content->kind == MSK_CONTENT_VALIDITY) {
        if (msk_held_revalidate(&soft->held, number, content->seq_low,
                                content->seq_high))
            soft->result.outcome = MSK_OUTCOME_VALIDITY;
        return MSK_OK;
    }
    if (content->seq_low > content->seq_high &&
        msk_held_find(&soft->held, number) == MSK_HELD_MAX)
        return MSK_OK;
    return deliver_msk(soft, work);
}

/* Decision 23: neither the SP nor its absence switches off what was announced
 * as on. */
static int
check_group_sp(const struct msk_soft *soft, const struct msk_message *m)
{
    struct msk_bytes held = { soft->held.sp, soft->held.sp_len };

    return msk_policy_check(msk_owners_require(&soft->held.owners),
                            m->has_sp ? m->sp : held);
}

/* Under a MUK that is not the last generated one nothing is stored, though
 * it is authentic (TS 33.246 6.3.2.3.1). */
static int
decide(struct msk_soft *soft, struct msk_work *work)
{
    struct msk_mgvf_result *result = &soft->result;
    int err;

    result->id = work->message->id;
    result->outcome = MSK_OUTCOME_PULL;
    if (work->content.kind == MSK_CONTENT_PULL)
        return MSK_OK;
    result->outcome = MSK_OUTCOME_STALE;
    if (work->muk == MSK_MUK_USED)
        return MSK_OK;
    err = check_group_sp(soft, work->message);
    if (err == MSK_OK)
        err = keep_msk(soft, work);
    if (err != MSK_OK || result->outcome == MSK_OUTCOME_COUNTER)
        return err;
    keep_group_sp(&soft->held, work->message);
    result->has_interval = true;
    result->seq_low = work->content.seq_low;
    result->seq_high = work->content.seq_high;
    msk_soft_change_msks(soft);
    return MSK_OK;
}

static void
tell_msk(struct msk_soft *soft, size_t muk)
{
    struct msk_mgvf_result *result = &soft->result;
    const struct msk_server_muk *used = &soft->keys.muk[muk];

    memcpy(soft->out.btid, used->btid, used->btid_len);
    result->btid.p = soft->out.btid;
    result->btid.n = used->btid_len;
    msk_soft_tell_sp(soft);
}

/* TS 33.246 6.4.5.2, D.1: only if asked for, never for a pull, never under a
 * MUK that is not the last generated one. Made before the commit, so that a
 * failing provider cannot come between; handed out after it. */
static int
acknowledge(struct msk_soft *soft, const struct msk_work *work)
{
    struct msk_mgvf_result *result = &soft->result;

    if (!work->message->v || result->outcome == MSK_OUTCOME_PULL ||
        result->outcome == MSK_OUTCOME_STALE)
        return MSK_OK;
    result->acknowledgement.p = soft->out.ack;
    return msk_verification_make_with(&work->auth, work->message, result->btid,
                                      soft->out.ack, sizeof soft->out.ack,
                                      &result->acknowledgement.n);
}

/* The message is authentic: from here on its counter counts, also if what it
 * says is refused (verdict). Only a provider that fails comes between. */
static int
accept_msk(struct msk_soft *soft, struct msk_work *work, int verdict)
{
    int err = MSK_OK;

    if (verdict == MSK_OK)
        verdict = decide(soft, work);
    if (verdict == MSK_ERR_CRYPTO)
        return verdict;
    if (verdict == MSK_OK) {
        tell_msk(soft, work->muk);
        err = acknowledge(soft, work);
    }
    msk_server_keys_used(&soft->keys, work->muk, work->message->counter);
    msk_soft_change_server(soft);
    return err == MSK_OK ? msk_soft_commit(soft, verdict) : err;
}

/* What a message that brings an MSK needs besides, after the MAC. */
static int
prepare(struct msk_soft *soft, struct msk_work *work)
{
    if (work->content.kind != MSK_CONTENT_MSK || work->muk == MSK_MUK_USED)
        return MSK_OK;
    make_msk(work);
    return msk_soft_prepare(soft, &work->group, &work->msk);
}

static int
process(struct msk_soft *soft, struct msk_work *work)
{
    int err = open_msk_message(soft, work), fault = MSK_OK;

    if (err == MSK_OK)
        fault = prepare(soft, work);
    if (fault != MSK_OK)
        return fault;
    return is_authentic_msk(err) ? accept_msk(soft, work, err) : err;
}

static int
take_msk_message(struct msk_soft *soft, const struct msk_message *message)
{
    const struct msk_soft_input *in = &soft->in;
    struct msk_bytes fqdn = { in->fqdn, in->fqdn_len };
    struct msk_work work;
    int err = msk_server_find(in->layout, message, &fqdn);

    work.message = message;
    work.group = msk_key_id_group(&message->id);
    work.auth.crypto = NULL;
    if (err == MSK_OK)
        err = msk_soft_load_group(soft, &work.group);
    if (err == MSK_OK)
        err = msk_owners_check(&soft->held.owners, soft->crypto, fqdn);
    if (err == MSK_OK)
        err = msk_soft_load_server(soft, fqdn);
    if (err == MSK_OK)
        err = process(soft, &work);
    msk_mac_end(&work.auth);
    msk_secret_wipe(&work.content, sizeof work.content);
    msk_secret_wipe(&work.msk, sizeof work.msk);
    return err;
}

/* --- a message of either kind --------------------------------------------- */

/* TS 33.246 6.4.6: what it is shows in its extension payload. */
static int
take_read(struct msk_soft *soft, const struct msk_message *message)
{
    switch (message->kind) {
    case MSK_MESSAGE_MSK: return take_msk_message(soft, message);
    case MSK_MESSAGE_MTK: return msk_soft_take_mtk(soft, message);
    case MSK_MESSAGE_VERIFICATION: break; /* for a BM-SC */
    }
    return MSK_ERR_KIND;
}

/* What the caller has read is theirs, and gone when the step runs again. */
static int
step_message(struct msk_soft *soft)
{
    struct msk_bytes octets = { soft->in.message, soft->in.message_len };
    const struct msk_message *read = soft->in.read;
    struct msk_message message;
    int err;

    soft->in.read = NULL;
    if (read != NULL)
        return take_read(soft, read);
    err = msk_message_read(soft->in.layout, octets, &message, NULL);
    return err == MSK_OK ? take_read(soft, &message) : err;
}

int
msk_soft_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                 struct msk_mgvf_result *result)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    struct msk_soft_input *in = &soft->in;
    int err;

    if (input->fqdn.n > MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    if (input->message.n > MSK_MIKEY_MAX)
        return MSK_ERR_LENGTH;
    err = msk_soft_begin(soft, step_message);
    if (err != MSK_OK)
        return err;
    in->layout = input->layout;
    if (input->fqdn.n > 0)
        memcpy(in->fqdn, input->fqdn.p, input->fqdn.n);
    in->fqdn_len = input->fqdn.n;
    if (input->message.n > 0)
        memcpy(in->message, input->message.p, input->message.n);
    in->message_len = input->message.n;
    in->read = input->read;
    return msk_soft_run(soft, result);
}
