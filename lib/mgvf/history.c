/* SPDX-License-Identifier: MIT */
#include "mgvf/history.h"

#include <string.h>

#include "base/secret.h"
#include "base/serial.h"

/* Any spread will do; a group keeps its record for ever. */
uint8_t
msk_history_bucket(const struct msk_group_id *group)
{
    unsigned sum = group->group;

    for (size_t i = 0; i < sizeof group->domain; i++)
        sum += group->domain[i];
    return (uint8_t)(sum % MSK_HISTORY_RECORDS);
}

/* The name and the tag of an MSK: SHA-256 over key and RAND, cut. */
static int
identify(const struct msk_crypto *crypto, const struct msk_group_id *group,
         const struct msk_held_key *msk, struct msk_past *past)
{
    const struct msk_bytes in[] = { { &msk->key_len, 1 },
                                    { msk->key, msk->key_len },
                                    { msk->rand, msk->rand_len } };
    uint8_t digest[MSK_HASH_MAX];
    struct msk_key_id id = { { 0, 0, 0 }, group->group, msk->number };
    int err;

    memcpy(id.domain, group->domain, sizeof id.domain);
    msk_key_id_pack(&id, past->name);
    err = crypto->hash(crypto->user, MSK_HASH_SHA256, in, 3, digest);
    memcpy(past->tag, digest, sizeof past->tag);
    msk_secret_wipe(digest, sizeof digest);
    return err == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

/* Where the past of that MSK stands; n: it has none. */
static size_t
find_past(const struct msk_history *history, const struct msk_past *past)
{
    size_t i = 0;

    while (i < history->n &&
           (memcmp(history->past[i].name, past->name, sizeof past->name) != 0 ||
            memcmp(history->past[i].tag, past->tag, sizeof past->tag) != 0))
        i++;
    return i;
}

/* Puts a past in front, in the place of the one at i or, where i is n, of none
 * or the oldest. */
static void
put_first(struct msk_history *history, size_t i, const struct msk_past *past)
{
    if (i == history->n && history->n < MSK_HISTORY_MAX)
        history->n++;
    else if (i == history->n)
        i--;
    for (; i > 0; i--)
        memcpy(&history->past[i], &history->past[i - 1], sizeof *past);
    memcpy(&history->past[0], past, sizeof *past);
}

int
msk_history_note(struct msk_history *history, const struct msk_crypto *crypto,
                 const struct msk_group_id *group,
                 const struct msk_held_key *msk, bool *noted)
{
    struct msk_past past;
    int err;

    *noted = msk->has_counter;
    if (!msk->has_counter)
        return MSK_OK;
    memset(&past, 0, sizeof past);
    err = identify(crypto, group, msk, &past);
    if (err != MSK_OK)
        return err;
    past.counter = msk->counter;
    past.mtk_id = msk->mtk_id;
    put_first(history, find_past(history, &past), &past);
    return MSK_OK;
}

int
msk_history_recall(const struct msk_history *history,
                   const struct msk_crypto *crypto,
                   const struct msk_group_id *group, struct msk_held_key *msk)
{
    struct msk_past past;
    size_t i;
    int err;

    if (history->n == 0)
        return MSK_OK;
    err = identify(crypto, group, msk, &past);
    if (err != MSK_OK)
        return err;
    i = find_past(history, &past);
    if (i == history->n)
        return MSK_OK;
    if (!msk->has_counter ||
        msk_serial_newer(history->past[i].counter, msk->counter))
        msk->counter = history->past[i].counter;
    if (history->past[i].mtk_id > msk->mtk_id)
        msk->mtk_id = history->past[i].mtk_id;
    msk->has_counter = true;
    return MSK_OK;
}
