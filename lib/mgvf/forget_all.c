/* SPDX-License-Identifier: MIT */
/* TS 33.246 6.1: with another card all keys have to go. */
#include <string.h>

#include "base/octets.h"
#include "mgvf/soft.h"

/* Ends a walk through the store at its first record. */
#define FOUND 1

static bool
is_key(const struct msk_soft_slot *slot, struct msk_bytes key)
{
    return msk_octets_are(key, slot->key, slot->key_len);
}

/* A record that was just deleted is not there, or it would be for ever. */
static int
take_record_key(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    struct msk_soft_slot *slot = arg;

    (void)value;
    if (key.n == 0 || key.n > sizeof slot->key || is_key(slot, key))
        return MSK_ERR_STORE;
    memcpy(slot->key, key.p, key.n);
    slot->key_len = key.n;
    return FOUND;
}

/* The key of any record of an MGV-F goes into soft->group. MSK_OK: none. */
static int
find_record(struct msk_soft *soft)
{
    static const uint8_t kinds[] = { MSK_RECORD_SERVER, MSK_RECORD_GROUP,
                                     MSK_RECORD_HISTORY };
    const struct msk_store *store = soft->store;
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < sizeof kinds; i++) {
        struct msk_bytes prefix = { &kinds[i], 1 };

        err = store->each(store->user, prefix, take_record_key, &soft->group);
    }
    return err == MSK_OK || err == FOUND ? err : MSK_ERR_STORE;
}

/* Deletes one record and asks to run again. A record that is shown and cannot
 * be loaded would be found for ever. */
static int
step_forget_all(struct msk_soft *soft)
{
    int err = soft->group.loaded ? FOUND : find_record(soft);

    if (err != FOUND)
        return err;
    err = msk_soft_load_record(soft);
    if (err == MSK_OK && soft->group.stored.version == 0)
        err = MSK_ERR_STORE;
    if (err != MSK_OK)
        return err;
    msk_soft_delete_group(soft);
    soft->again = true;
    return msk_soft_commit(soft, MSK_OK);
}

int
msk_soft_forget_all(struct msk_mgvf *mgvf)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    int err = msk_soft_begin(soft, step_forget_all);

    if (err != MSK_OK)
        return err;
    soft->group.key_len = 0;
    return msk_soft_run(soft, NULL);
}
