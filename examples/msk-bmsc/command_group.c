/* SPDX-License-Identifier: MIT */
/* Commands that concern a Key Group: its MSKs and its MTKs. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "command.h"

#define SALT_LEN 14

/* Loads a Key Group into h->group and its row into h->group_row. */
static bool
load_group(struct host *h, const struct msk_group_id *id)
{
    struct records_request q = { .kind = RECORDS_GROUP,
                                 .group = *id,
                                 .group_row = &h->group_row };
    struct msk_bytes packed = { h->group_row.packed, 0 };

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
    return n == 1 && load_group(h, &found);
}

/* Replaces it in the store by h->group. False: somebody was faster, or it
 * fails. */
static bool
save_group(struct host *h)
{
    struct records_group *row = &h->group_row;
    struct records_request q = { .kind = RECORDS_SAVE_GROUP, .group_row = row };

    return msk_key_group_pack(&h->group, row->packed, sizeof row->packed,
                              &row->n) == MSK_OK &&
           store_ask(h, &q) == RECORDS_OK;
}

/* The Key Group that a word names, in h->group: DOMAIN:NUMBER, or its number
 * where no other domain has that. */
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
    return load_group(h, &id);
}

/* Saves h->group, whose MSKs are others now, and tells of the one in a role. */
static const char *
changed(struct host *h, int err, enum msk_key_group_role role)
{
    if (err != MSK_OK)
        return msk_err_text(err);
    if (!save_group(h))
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

/* --- the rest ------------------------------------------------------------ */

/* --- MTKs ---------------------------------------------------------------- */

struct mtk {
    uint8_t key[MSK_KEY_MAX], salt[SALT_LEN];
    struct msk_bmsc_mtk it;
    uint8_t message[MSK_MIKEY_MAX];
    size_t n;
};

/* It is committed with its counter before it is sent: whatever fails after
 * that, the counter is not used again. */
static const char *
make_mtk(struct host *h, struct mtk *mtk)
{
    struct msk_bytes msk, rand;

    msk_key_group_secrets(&h->group, &msk, &rand);
    if (host_randomness.fill(NULL, mtk->key, msk.n) != 0 ||
        host_randomness.fill(NULL, mtk->salt, SALT_LEN) != 0)
        return "no randomness";
    mtk->it = (struct msk_bmsc_mtk){ .size = sizeof mtk->it,
                                     .key = { mtk->key, msk.n } };
    if (msk_key_group_streaming(&h->group))
        mtk->it.salt = (struct msk_bytes){ mtk->salt, SALT_LEN };
    if (msk_key_group_reserve(&h->group, 1) != MSK_OK)
        return "the MSK is used up: rekey";
    if (msk_bmsc_make_mtk(h->bmsc, &h->group, &mtk->it, mtk->message,
                          sizeof mtk->message, &mtk->n) != MSK_OK)
        return "it could not be made";
    return save_group(h) ? NULL : "somebody was faster";
}

static void
send_mtk(struct host *h, const struct mtk *mtk, const struct address *to)
{
    struct msk_keylog line = { .kind = MSK_KEYLOG_MTK };
    struct msk_bytes message = { mtk->message, mtk->n };
    json_t *event = event_new(&h->log, "mtk");

    msk_key_group_current(&h->group, &line.id);
    line.mtk_id = mtk->it.mtk_id;
    line.key = mtk->it.key;
    line.salt = mtk->it.salt;
    keylog_write(h->keylog, &line);
    event_key_id(event, &line.id);
    event_number(event, "mtk_id", mtk->it.mtk_id);
    event_address(event, "to", address_view(to));
    event_hex(event, "octets", message);
    event_secret(&h->log, event, "key", line.key);
    event_secret(&h->log, event, "salt", line.salt);
    if (!udp_send(h->udp, address_view(to), message))
        event_word(event, "reason", "it could not be sent");
    event_tell(&h->log, event);
    capture_udp(&h->capture, address_view(&h->mikey), address_view(to),
                message);
    h->stats.mtks++;
}

const char *
command_mtk(struct host *h, char **words, size_t n)
{
    struct address to;
    struct mtk mtk;
    const char *why;

    if (n != 3 || !address_parse(words[2], &to))
        return command_bad_words;
    if (!command_find_group(h, words[1]))
        return command_no_group;
    why = make_mtk(h, &mtk);
    if (why == NULL)
        send_mtk(h, &mtk, &to);
    msk_wipe(&mtk, sizeof mtk);
    return why;
}
