/* SPDX-License-Identifier: MIT */
/* Runs each operation over a provider that does nothing, under callgrind, which
 * writes the instructions of each into a file of its own, with its name.
 * gates/bench reads them, and tests/bench/attributed. */
#include <stdio.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "bench.h"
#include "provider.h"

#define RUNS 100

static void
count(struct bench_op *op)
{
    int wrong = 0;

    if (op->prepare != NULL)
        op->prepare(op->state);
    CALLGRIND_ZERO_STATS;
    for (size_t i = 0; i < RUNS; i++)
        wrong |= op->run(op->state, i);
    CALLGRIND_DUMP_STATS_AT(op->name);
    if (wrong != 0)
        bench_fail(op->name, "does not do what it should");
}

/* With an argument over a provider that computes. */
int
main(int argc, char **argv)
{
    static struct bench b;

    (void)argv;
    bench_add_all(&b, argc > 1 ? host_crypto() : bench_null_crypto());
    for (size_t i = 0; i < b.n; i++)
        if (strcmp(b.op[i].kind, "libmsk") == 0)
            count(&b.op[i]);
    return 0;
}
