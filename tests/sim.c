/* SPDX-License-Identifier: MIT */
/*
 * Many runs of the simulator, each from a seed of its own.
 *   sim [--runs N] [--seed S] [--trace] [--break WHAT]
 * Run i has the seed S + i. The last line has the totals; a run that fails
 * prints its seed, and `sim --seed THAT --trace` shows it alone. --break: the
 * hosts break their contract in that way, and runs must fail.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define FAILURES 10 /* shown; then it is enough */

static void
print_totals(const struct sim_totals *t)
{
    printf("%" PRIu64 " h of virtual time, %" PRIu64 " steps\n",
           t->seconds / 3600, t->steps);
    printf("datagrams: %" PRIu64 " sent, %" PRIu64 " lost, %" PRIu64
           " copied, %" PRIu64 " spoiled, %" PRIu64 " by an attacker\n",
           t->datagrams, t->lost, t->copied, t->spoiled, t->attacks);
    printf("HTTP: %" PRIu64 " requests, %" PRIu64
           " answered by a liar, %" PRIu64 " answers believed\n",
           t->requests, t->lies, t->believed);
    printf("BM-SC: %" PRIu64 " commits, %" PRIu64 " conflicts, %" PRIu64
           " nodes fell, %" PRIu64 " rekeyed, %" PRIu64 " pulls, %" PRIu64
           " delivered, %" PRIu64 " given up\n",
           t->commits, t->conflicts, t->crashes, t->rekeys, t->pulls,
           t->delivered, t->given_up);
    printf("UEs: %" PRIu64 " MSKs, %" PRIu64 " MTKs, %" PRIu64
           " acknowledgements, %" PRIu64 " power cuts, %" PRIu64
           " bootstraps; %" PRIu64 " steps of clocks\n",
           t->stored, t->mtks, t->acks, t->power_cuts, t->bootstraps,
           t->steps_of_clocks);
    printf("left: %" PRIu64 " no MSK, %" PRIu64 " refused, %" PRIu64
           " unreachable, %" PRIu64 " unverified, %" PRIu64
           " by the user; in the end %" PRIu64 " current MSKs, %" PRIu64
           " services refused, %" PRIu64 " older MSKs kept\n",
           t->left[MSK_REASON_NO_MSK], t->left[MSK_REASON_REFUSED],
           t->left[MSK_REASON_UNREACHABLE], t->left[MSK_REASON_UNVERIFIED],
           t->left[MSK_REASON_USER], t->current, t->back, t->stayed);
    printf("%" PRIu64 " runs, %" PRIu64 " failed\n", t->runs, t->failed);
}

struct wish {
    uint64_t runs, seed;
    bool trace;
    enum sim_break broken;
};

/* SIM_BREAK_NOTHING: there is no such way. */
static enum sim_break
find_break(const char *name)
{
    static const char *const names[] = { "", "commit", "record", "writer",
                                         "flash" };

    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum sim_break)i;
    return SIM_BREAK_NOTHING;
}

static bool
read_arguments(int argc, char **argv, struct wish *wish)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            wish->trace = true;
        } else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
            wish->runs = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            wish->seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--break") == 0 && i + 1 < argc) {
            wish->broken = find_break(argv[++i]);
            if (wish->broken == SIM_BREAK_NOTHING)
                return false;
        } else {
            return false;
        }
    }
    return true;
}

int
main(int argc, char **argv)
{
    static struct sim_totals totals;
    struct wish wish = { 1, 1, false, SIM_BREAK_NOTHING };

    if (!read_arguments(argc, argv, &wish)) {
        fprintf(stderr, "usage: sim [--runs N] [--seed S] [--trace] "
                        "[--break commit|record|writer|flash]\n");
        return 2;
    }
    for (uint64_t i = 0; i < wish.runs && totals.failed < FAILURES; i++)
        (void)sim_run(wish.seed + i, wish.trace, wish.broken, &totals);
    print_totals(&totals);
    return totals.failed > 0 ? 1 : 0;
}
