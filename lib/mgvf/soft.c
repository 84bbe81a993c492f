/* SPDX-License-Identifier: MIT */
#include "mgvf/soft.h"

#include <string.h>

#include "base/secret.h"

struct msk_soft *
msk_soft_of(struct msk_mgvf *mgvf)
{
    return (struct msk_soft *)(void *)mgvf;
}

/* Nothing is loaded, nothing is to be committed. */
static void
start_over(struct msk_soft *soft)
{
    soft->server.loaded = false;
    soft->group.loaded = false;
    soft->past.loaded = false;
    soft->n_changes = 0;
    soft->again = false;
    soft->moves = false;
}

int
msk_soft_begin(struct msk_soft *soft, msk_soft_step_fn *step)
{
    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->step = step;
    start_over(soft);
    msk_secret_wipe(&soft->out, sizeof soft->out);
    memset(&soft->result, 0, sizeof soft->result);
    soft->result.size = sizeof soft->result;
    soft->result.outcome = MSK_OUTCOME_DONE;
    return MSK_OK;
}

static void
wipe_work(struct msk_soft *soft)
{
    msk_secret_wipe(&soft->server.stored, sizeof soft->server.stored);
    msk_secret_wipe(&soft->group.stored, sizeof soft->group.stored);
    msk_secret_wipe(&soft->keys, sizeof soft->keys);
    msk_secret_wipe(&soft->past.stored, sizeof soft->past.stored);
    msk_secret_wipe(&soft->held, sizeof soft->held);
    msk_secret_wipe(&soft->history, sizeof soft->history);
    msk_secret_wipe(soft->in.muk, sizeof soft->in.muk);
    msk_secret_wipe(&soft->in.msk, sizeof soft->in.msk);
}

static int
finish_run(struct msk_soft *soft, int err, struct msk_mgvf_result *result)
{
    soft->wait = MSK_SOFT_IDLE;
    if (err == MSK_OK && result != NULL)
        *result = soft->result;
    if (err != MSK_OK)
        msk_secret_wipe(&soft->out, sizeof soft->out);
    wipe_work(soft);
    return err;
}

/* What a step has returned, or its commit; it may want to run once more. */
static int
go_on_run(struct msk_soft *soft, int err, struct msk_mgvf_result *result)
{
    while (err == MSK_OK && soft->again) {
        start_over(soft);
        err = soft->step(soft);
    }
    return err == MSK_PENDING ? err : finish_run(soft, err, result);
}

int
msk_soft_run(struct msk_soft *soft, struct msk_mgvf_result *result)
{
    return go_on_run(soft, soft->step(soft), result);
}

int
msk_soft_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
                  struct msk_mgvf_result *out)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    enum msk_soft_wait wait = soft->wait;

    if (wait == MSK_SOFT_IDLE || token != soft->token)
        return MSK_ERR_STATE;
    if (result == MSK_PENDING)
        return MSK_ERR_ARGUMENT;
    soft->wait = MSK_SOFT_IDLE;
    if (wait == MSK_SOFT_COMMITTING)
        msk_soft_count(soft);
    if (result != MSK_OK)
        return finish_run(soft, msk_soft_store_error(result), out);
    if (wait == MSK_SOFT_COMMITTING)
        return go_on_run(soft, soft->verdict, out);
    soft->loading->loaded = true;
    return msk_soft_run(soft, out);
}

void
msk_soft_tell_key(struct msk_soft *soft, const uint8_t *key, size_t len)
{
    memcpy(soft->out.key, key, len);
    soft->result.key.p = soft->out.key;
    soft->result.key.n = len;
}

void
msk_soft_tell_sp(struct msk_soft *soft)
{
    memcpy(soft->out.sp, soft->held.sp, soft->held.sp_len);
    soft->result.sp.p = soft->out.sp;
    soft->result.sp.n = soft->held.sp_len;
}
