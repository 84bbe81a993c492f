/* SPDX-License-Identifier: MIT */
/* Subscribers that are brought. */
#include <string.h>

#include "brought.h"
#include "brought_subscriber.h"
#include "row.h"
#include "services.h"

static struct {
    struct brought_subscriber all[BRING_MAX];
    struct records_subscriber rows[BRING_MAX];
    size_t n;
} taken;

/* Not that of the rounds, which go on while the store is asked. */
static struct msk_subscriber at_hand;

const char *
bring_take_subscriber(void *host, const json_t *object)
{
    struct brought_subscriber *s = &taken.all[taken.n];
    const char *why = brought_subscriber_take(host, object, s);

    if (why == NULL)
        taken.n++;
    else
        msk_wipe(s, sizeof *s);
    return why;
}

/* --- to the store -------------------------------------------------------- */

/* Nothing is written for who is known and the same; that other services of a
 * Key Group end memberships is a job of its own. */
static bool
is_known(const struct records_subscriber *row,
         const struct brought_subscriber *s)
{
    return row->address_n == s->address.n &&
           memcmp(row->address, s->address.octets, s->address.n) == 0 &&
           strcmp(row->services, s->services) == 0;
}

/* What the services say now acts at once: it is no member any more of what it
 * may not have. */
static int
end_memberships(struct host *h, struct records_subscriber *row)
{
    struct msk_group_id ids[MSK_SUBSCRIBER_GROUPS_MAX];
    bool changed;
    int err = row_get(row, &at_hand);
    size_t n = msk_subscriber_groups(&at_hand, ids, MSK_SUBSCRIBER_GROUPS_MAX);

    for (size_t i = 0; err == MSK_OK && i < n; i++) {
        struct records_request q = { .kind = RECORDS_GROUP,
                                     .group = ids[i],
                                     .group_row = &h->group_row };
        enum records_result found = store_ask(h, &q);

        if (found == RECORDS_FAILED)
            err = MSK_ERR_STORE;
        if (found == RECORDS_OK &&
            !services_meet(row->services, h->group_row.services))
            msk_subscriber_part(&at_hand, &ids[i]);
    }
    return err == MSK_OK ? row_put(row, &at_hand, &changed) : err;
}

static int
make(struct brought_subscriber *s, struct records_subscriber *row)
{
    struct msk_subscriber_config c = { .size = sizeof c };
    int err = MSK_OK;

    if (s->ks_naf_n > 0)
        err = secrecy_derive(s->ks_naf, &s->keys);
    c.btid = msk_text(s->btid);
    c.id = msk_text(s->impi);
    c.muk = (struct msk_bytes){ s->keys.muk, s->keys.muk_n };
    c.mrk = (struct msk_bytes){ s->keys.mrk, s->keys.mrk_n };
    c.expires =
        s->expires == 0 ? MSK_NEVER : (msk_time)s->expires * (msk_time)1000;
    c.address = address_view(&s->address);
    c.age = (uint64_t)s->age;
    return err == MSK_OK ? row_make(row, &at_hand, &c) : err;
}

/* Puts what is to be saved into the row. */
static enum brought_state
prepare(struct host *h, struct brought_subscriber *s,
        struct records_subscriber *row)
{
    bool there = s->state == BROUGHT_FOUND;
    int err;

    if (there && is_known(row, s))
        return BROUGHT_OVER;
    if (!there && !s->drawn && brought_may_be_lost((uint64_t)s->age))
        return BROUGHT_LOST;
    if (!there)
        memset(row, 0, sizeof *row);
    memcpy(row->address, s->address.octets, s->address.n);
    row->address_n = s->address.n;
    memcpy(row->services, s->services, sizeof row->services);
    err = there ? end_memberships(h, row) : make(s, row);
    msk_subscriber_wipe(&at_hand);
    if (err == MSK_ERR_STORE)
        return BROUGHT_TAKEN;
    return err == MSK_OK ? BROUGHT_SAVES : BROUGHT_WRONG;
}

static struct msk_bytes
key_of(const struct brought_subscriber *s, enum records_kind kind)
{
    return msk_text(kind == RECORDS_BY_ID ? s->impi : s->btid);
}

