/* SPDX-License-Identifier: MIT */
/*
 * What every adapter of examples/records does.
 *   test_records ADAPTER: memory, sqlite, postgres
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "shelf.h"
#include "support.h"

#define ASLEEP_MS 20000 /* a machine under load takes that long for nothing */

static struct records_subscriber a, b, c, got;
static struct records_subscriber many[8];

static int
set_up(void **state)
{
    (void)state;
    shelf_open();
    make_row(&a, "anna", "anna@bsf", "first");
    make_row(&b, "ben", "ben@bsf", "first");
    make_row(&c, "cleo", "cleo@bsf", "first");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    shelf_close();
    return 0;
}

static void
save_three(void)
{
    struct records_request q[] = { { .kind = RECORDS_SAVE, .rows = &a },
                                   { .kind = RECORDS_SAVE, .rows = &b },
                                   { .kind = RECORDS_SAVE, .rows = &c } };

    ask_all(shelf, q, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(q[i].result, RECORDS_OK);
}

/* --- subscribers --------------------------------------------------------- */

static void
finds_what_was_saved_by_identity_and_by_btid(void **state)
{
    (void)state;
    assert_int_equal(load("anna", &got), RECORDS_NONE);
    assert_int_equal(load_btid("anna@bsf", &got), RECORDS_NONE);
    save_three();
    assert_int_equal(a.version, 1);
    assert_int_equal(load("anna", &got), RECORDS_OK);
    assert_true(row_says(&got, "anna", "first"));
    assert_int_equal(got.version, 1);
    assert_int_equal(load_btid("ben@bsf", &got), RECORDS_OK);
    assert_true(row_says(&got, "ben", "first"));
    assert_int_equal(load("ann", &got), RECORDS_NONE);
    assert_int_equal(load_btid("anna", &got), RECORDS_NONE);
}

static void
keeps_every_value_at_its_limits(void **state)
{
    static const msk_time dues[] = { 0, 1, 1796000000000, INT64_MAX,
                                     MSK_NEVER };

    (void)state;
    for (size_t i = 0; i < sizeof dues / sizeof dues[0]; i++) {
        memset(&a, (int)(i * 37), sizeof a);
        a.version = i;
        memset(a.id, 0, sizeof a.id);
        a.id_n = sizeof a.id;
        a.btid_n = sizeof a.btid;
        a.old_btid_n = i % 2 == 0 ? 0 : sizeof a.old_btid;
        a.n = i % 2 == 0 ? sizeof a.packed : 1;
        a.address_n = i % 2 == 0 ? sizeof a.address : 0;
        a.due = dues[i];
        memset(a.services, i % 2 == 0 ? 'x' : '\0', sizeof a.services - 1);
        a.services[sizeof a.services - 1] = '\0';
        a.n_groups = 0;
        a.regrouped = a.same_btids = false;
        assert_int_equal(save(&a), RECORDS_OK);
        memset(&got, 0xA5, sizeof got);
        {
            struct records_request q = { .kind = RECORDS_BY_ID,
                                         .key = { a.id, a.id_n },
                                         .rows = &got };

            assert_int_equal(ask(shelf, &q), RECORDS_OK);
        }
        assert_int_equal(got.version, i + 1);
        assert_memory_equal(got.id, a.id, a.id_n);
        assert_int_equal(got.btid_n, a.btid_n);
        assert_memory_equal(got.btid, a.btid, a.btid_n);
        assert_int_equal(got.old_btid_n, a.old_btid_n);
        assert_memory_equal(got.old_btid, a.old_btid, a.old_btid_n);
        assert_int_equal(got.n, a.n);
        assert_memory_equal(got.packed, a.packed, a.n);
        assert_int_equal(got.address_n, a.address_n);
        assert_memory_equal(got.address, a.address, a.address_n);
        assert_string_equal(got.services, a.services);
        assert_true(got.due == a.due);
        assert_false(got.regrouped);
    }
}

static void
replaces_only_what_nobody_else_has_replaced(void **state)
{
    struct records_subscriber *old = &got;
    struct records_request q[3] = { { .kind = RECORDS_SAVE },
                                    { .kind = RECORDS_SAVE },
                                    { .kind = RECORDS_SAVE } };

    (void)state;
    save_three();
    *old = b;
    b.packed[0] = 'F';
    assert_int_equal(save(&b), RECORDS_OK);
    assert_int_equal(b.version, 2);
    /* The one that is late is refused, and the two beside it are saved. */
    q[0].rows = &a;
    q[1].rows = old;
    q[2].rows = &c;
    a.packed[0] = c.packed[0] = 'X';
    ask_all(shelf, q, 3);
    assert_int_equal(q[0].result, RECORDS_OK);
    assert_int_equal(q[1].result, RECORDS_CONFLICT);
    assert_int_equal(q[2].result, RECORDS_OK);
    assert_int_equal(old->version, 1);
    assert_int_equal(load("ben", &b), RECORDS_OK);
    assert_true(row_says(&b, "ben", "First"));
    assert_int_equal(load("cleo", &c), RECORDS_OK);
    assert_true(row_says(&c, "cleo", "Xirst"));
}

static void
refuses_to_insert_what_is_there(void **state)
{
    (void)state;
    save_three();
    make_row(&got, "anna", "other@bsf", "second");
    assert_int_equal(save(&got), RECORDS_CONFLICT);
    assert_int_equal(got.version, 0);
    make_row(&got, "other", "anna@bsf", "second");
    assert_int_equal(save(&got), RECORDS_CONFLICT);
    assert_int_equal(load("other", &got), RECORDS_NONE);
    assert_int_equal(load("anna", &got), RECORDS_OK);
    assert_true(row_says(&got, "anna", "first"));
    make_row(&got, "dora", "dora@bsf", "x");
    got.version = 1; /* there is nothing to replace */
    assert_int_equal(save(&got), RECORDS_CONFLICT);
}

/* All but the B-TIDs, which stay what they are, with the index of them. */
static void
saves_the_rest_where_btids_are_the_same(void **state)
{
    (void)state;
    save_three();
    assert_int_equal(load("anna", &a), RECORDS_OK);
    assert_false(a.same_btids);
    a.same_btids = true;
    a.packed[0] = 'X';
    a.due = 77;
    a.address_n = 4;
    memcpy(a.address, "wxyz", 4);
    memcpy(a.services, "news", 5);
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(load_btid("anna@bsf", &got), RECORDS_OK);
    assert_false(got.same_btids);
    assert_true(row_says(&got, "anna", "Xirst"));
    assert_true(got.due == 77 && got.version == a.version);
    assert_true(got.address_n == 4 && memcmp(got.address, "wxyz", 4) == 0);
    assert_string_equal(got.services, "news");
    a.version--; /* another one was faster */
    assert_int_equal(save(&a), RECORDS_CONFLICT);
}

/* A transaction that the server gives up takes nobody with it. */
static void
refuses_a_btid_of_another_one_and_saves_the_others(void **state)
{
    struct records_request q[4];

    (void)state;
    save_three();
    for (int i = 0; i < 4; i++)
        q[i] = (struct records_request){ .kind = RECORDS_SAVE };
    make_row(&many[0], "dora", "dora@bsf", "new");
    row_group(&many[0], group_of(1, 7));
    q[0].rows = &a;
    q[1].rows = &b;
    q[2].rows = &c;
    q[3].rows = &many[0];
    memcpy(b.btid, "cleo@bsf", 8);
    b.btid_n = 8;
    a.packed[0] = c.packed[0] = 'X';
    ask_all(shelf, q, 4);
    assert_int_equal(q[0].result, RECORDS_OK);
    assert_int_equal(q[1].result, RECORDS_CONFLICT);
    assert_int_equal(q[2].result, RECORDS_OK);
    assert_int_equal(q[3].result, RECORDS_OK);
    assert_int_equal(a.version, 2);
    assert_int_equal(b.version, 1);
    assert_int_equal(load("cleo", &got), RECORDS_OK);
    assert_true(row_says(&got, "cleo", "Xirst"));
    assert_int_equal(load("ben", &got), RECORDS_OK);
    assert_int_equal(got.version, 1);
    assert_int_equal(load("dora", &got), RECORDS_OK);
}

static void
finds_an_old_btid_unless_somebody_has_it_now(void **state)
{
    (void)state;
    memcpy(a.old_btid, "old@bsf", 7);
    a.old_btid_n = 7;
    save_three();
    assert_int_equal(load_btid("old@bsf", &got), RECORDS_OK);
    assert_true(row_says(&got, "anna", "first"));
    make_row(&got, "dora", "old@bsf", "new");
    assert_int_equal(save(&got), RECORDS_OK);
    assert_int_equal(load_btid("old@bsf", &got), RECORDS_OK);
    assert_true(row_says(&got, "dora", "new"));
    /* "No old B-TID" is nobody's name. */
    assert_int_equal(load_btid("", &got), RECORDS_NONE);
    a.old_btid_n = 0;
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(load("anna", &got), RECORDS_OK);
    assert_int_equal(got.old_btid_n, 0);
}

/* --- what is due --------------------------------------------------------- */

/* Asks for some of many: how many there are. */
static size_t
walked(struct records *r, struct records_request *q)
{
    enum records_result result = ask(r, q);

    assert_int_equal(result, q->n > 0 ? RECORDS_OK : RECORDS_NONE);
    return q->n;
}

static size_t
claim(struct records *r, msk_time now, msk_time hold, size_t cap)
{
    struct records_request q = { .kind = RECORDS_CLAIM,
                                 .rows = many,
                                 .cap = cap,
                                 .now = now,
                                 .hold = hold };

    return walked(r, &q);
}

static msk_time
next_due(void)
{
    struct records_request q = { .kind = RECORDS_NEXT };
    enum records_result result = ask(shelf, &q);

    assert_int_equal(result, q.now != MSK_NEVER ? RECORDS_OK : RECORDS_NONE);
    return q.now;
}

static void
claims_what_is_due_once_until_it_is_held_no_more(void **state)
{
    (void)state;
    assert_true(next_due() == MSK_NEVER);
    a.due = 300;
    b.due = 100;
    c.due = 200;
    save_three();
    assert_true(next_due() == 100);
    assert_int_equal(claim(shelf, 99, 50, 8), 0);
    assert_int_equal(claim(shelf, 250, 1000, 1), 1);
    assert_true(row_says(&many[0], "ben", "first"));
    assert_int_equal(many[0].version, 1);
    assert_int_equal(claim(shelf, 250, 1000, 8), 1);
    assert_true(row_says(&many[0], "cleo", "first"));
    assert_int_equal(claim(shelf, 250, 1000, 8), 0);
    assert_true(next_due() == 300);
    /* Who claimed ben has died; cleo was done. */
    assert_int_equal(many[0].version, 1);
    c.due = MSK_NEVER;
    assert_int_equal(save(&c), RECORDS_OK);
    assert_int_equal(claim(shelf, 1249, 1000, 8), 1);
    assert_true(row_says(&many[0], "anna", "first"));
    assert_int_equal(claim(shelf, 1250, 1000, 8), 1);
    assert_true(row_says(&many[0], "ben", "first"));
}

static void
gives_two_nodes_different_ones(void **state)
{
    struct records *other = shelf_other();
    size_t n;

    (void)state;
    assert_non_null(other);
    a.due = b.due = c.due = 100;
    save_three();
    n = claim(shelf, 100, 1000, 2);
    assert_int_equal(n, 2);
    assert_int_equal(claim(other, 100, 1000, 8), 1);
    assert_int_equal(claim(shelf, 100, 1000, 8), 0);
    records_close(other);
}

/* --- members ------------------------------------------------------------- */

static size_t
members(struct msk_group_id group, const char *after, size_t cap)
{
    struct records_request q = { .kind = RECORDS_MEMBERS,
                                 .key = msk_text(after),
                                 .group = group,
                                 .rows = many,
                                 .cap = cap };

    return walked(shelf, &q);
}

static void
walks_the_members_of_a_group_in_order(void **state)
{
    (void)state;
    row_group(&c, group_of(1, 7));
    row_group(&c, group_of(1, 8));
    row_group(&a, group_of(1, 7));
    row_group(&b, group_of(2, 7)); /* the same number, another domain */
    save_three();
    assert_int_equal(members(group_of(1, 7), "", 8), 2);
    assert_true(row_says(&many[0], "anna", "first"));
    assert_true(row_says(&many[1], "cleo", "first"));
    assert_int_equal(members(group_of(1, 7), "", 1), 1);
    assert_true(row_says(&many[0], "anna", "first"));
    assert_int_equal(members(group_of(1, 7), "anna", 1), 1);
    assert_true(row_says(&many[0], "cleo", "first"));
    assert_int_equal(members(group_of(1, 7), "cleo", 1), 0);
    assert_int_equal(members(group_of(2, 7), "", 8), 1);
    assert_true(row_says(&many[0], "ben", "first"));
    assert_int_equal(members(group_of(1, 0x0107), "", 8), 0);
    assert_int_equal(members(group_of(1, 8), "", 8), 1);
}

static size_t
all_after(const char *id, size_t cap)
{
    struct records_request q = {
        .kind = RECORDS_AFTER, .key = msk_text(id), .rows = many, .cap = cap
    };

    return walked(shelf, &q);
}

/* Whether they have a Key Group, or a time, or not. */
static void
walks_all_of_them(void **state)
{
    (void)state;
    a.due = 200;
    row_group(&b, group_of(1, 7));
    save_three();
    assert_int_equal(all_after("", 8), 3);
    assert_true(row_says(&many[0], "anna", "first"));
    assert_true(row_says(&many[1], "ben", "first"));
    assert_true(row_says(&many[2], "cleo", "first"));
    assert_int_equal(all_after("anna", 1), 1);
    assert_true(row_says(&many[0], "ben", "first"));
    assert_int_equal(all_after("cleo", 8), 0);
}

static size_t
timed(msk_time after, const char *id, size_t cap)
{
    struct records_request q = { .kind = RECORDS_TIMED,
                                 .key = msk_text(id),
                                 .now = after,
                                 .rows = many,
                                 .cap = cap };

    return walked(shelf, &q);
}

/* Two at the same time are told apart by their identity. */
static void
walks_those_that_have_a_time_in_its_order(void **state)
{
    (void)state;
    a.due = c.due = 200;
    b.due = 100;
    make_row(&got, "dora", "dora@bsf", "first"); /* without one */
    assert_int_equal(save(&got), RECORDS_OK);
    save_three();
    assert_int_equal(timed(0, "", 8), 3);
    assert_true(row_says(&many[0], "ben", "first"));
    assert_true(row_says(&many[1], "anna", "first"));
    assert_true(row_says(&many[2], "cleo", "first"));
    assert_true(many[1].due == 200);
    assert_int_equal(timed(100, "ben", 1), 1);
    assert_true(row_says(&many[0], "anna", "first"));
    assert_int_equal(timed(200, "anna", 8), 1);
    assert_true(row_says(&many[0], "cleo", "first"));
    assert_int_equal(timed(200, "cleo", 8), 0);
    assert_int_equal(timed(150, "zoe", 8), 2);
    assert_int_equal(claim(shelf, 99, 1, 8), 0); /* nobody was claimed */
    assert_true(next_due() == 100);
}

static void
follows_a_membership_that_begins_and_ends(void **state)
{
    (void)state;
    row_group(&a, group_of(1, 7));
    row_group(&a, group_of(1, 8));
    save_three();
    a.regrouped = false;
    a.n_groups = 0;
    assert_int_equal(save(&a), RECORDS_OK); /* no word about groups */
    assert_int_equal(members(group_of(1, 7), "", 8), 1);
    row_group(&a, group_of(1, 8));
    row_group(&a, group_of(1, 9));
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(members(group_of(1, 7), "", 8), 0);
    assert_int_equal(members(group_of(1, 8), "", 8), 1);
    assert_int_equal(members(group_of(1, 9), "", 8), 1);
    a.n_groups = 0;
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(members(group_of(1, 8), "", 8), 0);
}

/* Who lost the race does not write the list of members either. */
static void
changes_no_membership_on_a_conflict(void **state)
{
    (void)state;
    row_group(&a, group_of(1, 7));
    save_three();
    got = a;
    a.n_groups = 0;
    row_group(&a, group_of(1, 8));
    assert_int_equal(save(&a), RECORDS_OK);
    got.n_groups = 0;
    row_group(&got, group_of(1, 9));
    assert_int_equal(save(&got), RECORDS_CONFLICT);
    assert_int_equal(members(group_of(1, 8), "", 8), 1);
    assert_int_equal(members(group_of(1, 9), "", 8), 0);
    make_row(&got, "anna", "x@bsf", "x");
    row_group(&got, group_of(1, 9));
    assert_int_equal(save(&got), RECORDS_CONFLICT);
    assert_int_equal(members(group_of(1, 9), "", 8), 0);
}

static void
takes_as_many_groups_as_a_subscriber_has(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++)
        row_group(&a, group_of((uint8_t)i, i));
    assert_int_equal(save(&a), RECORDS_OK);
    for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++)
        assert_int_equal(members(group_of((uint8_t)i, i), "", 8), 1);
}

