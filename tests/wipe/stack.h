/* SPDX-License-Identifier: MIT */
/*
 * tests/wipe/stack.h - a stack of its own for a call, looked through from
 * outside when the call has returned.
 */
#ifndef TESTS_WIPE_STACK_H
#define TESTS_WIPE_STACK_H

#include "msk/types.h"

/* Runs the call on that stack, which was cleared; what it returned. */
int stack_run(int (*call)(void));

/* The name of a secret of which a piece was left there; NULL: none was.
 * *used: raised to how many octets of stack the call took. */
const char *stack_holds(size_t *used);

/* Are these n octets all zero? */
bool is_nothing(const void *p, size_t n);

#endif
