/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was given and is not freed yet. */
static void **given;
static size_t n_given;

static void *
or_stop(void *p)
{
    if (p == NULL) {
        fprintf(stderr, "no memory\n");
        abort();
    }
    return p;
}

uint8_t *
room(size_t n)
{
    /* malloc(0) may be NULL; a block of 1 octet has no octet at its end. */
    uint8_t *block = or_stop(malloc(n > 0 ? n : 1));

    memset(block, 0xA5, n > 0 ? n : 1);
    given = or_stop(realloc(given, (n_given + 1) * sizeof *given));
    given[n_given++] = block;
    return n > 0 ? block : block + 1;
}

struct msk_bytes
exact(const uint8_t *p, size_t n)
{
    uint8_t *copy = room(n);
    struct msk_bytes b = { copy, n };

    if (n > 0)
        memcpy(copy, p, n);
    return b;
}

struct msk_bytes
chars(const char *text)
{
    return exact((const uint8_t *)text, strlen(text));
}

int
release(void **state)
{
    (void)state;
    while (n_given > 0)
        free(given[--n_given]);
    free(given);
    given = NULL;
    return 0;
}

/* The value of a hexadecimal digit; -1: it is none. */
static int
nibble(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) % 16 : -1;
}

struct msk_bytes
hex(const char *text)
{
    uint8_t *octets = room(strlen(text)); /* more than enough */
    size_t n = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ' ')
            continue;
        if (nibble(c[0]) < 0 || nibble(c[1]) < 0)
            fail_msg("not hexadecimal: \"%s\"", text);
        octets[n++] = (uint8_t)(nibble(c[0]) * 16 + nibble(c[1]));
        c++;
    }
    return exact(octets, n);
}

void
support_int(const char *what, long long got, long long want, const char *file,
            int line)
{
    if (got == want)
        return;
    print_error("%s: got %lld, want %lld\n", what, got, want);
    _fail(file, line);
}

static void
print_octets(const char *name, struct msk_bytes b)
{
    print_error("  %s (%zu):", name, b.n);
    for (size_t i = 0; i < b.n; i++)
        print_error(" %02x", b.p[i]);
    print_error("\n");
}

void
support_octets(const char *what, struct msk_bytes got, struct msk_bytes want,
               const char *file, int line)
{
    if (got.n == want.n && (got.n == 0 || memcmp(got.p, want.p, got.n) == 0))
        return;
    print_error("%s:\n", what);
    print_octets("got", got);
    print_octets("want", want);
    _fail(file, line);
}

static uint64_t tried;

uint64_t
rng_try(struct rng *r, uint64_t seed)
{
    const char *wish = getenv("MSK_TEST_SEED");

    tried = wish != NULL ? strtoull(wish, NULL, 0) : seed;
    r->state = tried;
    return tried;
}

int
rng_tell(void **state)
{
    (void)state;
    print_message("MSK_TEST_SEED=%" PRIu64 "\n", tried);
    return 0;
}

void
rng_start(struct rng *r, uint64_t seed)
{
    (void)rng_try(r, seed);
    (void)rng_tell(NULL);
}

uint64_t
rng_next(struct rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
    return rng_next(r) % n;
}

void
rng_fill(struct rng *r, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)rng_next(r);
}
