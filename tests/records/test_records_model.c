/* SPDX-License-Identifier: MIT */
/*
 * Anything in any order, compared with a model of what records.h says.
 *   test_records_model ADAPTER [SEED [STEPS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shelf.h"
#include "support.h"

#define IDS 6
#define BTIDS 8
#define GROUPS 5
#define HOLD 50

static unsigned seed = 1;
static long steps = 250;
static uint64_t dice;

struct model {
    uint64_t version; /* 0: it is not there */
    int btid, old;    /* BTIDS: none */
    msk_time due;
    unsigned groups; /* a bit each */
    uint8_t content;
};

static struct model all[IDS];
static struct records_subscriber rows[IDS];

static unsigned
draw(unsigned n)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % n;
}

/* Two of them have one number in two domains. */
static struct msk_group_id
group_at(unsigned i)
{
    return group_of((uint8_t)(1 + i % 2), (uint16_t)(0x00FF + i / 2));
}

static void
name(char out[16], const char *kind, unsigned i)
{
    (void)snprintf(out, 16, "%s%u", kind, i);
}

static bool
btid_is_taken(unsigned id, int btid)
{
    for (unsigned i = 0; i < IDS; i++)
        if (i != id && all[i].version > 0 && all[i].btid == btid)
            return true;
    return false;
}

static void
fill(struct records_subscriber *row, unsigned id, const struct model *m)
{
    char text[16], btid[16];

    name(text, "id", id);
    name(btid, "btid", (unsigned)m->btid);
    make_row(row, text, btid, "");
    row->version = m->version;
    row->packed[0] = m->content;
    row->n = 1;
    row->due = m->due;
    if (m->old < BTIDS) {
        name(text, "btid", (unsigned)m->old);
        row->old_btid_n = strlen(text);
        memcpy(row->old_btid, text, row->old_btid_n);
    }
    for (unsigned g = 0; g < GROUPS; g++)
        if (m->groups & 1u << g)
            row_group(row, group_at(g));
    row->regrouped = true;
}

static void
step_save(void)
{
    unsigned id = draw(IDS);
    struct model m = all[id];
    bool stale = draw(8) == 0, fits;
    static struct records_subscriber row;

    m.version = stale ? draw(5) : m.version;
    m.btid = draw(3) == 0 || m.version == 0 ? (int)draw(BTIDS) : m.btid;
    m.old = (int)draw(BTIDS + 1);
    m.due = draw(3) == 0 ? MSK_NEVER : (msk_time)draw(1000);
    m.groups = draw(1u << GROUPS);
    m.content = (uint8_t)draw(256);
    fill(&row, id, &m);
    if (m.version > 0 && draw(3) == 0) {
        row.regrouped = false;
        m.groups = all[id].groups;
    }
    fits = m.version == all[id].version && !btid_is_taken(id, m.btid);
    check_int("save", save(&row), fits ? RECORDS_OK : RECORDS_CONFLICT);
    if (!fits)
        return;
    m.version++;
    all[id] = m;
}

static void
check_row(const struct records_subscriber *got, unsigned id)
{
    static struct records_subscriber want;

    fill(&want, id, &all[id]);
    check_int("version", (long long)got->version, (long long)want.version);
    check_octets("id", ((struct msk_bytes){ got->id, got->id_n }),
                 ((struct msk_bytes){ want.id, want.id_n }));
    check_octets("btid", ((struct msk_bytes){ got->btid, got->btid_n }),
                 ((struct msk_bytes){ want.btid, want.btid_n }));
    check_octets("old", ((struct msk_bytes){ got->old_btid, got->old_btid_n }),
                 ((struct msk_bytes){ want.old_btid, want.old_btid_n }));
    check_int("content", got->packed[0], want.packed[0]);
}

static void
step_load(void)
{
    unsigned id = draw(IDS);
    char text[16];

    name(text, "id", id);
    check_int("load", load(text, &rows[0]),
              all[id].version > 0 ? RECORDS_OK : RECORDS_NONE);
    if (all[id].version > 0)
        check_row(&rows[0], id);
}

