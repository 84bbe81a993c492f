/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/bench.h - operations to be measured, and what each is measured
 * beside: its crypto floor, the same job done by others, a bare loop.
 *
 * The floor of an operation is exactly the provider calls that it needs, with
 * the inputs that it needs them for: the operation is run once over a provider
 * that records, a key that is made ready twice or a hash that is asked for
 * twice is recorded once, and what is left is played back.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msk/crypto.h"

#define BENCH_OPS 96
#define BENCH_ROUND 128 /* runs of an operation that has a state, at most */

/* One operation. */
struct bench_op {
    const char *name;
    const char *kind; /* "libmsk", "floor", "other", "beside" */
    void *state;
    void (*prepare)(void *state);       /* before a round; not measured */
    int (*run)(void *state, size_t i);  /* the i-th of its round; 0: right */
    const struct msk_crypto **provider; /* of state; NULL: needs none */
    size_t round;                       /* runs in one round; 0: any number */
    const char *provider_name;
    bool waits; /* wall clock: it waits for a medium */

    /* measured */
    double best, median; /* ns of one run */
    double allocations;  /* of one run */
    size_t calls[3];     /* floor: hmac, hash, aes_ctr */
};

struct bench {
    struct bench_op op[BENCH_OPS];
    size_t n;
};

/* Adds an operation; the rest of it is zero. */
struct bench_op *bench_add(struct bench *b, const char *kind, const char *name,
                           int (*run)(void *state, size_t i), void *state);

/* Adds the floor of the operation that was added last. */
void bench_add_floor(struct bench *b);

/* Ends the program: a benchmark of what does not work is none. */
void bench_fail(const char *what, const char *why);

/* Runs every operation once, then `rounds` rounds of each in turn. */
void bench_measure(struct bench *b, size_t rounds);

/* Heap blocks that were taken since the start. */
unsigned long bench_heap(void);

/* Operations that ask no provider. */
void bench_add_reading(struct bench *b);
void bench_add_record(struct bench *b);
void bench_add_bodies(struct bench *b);

/* Operations over a provider, which stays good, each with its floor. */
void bench_add_messages(struct bench *b, const struct msk_crypto *crypto);
void bench_add_ue(struct bench *b, const struct msk_crypto *crypto);
void bench_add_bmsc(struct bench *b, const struct msk_crypto *crypto);
void bench_add_http(struct bench *b, const struct msk_crypto *crypto);

/* All of the above. */
void bench_add_all(struct bench *b, const struct msk_crypto *crypto);

/* What they are measured beside. */
void bench_add_walk(struct bench *b, struct msk_bytes message);
void bench_add_small(struct bench *b);
void bench_add_gst(struct bench *b);
void bench_add_live555(struct bench *b);
void bench_add_system(struct bench *b);

/* The message of bench_add_small; static. */
struct msk_bytes bench_small(void);

/* The providers of this build. */
struct bench_provider {
    const char *name;
    const struct msk_crypto *(*crypto)(void);
};
extern const struct bench_provider bench_providers[];
extern const size_t bench_providers_n;

/* A provider that does nothing, quickly: hashes are all 0x5A, AES copies. */
const struct msk_crypto *bench_null_crypto(void);

/* Octets that look random and are the same each time. */
extern const struct msk_random bench_random;

/* Sizes of objects and stack of operations, as JSON members. */
void bench_print_sizes(void);

#endif
