/* SPDX-License-Identifier: MIT */
/*
 * support.h - what the tests share. Includes cmocka and what cmocka
 * wants included before it.
 *
 * Octets come from the heap in blocks of exactly their size, so that a
 * sanitizer sees the first octet read or written after them; that is also
 * true of blocks of no octets. Give release as the teardown of every test (or
 * call release(NULL) in a long loop); nothing is freed by hand.
 */
#ifndef TESTS_SUPPORT_SUPPORT_H
#define TESTS_SUPPORT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "msk/types.h"

/* The octets that text writes in hexadecimal; blanks are skipped. Anything
 * else, or half an octet, fails the test. */
struct msk_bytes hex(const char *text);

/* The characters of text, without its terminator. */
struct msk_bytes chars(const char *text);

/* A copy of the n octets at p, which may be NULL if n is 0. */
struct msk_bytes exact(const uint8_t *p, size_t n);

/* n octets to write to, filled with 0xA5. */
uint8_t *room(size_t n);

/* Frees everything that the functions above have given. Returns 0. */
int release(void **state);

/*
 * Fail the test, saying `what` (the name of the vector) and both values, in
 * the caller's line, unless got equals want.
 */
#define check_int(what, got, want) \
    support_int(what, got, want, __FILE__, __LINE__)
#define check_octets(what, got, want) \
    support_octets(what, got, want, __FILE__, __LINE__)

/* Likewise, naming the call: what it is given is refused. */
#define check_argument(call) check_int(#call, call, MSK_ERR_ARGUMENT)

void support_int(const char *what, long long got, long long want,
                 const char *file, int line);
void support_octets(const char *what, struct msk_bytes got,
                    struct msk_bytes want, const char *file, int line);

/* Numbers that look random and are the same everywhere (splitmix64). */
struct rng {
    uint64_t state;
};

/* Starts with the environment's MSK_TEST_SEED, else with seed, and prints
 * which, so that a failure can be had again. */
void rng_start(struct rng *r, uint64_t seed);

/* For a test with many seeds: as rng_start, but it prints nothing before
 * rng_tell, which is for the teardown of the test: the seed that it came to. */
uint64_t rng_try(struct rng *r, uint64_t seed);
int rng_tell(void **state);

/* The next 64 bits; the next number from 0 to n - 1 (n > 0); n octets. */
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n);
void rng_fill(struct rng *r, uint8_t *p, size_t n);

#endif