/* --- Key Groups ---------------------------------------------------------- */

static struct records_group group, other_group;

static void
make_group(struct records_group *row, struct msk_group_id id, char content)
{
    memset(row, 0, sizeof *row);
    row->id = id;
    row->packed[0] = (uint8_t)content;
    row->n = 1;
}

static enum records_result
ask_group(enum records_kind kind, struct msk_group_id id,
          struct records_group *row)
{
    struct records_request q = { .kind = kind, .group = id, .group_row = row };

    return ask(shelf, &q);
}

static void
keeps_key_groups_of_each_domain(void **state)
{
    (void)state;
    make_group(&group, group_of(2, 7), 'x');
    assert_int_equal(ask_group(RECORDS_GROUP, group.id, &other_group),
                     RECORDS_NONE);
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &group),
                     RECORDS_OK);
    assert_int_equal(group.version, 1);
    make_group(&other_group, group_of(2, 7), 'y');
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &other_group),
                     RECORDS_CONFLICT);
    make_group(&other_group, group_of(1, 0x0107), 'y');
    memset(other_group.services, 's', sizeof other_group.services - 1);
    other_group.n = sizeof other_group.packed;
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &other_group),
                     RECORDS_OK);
    assert_int_equal(ask_group(RECORDS_GROUP_AFTER, group_of(0, 0), &group),
                     RECORDS_OK);
    assert_int_equal(group.id.group, 0x0107);
    assert_int_equal(group.n, sizeof group.packed);
    assert_memory_equal(group.packed, other_group.packed, group.n);
    assert_string_equal(group.services, other_group.services);
    assert_int_equal(ask_group(RECORDS_GROUP_AFTER, group.id, &group),
                     RECORDS_OK);
    assert_int_equal(group.id.domain[0], 2);
    assert_int_equal(ask_group(RECORDS_GROUP_AFTER, group.id, &group),
                     RECORDS_NONE);
    assert_int_equal(ask_group(RECORDS_GROUP, group_of(2, 7), &group),
                     RECORDS_OK);
    assert_int_equal(group.packed[0], 'x');
}

