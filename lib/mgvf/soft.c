/* SPDX-License-Identifier: MIT */
#include "mgvf/soft.h"

#include <string.h>

#include "base/secret.h"

/* --- records on their way from and to the store --------------------------- */

/* A store may fail in its own ways; its callers know two. */
static int
store_error(int err)
{
    return err == MSK_ERR_LIMIT ? MSK_ERR_LIMIT : MSK_ERR_STORE;
}

/* A commit has ended. If it failed, what it did is not known. */
static void
count_commit(struct msk_soft *soft)
{
    if (soft->moves)
        soft->base.changes++;
}

/* Asks the store for a slot that is not loaded. */
static int
fetch(struct msk_soft *soft, struct msk_soft_slot *slot)
{
    const struct msk_store *store = soft->store;
    struct msk_bytes key = { slot->key, slot->key_len };
    int err;

    slot->used = true;
    slot->stored.n = 0;
    slot->stored.version = 0;
    err = store->load(store->user, ++soft->token, key, &slot->stored);
    if (err == MSK_PENDING) {
        soft->wait = MSK_SOFT_LOADING;
        soft->loading = slot;
        return err;
    }
    slot->loaded = err == MSK_OK;
    return err == MSK_OK ? MSK_OK : store_error(err);
}

static int
load_slot(struct msk_soft *soft, struct msk_soft_slot *slot)
{
    int err = slot->loaded ? MSK_OK : fetch(soft, slot);

    if (err == MSK_OK && slot->stored.n > sizeof slot->stored.value)
        err = MSK_ERR_RECORD;
    return err;
}

static struct msk_bytes
value_of_slot(const struct msk_soft_slot *slot)
{
    struct msk_bytes value = { slot->stored.value, slot->stored.n };

    return value;
}

int
msk_soft_load_server(struct msk_soft *soft, struct msk_bytes fqdn)
{
    int err;

    msk_record_server_key(fqdn, soft->server.key, &soft->server.key_len);
    err = load_slot(soft, &soft->server);
    if (err != MSK_OK)
        return err;
    return msk_record_get_server(value_of_slot(&soft->server), &soft->keys);
}

int
msk_soft_load_group(struct msk_soft *soft, const struct msk_group_id *group)
{
    int err;

    msk_record_group_key(group, soft->group.key, &soft->group.key_len);
    err = load_slot(soft, &soft->group);
    if (err != MSK_OK)
        return err;
    memset(&soft->held, 0, sizeof soft->held);
    if (soft->group.stored.version == 0)
        return MSK_ERR_NOT_MINE;
    return msk_record_get_group(value_of_slot(&soft->group), &soft->held);
}

int
msk_soft_load_history(struct msk_soft *soft, const struct msk_group_id *group)
{
    int err;

    msk_record_history_key(group, soft->past.key, &soft->past.key_len);
    err = load_slot(soft, &soft->past);
    if (err != MSK_OK)
        return err;
    return msk_record_get_history(value_of_slot(&soft->past), &soft->history);
}

int
msk_soft_load_record(struct msk_soft *soft)
{
    int err = load_slot(soft, &soft->group);

    return err == MSK_ERR_RECORD ? MSK_OK : err;
}

static struct msk_change *
add_change(struct msk_soft *soft, struct msk_soft_slot *slot)
{
    struct msk_change *change = &soft->changes[soft->n_changes++];

    change->key.p = slot->key;
    change->key.n = slot->key_len;
    change->value = value_of_slot(slot);
    change->version = slot->stored.version;
    change->delayable = false;
    return change;
}

void
msk_soft_change_server(struct msk_soft *soft)
{
    msk_record_put_server(&soft->keys, soft->server.stored.value,
                          &soft->server.stored.n);
    add_change(soft, &soft->server);
}

void
msk_soft_change_history(struct msk_soft *soft)
{
    msk_record_put_history(&soft->history, soft->past.stored.value,
                           &soft->past.stored.n);
    add_change(soft, &soft->past);
}

void
msk_soft_change_group(struct msk_soft *soft, bool delayable)
{
    msk_record_put_group(&soft->held, soft->group.stored.value,
                         &soft->group.stored.n);
    add_change(soft, &soft->group)->delayable = delayable;
}

void
msk_soft_change_msks(struct msk_soft *soft)
{
    soft->moves = true;
    msk_soft_change_group(soft, false);
}

void
msk_soft_delete_group(struct msk_soft *soft)
{
    struct msk_change *change = add_change(soft, &soft->group);

    soft->moves = true;
    change->value.p = NULL;
    change->value.n = 0;
}

int
msk_soft_commit(struct msk_soft *soft, int verdict)
{
    const struct msk_store *store = soft->store;
    int err;

    soft->verdict = verdict;
    if (soft->n_changes == 0)
        return verdict;
    err = store->commit(store->user, ++soft->token, soft->changes,
                        soft->n_changes);
    if (err == MSK_PENDING) {
        soft->wait = MSK_SOFT_COMMITTING;
        return err;
    }
    count_commit(soft);
    return err == MSK_OK ? verdict : store_error(err);
}

/* --- a call --------------------------------------------------------------- */

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

/* Keys that were told; the rest of it is no secret, and what is in it is told
 * by the lengths of the result. */
static void
wipe_output(struct msk_soft *soft)
{
    msk_secret_wipe(soft->out.key, sizeof soft->out.key);
    msk_secret_wipe(soft->out.salt, sizeof soft->out.salt);
}

int
msk_soft_begin(struct msk_soft *soft, msk_soft_step_fn *step)
{
    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->step = step;
    start_over(soft);
    wipe_output(soft);
    memset(&soft->result, 0, sizeof soft->result);
    soft->result.size = sizeof soft->result;
    soft->result.outcome = MSK_OUTCOME_DONE;
    return MSK_OK;
}

/* A record, and what was read of it, if the store was asked for it: by the call
 * that ends, or by any of its runs. */
static void
wipe_record(struct msk_soft_slot *slot, void *read, size_t n)
{
    if (!slot->used)
        return;
    msk_secret_wipe(&slot->stored, sizeof slot->stored);
    msk_secret_wipe(read, n);
    slot->used = false;
}

static void
wipe_work(struct msk_soft *soft)
{
    wipe_record(&soft->server, &soft->keys, sizeof soft->keys);
    wipe_record(&soft->group, &soft->held, sizeof soft->held);
    wipe_record(&soft->past, &soft->history, sizeof soft->history);
    msk_secret_wipe(soft->in.muk, sizeof soft->in.muk);
    msk_secret_wipe(&soft->in.msk, sizeof soft->in.msk);
    if (soft->in.mtk.key_len > 0)
        msk_secret_wipe(&soft->in.mtk, sizeof soft->in.mtk);
}

static int
finish_run(struct msk_soft *soft, int err, struct msk_mgvf_result *result)
{
    soft->wait = MSK_SOFT_IDLE;
    if (err == MSK_OK && result != NULL)
        *result = soft->result;
    if (err != MSK_OK)
        wipe_output(soft);
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
        count_commit(soft);
    if (result != MSK_OK)
        return finish_run(soft, store_error(result), out);
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
