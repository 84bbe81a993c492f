/* SPDX-License-Identifier: MIT */
#include "secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msk/protect.h"

#define PIECE 8 /* octets of a key that may not stay */
#define FORMS 6
#define USED_MAX 400000
#define SLOTS 1048576 /* well above that; a power of two */

/* Every piece of every secret in every form, by what it hashes to. */
static struct {
    uint8_t p[PIECE];
    const char *name; /* NULL: free */
} slots[SLOTS];
static size_t used[USED_MAX], n_used;

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

static size_t
slot_of(const uint8_t *p)
{
    uint64_t piece;

    memcpy(&piece, p, PIECE);
    return (size_t)((piece * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (SLOTS - 1);
}

/* Where a piece is, or would be. */
static size_t
find(const uint8_t *p)
{
    size_t at = slot_of(p);

    while (slots[at].name != NULL && memcmp(slots[at].p, p, PIECE) != 0)
        at = (at + 1) & (SLOTS - 1);
    return at;
}

static void
add_piece(const char *name, const uint8_t *p)
{
    size_t at = find(p);

    if (slots[at].name != NULL)
        return;
    memcpy(slots[at].p, p, PIECE);
    slots[at].name = name;
    used[n_used++] = at;
}

static uint8_t
octet_of(const uint8_t *p, size_t i, size_t form)
{
    static const uint8_t pads[] = { 0, 0x36, 0x5C };

    return p[form < 3 ? i : i ^ 3] ^ pads[form % 3];
}

size_t
secrets_mark(void)
{
    return n_used;
}

/* The last one added is the first one out: others are found as before. */
void
secrets_forget_since(size_t mark)
{
    while (n_used > mark)
        slots[used[--n_used]].name = NULL;
}

void
secrets_forget_all(void)
{
    secrets_forget_since(0);
}

void
secrets_add(const char *name, const uint8_t *p, size_t n)
{
    uint8_t shaped[SECRET_MAX];

    if (n < PIECE || n > SECRET_MAX || n_used + FORMS * n > USED_MAX)
        stop("no secret, or too many");
    for (size_t form = 0; form < FORMS; form++) {
        size_t whole = form < 3 ? n : n / 4 * 4;

        for (size_t i = 0; i < whole; i++)
            shaped[i] = octet_of(p, i, form);
        for (size_t i = 0; i + PIECE <= whole; i++)
            add_piece(name, shaped + i);
    }
}

void
secrets_add_derived(const char *name, const struct msk_protection *p)
{
    static const struct {
        enum msk_derived what;
        size_t n;
    } all[] = { { MSK_DERIVED_ENCR, 32 },
                { MSK_DERIVED_AUTH, 32 },
                { MSK_DERIVED_SALT, 14 } };
    uint8_t derived[32];

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (msk_mikey_derive(p, all[i].what, 0, derived, all[i].n) != MSK_OK)
            stop(name);
        secrets_add(name, derived, all[i].n);
    }
}

const char *
secrets_in(const void *p, size_t n)
{
    const uint8_t *octet = p;

    for (size_t i = 0; i + PIECE <= n; i++) {
        const char *name = slots[find(octet + i)].name;

        if (name != NULL)
            return name;
    }
    return NULL;
}

bool
secret_is_in(const void *p, size_t n, const uint8_t *secret, size_t secret_n)
{
    const uint8_t *octet = p;

    for (size_t i = 0; i + PIECE <= n; i++)
        for (size_t k = 0; k + PIECE <= secret_n; k++)
            if (memcmp(octet + i, secret + k, PIECE) == 0)
                return true;
    return false;
}
