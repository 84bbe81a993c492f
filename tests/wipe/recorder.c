/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secrets.h"

#define PIECE 8
#define NOTES 4096
#define OPEN 8
#define HASHED_MAX 1024 /* octets that were hashed, of which so many are kept */

static const struct msk_crypto *real;
static struct note {
    const char *name;
    uint8_t p[SECRET_MAX];
    size_t n;
    uint8_t of[HASHED_MAX]; /* what it is a hash of */
    size_t of_n;            /* 0: it is none */
} notes[NOTES];
static size_t n_notes;

/* HMAC keys that are ready, and for which hash. */
static struct {
    const struct msk_hmac *of;
    size_t n;
} ready[OPEN];

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

void
recorder_note(const char *name, const uint8_t *p, size_t n)
{
    struct note *note = &notes[n_notes];

    if (n < PIECE)
        return;
    if (n_notes == NOTES)
        stop("too much to be noted");
    note->name = name;
    note->of_n = 0;
    note->n = n < SECRET_MAX ? n : SECRET_MAX;
    memcpy(note->p, p, note->n);
    n_notes++;
}

void
recorder_clear(void)
{
    n_notes = 0;
}

/* A hash is a secret when it is one of a secret. */
void
recorder_add(void)
{
    for (size_t i = 0; i < n_notes; i++)
        if (notes[i].of_n == 0 ||
            secrets_in(notes[i].of, notes[i].of_n) != NULL)
            secrets_add(notes[i].name, notes[i].p, notes[i].n);
}

static size_t
len_of(enum msk_hash hash)
{
    if (hash == MSK_HASH_MD5)
        return 16;
    return hash == MSK_HASH_SHA1 ? 20 : 32;
}

static size_t
place_of(const struct msk_hmac *hmac)
{
    size_t i = 0;

    while (i < OPEN && ready[i].of != hmac)
        i++;
    if (i == OPEN)
        stop("a key of HMAC that is not ready, or too many");
    return i;
}

/* Of the last note. */
static void
note_hashed(const struct msk_bytes *in, size_t n_in)
{
    struct note *note = &notes[n_notes - 1];

    for (size_t i = 0; i < n_in; i++) {
        size_t room = HASHED_MAX - note->of_n;
        size_t n = in[i].n < room ? in[i].n : room;

        if (n > 0)
            memcpy(note->of + note->of_n, in[i].p, n);
        note->of_n += n;
    }
}

static int
note_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    int failed = real->hash(real->user, hash, in, n_in, out);

    (void)user;
    if (failed != 0)
        return failed;
    recorder_note("a hash of a secret", out, len_of(hash));
    note_hashed(in, n_in);
    return 0;
}

static int
note_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                struct msk_bytes key)
{
    int failed = real->hmac_begin(real->user, hmac, hash, key);
    size_t i = failed == 0 ? place_of(NULL) : 0;

    (void)user;
    recorder_note("a key of HMAC", key.p, key.n);
    if (failed != 0)
        return failed;
    ready[i].of = hmac;
    ready[i].n = len_of(hash);
    return 0;
}

static int
note_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    int failed = real->hmac(real->user, hmac, in, n_in, out);

    (void)user;
    if (failed == 0)
        recorder_note("a MAC, or a key or salt that was derived", out,
                      ready[place_of(hmac)].n);
    return failed;
}

static void
note_hmac_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    ready[place_of(hmac)].of = NULL;
    real->hmac_end(real->user, hmac);
}

static int
note_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
             const uint8_t *in, uint8_t *out, size_t n)
{
    int failed = real->aes_ctr(real->user, key, iv, in, out, n);

    (void)user;
    recorder_note("a key of AES", key.p, key.n);
    recorder_note("an IV", iv, 16);
    recorder_note("what goes into AES", in, n);
    if (failed == 0)
        recorder_note("what comes out of AES", out, n);
    return failed;
}

const struct msk_crypto *
recorder_start(const struct msk_crypto *through)
{
    static const struct msk_crypto crypto = {
        .size = sizeof crypto,
        .hash = note_hash,
        .hmac_begin = note_hmac_begin,
        .hmac = note_hmac,
        .hmac_end = note_hmac_end,
        .aes_ctr = note_aes_ctr,
    };

    real = through;
    recorder_clear();
    memset(ready, 0, sizeof ready);
    return &crypto;
}
