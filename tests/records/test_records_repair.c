/* SPDX-License-Identifier: MIT */
/*
 * A repair of a store: while it has not ended nobody else changes anything, and
 * it goes on where it was.
 *   test_records_repair ADAPTER: memory, sqlite, postgres
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shelf.h"
#include "support.h"

#define CROWD 8
#define TURNS 40
#define TURNS_MAX 4000 /* until each of two was the first once */
#define BARRED "a repair of the store has not ended"

static struct records_subscriber a, got, rows[CROWD];
static struct records_group group;
static struct records_job job;
static struct records_note note;
static struct records *other;

static int
set_up(void **state)
{
    (void)state;
    shelf_open();
    other = shelf_other();
    make_row(&a, "anna", "anna@bsf", "first");
    row_group(&a, group_of(1, 7));
    memset(&group, 0, sizeof group);
    group.id = group_of(1, 7);
    group.packed[0] = 'g';
    group.n = 1;
    memset(&job, 0, sizeof job);
    job.group = group.id;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    if (other != NULL)
        records_close(other);
    shelf_close();
    return 0;
}

/* One request of a repair; `note` goes in and out. */
static enum records_result
repair(struct records *r, enum records_kind kind, const char *owner,
       const char *text)
{
    struct records_request q = { .kind = kind,
                                 .owner = msk_text(owner),
                                 .note = &note };
    struct records_batch batch = { .requests = &q, .n = 1 };

    note.n = strlen(text);
    memcpy(note.octets, text, note.n);
    assert_true(records_wait(r, &batch, 20000));
    return q.result;
}

static bool
note_says(const char *text)
{
    return note.n == strlen(text) && memcmp(note.octets, text, note.n) == 0;
}

static enum records_result
look(struct records *r)
{
    return repair(r, RECORDS_LOOK_REPAIR, "", "?");
}

static enum records_result
save_at(struct records *r, struct records_subscriber *row)
{
    struct records_request q = { .kind = RECORDS_SAVE, .rows = row };
    struct records_batch batch = { .requests = &q, .n = 1 };

    assert_true(records_wait(r, &batch, 20000));
    return q.result;
}

/* --- its note ------------------------------------------------------------ */

static void
keeps_its_note(void **state)
{
    (void)state;
    assert_int_equal(look(shelf), RECORDS_NONE);
    assert_true(note_says(""));
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", "begun"), RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "one", "at"),
                     RECORDS_OK);
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says("at"));
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", "end"),
                     RECORDS_OK);
    assert_int_equal(look(shelf), RECORDS_NONE);
    assert_true(note_says("end"));
    /* The next one is a new one. */
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "two", "begun again"),
                     RECORDS_OK);
    assert_true(note_says("begun again"));
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "two", ""), RECORDS_OK);
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says(""));
}

static void
keeps_a_long_note(void **state)
{
    char text[RECORDS_NOTE_MAX + 1];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", text), RECORDS_OK);
    note.n = 0;
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says(text));
}

static void
changes_what_it_likes(void **state)
{
    (void)state;
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", ""), RECORDS_OK);
    assert_int_equal(save(&a), RECORDS_OK);
    a.packed[0] = 'F';
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", ""), RECORDS_OK);
    assert_int_equal(save(&a), RECORDS_OK);
}

/* Without one, and after its end, there is nothing to keep or to end. */
static void
has_an_owner(void **state)
{
    (void)state;
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "one", "x"),
                     RECORDS_FAILED);
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", "x"),
                     RECORDS_FAILED);
    assert_int_equal(look(shelf), RECORDS_NONE);
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", "x"), RECORDS_OK);
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "two", "y"),
                     RECORDS_FAILED);
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "two", "y"),
                     RECORDS_FAILED);
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says("x"));
}

/* --- others -------------------------------------------------------------- */

