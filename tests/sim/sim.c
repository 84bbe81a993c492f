/* SPDX-License-Identifier: MIT */
/*
 * Many runs of the simulator, each from a seed of its own.
 *   sim [--runs N] [--seed S] [--world HOW] [--without PART]... [--trace]
 *       [--break WHAT]
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
    printf("left: %" PRIu64 " out of patience, %" PRIu64 " for an SP, %" PRIu64
           " refused, %" PRIu64 " by the user; in the end %" PRIu64
           " current MSKs, %" PRIu64 " services refused, %" PRIu64
           " older MSKs kept\n",
           t->left[MSK_REASON_PATIENCE], t->left[MSK_REASON_POLICY],
           t->left[MSK_REASON_REFUSED], t->left[MSK_REASON_USER], t->current,
           t->back, t->stayed);
    printf("old configurations: %" PRIu64 " put back, %" PRIu64
           " keys too old; %" PRIu64 " messages replayed at the end; %" PRIu64
           " services whose SP is against an announcement\n",
           t->put_back, t->old_keys, t->replays, t->poor);
    printf("next MSKs: %" PRIu64 " prepared, %" PRIu64 " switched to; %" PRIu64
           " requests by number; Retry-After: %" PRIu64 "; %" PRIu64
           " hours of forged traffic, %" PRIu64 " requests for it\n",
           t->prepared, t->switched, t->numbers, t->waits, t->forged,
           t->provoked);
    printf("%" PRIu64 " runs, %" PRIu64 " failed\n", t->runs, t->failed);
}

struct arguments {
    uint64_t runs, seed;
    struct sim_wish wish;
};

/* 0: there is no such name. */
static unsigned
find(const char *const *names, const char *name)
{
    for (unsigned i = 1; names[i] != NULL; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return 0;
}

static const char *const breaks[] = { "",       "commit", "record",  "writer",
                                      "flash",  "terms",  "tell",    "patience",
                                      "rights", "next",   "old",     "never",
                                      "after",  "damp",   "ages",    "same",
                                      "owners", "bind",   "history", NULL };
static const char *const parts[] = { "",     "share", "terms",  "back",
                                     "bsf",  "flip",  "row",    "end",
                                     "deny", "next",  "number", "never",
                                     "ext",  "after", "forged", NULL };
static const char *const widths[] = {
    "", "old", "wide", "full", "drawn", NULL
};

static bool
read_value(struct arguments *a, const char *name, const char *value)
{
    unsigned i;

    if (strcmp(name, "--runs") == 0) {
        a->runs = strtoull(value, NULL, 0);
    } else if (strcmp(name, "--seed") == 0) {
        a->seed = strtoull(value, NULL, 0);
    } else if (strcmp(name, "--break") == 0) {
        i = find(breaks, value);
        a->wish.broken = (enum sim_break)i;
        return i != 0;
    } else if (strcmp(name, "--without") == 0) {
        i = find(parts, value);
        a->wish.without |= i > 0 ? 1u << (i - 1) : 0;
        return i != 0;
    } else if (strcmp(name, "--world") == 0) {
        i = find(widths, value);
        a->wish.width = (enum sim_width)(i - 1);
        return i != 0;
    } else {
        return false;
    }
    return true;
}

static bool
read_arguments(int argc, char **argv, struct arguments *a)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--trace") == 0)
            a->wish.trace = true;
        else if (i + 1 == argc || !read_value(a, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    return true;
}

int
main(int argc, char **argv)
{
    static struct sim_totals totals;
    struct arguments a = { 1,
                           1,
                           { false, SIM_BREAK_NOTHING, SIM_WIDTH_DRAWN, 0 } };

    if (!read_arguments(argc, argv, &a)) {
        fprintf(stderr,
                "usage: sim [--runs N] [--seed S] [--trace] "
                "[--world old|wide|full|drawn] "
                "[--without "
                "share|terms|back|bsf|flip|row|end|deny|next|number|never|ext|"
                "after|forged]... "
                "[--break commit|record|writer|flash|terms|tell|"
                "patience|rights|next|old|never|after|damp|"
                "ages|same|owners|bind|history]\n");
        return 2;
    }
    for (uint64_t i = 0; i < a.runs && totals.failed < FAILURES; i++)
        (void)sim_run(a.seed + i, &a.wish, &totals);
    print_totals(&totals);
    return totals.failed > 0 ? 1 : 0;
}
