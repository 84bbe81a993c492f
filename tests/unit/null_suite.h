/* SPDX-License-Identifier: MIT */
/*
 * tests/null_suite.h - every pointer that a public function takes, once NULL:
 * types.h promises MSK_ERR_ARGUMENT, or for what cannot fail nothing, nobody,
 * false or 0, unless the function says what NULL means.
 */
#ifndef TESTS_NULL_SUITE_H
#define TESTS_NULL_SUITE_H

#include <string.h>

#include "support.h"

#define NULL_POINTERS 6

/* A call with its pointers out of p, in the order in which they stand. */
struct null_call {
    const char *name;
    long long (*run)(void *const p[]);
    long long refusal;      /* what it returns for a NULL */
    unsigned may;           /* bit i: p[i] may be NULL */
    void *p[NULL_POINTERS]; /* with these it is no mistake */
};

/* Defines the call of f, whose result is a number, a view, or nothing. */
#define NULL_INT(f, ...)                       \
    static long long null_##f(void *const p[]) \
    {                                          \
        return (long long)f(__VA_ARGS__);      \
    }
#define NULL_VIEW(f, ...)                      \
    static long long null_##f(void *const p[]) \
    {                                          \
        return (long long)f(__VA_ARGS__).n;    \
    }
#define NULL_VOID(f, ...)                      \
    static long long null_##f(void *const p[]) \
    {                                          \
        f(__VA_ARGS__);                        \
        return 0;                              \
    }

/* A row: one that refuses, and one that says `nothing` and does nothing. */
#define REFUSES(f, may, ...)                 \
    {                                        \
#f, null_##f, MSK_ERR_ARGUMENT, may, \
        {                                    \
            __VA_ARGS__                      \
        }                                    \
    }
#define SAYS(f, nothing, ...)     \
    {                             \
#f, null_##f, nothing, 0, \
        {                         \
            __VA_ARGS__           \
        }                         \
    }

/* Runs each call as it stands, which is no mistake, and with each NULL. */
static void
null_check(const struct null_call *call, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *p[NULL_POINTERS];

        memcpy(p, call[i].p, sizeof p);
        if (call[i].refusal == MSK_ERR_ARGUMENT &&
            call[i].run(p) == MSK_ERR_ARGUMENT)
            fail_msg("%s: refused as it stands", call[i].name);
        for (size_t j = 0; j < NULL_POINTERS && call[i].p[j] != NULL; j++) {
            long long got;

            p[j] = NULL;
            got = call[i].run(p);
            if ((call[i].may >> j & 1) != 0)
                assert_int_not_equal(got, MSK_ERR_ARGUMENT);
            else if (got != call[i].refusal)
                fail_msg("%s: %lld for pointer %zu", call[i].name, got, j);
            p[j] = call[i].p[j];
        }
    }
}

#endif