/* Each kind of request that changes something. */
static size_t
make_writes(struct records_request *q)
{
    static uint8_t secret[4];
    const struct records_request all[] = {
        { .kind = RECORDS_SAVE, .rows = &a },
        { .kind = RECORDS_CLAIM, .rows = rows, .now = 9, .hold = 9 },
        { .kind = RECORDS_SAVE_GROUP, .group_row = &group },
        { .kind = RECORDS_LEASE,
          .key = msk_text("l"),
          .owner = msk_text("o"),
          .hold = 9 },
        { .kind = RECORDS_RELEASE,
          .key = msk_text("l"),
          .owner = msk_text("o") },
        { .kind = RECORDS_SECRET,
          .key = msk_text("s"),
          .secret = secret,
          .secret_n = sizeof secret },
        { .kind = RECORDS_BEGIN_JOB, .job = &job, .cap = 1 },
        { .kind = RECORDS_CLAIM_JOB, .job = &job, .hold = 9 },
        { .kind = RECORDS_SAVE_JOB, .job = &job, .hold = 9 },
        { .kind = RECORDS_END_JOB, .job = &job },
    };

    memcpy(q, all, sizeof all);
    return sizeof all / sizeof all[0];
}

static void
lets_nobody_else_change_anything(void **state)
{
    struct records_request q[16];
    size_t n = make_writes(q);

    (void)state;
    a.due = 5;
    assert_int_equal(save(&a), RECORDS_OK);
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", ""), RECORDS_OK);
    ask_all(other, q, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(q[i].result, RECORDS_FAILED);
    assert_string_equal(records_why(other), BARRED);
    n = make_writes(q);
    for (size_t i = 0; i < n; i++) { /* and each alone */
        ask_all(other, &q[i], 1);
        assert_int_equal(q[i].result, RECORDS_FAILED);
    }
    assert_int_equal(load("anna", &got), RECORDS_OK);
    assert_true(got.version == 1 && got.due == 5);
    /* They read, also that there is a repair. */
    q[0] = (struct records_request){ .kind = RECORDS_BY_ID,
                                     .key = msk_text("anna"),
                                     .rows = &got };
    assert_int_equal(ask(other, &q[0]), RECORDS_OK);
    assert_int_equal(look(other), RECORDS_OK);
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", ""), RECORDS_OK);
    assert_int_equal(save_at(other, &got), RECORDS_OK);
}

/* Whoever had it and is still there changes nothing more, and its end is none.
 */
static void
is_taken_over(void **state)
{
    (void)state;
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", "x"), RECORDS_OK);
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "one", "far"),
                     RECORDS_OK);
    assert_int_equal(repair(other, RECORDS_REPAIR, "two", "y"), RECORDS_OK);
    assert_true(note_says("far"));
    assert_int_equal(save_at(shelf, &a), RECORDS_FAILED);
    assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "one", "z"),
                     RECORDS_FAILED);
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", "z"),
                     RECORDS_FAILED);
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says("far"));
    assert_int_equal(save_at(other, &a), RECORDS_OK);
    assert_int_equal(repair(other, RECORDS_END_REPAIR, "two", ""), RECORDS_OK);
    /* The end of another one's is no leave to go on. */
    assert_int_equal(save_at(shelf, &a), RECORDS_FAILED);
}

static void
outlives_who_began_it(void **state)
{
    (void)state;
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", "begun"), RECORDS_OK);
    records_close(shelf);
    shelf = shelf_other();
    assert_int_equal(look(shelf), RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(save_at(shelf, &a), RECORDS_FAILED);
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "two", "anew"), RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(save_at(shelf, &a), RECORDS_OK);
}

/* Another server may be behind a new one, which lacks what was done last. */
static void
ends_with_its_connection(void **state)
{
    enum records_result result = RECORDS_FAILED;

    (void)state;
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "one", "begun"), RECORDS_OK);
    assert_int_equal(
        system("$PG_AS $PG_BIN/psql -q -h $PGHOST -U $PGUSER postgres -c"
               " \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
               " WHERE pid <> pg_backend_pid() AND backend_type ="
               " 'client backend'\" >/dev/null"),
        0);
    for (int i = 0; i < 200 && result != RECORDS_OK; i++, pass(50)) {
        assert_int_equal(repair(shelf, RECORDS_NOTE_REPAIR, "one", "far"),
                         RECORDS_FAILED);
        result = strcmp(records_why(shelf), BARRED) == 0 ? look(shelf) : result;
    }
    assert_int_equal(result, RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(repair(shelf, RECORDS_REPAIR, "two", ""), RECORDS_OK);
    assert_true(note_says("begun"));
    assert_int_equal(save(&a), RECORDS_OK);
}

