/* SPDX-License-Identifier: MIT */
/*
 * ue_driver.h - drives the session on the bench in any way: the host does
 * anything at any time, answers are authentic or forged, messages are old,
 * new, spoiled or under a stale MUK, providers fail, the store answers later,
 * the clock steps. What is next is chosen by a generator of numbers, or by a
 * fuzzer. Each step asserts what must hold after any call.
 */
#ifndef TESTS_SUPPORT_UE_DRIVER_H
#define TESTS_SUPPORT_UE_DRIVER_H

#include "ue_bench.h"

/* A number from 0 to n - 1. */
typedef uint64_t driver_choose(uint64_t n);

extern struct bench driver_bench;
extern driver_choose *driver_below;

void driver_start(enum msk_layout layout, const struct msk_ue_config *config,
                  bool without_keys);
void driver_end(void);

/* Anything. */
void driver_step(void);

/* Nothing fails any more, and nobody lies. */
void driver_end_trouble(void);

/* Does what is asked of the host, truthfully, and lets time pass. */
void driver_be_good(void);

/* Nothing is asked and nothing awaited: each group has its MSK, stays with an
 * older one, or was left. */
bool driver_is_quiet(void);

#endif
