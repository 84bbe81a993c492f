/* SPDX-License-Identifier: MIT */
/* Commands that concern a Key Group and its MSKs. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "command.h"

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

/* Saves h->group, whose MSKs are others now, and tells of the one in a role. */
static const char *
changed(struct host *h, int err, enum msk_key_group_role role)
{
    if (err != MSK_OK)
        return msk_err_text(err);
    if (command_save_group(h) != RECORDS_OK)
        return "somebody was faster";
    tell_msk(h, role);
    return NULL;
}

const char *
command_rekey(struct host *h, char **words, size_t n)
{
    const char *why;

    if (n != 2)
        return command_bad_words;
    if (!command_find_group(h, words[1]))
        return command_no_group;
    why = changed(h, msk_key_group_rekey(&h->group, &host_randomness),
                  MSK_ROLE_CURRENT);
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
    int err;

    if (n < 2 || (n > 2 && !take_next(words + 2, n - 2, &e)))
        why = command_bad_words;
    else if (!command_find_group(h, words[1]))
        why = command_no_group;
    if (why == NULL) {
        err = msk_key_group_prepare(&h->group, n > 2 ? &e.next : NULL,
                                    &host_randomness);
        why = changed(h, err, MSK_ROLE_NEXT);
    }
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
    return changed(h, msk_key_group_switch(&h->group), MSK_ROLE_CURRENT);
}
