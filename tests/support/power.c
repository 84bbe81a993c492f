/* SPDX-License-Identifier: MIT */
#include "power.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chip.h"
#include "disk.h"
#include "msk/store_ram.h"
#include "provider.h"

#define ACTS_MAX 256
#define RECORDS (3 + MSK_HISTORY_RECORDS)
#define GROUP_A 0x18CF
#define GROUP_B 0x2468

enum act_kind { GIVE_MUK, ALLOW, RECEIVE };

struct act {
    enum act_kind kind;
    uint8_t muk;
    uint16_t group;
    struct msk_bytes message;
    int err;                  /* what must come of it */
    bool durable;             /* its commit may not be delayed */
    struct msk_bytes records; /* the store behind it */
};

struct power_plan {
    enum msk_layout layout;
    size_t n; /* acts 1..n; [0] is the empty store */
    struct act acts[ACTS_MAX];
};

/* --- what is in a store -------------------------------------------------- */

struct contents {
    uint8_t octets[RECORDS * (MSK_STORE_KEY_MAX + MSK_STORE_VALUE_MAX)];
    size_t n;
    struct key {
        uint8_t octets[MSK_STORE_KEY_MAX];
        size_t n;
    } keys[RECORDS];
    size_t n_keys;
};

static int
take_key(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    struct contents *c = arg;

    (void)value;
    if (c->n_keys == RECORDS || key.n > MSK_STORE_KEY_MAX)
        return MSK_ERR_STORE;
    memcpy(c->keys[c->n_keys].octets, key.p, key.n);
    c->keys[c->n_keys++].n = key.n;
    return MSK_OK;
}

static int
order(const void *a, const void *b)
{
    const struct key *x = a, *y = b;

    return memcmp(x->octets, y->octets, x->n < y->n ? x->n : y->n);
}

static void
append(struct contents *c, const uint8_t *p, size_t n)
{
    memcpy(c->octets + c->n, p, n);
    c->n += n;
}

/* All keys and values, in the order of the keys. */
static int
read_contents(const struct msk_store *store, struct contents *c)
{
    static struct msk_stored stored;
    int err;

    c->n = 0;
    c->n_keys = 0;
    err = store->each(store->user, (struct msk_bytes){ NULL, 0 }, take_key, c);
    qsort(c->keys, c->n_keys, sizeof c->keys[0], order);
    for (size_t i = 0; err == MSK_OK && i < c->n_keys; i++) {
        struct msk_bytes key = { c->keys[i].octets, c->keys[i].n };

        err = store->load(store->user, 1, key, &stored);
        append(c, key.p, key.n);
        append(c, stored.value, stored.n);
    }
    return err;
}

static bool
holds(const struct contents *c, const struct act *act)
{
    return c->n == act->records.n &&
           memcmp(c->octets, act->records.p, c->n) == 0;
}

/* --- the MGV-F ----------------------------------------------------------- */

static uint8_t memory[MSK_MGVF_SIZE];

static struct msk_mgvf *
mgvf_on(const struct msk_store *store)
{
    struct msk_mgvf_config config = { .size = sizeof config };
    struct msk_mgvf *mgvf = NULL;

    config.crypto = host_crypto();
    config.store = store;
    if (msk_mgvf_init(&mgvf, memory, sizeof memory, &config) != MSK_OK)
        abort();
    return mgvf;
}

/* The MUKs of tests/support/chip.h, without memory of its own: this runs often. */
static int
give_muk(struct msk_mgvf *mgvf, uint8_t muk)
{
    struct msk_muk m = { .size = sizeof m };
    uint8_t key[32];
    char btid[8];

    (void)snprintf(btid, sizeof btid, "btid-%02x", muk);
    memset(key, muk, sizeof key);
    m.fqdn = msk_text(CHIP_FQDN);
    m.btid = msk_text(btid);
    m.key = (struct msk_bytes){ key, sizeof key };
    m.age = muk;
    return msk_mgvf_set_muk(mgvf, &m);
}

static int
receive(const struct power_plan *plan, struct msk_mgvf *mgvf,
        struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_mgvf_result result = { .size = sizeof result };

    input.layout = plan->layout;
    input.fqdn = msk_text(CHIP_FQDN);
    input.message = message;
    return msk_mgvf_process(mgvf, &input, &result);
}