static size_t
groups_after(struct msk_group_id id, struct records_group *rows, size_t cap)
{
    struct records_request q = {
        .kind = RECORDS_GROUP_AFTER, .group = id, .group_row = rows, .cap = cap
    };

    return walked(shelf, &q);
}

static void
walks_over_key_groups_in_pages(void **state)
{
    static struct records_group page[3];

    (void)state;
    for (uint16_t i = 5; i > 0; i--) {
        make_group(&group, group_of(1, i), (char)('a' + i));
        assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &group),
                         RECORDS_OK);
    }
    memset(page, 0xA5, sizeof page);
    assert_int_equal(groups_after(group_of(0, 0), page, 2), 2);
    assert_int_equal(page[0].id.group, 1);
    assert_int_equal(page[1].id.group, 2);
    assert_int_equal(page[1].packed[0], 'c');
    assert_int_equal(page[2].version, 0xA5A5A5A5A5A5A5A5);
    assert_int_equal(groups_after(page[1].id, page, 3), 3);
    assert_int_equal(page[2].id.group, 5);
    assert_int_equal(groups_after(page[2].id, page, 3), 0);
    assert_int_equal(groups_after(group_of(1, 4), page, 3), 1);
}

static enum records_result
lease(struct records *r, const char *name, const char *owner, msk_time ms,
      uint64_t *epoch)
{
    struct records_request q = { .kind = RECORDS_LEASE,
                                 .key = msk_text(name),
                                 .owner = msk_text(owner),
                                 .hold = ms };
    enum records_result result = ask(r, &q);

    *epoch = q.epoch;
    return result;
}

