/* SPDX-License-Identifier: MIT */
/* The records of the software MGV-F on their way from and to the store. */
#include <string.h>

#include "base/octets.h"
#include "mgvf/soft.h"

/* A store may fail in its own ways; its callers know two. */
int
msk_soft_store_error(int err)
{
    return err == MSK_ERR_LIMIT ? MSK_ERR_LIMIT : MSK_ERR_STORE;
}

/* A commit has ended. If it failed, what it did is not known. */
void
msk_soft_count(struct msk_soft *soft)
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

    slot->stored.n = 0;
    slot->stored.version = 0;
    err = store->load(store->user, ++soft->token, key, &slot->stored);
    if (err == MSK_PENDING) {
        soft->wait = MSK_SOFT_LOADING;
        soft->loading = slot;
        return err;
    }
    slot->loaded = err == MSK_OK;
    return err == MSK_OK ? MSK_OK : msk_soft_store_error(err);
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

/* Any key server that may be known has a tag of its own: 8 octets of a hash of
 * its name, the same however the name is written. */
int
msk_soft_owner_tag(const struct msk_soft *soft, struct msk_bytes fqdn,
                   uint8_t tag[MSK_OWNER_TAG])
{
    uint8_t name[MSK_FQDN_MAX], digest[MSK_HASH_MAX] = { 0 };
    struct msk_bytes in = { name, fqdn.n };
    int err = MSK_OK;

    msk_fqdn_fold(fqdn, name);
    if (fqdn.n > 0 && soft->crypto->hash(soft->crypto->user, MSK_HASH_SHA256,
                                         &in, 1, digest) != 0)
        err = MSK_ERR_CRYPTO;
    memcpy(tag, digest, MSK_OWNER_TAG);
    return err;
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
    msk_soft_count(soft);
    return err == MSK_OK ? verdict : msk_soft_store_error(err);
}
