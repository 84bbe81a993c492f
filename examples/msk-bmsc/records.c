/* SPDX-License-Identifier: MIT */
/* One call on one record: load, call, replace it if it is still the same, and
 * only then send. */
#include <string.h>

#include "host.h"

static struct msk_bytes
packed(const uint8_t *p, size_t n)
{
    return (struct msk_bytes){ p, n };
}

/* What of a subscriber stands in columns of its own. */
static void
take_columns(struct subscriber_row *row, const struct msk_subscriber *s)
{
    struct msk_bytes btid = msk_subscriber_btid(s);
    struct msk_bytes old = msk_subscriber_old_btid(s);

    memcpy(row->btid, btid.p, btid.n);
    row->btid_n = btid.n;
    if (old.n > 0)
        memcpy(row->old_btid, old.p, old.n);
    row->old_btid_n = old.n;
    row->due = msk_subscriber_due(s);
}

static bool
is_same(const struct subscriber_row *row, const struct msk_subscriber *s,
        const uint8_t *p, size_t n)
{
    return row->n == n && memcmp(row->packed, p, n) == 0 &&
           row->due == msk_subscriber_due(s);
}

/* Puts the subscriber into the row, if it is another one now: a request that
 * did not verify changes nothing, and shall cost no write to the disk. */
static int
put_back(struct host *h, bool *changed)
{
    struct subscriber_row *row = &h->row;
    static uint8_t octets[sizeof row->packed];
    size_t n = 0;
    int err = msk_subscriber_pack(&h->subscriber, octets, sizeof octets, &n);

    *changed = err == MSK_OK && !is_same(row, &h->subscriber, octets, n);
    if (*changed) {
        memcpy(row->packed, octets, n);
        row->n = n;
        take_columns(row, &h->subscriber);
    }
    msk_wipe(octets, sizeof octets);
    return err;
}

static int
call_once(struct host *h, record_call *call, const void *arg,
          enum database_result *saved)
{
    struct subscriber_row *row = &h->row;
    uint64_t failures = h->database.failures;
    bool changed = false;
    int err =
        msk_subscriber_unpack(&h->subscriber, packed(row->packed, row->n));

    *saved = DATABASE_OK;
    if (err == MSK_OK)
        err = call(h, arg, event_unix());
    if (err == MSK_OK && h->database.failures != failures)
        err = MSK_ERR_STORE; /* it was told something else */
    if (err == MSK_OK)
        err = put_back(h, &changed);
    if (changed)
        *saved = database_save(&h->database, row);
    return *saved == DATABASE_FAILED ? MSK_ERR_STORE : err;
}

int
records_run(struct host *h, record_call *call, const void *arg)
{
    enum database_result saved = DATABASE_OK;
    struct msk_bytes id = { h->row.id, h->row.id_n };
    uint8_t copy[MSK_SUBSCRIBER_ID_MAX];
    int err = call_once(h, call, arg, &saved);

    memcpy(copy, id.p, id.n);
    id.p = copy;
    while (err == MSK_OK && saved == DATABASE_CONFLICT) {
        if (database_by_id(&h->database, id, &h->row) != DATABASE_OK)
            err = MSK_ERR_STORE;
        else
            err = call_once(h, call, arg, &saved);
    }
    msk_subscriber_wipe(&h->subscriber);
    msk_wipe(h->row.packed, sizeof h->row.packed);
    if (err == MSK_OK)
        effects_run(h);
    return err;
}

static void
make_nobody(struct subscriber_row *row)
{
    static const uint8_t zeros[32];
    struct msk_subscriber_config c = { .size = sizeof c };
    struct msk_subscriber s;

    c.btid = msk_text("nobody");
    c.id = c.btid;
    c.muk = packed(zeros, sizeof zeros);
    c.mrk = c.muk;
    c.expires = MSK_NEVER;
    row->due = MSK_NEVER;
    if (msk_subscriber_init(&s, &c) == MSK_OK)
        (void)msk_subscriber_pack(&s, row->packed, sizeof row->packed, &row->n);
}

void
records_pretend(struct host *h)
{
    bool changed;

    if (h->nobody.n == 0)
        make_nobody(&h->nobody);
    h->row = h->nobody;
    if (msk_subscriber_unpack(&h->subscriber,
                              packed(h->row.packed, h->row.n)) == MSK_OK)
        (void)put_back(h, &changed);
    msk_subscriber_wipe(&h->subscriber);
    msk_wipe(h->row.packed, sizeof h->row.packed);
}

bool
records_find(struct host *h, struct msk_bytes btid)
{
    enum database_result found = database_by_btid(&h->database, btid, &h->row);

    if (found == DATABASE_NONE)
        found = database_by_old_btid(&h->database, btid, &h->row);
    return found == DATABASE_OK;
}

static bool
unpack_group(struct host *h)
{
    return msk_key_group_unpack(&h->group, packed(h->group_row.packed,
                                                  h->group_row.n)) == MSK_OK;
}

bool
records_group(struct host *h, const struct msk_group_id *group)
{
    return database_group(&h->database, group->domain, group->group,
                          &h->group_row) == DATABASE_OK &&
           unpack_group(h);
}

bool
records_group_number(struct host *h, uint16_t group)
{
    struct msk_group_id found = { { 0, 0, 0 }, group };
    uint8_t domain[3] = { 0, 0, 0 };
    uint16_t after = 0;
    size_t n = 0;

    while (database_each_group(&h->database, domain, after, &h->group_row) ==
           DATABASE_OK) {
        memcpy(domain, h->group_row.domain, 3);
        after = h->group_row.group;
        if (after == group && n++ == 0)
            memcpy(found.domain, domain, 3);
    }
    return n == 1 && records_group(h, &found);
}

bool
records_save_group(struct host *h)
{
    struct group_row *row = &h->group_row;

    return msk_key_group_pack(&h->group, row->packed, sizeof row->packed,
                              &row->n) == MSK_OK &&
           database_save_group(&h->database, row) == DATABASE_OK;
}

/* A UE may have what a service of its subscription uses. */
bool
records_allow(const struct host *h)
{
    return records_share_service(h->row.services, h->found_row.services);
}

/* --- lists of services --------------------------------------------------- */

static bool
names_service(const json_t *list, struct msk_bytes service)
{
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        const char *text = json_string_value(one);

        if (text != NULL && strlen(text) == service.n &&
            memcmp(text, service.p, service.n) == 0)
            return true;
    }
    return false;
}

bool
records_has_service(const char *services, struct msk_bytes service)
{
    json_t *list;
    bool has;

    if (services[0] == '\0')
        return true;
    list = json_loads(services, 0, NULL);
    has = names_service(list, service);
    json_decref(list);
    return has;
}

bool
records_share_service(const char *a, const char *b)
{
    json_t *list;
    size_t i;
    json_t *one;
    bool share = false;

    if (a[0] == '\0' || b[0] == '\0')
        return true;
    list = json_loads(a, 0, NULL);
    json_array_foreach(list, i, one) if (json_is_string(one)) share =
        share || records_has_service(b, msk_text(json_string_value(one)));
    json_decref(list);
    return share;
}
