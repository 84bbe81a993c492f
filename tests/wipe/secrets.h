/* SPDX-License-Identifier: MIT */
/*
 * tests/wipe/secrets.h - keys that may not stay anywhere, and pieces of them
 * found in memory.
 */
#ifndef TESTS_WIPE_SECRETS_H
#define TESTS_WIPE_SECRETS_H

#include "msk/types.h"

enum { SECRET_MAX = 80 };

void secrets_forget_all(void);

/* How many pieces there are; those that were added since then are none. */
size_t secrets_mark(void);
void secrets_forget_since(size_t mark);

/* n: 8 to SECRET_MAX octets. */
void secrets_add(const char *name, const uint8_t *p, size_t n);

/* The keys of a MIKEY message that is protected so, as secrets. */
struct msk_protection;
void secrets_add_derived(const char *name, const struct msk_protection *p);

/*
 * The name of a secret of which eight octets stand in a row in the n octets at
 * p; NULL: there is none. As they are, as the pads of HMAC make them, or as a
 * hash loads them: octets of a word the other way round.
 */
const char *secrets_in(const void *p, size_t n);

/* The same of one secret, as it is. */
bool secret_is_in(const void *p, size_t n, const uint8_t *secret,
                  size_t secret_n);

#endif