static int
perform(const struct power_plan *plan, struct msk_mgvf *mgvf, size_t i)
{
    const struct act *act = &plan->acts[i];

    switch (act->kind) {
    case GIVE_MUK: return give_muk(mgvf, act->muk);
    case ALLOW:
        return msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(act->group),
                              MSK_REQUIRE_NOTHING);
    case RECEIVE: break;
    }
    return receive(plan, mgvf, act->message);
}

/* --- the plan ------------------------------------------------------------ */

/* What the BM-SC is at while it writes the plan. */
struct writer {
    struct chip chip;
    struct power_plan *plan;
    struct parcel parcel;
    struct ticket ticket;
};

static struct act *
add(struct writer *w, enum act_kind kind)
{
    struct act *act = &w->plan->acts[++w->plan->n];

    act->kind = kind;
    act->durable = true;
    return act;
}

static void
add_muk(struct writer *w)
{
    w->parcel.muk++;
    w->parcel.counter = 0;
    add(w, GIVE_MUK)->muk = w->parcel.muk;
}

static struct act *
add_message(struct writer *w, struct msk_bytes message)
{
    struct act *act = add(w, RECEIVE);

    act->message = message;
    return act;
}

static void
add_msk(struct writer *w, uint16_t group, enum msk_content_kind content)
{
    struct parcel p = w->parcel;

    w->parcel.counter++;
    p.counter++;
    p.group = group;
    p.content = content;
    p.v = content != MSK_CONTENT_PULL;
    if (content == MSK_CONTENT_PULL)
        p.number = 0;
    if (content == MSK_CONTENT_VALIDITY)
        p.high = 1000;
    add_message(w, msk_message_of(&w->chip, p));
}

/* Before the last message comes one like it, but for one octet of its MAC. */
static void
add_forged(struct writer *w)
{
    struct act *last = &w->plan->acts[w->plan->n];
    struct msk_bytes message = last->message;
    uint8_t *forged = room(message.n);

    memcpy(forged, message.p, message.n);
    forged[message.n - 7] ^= 0x10;
    last->message = (struct msk_bytes){ forged, message.n };
    add_message(w, message)->durable = last->durable;
}

static void
add_mtk(struct writer *w)
{
    w->ticket.counter++;
    w->ticket.mtk_id++;
    w->ticket.mtk++;
    add_message(w, mtk_message_of(&w->chip, w->ticket))->durable = false;
}

/* The next thing that happens, of twelve that come again and again. */
static void
add_next(struct writer *w, size_t i)
{
    const struct power_plan *plan = w->plan;

    switch (i % 12) {
    case 0:
        w->parcel.number++;
        w->parcel.key++;
        w->ticket = (struct ticket){
            GROUP_A, w->parcel.number, w->parcel.key, 0, 0, 0x70, true
        };
        add_msk(w, GROUP_A, MSK_CONTENT_MSK);
        break;
    case 1: add_message(w, plan->acts[plan->n].message); break; /* again */
    case 2: add_msk(w, GROUP_B, MSK_CONTENT_MSK), add_forged(w); break;
    case 3:
    case 4: add_mtk(w); break;
    case 5: add_mtk(w), add_forged(w); break;
    case 6: add_msk(w, GROUP_A, MSK_CONTENT_VALIDITY); break;
    case 7: add_mtk(w); break;
    case 8: add_msk(w, GROUP_B, MSK_CONTENT_PULL); break;
    case 9:
        if (i % 24 == 21)
            add_muk(w);
        break;
    case 10: add_msk(w, GROUP_B, MSK_CONTENT_MSK); break;
    default: add_message(w, plan->acts[plan->n - 1].message); break;
    }
}

/* What must come of each act is what comes of it on a store in memory. */
static void
rehearse(struct power_plan *plan)
{
    static struct msk_ram_record records[RECORDS];
    static struct contents c;
    struct msk_ram ram;
    struct msk_store store;
    struct msk_mgvf *mgvf;
    size_t accepted = 0;

    assert_int_equal(msk_store_ram_init(&store, &ram, records, RECORDS),
                     MSK_OK);
    mgvf = mgvf_on(&store);
    for (size_t i = 0; i <= plan->n; i++) {
        if (i > 0)
            plan->acts[i].err = perform(plan, mgvf, i);
        assert_int_equal(read_contents(&store, &c), MSK_OK);
        plan->acts[i].records = exact(c.octets, c.n);
        accepted += plan->acts[i].err == MSK_OK ? 1 : 0;
    }
    assert_true(accepted > plan->n / 2 && accepted <= plan->n);
}