static enum records_result
give_up(const char *name, const char *owner)
{
    struct records_request q = { .kind = RECORDS_RELEASE,
                                 .key = msk_text(name),
                                 .owner = msk_text(owner) };

    return ask(shelf, &q);
}

static void
leases_to_one_owner_at_a_time(void **state)
{
    uint64_t first, second;

    (void)state;
    assert_int_equal(lease(shelf, "msk", "one", 60000, &first), RECORDS_OK);
    assert_int_equal(lease(shelf, "msk", "two", 60000, &second),
                     RECORDS_CONFLICT);
    assert_int_equal(lease(shelf, "other", "two", 60000, &second), RECORDS_OK);
    assert_int_equal(lease(shelf, "msk", "one", 1, &second), RECORDS_OK);
    assert_int_equal(second, first);
    pass(20);
    assert_int_equal(lease(shelf, "msk", "two", 60000, &second), RECORDS_OK);
    assert_int_equal(second, first + 1);
    assert_int_equal(lease(shelf, "msk", "one", 60000, &first),
                     RECORDS_CONFLICT);
    assert_int_equal(give_up("msk", "one"), RECORDS_CONFLICT);
    assert_int_equal(give_up("msk", "two"), RECORDS_OK);
    /* The same one again: but another one may have had it meanwhile. */
    assert_int_equal(lease(shelf, "msk", "two", 60000, &first), RECORDS_OK);
    assert_int_equal(first, second + 1);
}