/* --- at once ------------------------------------------------------------- */

static void
make_crowd(struct records_request *q)
{
    char id[8];

    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(id, sizeof id, "u%d", i);
        make_row(&rows[i], id, id, "x");
        q[i] =
            (struct records_request){ .kind = RECORDS_SAVE, .rows = &rows[i] };
    }
    ask_all(shelf, q, CROWD);
}

/* Both at once: the repair first, or so many ms after the saves. */
static void
begin_both(struct records_batch *saves, int late)
{
    struct records_request q = { .kind = RECORDS_REPAIR,
                                 .owner = msk_text("one"),
                                 .note = &note };
    struct records_batch repairs = { .requests = &q, .n = 1 };

    note.n = 0;
    if (late == 0)
        records_begin(shelf, &repairs);
    records_begin(other, saves);
    records_run(other);
    if (late > 0) {
        pass(late);
        records_begin(shelf, &repairs);
    }
    while (!repairs.over) {
        records_run(shelf);
        records_run(other);
    }
    assert_int_equal(q.result, RECORDS_OK);
}

/* Begins a repair while another node saves; what it finds then is what stays.
 * How many were saved before? */
static unsigned
begin_while_others_save(struct records_request *q, int late)
{
    static struct records_subscriber now[CROWD];
    struct records_batch saves = { .requests = q, .n = CROWD };
    struct records_request seen = { .kind = RECORDS_AFTER,
                                    .rows = now,
                                    .cap = CROWD };
    unsigned saved = 0;

    begin_both(&saves, late);
    assert_int_equal(ask(shelf, &seen), RECORDS_OK);
    while (!saves.over)
        records_run(other);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(now[i].version, rows[i].version);
        saved += q[i].result == RECORDS_OK ? 1 : 0;
        assert_true(q[i].result == RECORDS_OK || q[i].result == RECORDS_FAILED);
    }
    assert_int_equal(repair(shelf, RECORDS_END_REPAIR, "one", ""), RECORDS_OK);
    return saved;
}

/* What another node saves while a repair begins was saved before it, and is
 * seen by it, or is not saved. */
static void
begins_between_what_others_save(void **state)
{
    static struct records_request q[CROWD];
    unsigned saved = 0, all = 0;

    (void)state;
    make_crowd(q);
    for (int turn = 0; turn < TURNS || saved == 0 || saved == all; turn++) {
        assert_true(turn < TURNS_MAX); /* else one of them always wins */
        saved += begin_while_others_save(q, turn % 4);
        all += CROWD;
    }
    print_message("%u of %u were saved before\n", saved, all);
}

int
main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    static const struct CMUnitTest all[] = {
        TEST(keeps_its_note),
        TEST(keeps_a_long_note),
        TEST(changes_what_it_likes),
        TEST(has_an_owner),
    };
    static const struct CMUnitTest shared[] = {
        TEST(lets_nobody_else_change_anything),
        TEST(is_taken_over),
        TEST(outlives_who_began_it),
        TEST(begins_between_what_others_save),
    };
    static const struct CMUnitTest postgres[] = {
        TEST(ends_with_its_connection),
    };
    int failed;

    if (argc != 2)
        return 2;
    shelf_adapter = argv[1];
    failed = cmocka_run_group_tests(all, NULL, NULL);
    if (strcmp(argv[1], "memory") != 0) /* which nobody can share */
        failed += cmocka_run_group_tests(shared, NULL, NULL);
    if (strcmp(argv[1], "postgres") == 0)
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    return failed;
}
