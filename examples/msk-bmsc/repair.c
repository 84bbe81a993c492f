/* SPDX-License-Identifier: MIT */
#include "repair.h"

#include <string.h>

#include "../hosts/output.h"
#include "host.h"
#include "repair_group.h"
#include "row.h"

#define PAGE 64u
#define OWNER 16 /* octets */

struct repair {
    uint8_t owner[OWNER];
    struct records_note note;
    struct repair_place place;
    bool goes_on; /* with one that had not ended */
    struct records_subscriber rows[PAGE];
    struct records_request requests[PAGE + 1];
    struct records_group group;
    uint64_t groups, used_up, damaged;
};

const char repair_needed[] = "a repair of the store has not ended: say "
                             "msk-bmsc --repair of it";

static const char somebody_else[] = "somebody else uses the store";

static bool
failed(struct host *h, const char *why)
{
    event_error(&h->log, why != NULL ? why : h->store.why);
    return false;
}

/* --- how far it is ------------------------------------------------------- */

/* A request that keeps it. */
static struct records_request
about(struct repair *r, enum records_kind kind)
{
    repair_place_put(&r->place, &r->note);
    return (struct records_request){ .kind = kind,
                                     .owner = { r->owner, sizeof r->owner },
                                     .note = &r->note };
}

/* Where the one that has not ended was. What cannot be read begins anew. */
static void
take_place(struct repair *r)
{
    struct repair_place kept;

    if (!repair_place_get(&r->note, &kept))
        return;
    r->goes_on = kept.began != r->place.began;
    r->place = kept;
}

static bool
begin(struct host *h, struct repair *r)
{
    struct records_request q;
    json_t *event;

    if (host_randomness.fill(NULL, r->owner, sizeof r->owner) != 0)
        return failed(h, msk_err_text(MSK_ERR_RANDOM));
    r->place.began = event_unix();
    q = about(r, RECORDS_REPAIR);
    if (store_ask(h, &q) != RECORDS_OK)
        return failed(h, NULL);
    take_place(r);
    event = event_new(&h->log, "repairing");
    event_number(event, "began", (json_int_t)(r->place.began / 1000));
    if (r->goes_on)
        event_word(event, "reason", "it had not ended, and goes on");
    event_tell(&h->log, event);
    return true;
}

static bool
end(struct host *h, struct repair *r)
{
    struct records_request q = about(r, RECORDS_END_REPAIR);

    return store_ask(h, &q) == RECORDS_OK || failed(h, NULL);
}

/* Nobody can be sent anything of a record that cannot be read, so it may stay as
 * it is. Of that event it is said which one it is. */