/* Looks for those in a state, by identity or by B-TID. False: the store. */
static bool
look(struct host *h, enum brought_state state, enum records_kind kind)
{
    static struct records_request requests[BRING_MAX + 1];
    static size_t which[BRING_MAX];
    size_t n = 0;

    for (size_t i = 0; i < taken.n; i++) {
        if (taken.all[i].state != state)
            continue;
        which[n] = i;
        requests[n++] =
            (struct records_request){ .kind = kind,
                                      .key = key_of(&taken.all[i], kind),
                                      .rows = &taken.rows[i] };
    }
    requests[n] = brought_repair();
    if (n > 0 && !store_do(h, requests, n + 1))
        return false;
    for (size_t i = 0; i < n; i++)
        if (requests[i].result == RECORDS_OK)
            taken.all[which[i]].state =
                kind == RECORDS_BY_ID ? BROUGHT_FOUND : BROUGHT_DOUBLE;
        else
            taken.all[which[i]].state = BROUGHT_NEW;
    return true;
}

/* A B-TID names one subscriber: but an old one may become somebody else's. */
static void
allow_old_names(void)
{
    for (size_t i = 0; i < taken.n; i++) {
        const struct records_subscriber *row = &taken.rows[i];
        struct msk_bytes btid = msk_text(taken.all[i].btid);

        if (taken.all[i].state == BROUGHT_DOUBLE &&
            (row->btid_n != btid.n || memcmp(row->btid, btid.p, btid.n) != 0))
            taken.all[i].state = BROUGHT_NEW;
    }
}

static bool
save(struct host *h)
{
    static struct records_request requests[BRING_MAX];
    static size_t which[BRING_MAX];
    size_t n = 0;
    bool fine;

    for (size_t i = 0; i < taken.n; i++) {
        if (taken.all[i].state != BROUGHT_SAVES)
            continue;
        which[n] = i;
        requests[n++] = (struct records_request){ .kind = RECORDS_SAVE,
                                                  .rows = &taken.rows[i] };
    }
    fine = n == 0 || store_do(h, requests, n);
    for (size_t i = 0; i < n; i++)
        taken.all[which[i]].state = requests[i].result == RECORDS_OK
                                        ? BROUGHT_OVER
                                        : BROUGHT_TAKEN; /* once more */
    return fine;
}

static bool
is_left(void)
{
    for (size_t i = 0; i < taken.n; i++)
        if (taken.all[i].state == BROUGHT_TAKEN)
            return true;
    return false;
}

static enum bring_result
refuse(struct host *h, const struct brought_subscriber *s)
{
    json_t *event = brought_lost(
        h, "subscriber",
        "how far its keys were used before the store was repaired is not "
        "known: give it new ones, with an age of after that");

    event_word(event, "impi", s->impi);
    event_tell(&h->log, event);
    return BRING_LESS;
}

/* Of what is wrong only the first one. */
static enum bring_result
judge(struct host *h)
{
    enum bring_result result = BRING_DONE;

    for (size_t i = 0; i < taken.n; i++) {
        if (taken.all[i].state == BROUGHT_LOST)
            result = refuse(h, &taken.all[i]);
        if (taken.all[i].state == BROUGHT_DOUBLE)
            return brought_wrong(i, "the B-TID is another subscriber's");
        if (taken.all[i].state == BROUGHT_WRONG)
            return brought_wrong(i, brought_refused);
    }
    return result;
}

/* Those that were saved by somebody else in between are looked at again. */
enum bring_result
bring_subscribers(struct host *h)
{
    for (int i = 0; i < BROUGHT_TRIES && is_left(); i++) {
        if (!look(h, BROUGHT_TAKEN, RECORDS_BY_ID) ||
            !look(h, BROUGHT_NEW, RECORDS_BY_BTID))
            return BRING_AGAIN;
        allow_old_names();
        for (size_t at = 0; at < taken.n; at++) {
            struct brought_subscriber *s = &taken.all[at];

            if (s->state == BROUGHT_FOUND || s->state == BROUGHT_NEW)
                s->state = prepare(h, s, &taken.rows[at]);
        }
        if (!save(h))
            return BRING_AGAIN;
    }
    return is_left() ? BRING_AGAIN : judge(h);
}

void
bring_forget_subscribers(void)
{
    for (size_t i = 0; i < taken.n; i++)
        msk_wipe(taken.rows[i].packed, taken.rows[i].n);
    msk_wipe(taken.all, taken.n * sizeof taken.all[0]);
    taken.n = 0;
}
