/* SPDX-License-Identifier: MIT */
#include "fake_crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provider.h"

#define GARBAGE 0xEE

static size_t
digest_len(enum msk_hash hash)
{
    if (hash == MSK_HASH_MD5)
        return 16;
    return hash == MSK_HASH_SHA1 ? 20 : 32;
}

void
record_call(struct call_record *record, const char *name, int number,
            const struct msk_bytes *in, size_t n_in)
{
    if (record == NULL)
        return;
    if (record->n + 64 + 8 * n_in > sizeof record->text)
        abort();
    record->n +=
        (size_t)sprintf(record->text + record->n, "%s %d", name, number);
    for (size_t i = 0; i < n_in; i++)
        record->n += (size_t)sprintf(record->text + record->n, " %zu", in[i].n);
    record->n += (size_t)sprintf(record->text + record->n, "\n");
}

/* Counts a call. True: it is one that fails. */
static bool
fails(struct fake_crypto *fake)
{
    fake->calls++;
    return fake->calls == fake->fail_at ||
           (fake->for_ever && fake->calls > fake->fail_at);
}

static int
fake_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    struct fake_crypto *fake = user;
    const struct msk_crypto *real = host_crypto();

    record_call(fake->record, "hash", (int)hash, in, n_in);
    for (size_t i = 0; i < n_in; i++)
        fake->octets += in[i].n;
    if (fails(user)) {
        memset(out, GARBAGE, digest_len(hash));
        return 1;
    }
    return real->hash(real->user, hash, in, n_in, out);
}

static int
fake_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                struct msk_bytes key)
{
    struct fake_crypto *fake = user;
    const struct msk_crypto *real = host_crypto();

    record_call(fake->record, "hmac_begin", (int)hash, &key, 1);
    if (fails(fake)) {
        memset(hmac, GARBAGE, sizeof *hmac);
        return 1;
    }
    fake->open++;
    return real->hmac_begin(real->user, hmac, hash, key);
}

static int
fake_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    struct fake_crypto *fake = user;
    const struct msk_crypto *real = host_crypto();

    record_call(fake->record, "hmac", 0, in, n_in);
    if (fails(fake)) {
        memset(out, GARBAGE, 20);
        return 1;
    }
    return real->hmac(real->user, hmac, in, n_in, out);
}

static void
fake_hmac_end(void *user, struct msk_hmac *hmac)
{
    struct fake_crypto *fake = user;
    const struct msk_crypto *real = host_crypto();

    record_call(fake->record, "hmac_end", 0, NULL, 0);
    fake->open--;
    real->hmac_end(real->user, hmac);
}

static int
fake_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
             const uint8_t *in, uint8_t *out, size_t n)
{
    struct fake_crypto *fake = user;
    const struct msk_crypto *real = host_crypto();

    record_call(fake->record, "aes_ctr", 0, (struct msk_bytes[]){ { in, n } },
                1);
    fake->ciphers++;
    if (fails(fake)) {
        memset(out, GARBAGE, n);
        return 1;
    }
    return real->aes_ctr(real->user, key, iv, in, out, n);
}

void
fake_crypto_start(struct fake_crypto *fake, size_t fail_at)
{
    memset(fake, 0, sizeof *fake);
    fake->fail_at = fail_at;
    fake->crypto = (struct msk_crypto){
        .size = sizeof fake->crypto,
        .user = fake,
        .hash = fake_hash,
        .hmac_begin = fake_hmac_begin,
        .hmac = fake_hmac,
        .hmac_end = fake_hmac_end,
        .aes_ctr = fake_aes_ctr,
    };
}
