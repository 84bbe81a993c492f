/* SPDX-License-Identifier: MIT */
#include "repair.h"

#include <string.h>

#include "../hosts/output.h"
#include "host.h"
#include "row.h"

/* MSKs that a Key Group may have had since the backup. A number that a UE has
 * with another key would leave it deaf. */
#define ROLLS 1000

#define PAGE 64u

struct repair {
    struct records_subscriber rows[PAGE];
    struct records_request saves[PAGE];
    uint8_t after[MSK_SUBSCRIBER_ID_MAX];
    struct records_group group;
    uint64_t subscribers, groups;
};

static const char somebody_else[] = "somebody else uses the store";

static bool
failed(struct host *h, const char *why)
{
    event_error(&h->log, why != NULL ? why : h->store.why);
    return false;
}

/* --- subscribers --------------------------------------------------------- */

/* Who is a member of nothing is sent nothing; a UE that is refused a Key Group
 * registers again by itself (decision 18). */
static int
end_keys(struct host *h, struct records_subscriber *row)
{
    bool changed;
    int err = row_get(row, &h->subscriber);

    for (size_t i = 0; err == MSK_OK && i < row->n_groups; i++)
        msk_subscriber_part(&h->subscriber, &row->groups[i]);
    if (err == MSK_OK) {
        msk_subscriber_rebootstrap(&h->subscriber);
        err = row_put(row, &h->subscriber, &changed);
    }
    msk_subscriber_wipe(&h->subscriber);
    return err;
}

static bool
save_page(struct host *h, struct repair *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int err = end_keys(h, &r->rows[i]);

        if (err != MSK_OK)
            return failed(h, msk_err_text(err));
        r->saves[i] = (struct records_request){ .kind = RECORDS_SAVE,
                                                .rows = &r->rows[i] };
    }
    if (!store_do(h, r->saves, n))
        return failed(h, NULL);
    for (size_t i = 0; i < n; i++)
        if (r->saves[i].result != RECORDS_OK)
            return failed(h, somebody_else);
    r->subscribers += n;
    return true;
}

static bool
repair_subscribers(struct host *h, struct repair *r)
{
    struct records_request q = { .kind = RECORDS_AFTER,
                                 .key = { r->after, 0 },
                                 .rows = r->rows,
                                 .cap = PAGE };

    do {
        if (store_ask(h, &q) == RECORDS_FAILED)
            return failed(h, NULL);
        if (q.n == 0)
            break;
        q.key.n = r->rows[q.n - 1].id_n;
        memcpy(r->after, r->rows[q.n - 1].id, q.key.n);
        if (!save_page(h, r, q.n))
            return false;
    } while (q.n == PAGE);
    return true;
}

/* --- Key Groups ---------------------------------------------------------- */

static int
roll(struct host *h, struct records_group *row)
{
    int err = msk_key_group_unpack(&h->group,
                                   (struct msk_bytes){ row->packed, row->n });

    for (int i = 0; err == MSK_OK && i < ROLLS; i++)
        err = msk_key_group_rekey(&h->group, &host_randomness);
    if (err == MSK_OK)
        err = msk_key_group_pack(&h->group, row->packed, sizeof row->packed,
                                 &row->n);
    msk_key_group_wipe(&h->group);
    return err;
}

static bool
repair_groups(struct host *h, struct repair *r)
{
    struct records_request next = { .kind = RECORDS_GROUP_AFTER,
                                    .group_row = &r->group };
    struct records_request save = { .kind = RECORDS_SAVE_GROUP,
                                    .group_row = &r->group };

    while (store_ask(h, &next) == RECORDS_OK) {
        int err = roll(h, &r->group);

        if (err != MSK_OK)
            return failed(h, msk_err_text(err));
        next.group = r->group.id;
        if (store_ask(h, &save) == RECORDS_FAILED)
            return failed(h, NULL);
        if (save.result != RECORDS_OK)
            return failed(h, somebody_else);
        r->groups++;
    }
    return next.result == RECORDS_NONE || failed(h, NULL);
}

/* --- the whole ----------------------------------------------------------- */

static void
tell(struct host *h, const struct repair *r)
{
    json_t *event = event_new(&h->log, "repaired");

    event_number(event, "subscribers", (json_int_t)r->subscribers);
    event_number(event, "groups", (json_int_t)r->groups);
    event_tell(&h->log, event);
}

bool
repair_run(struct host *h)
{
    static struct repair r;
    bool fine = store_open(&h->store, h->options.store, h->options.failover);

    if (!fine)
        return false;
    fine = repair_subscribers(h, &r) && repair_groups(h, &r);
    if (fine)
        tell(h, &r);
    store_close(&h->store);
    msk_wipe(&r, sizeof r);
    return fine;
}
