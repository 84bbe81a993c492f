/* SPDX-License-Identifier: MIT */
/*
 * Jobs of a store: parts that are claimed, and that outlive who claimed them.
 *   test_records_jobs ADAPTER: memory, sqlite, postgres
 */
#include <stdio.h>
#include <string.h>

#include "shelf.h"
#include "support.h"

#define MEMBERS 2100
#define KIND 7
#define HOUR 3600000

static struct records_job job, part, other;

static int
set_up(void **state)
{
    (void)state;
    shelf_open();
    memset(&job, 0, sizeof job);
    memset(job.id, 0xA5, sizeof job.id);
    job.kind = KIND;
    job.group = group_of(1, 7);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    shelf_close();
    return 0;
}

static enum records_result
ask_job(struct records *r, enum records_kind kind, struct records_job *which,
        msk_time hold)
{
    struct records_request q = {
        .kind = kind, .job = which, .cap = 16, .hold = hold
    };

    return ask(r, &q);
}

/* Members of the group, and somebody of another one. */
static void
save_members(int n)
{
    static struct records_subscriber rows[50];
    struct records_request q[50];
    char id[16];
    int at = 0;

    make_row(&rows[0], "nobody", "nobody", "x");
    row_group(&rows[0], group_of(1, 8));
    assert_int_equal(save(&rows[0]), RECORDS_OK);
    while (at < n) {
        size_t many = 0;

        for (; many < 50 && at < n; many++, at++) {
            (void)snprintf(id, sizeof id, "m%05d", at);
            make_row(&rows[many], id, id, "x");
            row_group(&rows[many], job.group);
            q[many] = (struct records_request){ .kind = RECORDS_SAVE,
                                                .rows = &rows[many] };
        }
        ask_all(shelf, q, many);
        for (size_t i = 0; i < many; i++)
            assert_int_equal(q[i].result, RECORDS_OK);
    }
}

static bool
is_at(const uint8_t *p, size_t n, const char *text)
{
    return n == strlen(text) && memcmp(p, text, n) == 0;
}

static void
has_parts_that_meet(void **state)
{
    uint64_t members = 0;
    uint8_t last[MSK_SUBSCRIBER_ID_MAX];
    size_t last_n = 0;

    (void)state;
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_NONE);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_NONE);
    save_members(MEMBERS);
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_OK);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                         RECORDS_OK);
        assert_int_equal(part.part, i);
        assert_int_equal(part.kind, KIND);
        assert_memory_equal(part.id, job.id, sizeof part.id);
        assert_int_equal(part.group.group, 7);
        assert_int_equal(part.epoch, 1);
        assert_int_equal(part.at_n, last_n);
        assert_memory_equal(part.at, last, last_n);
        memcpy(last, part.last, part.last_n);
        last_n = part.last_n;
        members += part.members;
    }
    assert_true(is_at(last, last_n, "m02099"));
    assert_int_equal(members, MEMBERS);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_NONE);
    assert_int_equal(ask_job(shelf, RECORDS_SUM_JOB, &job, 0), RECORDS_OK);
    assert_true(job.members == MEMBERS && job.seen == 0 && job.done == 0);
}

static void
has_parts_that_differ_by_one(void **state)
{
    struct records_request q = { .kind = RECORDS_BEGIN_JOB, .job = &job };

    (void)state;
    save_members(MEMBERS + 1);
    q.cap = 2;
    assert_int_equal(ask(shelf, &q), RECORDS_OK);
    assert_int_equal(ask(shelf, &q), RECORDS_CONFLICT); /* it is there */
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_OK);
    assert_true(part.members == 1051 && part.at_n == 0);
    assert_true(is_at(part.last, part.last_n, "m01050"));
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_OK);
    assert_true(part.members == 1050 && part.part == 2);
    assert_true(is_at(part.at, part.at_n, "m01050"));
    assert_true(is_at(part.last, part.last_n, "m02100"));
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_NONE);
}

static void
has_one_part_of_few(void **state)
{
    struct records_request q = { .kind = RECORDS_BEGIN_JOB, .job = &job };

    (void)state;
    save_members(999);
    assert_int_equal(ask(shelf, &q), RECORDS_OK); /* cap 0 counts as 1 */
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_OK);
    assert_true(part.members == 999 && part.part == 1);
    assert_true(is_at(part.last, part.last_n, "m00998"));
    job.id[0] ^= 1;
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_OK);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_OK);
    assert_true(part.members == 999 && part.at_n == 0);
}

static void
goes_on_where_it_was(void **state)
{
    (void)state;
    save_members(10);
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_OK);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_OK);
    assert_true(part.members == 10 && is_at(part.last, part.last_n, "m00009"));
    memcpy(part.at, "m00004", 6);
    part.at_n = 6;
    part.seen = 5;
    part.done = 4;
    /* It is let go at once, and who has it then says so. */
    assert_int_equal(ask_job(shelf, RECORDS_SAVE_JOB, &part, 0), RECORDS_OK);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &other, HOUR),
                     RECORDS_OK);
    assert_int_equal(other.epoch, 2);
    assert_true(is_at(other.at, other.at_n, "m00004"));
    assert_true(other.seen == 5 && other.done == 4 && !other.ended);
    part.seen = 6;
    assert_int_equal(ask_job(shelf, RECORDS_SAVE_JOB, &part, HOUR),
                     RECORDS_CONFLICT);
    assert_int_equal(ask_job(shelf, RECORDS_SUM_JOB, &job, 0), RECORDS_OK);
    assert_true(job.members == 10 && job.seen == 5 && job.done == 4);
}

static void
is_claimed_again_when_its_owner_is_silent(void **state)
{
    (void)state;
    save_members(3);
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_OK);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, 60), RECORDS_OK);
    pass(120);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &other, HOUR),
                     RECORDS_OK);
    assert_int_equal(other.epoch, 2);
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &other, HOUR),
                     RECORDS_NONE);
}

static void
is_gone_when_all_parts_have_ended(void **state)
{
    (void)state;
    save_members(MEMBERS);
    assert_int_equal(ask_job(shelf, RECORDS_BEGIN_JOB, &job, 0), RECORDS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask_job(shelf, RECORDS_END_JOB, &job, 0),
                         RECORDS_NONE);
        assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                         RECORDS_OK);
        part.seen = part.done = part.members;
        part.ended = true;
        assert_int_equal(ask_job(shelf, RECORDS_SAVE_JOB, &part, 0),
                         RECORDS_OK);
    }
    assert_int_equal(ask_job(shelf, RECORDS_CLAIM_JOB, &part, HOUR),
                     RECORDS_NONE);
    assert_int_equal(ask_job(shelf, RECORDS_END_JOB, &job, 0), RECORDS_OK);
    assert_true(job.members == MEMBERS && job.seen == MEMBERS &&
                job.done == MEMBERS);
    assert_int_equal(ask_job(shelf, RECORDS_END_JOB, &job, 0), RECORDS_NONE);
    assert_int_equal(ask_job(shelf, RECORDS_SUM_JOB, &job, 0), RECORDS_NONE);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_parts_that_meet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_parts_that_differ_by_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(has_one_part_of_few, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_on_where_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            is_claimed_again_when_its_owner_is_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_gone_when_all_parts_have_ended,
                                        set_up, tear_down),
    };

    shelf_adapter = argc > 1 ? argv[1] : "memory";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