static void
fences_who_has_lost_the_lease(void **state)
{
    uint64_t mine, theirs;

    (void)state;
    assert_int_equal(lease(shelf, "msk", "one", 1, &mine), RECORDS_OK);
    make_group(&group, group_of(1, 7), 'x');
    group.fence = msk_text("msk");
    group.epoch = mine;
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &group),
                     RECORDS_OK);
    pass(20);
    assert_int_equal(lease(shelf, "msk", "two", 60000, &theirs), RECORDS_OK);
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &group),
                     RECORDS_CONFLICT);
    assert_int_equal(group.version, 1);
    group.epoch = theirs;
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &group),
                     RECORDS_OK);
    make_group(&other_group, group_of(1, 8), 'x');
    other_group.fence = msk_text("msk");
    other_group.epoch = mine;
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &other_group),
                     RECORDS_CONFLICT);
    other_group.fence = msk_text("no such lease");
    assert_int_equal(ask_group(RECORDS_SAVE_GROUP, group.id, &other_group),
                     RECORDS_CONFLICT);
}

static void
makes_a_secret_once(void **state)
{
    uint8_t one[4] = { 1, 2, 3, 4 }, two[4] = { 9, 9, 9, 9 };
    uint8_t longer[5] = { 0 };
    struct records_request q = { .kind = RECORDS_SECRET,
                                 .key = msk_text("nonce"),
                                 .secret = one,
                                 .secret_n = sizeof one };

    (void)state;
    assert_int_equal(ask(shelf, &q), RECORDS_OK);
    q.secret = two;
    assert_int_equal(ask(shelf, &q), RECORDS_OK);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(one[0], 1);
    q.secret = longer;
    q.secret_n = sizeof longer;
    assert_int_equal(ask(shelf, &q), RECORDS_FAILED);
}

