/* SPDX-License-Identifier: MIT */
/* Commands that concern one subscriber. */
#include <string.h>

#include "../hosts/secrecy.h"
#include "command.h"

static int
call_reauth(struct host *h, struct work *work, struct msk_subscriber *s,
            msk_time now)
{
    (void)h;
    (void)work;
    (void)now;
    if (s == NULL)
        return MSK_ERR_NO_MUK;
    msk_subscriber_reauth(s);
    return MSK_OK;
}

static int
call_rebootstrap(struct host *h, struct work *work, struct msk_subscriber *s,
                 msk_time now)
{
    (void)h;
    (void)work;
    (void)now;
    if (s == NULL)
        return MSK_ERR_NO_MUK;
    msk_subscriber_rebootstrap(s);
    return MSK_OK;
}

static const char *
change(struct host *h, char **words, size_t n, work_call *call)
{
    struct work work = { .call = call, .what = words[0], .by = WORK_BTID };

    if (n != 2)
        return command_bad_words;
    work.key = msk_text(words[1]);
    return rounds_do(h, &work) == MSK_ERR_NO_MUK ? "there is no such subscriber"
                                                 : NULL;
}

const char *
command_reauth(struct host *h, char **words, size_t n)
{
    return change(h, words, n, call_reauth);
}

const char *
command_rebootstrap(struct host *h, char **words, size_t n)
{
    return change(h, words, n, call_rebootstrap);
}

/* New keys, and how long they live. */
struct rebinding {
    struct msk_subscriber_config config;
    bool expires; /* is said; else as the keys before */
};

static int
call_rebind(struct host *h, struct work *work, struct msk_subscriber *s,
            msk_time now)
{
    const struct rebinding *r = work->user;
    struct msk_subscriber_config c = r->config;

    (void)h;
    (void)now;
    if (s == NULL)
        return MSK_ERR_NO_MUK;
    c.id = msk_subscriber_id(s);
    if (!r->expires)
        c.expires = msk_subscriber_expires(s);
    return msk_subscriber_rebind(s, &c);
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

/* The subscriber of a B-TID, in *row. */
static bool
find(struct host *h, struct msk_bytes btid, struct records_subscriber *row)
{
    struct records_request q = { .kind = RECORDS_BY_BTID,
                                 .key = btid,
                                 .rows = row };

    return store_ask(h, &q) == RECORDS_OK;
}

/* Does somebody have that B-TID who is not the one in `mine`? */
static bool
is_taken(struct host *h, struct msk_bytes btid,
         const struct records_subscriber *mine)
{
    static struct records_subscriber other;
    bool taken = find(h, btid, &other) && other.btid_n == btid.n &&
                 memcmp(other.btid, btid.p, btid.n) == 0 &&
                 (other.id_n != mine->id_n ||
                  memcmp(other.id, mine->id, other.id_n) != 0);

    msk_wipe(&other, sizeof other);
    return taken;
}

static const char *
bind_anew(struct host *h, struct rebinding *r, const char *btid,
          const uint8_t ks_naf[32])
{
    struct work work = { .call = call_rebind,
                         .what = "rebind",
                         .user = r,
                         .by = WORK_BTID,
                         .key = msk_text(btid) };
    struct secrecy_keys keys;
    int err = secrecy_derive(ks_naf, &keys);

    r->config.muk = (struct msk_bytes){ keys.muk, keys.muk_n };
    r->config.mrk = (struct msk_bytes){ keys.mrk, keys.mrk_n };
    if (err == MSK_OK)
        (void)rounds_do(h, &work);
    else
        tell_refused(h, work.what, err);
    msk_wipe(&keys, sizeof keys);
    return NULL;
}

const char *
command_rebind(struct host *h, char **words, size_t n)
{
    struct rebinding r = { .config = { .size = sizeof r.config } };
    const char *why;
    uint8_t ks_naf[32];
    size_t len = 0;

    if (n < 4 || n > 6 || !secrecy_argument(words[3], ks_naf, 32, &len) ||
        len != 32 || !take_life(words + 4, n - 4, &r))
        return command_bad_words;
    r.config.btid = msk_text(words[2]);
    if (!find(h, msk_text(words[1]), &h->row))
        why = "there is no such subscriber";
    else if (is_taken(h, r.config.btid, &h->row))
        why = "the new B-TID is another subscriber's";
    else
        why = bind_anew(h, &r, words[1], ks_naf);
    msk_wipe(&h->row, sizeof h->row);
    msk_wipe(ks_naf, sizeof ks_naf);
    return why;
}
