/* SPDX-License-Identifier: MIT */
/*
 * tests/wipe/recorder.h - a provider that notes what a call of the library makes
 * of keys: those that it derives and draws, salts, IVs, MACs, what it hides and
 * finds. None of it may stay either.
 */
#ifndef TESTS_WIPE_RECORDER_H
#define TESTS_WIPE_RECORDER_H

#include "msk/crypto.h"

/* All calls go on to `through`, and are noted. */
const struct msk_crypto *recorder_start(const struct msk_crypto *through);

/* Notes octets, of which there are 8 or more to be looked for. It does so in
 * memory of its own: nothing of them comes to the stack of who calls. */
void recorder_note(const char *name, const uint8_t *p, size_t n);

/* Nothing was noted yet. */
void recorder_clear(void);

/* What was noted are secrets, until secrets_forget_since. */
void recorder_add(void);

#endif