/* --- many at once -------------------------------------------------------- */

static size_t n_done;

static void
count(void *user, struct records_batch *batch)
{
    assert_ptr_equal(user, &n_done);
    assert_true(batch->over);
    n_done++;
}

static void
run_until(struct records *r, struct records *also, size_t n)
{
    for (int i = 0; i < 20000 && n_done < n; i++) {
        records_run(r);
        records_run(also);
        pass(1);
    }
    assert_int_equal(n_done, n);
}

#define CROWD 600

static void
does_many_batches_that_are_begun_at_once(void **state)
{
    static struct records_subscriber rows[CROWD];
    static struct records_request q[CROWD];
    static struct records_batch batches[CROWD];
    char id[16];

    (void)state;
    n_done = 0;
    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(id, sizeof id, "u%d", i);
        make_row(&rows[i], id, id, "x");
        row_group(&rows[i], group_of(1, 7));
        q[i] =
            (struct records_request){ .kind = RECORDS_SAVE, .rows = &rows[i] };
        batches[i] = (struct records_batch){
            .requests = &q[i], .n = 1, .done = count, .user = &n_done
        };
        records_begin(shelf, &batches[i]);
        assert_int_equal(n_done, 0);
    }
    run_until(shelf, shelf, CROWD);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(q[i].result, RECORDS_OK);
    assert_int_equal(members(group_of(1, 7), "u599", 8), 8);
}

