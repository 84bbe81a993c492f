/* SPDX-License-Identifier: MIT */
/*
 * Pasts, and what they are for: an MSK comes, and another may have to go. How
 * far MTK messages came under an MSK that goes is noted, and found again if the
 * same MSK comes back.
 */
#include "mgvf/history.h"

#include <string.h>

#include "base/secret.h"
#include "mgvf/soft.h"

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
    past.counter = msk->counter;
    past.mtk_id = msk->mtk_id;
    if (err == MSK_OK)
        put_first(history, find_past(history, &past), &past);
    msk_secret_wipe(&past, sizeof past);
    return err;
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
    i = err == MSK_OK ? find_past(history, &past) : history->n;
    msk_secret_wipe(&past, sizeof past);
    if (i == history->n)
        return err;
    if (!msk->has_counter ||
        msk_serial_newer(history->past[i].counter, msk->counter))
        msk->counter = history->past[i].counter;
    if (history->past[i].mtk_id > msk->mtk_id)
        msk->mtk_id = history->past[i].mtk_id;
    msk->has_counter = true;
    return MSK_OK;
}

/* --- an MSK comes --------------------------------------------------------- */

static bool
same_value(const struct msk_held_key *a, const struct msk_held_key *b)
{
    return a->key_len == b->key_len && a->rand_len == b->rand_len &&
           msk_secret_equal(a->key, b->key, a->key_len) &&
           memcmp(a->rand, b->rand, a->rand_len) == 0;
}

/* Is it held as it comes? Then it has its past with it. */
static bool
is_there(const struct msk_held_group *held, const struct msk_held_key *msk)
{
    size_t i = msk_held_find(held, msk->number);

    return i < MSK_HELD_MAX && same_value(&held->msk[i], msk);
}

int
msk_soft_prepare(struct msk_soft *soft, const struct msk_group_id *group,
                 const struct msk_held_key *msk)
{
    soft->there = is_there(&soft->held, msk);
    return soft->there ? MSK_OK : msk_soft_load_history(soft, group);
}

static int
note(struct msk_soft *soft, const struct msk_group_id *group,
     const struct msk_held_key *msk)
{
    return msk_history_note(&soft->history, soft->crypto, group, msk,
                            &soft->noted);
}

static void
copy_past(struct msk_held_key *to, const struct msk_held_key *from)
{
    to->has_counter = from->has_counter;
    to->counter = from->counter;
    to->mtk_id = from->mtk_id;
}

/* The value under a number that is held is replaced: MTK counters go on under
 * the number (decision 9), and are noted of the value that goes. */
static int
replace_msk(struct msk_soft *soft, const struct msk_group_id *group,
            struct msk_held_key *old, struct msk_held_key *msk)
{
    int err;

    copy_past(msk, old);
    err = msk_history_recall(&soft->history, soft->crypto, group, msk);
    if (err == MSK_OK)
        err = note(soft, group, old);
    copy_past(old, msk);
    return err;
}

/* It is new: the older of two goes. */
static int
add_msk(struct msk_soft *soft, const struct msk_group_id *group,
        struct msk_held_key *msk)
{
    int err = msk_history_recall(&soft->history, soft->crypto, group, msk);

    if (err == MSK_OK && soft->held.n == MSK_HELD_MAX)
        err = note(soft, group, &soft->held.msk[1]);
    return err;
}

static int
keep_pasts(struct msk_soft *soft, const struct msk_group_id *group,
           struct msk_held_key *msk)
{
    size_t i = msk_held_find(&soft->held, msk->number);

    return i < MSK_HELD_MAX ? replace_msk(soft, group, &soft->held.msk[i], msk)
                            : add_msk(soft, group, msk);
}

int
msk_soft_deliver(struct msk_soft *soft, const struct msk_group_id *group,
                 struct msk_held_key *msk)
{
    struct msk_mgvf_result *result = &soft->result;
    int err = MSK_OK;

    soft->noted = false;
    if (!soft->there)
        err = keep_pasts(soft, group, msk);
    if (err != MSK_OK)
        return err;
    if (soft->noted)
        msk_soft_change_history(soft);
    result->deleted = result->id;
    result->has_deleted =
        msk_held_deliver(&soft->held, msk, &result->deleted.number);
    return MSK_OK;
}

/* The newest last, so that it stands in front. */
int
msk_soft_note_all(struct msk_soft *soft, const struct msk_group_id *group)
{
    bool any = false;
    int err = MSK_OK;

    for (size_t i = soft->held.n; err == MSK_OK && i > 0; i--) {
        err = note(soft, group, &soft->held.msk[i - 1]);
        any |= soft->noted;
    }
    if (err == MSK_OK && any)
        msk_soft_change_history(soft);
    return err;
}