static json_t *
damaged(struct host *h)
{
    json_t *event = event_new(&h->log, "damaged");

    event_word(event, "reason", msk_err_text(MSK_ERR_RECORD));
    return event;
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

static void
tell_damaged(struct host *h, const struct records_subscriber *row)
{
    json_t *event = damaged(h);

    event_text(event, "impi", (struct msk_bytes){ row->id, row->id_n });
    event_tell(&h->log, event);
}

/* How many of a page are to be saved: all but those that are damaged. */
static int
end_keys_of_page(struct host *h, struct repair *r, size_t n, size_t *saves)
{
    *saves = 0;
    for (size_t i = 0; i < n; i++) {
        int err = end_keys(h, &r->rows[i]);

        if (err == MSK_ERR_RECORD)
            tell_damaged(h, &r->rows[i]);
        else if (err != MSK_OK)
            return err;
        else
            r->requests[(*saves)++] =
                (struct records_request){ .kind = RECORDS_SAVE,
                                          .rows = &r->rows[i] };
    }
    return MSK_OK;
}

/* With the page is kept up to whom those before it were saved. */
static bool
save_page(struct host *h, struct repair *r, size_t n)
{
    size_t saves;
    int err = end_keys_of_page(h, r, n, &saves);

    if (err != MSK_OK)
        return failed(h, msk_err_text(err));
    r->requests[saves] = about(r, RECORDS_NOTE_REPAIR);
    if (!store_do(h, r->requests, saves + 1))
        return failed(h, NULL);
    for (size_t i = 0; i < saves; i++)
        if (r->requests[i].result != RECORDS_OK)
            return failed(h, somebody_else);
    r->place.subscribers += (uint32_t)saves;
    r->place.damaged += (uint32_t)(n - saves);
    r->place.after_n = r->rows[n - 1].id_n;
    memcpy(r->place.after, r->rows[n - 1].id, r->place.after_n);
    return true;
}

static bool
repair_subscribers(struct host *h, struct repair *r)
{
    struct records_request q = { .kind = RECORDS_AFTER,
                                 .rows = r->rows,
                                 .cap = PAGE };

    do {
        q.key = (struct msk_bytes){ r->place.after, r->place.after_n };
        if (store_ask(h, &q) == RECORDS_FAILED)
            return failed(h, NULL);
        if (q.n > 0 && !save_page(h, r, q.n))
            return false;
    } while (q.n == PAGE);
    return true;
}

/* --- Key Groups ---------------------------------------------------------- */

static bool
keep_goal(struct host *h, struct repair *r)
{
    struct records_request q;
    int err = repair_group_goal(&r->group, &r->place.goal);

    if (err != MSK_OK)
        return failed(h, msk_err_text(err));
    r->place.in_groups = true;
    q = about(r, RECORDS_NOTE_REPAIR);
    return store_ask(h, &q) == RECORDS_OK || failed(h, NULL);
}

static bool
save_group(struct host *h, struct repair *r)
{
    struct records_request q = { .kind = RECORDS_SAVE_GROUP,
                                 .group_row = &r->group };
    int err = repair_group_roll(&r->group, r->place.goal);

    if (err != MSK_OK)
        return failed(h, msk_err_text(err));
    if (store_ask(h, &q) == RECORDS_FAILED)
        return failed(h, NULL);
    return q.result == RECORDS_OK || failed(h, somebody_else);
}

/* The number that one is to have is kept before it has it: so a repair that goes
 * on does not roll it once more. */
static bool
repair_groups(struct host *h, struct repair *r)
{
    struct records_request next = { .kind = RECORDS_GROUP_AFTER,
                                    .group = r->place.after_group,
                                    .group_row = &r->group };
    bool has_goal = r->place.in_groups;

    while (store_ask(h, &next) == RECORDS_OK) {
        struct repair_group_end is;

        if (repair_group_look(&r->group, &is) == MSK_ERR_RECORD) {
            r->place.after_group = next.group = r->group.id;
            has_goal = false;
            continue;
        }
        if ((!has_goal && !keep_goal(h, r)) || !save_group(h, r))
            return false;
        has_goal = false;
        r->place.after_group = next.group = r->group.id;
    }
    return next.result == RECORDS_NONE || failed(h, NULL);
}

/* --- what it tells ------------------------------------------------------- */

static void
tell_end(struct host *h, const struct repair_group_end *group)
{
    json_t *event = event_new(&h->log, group->used_up ? "used_up" : "last_msk");

    event_key_id(event, &group->id);
    event_word(event, "reason",
               group->used_up
                   ? "it had no number left for a new MSK, so nothing more is "
                     "made of this one: make a new Key Group now"
                   : "a UE that has another key with the last number stays "
                     "deaf, and no other MSK can come after this one: make a "
                     "new Key Group now");
    event_tell(&h->log, event);
}

static void
tell_damaged_group(struct host *h, const struct records_group *row)
{
    json_t *event = damaged(h);

    event_group_id(event, &row->id);
    event_tell(&h->log, event);
}

/* All of them, also those that were done before it went on. */
static bool
tell_groups(struct host *h, struct repair *r)
{
    struct records_request next = { .kind = RECORDS_GROUP_AFTER,
                                    .group_row = &r->group };

    while (store_ask(h, &next) == RECORDS_OK) {
        struct repair_group_end group;
        int err = repair_group_look(&r->group, &group);

        next.group = r->group.id;
        if (err == MSK_ERR_RECORD) {
            tell_damaged_group(h, &r->group);
            r->damaged++;
            continue;
        }
        if (err != MSK_OK)
            return failed(h, msk_err_text(err));
        if (group.last)
            tell_end(h, &group);
        r->used_up += group.used_up ? 1 : 0;
        r->groups += group.used_up ? 0 : 1;
    }
    return next.result == RECORDS_NONE || failed(h, NULL);
}

static void
tell(struct host *h, const struct repair *r)
{
    json_t *event = event_new(&h->log, "repaired");

    event_number(event, "subscribers", (json_int_t)r->place.subscribers);
    event_number(event, "groups", (json_int_t)r->groups);
    event_number(event, "used_up", (json_int_t)r->used_up);
    event_number(event, "damaged", (json_int_t)(r->place.damaged + r->damaged));
    event_word(event, "bsf",
               "keys that it made before this repair are refused; one that "
               "says no bootstrappingInfoCreationTime has to forget them "
               "before a node starts");
    event_tell(&h->log, event);
}

/* --- the whole ----------------------------------------------------------- */

bool
repair_run(struct host *h)
{
    static struct repair r;
    bool fine = store_open(&h->store, h->options.store, h->options.failover);

    if (!fine)
        return false;
    fine = begin(h, &r) && (r.place.in_groups || repair_subscribers(h, &r)) &&
           repair_groups(h, &r) && tell_groups(h, &r) && end(h, &r);
    if (fine)
        tell(h, &r);
    store_close(&h->store);
    msk_wipe(&r, sizeof r);
    return fine;
}

bool
repair_is_open(struct host *h, bool *fine)
{
    struct records_note note;
    struct records_request q = { .kind = RECORDS_LOOK_REPAIR, .note = &note };
    enum records_result result = store_ask(h, &q);

    *fine = result != RECORDS_FAILED;
    return result == RECORDS_OK;
}