static void
step_btid(void)
{
    int btid = (int)draw(BTIDS);
    unsigned id = IDS;
    char text[16];

    name(text, "btid", (unsigned)btid);
    for (unsigned i = IDS; i-- > 0;)
        if (all[i].version > 0 && all[i].old == btid)
            id = i;
    for (unsigned i = 0; i < IDS; i++)
        if (all[i].version > 0 && all[i].btid == btid)
            id = i;
    check_int("by B-TID", load_btid(text, &rows[0]),
              id < IDS ? RECORDS_OK : RECORDS_NONE);
    if (id < IDS)
        check_row(&rows[0], id);
}

static unsigned
id_of(const struct records_subscriber *row)
{
    return row->id_n == 3 ? (unsigned)(row->id[2] - '0') : IDS;
}

/* How many are due before this one? */
static unsigned
earlier_than(msk_time due)
{
    unsigned n = 0;

    for (unsigned i = 0; i < IDS; i++)
        n += all[i].version > 0 && all[i].due < due ? 1 : 0;
    return n;
}

static void
step_claim(void)
{
    struct records_request q = { .kind = RECORDS_CLAIM,
                                 .rows = rows,
                                 .cap = 1 + draw(3),
                                 .now = draw(1000),
                                 .hold = HOLD };
    unsigned due = earlier_than(q.now + 1), n = due;

    n = n < q.cap ? n : (unsigned)q.cap;
    check_int("claim", ask(shelf, &q), n > 0 ? RECORDS_OK : RECORDS_NONE);
    check_int("claimed", (long long)q.n, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned id = id_of(&rows[i]);

        assert_true(id < IDS && all[id].due <= q.now);
        assert_true(earlier_than(all[id].due) < n); /* the first ones */
        check_row(&rows[i], id);
    }
    for (unsigned i = 0; i < n; i++)
        all[id_of(&rows[i])].due = q.now + HOLD;
}

static void
step_members(void)
{
    unsigned group = draw(GROUPS), after = draw(IDS + 1), n = 0;
    char text[16] = "";
    struct records_request q = { .kind = RECORDS_MEMBERS,
                                 .rows = rows,
                                 .cap = 1 + draw(IDS),
                                 .group = group_at(group) };

    if (after < IDS)
        name(text, "id", after);
    q.key = msk_text(text);
    (void)ask(shelf, &q);
    for (unsigned i = after < IDS ? after + 1 : 0; i < IDS && n < q.cap; i++) {
        if (all[i].version == 0 || !(all[i].groups & 1u << group))
            continue;
        assert_true(n < q.n);
        check_int("member", id_of(&rows[n]), i);
        check_row(&rows[n++], i);
    }
    check_int("members", (long long)q.n, n);
    check_int("walk", q.result, n > 0 ? RECORDS_OK : RECORDS_NONE);
}

static void
step_next(void)
{
    struct records_request q = { .kind = RECORDS_NEXT };
    msk_time first = MSK_NEVER;

    (void)ask(shelf, &q);
    for (unsigned i = 0; i < IDS; i++)
        if (all[i].version > 0 && all[i].due < first)
            first = all[i].due;
    assert_true(q.now == first);
}

static void
does_what_the_model_does(void **state)
{
    static void (*const kinds[])(void) = { step_save, step_save,  step_load,
                                           step_btid, step_claim, step_members,
                                           step_next };

    struct rng chosen;

    (void)state;
    rng_start(&chosen, seed);
    dice = chosen.state;
    print_message("%ld steps\n", steps);
    for (unsigned i = 0; i < IDS; i++)
        all[i] = (struct model){ .btid = BTIDS, .old = BTIDS };
    shelf_open();
    for (long i = 0; i < steps; i++)
        kinds[draw(sizeof kinds / sizeof kinds[0])]();
    shelf_close();
}

int
main(int argc, char *argv[])
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(does_what_the_model_does, release),
    };

    if (argc < 2)
        return 2;
    shelf_adapter = argv[1];
    if (argc > 2)
        seed = (unsigned)strtoul(argv[2], NULL, 10);
    if (argc > 3)
        steps = strtol(argv[3], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