struct power_plan *
power_plan(enum msk_layout layout, size_t n)
{
    static struct power_plan plan;
    static struct writer w;

    assert_true(n + 3 < ACTS_MAX);
    memset(&plan, 0, sizeof plan);
    memset(&w, 0, sizeof w);
    plan.layout = layout;
    w.plan = &plan;
    w.chip.layout = layout;
    w.parcel.muk = 0x10;
    w.parcel.key = 0x30;
    add_muk(&w);
    add(&w, ALLOW)->group = GROUP_A;
    add(&w, ALLOW)->group = GROUP_B;
    for (size_t i = 0; plan.n < n; i++)
        add_next(&w, i);
    rehearse(&plan);
    return &plan;
}

/* --- after a cut --------------------------------------------------------- */

/* The last act that may not be lost when so many were told. */
static size_t
kept(const struct power_plan *plan, size_t told)
{
    while (told > 0 &&
           (plan->acts[told].err != MSK_OK || !plan->acts[told].durable))
        told--;
    return told;
}

/* Which act the store is behind; SIZE_MAX: none that it may be. */
static size_t
find_act(const struct power_plan *plan, const struct msk_store *store,
         size_t told)
{
    static struct contents c;
    size_t i = told < plan->n ? told + 1 : told;
    size_t first = kept(plan, told);

    if (read_contents(store, &c) != MSK_OK)
        return SIZE_MAX;
    while (!holds(&c, &plan->acts[i]))
        if (i-- == first)
            return SIZE_MAX;
    return i;
}

/* Nothing that has been is taken again. */
static const char *
replay(const struct power_plan *plan, const struct msk_store *store,
       size_t behind)
{
    static struct contents c;
    struct msk_mgvf *mgvf = mgvf_on(store);

    for (size_t i = 1; i <= behind; i++)
        if (plan->acts[i].kind == RECEIVE && perform(plan, mgvf, i) >= 0)
            return "an old message was taken again";
    if (read_contents(store, &c) != MSK_OK || !holds(&c, &plan->acts[behind]))
        return "an old message changed the store";
    return NULL;
}

/* Goes on until something durable was done. *behind: the last act. */
static const char *
go_on(const struct power_plan *plan, const struct msk_store *store,
      size_t *behind)
{
    static struct contents c;
    struct msk_mgvf *mgvf = mgvf_on(store);
    size_t i = *behind;
    bool done = i == plan->n;

    while (!done) {
        i++;
        if (perform(plan, mgvf, i) != plan->acts[i].err)
            return "the next message is not taken as it should be";
        done = i == plan->n || kept(plan, i) == i;
    }
    *behind = i;
    if (read_contents(store, &c) != MSK_OK || !holds(&c, &plan->acts[i]))
        return "the next message did something else";
    return NULL;
}

/* What is wrong with a store that comes back after so many acts were told;
 * NULL: nothing. *behind: the act it is behind in the end. */
static const char *
examine(const struct power_plan *plan, const struct power_store *ps,
        size_t told, size_t *behind)
{
    struct msk_store store;
    const char *wrong;

    if (ps->open(&store) != MSK_OK)
        return "the store does not open";
    *behind = find_act(plan, &store, told);
    if (*behind == SIZE_MAX)
        wrong = "something was lost, or is there and should not be";
    else
        wrong = replay(plan, &store, *behind);
    if (wrong == NULL)
        wrong = go_on(plan, &store, behind);
    ps->close();
    if (wrong != NULL)
        return wrong;
    if (ps->open(&store) != MSK_OK)
        return "the store does not open a second time";
    if (find_act(plan, &store, *behind) < *behind)
        wrong = "the next message was lost";
    ps->close();
    return wrong;
}

static void
count(struct power_report *report, const char *wrong)
{
    report->cuts++;
    if (wrong == NULL)
        return;
    report->failed++;
    if (report->first == NULL)
        report->first = wrong;
}

/* --- cuts on a disk in memory -------------------------------------------- */

/* Follows the plan, but for its last acts: there is always a next message. In
 * the middle the host stops and starts. */
