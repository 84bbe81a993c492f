/* SPDX-License-Identifier: MIT */
/* The commands on stdin. Each returns NULL, or why it could not be done. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "host.h"

#define SALT_LEN 14

static const char no_group[] =
    "there is no such Key Group, or more than one: say DOMAIN:NUMBER";
static const char bad_words[] = "not understood; see --help";

/* The Key Group that a word names, in h->group: DOMAIN:NUMBER, or its number
 * where no other domain has that. */
static bool
find_group(struct host *h, char *word)
{
    char *colon = strchr(word, ':');
    struct msk_group_id id;
    uint64_t group;
    size_t n;

    if (colon == NULL)
        return input_number(word, 0xFFFF, &group) &&
               records_group_number(h, (uint16_t)group);
    *colon = '\0';
    if (!input_hex(word, id.domain, sizeof id.domain, &n) ||
        n != sizeof id.domain || !input_number(colon + 1, 0xFFFF, &group))
        return false;
    id.group = (uint16_t)group;
    return records_group(h, &id);
}

static const char *
spread(struct host *h, char **words, size_t n, enum job_kind kind)
{
    if (n < 2 || n > 3)
        return bad_words;
    if (!find_group(h, words[1]))
        return no_group;
    if (n == 3)
        jobs_one(h, msk_text(words[2]), kind);
    else if (!jobs_all(h, kind))
        return "too much to do";
    return NULL;
}

static const char *
push(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PUSH);
}

static const char *
push_next(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PUSH_NEXT);
}

static const char *
pull(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PULL);
}

static const char *
part(struct host *h, char **words, size_t n)
{
    return n == 3 ? spread(h, words, n, JOB_PART) : bad_words;
}

/* Saves h->group, whose MSKs are others now, and tells of the one in a role. */
static const char *
changed(struct host *h, int err, enum msk_key_group_role role)
{
    if (err != MSK_OK)
        return msk_err_text(err);
    if (!records_save_group(h))
        return "somebody was faster";
    effects_log_group(h, role);
    return NULL;
}

