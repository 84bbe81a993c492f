/* SPDX-License-Identifier: MIT */
/* The command that makes an MTK and sends it. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "command.h"

#define SALT_LEN 14
#define TURNS 3 /* when somebody changes the Key Group meanwhile */

struct mtk {
    uint8_t key[MSK_KEY_MAX], salt[SALT_LEN];
    struct msk_bmsc_mtk it;
    uint8_t message[MSK_MIKEY_MAX];
    size_t n;
};

static const char *
make(struct host *h, struct mtk *mtk)
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
    return NULL;
}

/* It is committed with its counter before it is sent: whatever fails after
 * that, the counter is not used again. RECORDS_CONFLICT: this node has lost the
 * lease, or the Key Group is another one now. */
static enum records_result
commit(struct host *h, struct mtk *mtk, const char **why)
{
    enum records_result result = writers_take(h, &h->group_row);

    *why = "another node makes the MTKs of this Key Group";
    if (result != RECORDS_OK)
        return RECORDS_FAILED;
    *why = make(h, mtk);
    if (*why != NULL)
        return RECORDS_FAILED;
    result = command_save_group(h);
    *why = result == RECORDS_OK ? NULL : "somebody was faster";
    if (result != RECORDS_OK)
        writers_doubt(h, &h->group_row);
    return result;
}

static const char *
make_and_commit(struct host *h, struct mtk *mtk)
{
    const struct msk_group_id id = h->group_row.id;
    enum records_result result = RECORDS_CONFLICT;
    const char *why = NULL;

    for (int i = 0; result == RECORDS_CONFLICT && i < TURNS; i++) {
        if (i > 0 && !command_load_group(h, &id))
            return command_no_group;
        result = commit(h, mtk, &why);
    }
    return why;
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
    why = make_and_commit(h, &mtk);
    if (why == NULL)
        send_mtk(h, &mtk, &to);
    msk_wipe(&mtk, sizeof mtk);
    return why;
}