/* Two nodes, each with all of three records, over and over: each time one of
 * them is first. */
static void
lets_one_of_two_nodes_win_each_record(void **state)
{
    struct records *nodes[2] = { shelf, shelf_other() };
    static struct records_subscriber rows[2][3];
    struct records_request q[2][3];
    struct records_batch batches[2];
    unsigned won = 0;

    (void)state;
    assert_non_null(nodes[1]);
    save_three();
    for (int turn = 0; turn < 40; turn++) {
        n_done = 0;
        for (int n = 0; n < 2; n++) {
            const struct records_subscriber *first[2][3] = { { &a, &b, &c },
                                                             { &c, &b, &a } };

            for (int i = 0; i < 3; i++) {
                rows[n][i] = *first[n][i];
                rows[n][i].packed[0] = (uint8_t)n;
                q[n][i] = (struct records_request){ .kind = RECORDS_SAVE,
                                                    .rows = &rows[n][i] };
            }
            batches[n] = (struct records_batch){
                .requests = q[n], .n = 3, .done = count, .user = &n_done
            };
            records_begin(nodes[n], &batches[n]);
        }
        run_until(nodes[0], nodes[1], 2);
        for (int i = 0; i < 3; i++) {
            bool x = q[0][i].result == RECORDS_OK;
            bool y = q[1][2 - i].result == RECORDS_OK;

            assert_true(x != y);
            assert_int_equal(q[x ? 1 : 0][x ? 2 - i : i].result,
                             RECORDS_CONFLICT);
            won += x ? 1 : 0;
        }
        assert_int_equal(load("anna", &a), RECORDS_OK);
        assert_int_equal(load("ben", &b), RECORDS_OK);
        assert_int_equal(load("cleo", &c), RECORDS_OK);
        assert_int_equal(a.version, turn + 2);
    }
    records_close(nodes[1]);
    print_message("the first node won %u of 120\n", won);
}

