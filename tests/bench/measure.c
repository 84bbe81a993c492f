/* SPDX-License-Identifier: MIT */
/* Rounds of all operations in turn, so that whatever else the machine does
 * meets them all alike; of each the best and the median round. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define ROUND_NS 100000.0 /* a round is at least so long, where it may be */
#define MANY 100000       /* runs */
#define TRIES 4           /* of a round, to see how long it is */

void
bench_fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

struct bench_op *
bench_add(struct bench *b, const char *kind, const char *name,
          int (*run)(void *state, size_t i), void *state)
{
    struct bench_op *op = &b->op[b->n];

    if (b->n == BENCH_OPS)
        bench_fail(name, "one too many");
    b->n++;
    op->kind = kind;
    op->name = name;
    op->run = run;
    op->state = state;
    return op;
}

void
bench_add_all(struct bench *b, const struct msk_crypto *crypto)
{
    bench_add_reading(b);
    bench_add_record(b);
    bench_add_bodies(b);
    bench_add_messages(b, crypto);
    bench_add_ue(b, crypto);
    bench_add_bmsc(b, crypto);
    bench_add_http(b, crypto);
}

static double
now(const struct bench_op *op)
{
    struct timespec t;

    (void)clock_gettime(op->waits ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID,
                        &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The time of a whole round, in ns. */
static double
round_of(const struct bench_op *op, size_t runs)
{
    double began;
    int wrong = 0;

    if (op->prepare != NULL)
        op->prepare(op->state);
    began = now(op);
    for (size_t i = 0; i < runs; i++)
        wrong |= op->run(op->state, i);
    began = now(op) - began;
    if (wrong != 0)
        bench_fail(op->name, "does not do what it should");
    return began;
}

/* The best of a few: what is done only once, and what disturbs one of them, is
 * not what it takes. */
static double
undisturbed(const struct bench_op *op, size_t runs)
{
    double best = round_of(op, runs);

    for (int i = 1; i < TRIES; i++) {
        double ns = round_of(op, runs);

        best = ns < best ? ns : best;
    }
    return best;
}

/* How many runs are a round: its limit, or as many as last long enough. */
static size_t
runs_of(const struct bench_op *op)
{
    size_t most = op->round == 0 ? MANY : op->round, runs = 1;

    while (runs * 2 <= most && undisturbed(op, runs) < ROUND_NS)
        runs *= 2;
    return runs;
}

/* Blocks of the heap taken by one run, of many. */
static double
allocations_of(const struct bench_op *op, size_t runs)
{
    unsigned long before;

    if (op->prepare != NULL)
        op->prepare(op->state);
    before = bench_heap();
    for (size_t i = 0; i < runs; i++)
        (void)op->run(op->state, i);
    return (double)(bench_heap() - before) / (double)runs;
}

void
bench_measure(struct bench *b, size_t rounds)
{
    size_t runs[BENCH_OPS];
    double *times = calloc(b->n * rounds, sizeof *times);

    if (times == NULL)
        bench_fail("rounds", "no memory");
    for (size_t k = 0; k < b->n; k++) {
        runs[k] = runs_of(&b->op[k]);
        b->op[k].allocations = allocations_of(&b->op[k], runs[k]);
    }
    for (size_t r = 0; r < rounds; r++)
        for (size_t k = 0; k < b->n; k++)
            times[k * rounds + r] =
                round_of(&b->op[k], runs[k]) / (double)runs[k];
    for (size_t k = 0; k < b->n; k++) {
        qsort(times + k * rounds, rounds, sizeof *times, compare);
        b->op[k].best = times[k * rounds];
        b->op[k].median = times[k * rounds + rounds / 2];
    }
    free(times);
}