static void
follow(const struct power_plan *plan, const struct power_store *ps, bool early)
{
    struct msk_store store;
    struct msk_mgvf *mgvf;

    assert_int_equal(ps->open(&store), MSK_OK);
    mgvf = mgvf_on(&store);
    for (size_t i = 1; i + 8 < plan->n; i++) {
        if (early)
            disk_mark();
        check_int("act", perform(plan, mgvf, i), plan->acts[i].err);
        if (!early)
            disk_mark();
        if (i == plan->n / 2) {
            ps->close();
            assert_int_equal(ps->open(&store), MSK_OK);
        }
    }
    ps->close();
}

void
power_cut(const struct power_plan *plan, const struct power_store *ps,
          size_t step, size_t most, bool early, struct power_report *report)
{
    struct rng r = { 0 };
    size_t places, behind, told;
    bool edge;

    disk_start();
    follow(plan, ps, early);
    places = disk_stop();
    if (places > most)
        places = most;
    rng_start(&r, 46);
    for (int in_order = 0; in_order < 2; in_order++)
        for (size_t at = 0; at < places; at++) {
            told = disk_marks(at, &edge);
            if (at % step != 0 && !edge)
                continue;
            disk_cut(at, in_order == 1, &r);
            count(report, examine(plan, ps, told, &behind));
        }
}

/* --- a process that is killed -------------------------------------------- */

static void
tell(int pipe_to_parent, size_t act)
{
    if (write(pipe_to_parent, &act, sizeof act) != (ssize_t)sizeof act)
        _exit(5);
}

/* In the child: goes on where the store is, and tells each act that is done.
 * Ends at the end of the plan, if it is not killed before. */
static void
live(const struct power_plan *plan, const struct power_store *ps, size_t told,
     int pipe_to_parent)
{
    struct msk_store store;
    struct msk_mgvf *mgvf;
    size_t i;

    if (ps->open(&store) != MSK_OK)
        _exit(2);
    i = find_act(plan, &store, told);
    if (i == SIZE_MAX)
        _exit(3);
    mgvf = mgvf_on(&store);
    tell(pipe_to_parent, i);
    while (i < plan->n) {
        i++;
        if (perform(plan, mgvf, i) != plan->acts[i].err)
            _exit(4);
        tell(pipe_to_parent, i);
    }
    ps->close();
    _exit(0);
}

/* Starts it, kills it a while after it has told so many acts, and returns the
 * last act that it told. *fell: it ended by itself, and not well. */
static size_t
live_and_die(const struct power_plan *plan, const struct power_store *ps,
             size_t told, struct rng *r, bool *fell)
{
    struct timespec span = { 0, (long)rng_below(r, 1000) * 1000 };
    uint64_t acts = 1 + rng_below(r, 20);
    int ends[2], status = 0;
    size_t act;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        live(plan, ps, told, ends[1]);
    (void)close(ends[1]);
    while (acts-- > 0 && read(ends[0], &act, sizeof act) == (ssize_t)sizeof act)
        told = act;
    (void)nanosleep(&span, NULL);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    *fell = WIFEXITED(status) && WEXITSTATUS(status) != 0;
    while (read(ends[0], &act, sizeof act) == (ssize_t)sizeof act)
        told = act;
    (void)close(ends[0]);
    return told;
}

void
power_kill(const struct power_plan *plan, const struct power_store *ps,
           void (*erase)(void), size_t n, struct power_report *report)
{
    struct rng r = { 0 };
    const char *wrong;
    size_t behind = 0, told;
    bool fell;

    rng_start(&r, 9);
    erase();
    for (size_t i = 0; i < n; i++) {
        if (behind == plan->n) {
            erase();
            behind = 0;
        }
        told = live_and_die(plan, ps, behind, &r, &fell);
        wrong = fell ? "the process fell" : examine(plan, ps, told, &behind);
        count(report, wrong);
        if (wrong != NULL)
            behind = plan->n; /* begin anew */
    }
    erase();
}

/* --- for the tests ------------------------------------------------------- */

size_t
power_wanted(const char *variable, size_t otherwise)
{
    const char *text = getenv(variable);
    size_t n = text == NULL ? 0 : (size_t)strtoul(text, NULL, 10);

    if (n == 0)
        n = otherwise;
    printf("%s=%zu\n", variable, n);
    return n;
}

void
power_survived(const char *what, const struct power_report *report)
{
    printf("# %s: %zu cuts, %zu not survived\n", what, report->cuts,
           report->failed);
    if (report->failed > 0)
        fail_msg("%s: %s", what, report->first);
    assert_true(report->cuts > 0);
}