/* In one batch: it reads what was there before. */
static void
does_a_batch_of_all_kinds(void **state)
{
    struct records_request q[] = {
        { .kind = RECORDS_BY_ID, .key = msk_text("anna"), .rows = &got },
        { .kind = RECORDS_SAVE, .rows = &b },
        { .kind = RECORDS_CLAIM, .rows = many, .cap = 2, .now = 5, .hold = 5 },
        { .kind = RECORDS_MEMBERS, .rows = &many[2], .cap = 2 },
        { .kind = RECORDS_LEASE,
          .key = msk_text("l"),
          .owner = msk_text("o"),
          .hold = 9 },
        { .kind = RECORDS_BY_BTID, .key = msk_text("no"), .rows = &many[4] },
    };

    (void)state;
    a.due = 1;
    assert_int_equal(save(&a), RECORDS_OK);
    ask_all(shelf, q, sizeof q / sizeof q[0]);
    assert_int_equal(q[0].result, RECORDS_OK);
    assert_true(row_says(&got, "anna", "first"));
    assert_int_equal(q[1].result, RECORDS_OK);
    assert_int_equal(q[2].result, RECORDS_OK);
    assert_int_equal(q[2].n, 1);
    assert_int_equal(q[3].result, RECORDS_NONE);
    assert_int_equal(q[4].result, RECORDS_OK);
    assert_int_equal(q[5].result, RECORDS_NONE);
    ask_all(shelf, q, 0); /* of none */
}

/* Who sleeps until the store says something is woken: nothing that was begun
 * waits for another turn of the loop. */
static void
wakes_who_waits_for_it(void **state)
{
    struct records_request q[] = {
        { .kind = RECORDS_SAVE, .rows = &a },
        { .kind = RECORDS_BY_ID, .key = msk_text("ben"), .rows = &got }
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct records_batch batch = { .requests = &q[i], .n = 1 };

        records_run(shelf);
        records_begin(shelf, &batch);
        while (!batch.over) {
            struct pollfd p = { 0 };

            p.fd = records_fd(shelf, &p.events);
            assert_int_equal(poll(&p, 1, ASLEEP_MS), 1);
            records_run(shelf);
        }
        assert_int_equal(q[i].result, i == 0 ? RECORDS_OK : RECORDS_NONE);
    }
}

int
main(int argc, char *argv[])
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    static const struct CMUnitTest all[] = {
        TEST(finds_what_was_saved_by_identity_and_by_btid),
        TEST(keeps_every_value_at_its_limits),
        TEST(replaces_only_what_nobody_else_has_replaced),
        TEST(refuses_to_insert_what_is_there),
        TEST(saves_the_rest_where_btids_are_the_same),
        TEST(refuses_a_btid_of_another_one_and_saves_the_others),
        TEST(finds_an_old_btid_unless_somebody_has_it_now),
        TEST(claims_what_is_due_once_until_it_is_held_no_more),
        TEST(walks_over_key_groups_in_pages),
        TEST(walks_all_of_them),
        TEST(walks_those_that_have_a_time_in_its_order),
        TEST(walks_the_members_of_a_group_in_order),
        TEST(follows_a_membership_that_begins_and_ends),
        TEST(changes_no_membership_on_a_conflict),
        TEST(takes_as_many_groups_as_a_subscriber_has),
        TEST(keeps_key_groups_of_each_domain),
        TEST(leases_to_one_owner_at_a_time),
        TEST(fences_who_has_lost_the_lease),
        TEST(makes_a_secret_once),
        TEST(wakes_who_waits_for_it),
        TEST(does_many_batches_that_are_begun_at_once),
        TEST(does_a_batch_of_all_kinds),
    };
    static const struct CMUnitTest shared[] = {
        TEST(gives_two_nodes_different_ones),
        TEST(lets_one_of_two_nodes_win_each_record),
    };
    int failed;

    if (argc != 2)
        return 2;
    shelf_adapter = argv[1];
    failed = cmocka_run_group_tests(all, NULL, NULL);
    if (strcmp(argv[1], "memory") != 0) /* which nobody can share */
        failed += cmocka_run_group_tests(shared, NULL, NULL);
    return failed;
}
