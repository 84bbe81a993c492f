/* SPDX-License-Identifier: MIT */
/* Commands that concern a Key Group and its MSKs. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "command.h"

#define TURNS 20 /* while it changes */

/* Whoever saves it next is held up by no fence, unless they set one. */
bool
command_load_group(struct host *h, const struct msk_group_id *id)
{
    struct records_request q = { .kind = RECORDS_GROUP,
                                 .group = *id,
                                 .group_row = &h->group_row };
    struct msk_bytes packed = { h->group_row.packed, 0 };

    h->group_row.fence = (struct msk_bytes){ NULL, 0 };
    if (store_ask(h, &q) != RECORDS_OK)
        return false;
    packed.n = h->group_row.n;
    return msk_key_group_unpack(&h->group, packed) == MSK_OK;
}

/* The only Key Group of that number, whatever its domain. */
static bool
group_by_number(struct host *h, uint16_t number)
{
    static struct records_group page[GROUPS_PAGE];
    struct records_request q = { .kind = RECORDS_GROUP_AFTER,
                                 .group_row = page,
                                 .cap = GROUPS_PAGE };
    struct msk_group_id found = { { 0, 0, 0 }, 0 };
    size_t n = 0;

    do {
        if (store_ask(h, &q) == RECORDS_FAILED)
            return false;
        for (size_t i = 0; i < q.n; i++)
            if (page[i].id.group == number && n++ == 0)
                found = page[i].id;
        if (q.n > 0)
            q.group = page[q.n - 1].id;
    } while (q.n == GROUPS_PAGE);
    msk_wipe(page, sizeof page);
    return n == 1 && command_load_group(h, &found);
}

/* Replaces it in the store by h->group. */
enum records_result
command_save_group(struct host *h)
{
    struct records_group *row = &h->group_row;
    struct records_request q = { .kind = RECORDS_SAVE_GROUP, .group_row = row };

    if (msk_key_group_pack(&h->group, row->packed, sizeof row->packed,
                           &row->n) != MSK_OK)
        return RECORDS_FAILED;
    return store_ask(h, &q);
}

bool
command_find_group(struct host *h, char *word)
{
    char *colon = strchr(word, ':');
    struct msk_group_id id;
    uint64_t group;
    size_t n;

    if (colon == NULL)
        return input_number(word, 0xFFFF, &group) &&
               group_by_number(h, (uint16_t)group);
    *colon = '\0';
    if (!input_hex(word, id.domain, sizeof id.domain, &n) ||
        n != sizeof id.domain || !input_number(colon + 1, 0xFFFF, &group))
        return false;
    id.group = (uint16_t)group;
    return command_load_group(h, &id);
}

/* Changes the MSKs of a Key Group. */
typedef int change_fn(struct msk_key_group *group,
                      const struct msk_key_group_next *next);

/* The numbers of its MSKs, 0: none. */
struct numbers {
    uint16_t of[MSK_ROLE_PREVIOUS + 1];
};

static struct numbers
numbers_of(const struct msk_key_group *group)
{
    struct numbers out = { { 0 } };

    for (int role = 0; role <= MSK_ROLE_PREVIOUS; role++) {
        struct msk_key_group_msk msk = { .size = sizeof msk };

        if (msk_key_group_get(group, (enum msk_key_group_role)role, &msk))
            out.of[role] = msk.id.number;
    }
    return out;
}

/* Changes h->group, saves it, and tells of the MSK in a role. While somebody
 * makes MTKs the record changes all the time: once more, then; but not when it
 * has other MSKs. */
static const char *
change(struct host *h, change_fn *fn, const struct msk_key_group_next *next,
       enum msk_key_group_role role)
{
    const struct msk_group_id id = h->group_row.id;
    struct numbers before = numbers_of(&h->group), now = before;
    enum records_result result = RECORDS_CONFLICT;

    for (int i = 0; result == RECORDS_CONFLICT && i < TURNS; i++) {
        int err;

        if (i > 0 && !command_load_group(h, &id))
            return command_no_group;
        now = numbers_of(&h->group);
        if (memcmp(&now, &before, sizeof now) != 0)
            break;
        err = fn(&h->group, next);
        if (err != MSK_OK)
            return msk_err_text(err);
        result = command_save_group(h);
    }
    if (result != RECORDS_OK)
        return "somebody was faster";
    tell_msk(h, role);
    return NULL;
}

static int
rekey(struct msk_key_group *group, const struct msk_key_group_next *none)
{
    (void)none;
    return msk_key_group_rekey(group, &host_randomness);
}

static int
prepare(struct msk_key_group *group, const struct msk_key_group_next *next)
{
    return msk_key_group_prepare(group, next, &host_randomness);
}

static int
switch_to_next(struct msk_key_group *group,
               const struct msk_key_group_next *none)
{
    (void)none;
    return msk_key_group_switch(group);
}

const char *
command_rekey(struct host *h, char **words, size_t n)
{
    const char *why;

    if (n != 2)
        return command_bad_words;
    if (!command_find_group(h, words[1]))
        return command_no_group;
    why = change(h, rekey, NULL, MSK_ROLE_CURRENT);
    if (why != NULL || h->options.never_push)
        return why;
    return parts_begin(h, &h->group_row.id, JOB_PUSH) ? NULL
                                                      : "it cannot be begun";
}

/* An MSK that was made elsewhere: NUMBER MSK RAND [LOW HIGH]. */
struct elsewhere {
    uint8_t msk[MSK_KEY_MAX], rand[MSK_RAND_MAX];
    struct msk_key_group_next next;
};

static bool
take_next(char **words, size_t n, struct elsewhere *e)
{
    uint64_t number, low = 0, high = 0;
    size_t msk = 0, rand = 0;

    memset(e, 0, sizeof *e);
    if ((n != 3 && n != 5) || !input_number(words[0], 0xFFFF, &number) ||
        !secrecy_argument(words[1], e->msk, sizeof e->msk, &msk) ||
        !secrecy_argument(words[2], e->rand, sizeof e->rand, &rand) ||
        (n == 5 && (!input_number(words[3], 0xFFFE, &low) ||
                    !input_number(words[4], 0xFFFE, &high))))
        return false;
    e->next.size = sizeof e->next;
    e->next.number = (uint16_t)number;
    e->next.msk = (struct msk_bytes){ e->msk, msk };
    e->next.rand = (struct msk_bytes){ e->rand, rand };
    e->next.seq_low = (uint16_t)low;
    e->next.seq_high = (uint16_t)high;
    return true;
}

const char *
command_prepare(struct host *h, char **words, size_t n)
{
    struct elsewhere e;
    const char *why = NULL;

    if (n < 2 || (n > 2 && !take_next(words + 2, n - 2, &e)))
        why = command_bad_words;
    else if (!command_find_group(h, words[1]))
        why = command_no_group;
    if (why == NULL)
        why = change(h, prepare, n > 2 ? &e.next : NULL, MSK_ROLE_NEXT);
    msk_wipe(&e, sizeof e);
    return why;
}

const char *
command_switch(struct host *h, char **words, size_t n)
{
    if (n != 2)
        return command_bad_words;
    if (!command_find_group(h, words[1]))
        return command_no_group;
    return change(h, switch_to_next, NULL, MSK_ROLE_CURRENT);
}