static const char *
rekey(struct host *h, char **words, size_t n)
{
    const char *why;

    if (n != 2)
        return bad_words;
    if (!find_group(h, words[1]))
        return no_group;
    why = changed(h, msk_key_group_rekey(&h->group, &host_randomness),
                  MSK_ROLE_CURRENT);
    if (why != NULL || h->options.never_push)
        return why;
    return jobs_all(h, JOB_PUSH) ? NULL : "too much to do";
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

static const char *
prepare(struct host *h, char **words, size_t n)
{
    struct elsewhere e;
    const char *why = NULL;
    int err;

    if (n < 2 || (n > 2 && !take_next(words + 2, n - 2, &e)))
        why = bad_words;
    else if (!find_group(h, words[1]))
        why = no_group;
    if (why == NULL) {
        err = msk_key_group_prepare(&h->group, n > 2 ? &e.next : NULL,
                                    &host_randomness);
        why = changed(h, err, MSK_ROLE_NEXT);
    }
    msk_wipe(&e, sizeof e);
    return why;
}

static const char *
switch_over(struct host *h, char **words, size_t n)
{
    if (n != 2)
        return bad_words;
    if (!find_group(h, words[1]))
        return no_group;
    return changed(h, msk_key_group_switch(&h->group), MSK_ROLE_CURRENT);
}

static int
call_reauth(struct host *h, const void *arg, msk_time now)
{
    (void)arg;
    (void)now;
    msk_subscriber_reauth(&h->subscriber);
    return MSK_OK;
}

static int
call_rebootstrap(struct host *h, const void *arg, msk_time now)
{
    (void)arg;
    (void)now;
    msk_subscriber_rebootstrap(&h->subscriber);
    return MSK_OK;
}

static const char *
change(struct host *h, char **words, size_t n, record_call *call)
{
    if (n != 2)
        return bad_words;
    if (!records_find(h, msk_text(words[1])))
        return "there is no such subscriber";
    effects_refused(h, words[0], records_run(h, call, NULL));
    return NULL;
}

static const char *
reauth(struct host *h, char **words, size_t n)
{
    return change(h, words, n, call_reauth);
}

static const char *
rebootstrap(struct host *h, char **words, size_t n)
{
    return change(h, words, n, call_rebootstrap);
}

/* New keys, and how long they live. */
struct rebinding {
    struct msk_subscriber_config config;
    bool expires; /* is said; else as the keys before */
};

static int
call_rebind(struct host *h, const void *arg, msk_time now)
{
    const struct rebinding *r = arg;
    struct msk_subscriber_config c = r->config;

    (void)now;
    if (!r->expires)
        c.expires = msk_subscriber_expires(&h->subscriber);
    return msk_subscriber_rebind(&h->subscriber, &c);
}

/* [EXPIRES [AGE]]: seconds, 0 for never; the moment in milliseconds. */
static bool
take_life(char **words, size_t n, struct rebinding *r)
{
    uint64_t expires = 0;

    r->config.age = event_unix();
    r->expires = n > 0;
    if (n > 0 && !input_number(words[0], UINT32_MAX, &expires))
        return false;
    r->config.expires = expires == 0 ? MSK_NEVER : expires * (msk_time)1000;
    return n < 2 || input_number(words[1], INT64_MAX, &r->config.age);
}

/* Does somebody have that B-TID who is not called `mine`? */
static bool
is_taken(struct host *h, struct msk_bytes btid, struct msk_bytes mine)
{
    uint8_t id[MSK_SUBSCRIBER_ID_MAX];
    size_t n;

    if (database_by_btid(&h->database, btid, &h->row) != DATABASE_OK)
        return false;
    n = h->row.id_n;
    memcpy(id, h->row.id, n);
    return !records_find(h, mine) || h->row.id_n != n ||
           memcmp(h->row.id, id, n) != 0;
}

static const char *
rebind(struct host *h, char **words, size_t n)
{
    struct rebinding r = { .config = { .size = sizeof r.config } };
    struct msk_subscriber_config *c = &r.config;
    struct secrecy_keys keys;
    uint8_t ks_naf[32];
    size_t len = 0;
    int err;

    if (n < 4 || n > 6 || !secrecy_argument(words[3], ks_naf, 32, &len) ||
        len != 32 || !take_life(words + 4, n - 4, &r))
        return bad_words;
    if (is_taken(h, msk_text(words[2]), msk_text(words[1])))
        return "the new B-TID is another subscriber's";
    if (!records_find(h, msk_text(words[1])))
        return "there is no such subscriber";
    err = secrecy_derive(ks_naf, &keys);
    c->btid = msk_text(words[2]);
    c->id = (struct msk_bytes){ h->row.id, h->row.id_n };
    c->muk = (struct msk_bytes){ keys.muk, keys.muk_n };
    c->mrk = (struct msk_bytes){ keys.mrk, keys.mrk_n };
    if (err == MSK_OK)
        err = records_run(h, call_rebind, &r);
    effects_refused(h, words[0], err);
    msk_wipe(ks_naf, sizeof ks_naf);
    msk_wipe(&keys, sizeof keys);
    return NULL;
}

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
    return records_save_group(h) ? NULL : "somebody was faster";
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

static const char *
mtk(struct host *h, char **words, size_t n)
{
    struct address to;
    struct mtk mtk;
    const char *why;

    if (n != 3 || !address_parse(words[2], &to))
        return bad_words;
    if (!find_group(h, words[1]))
        return no_group;
    why = make_mtk(h, &mtk);
    if (why == NULL)
        send_mtk(h, &mtk, &to);
    msk_wipe(&mtk, sizeof mtk);
    return why;
}

/* --- the rest ------------------------------------------------------------ */

static const char *
stats(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    counts_tell(h);
    return NULL;
}

static const char *
quit(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    h->quit = true;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*run)(struct host *h, char **words, size_t n);
} commands[] = {
    { "push", push },
    { "rekey", rekey },
    { "prepare", prepare },
    { "push-next", push_next },
    { "switch", switch_over },
    { "part", part },
    { "pull", pull },
    { "reauth", reauth },
    { "rebootstrap", rebootstrap },
    { "rebind", rebind },
    { "mtk", mtk },
    { "stats", stats },
    { "quit", quit },
};

/* A line that is a word and a JSON object. False: it is something else. */
static bool
run_json(struct host *h, const char *line, const char *word,
         input_json_take *take)
{
    size_t n = strlen(word);
    const char *why;

    if (strncmp(line, word, n) != 0 || line[n] != ' ')
        return false;
    why = input_json_line(line + n, take, h);
    if (why != NULL)
        event_error(&h->log, why);
    return true;
}

void
command_run(struct host *h, char *line)
{
    char *words[INPUT_WORDS_MAX];
    uint64_t failures = h->database.failures;
    const char *why = "unknown command";
    size_t n;

    if (run_json(h, line, "subscriber", bring_subscriber) ||
        run_json(h, line, "group", bring_group))
        return;
    n = input_words(line, words);
    if (n == 0)
        return;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(words[0], commands[i].name) == 0) {
            why = commands[i].run(h, words, n);
            break;
        }
    msk_key_group_wipe(&h->group);
    if (why != NULL && h->database.failures != failures)
        why = h->database.why;
    if (why != NULL)
        event_error(&h->log, why);
}
