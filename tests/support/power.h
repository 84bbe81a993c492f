/* SPDX-License-Identifier: MIT */
/*
 * power.h - an MGV-F on a durable store, and the power that goes. After
 * a cut anywhere: what was told to the world is in the store, nothing that
 * was refused is, no message is taken twice, and the next one is taken.
 */
#ifndef TESTS_SUPPORT_POWER_H
#define TESTS_SUPPORT_POWER_H

#include "msk/mgvf.h"
#include "support.h"

/* How the store under test comes and goes. close: as a host would that is
 * told to stop. */
struct power_store {
    int (*open)(struct msk_store *store);
    void (*close)(void);
};

/* What a host does, one thing after the other: it gives MUKs, allows groups,
 * and receives messages, good and bad ones. The same each time. */
struct power_plan;

/* A plan of n acts. It lives until release. */
struct power_plan *power_plan(enum msk_layout layout, size_t n);

/* What came out of a series of cuts. */
struct power_report {
    size_t cuts, failed;
    const char *first; /* of the failures */
};

/*
 * Follows the plan on the disk of disk.h and cuts the power at each `step`th
 * octet that is written, and at the edges of each write, in order and out of
 * order; but not after `most` octets, SIZE_MAX: everywhere. early: tells
 * before it is done, which must be found out.
 */
void power_cut(const struct power_plan *plan, const struct power_store *store,
               size_t step, size_t most, bool early,
               struct power_report *report);

/* Follows the plan in a child process on a real store, and kills it at random,
 * n times. erase: takes the store from the real medium. */
void power_kill(const struct power_plan *plan, const struct power_store *store,
                void (*erase)(void), size_t n, struct power_report *report);

/* The step, or the number of kills, that the environment asks for, or else
 * the default. Prints it. */
size_t power_wanted(const char *variable, size_t otherwise);

/* Fails the test unless every cut was survived; prints how many. */
void power_survived(const char *what, const struct power_report *report);

#endif
