/* SPDX-License-Identifier: MIT */
/* Another provider makes the same of the same as that on mbedTLS. */
#include <string.h>

#include "msk/crypto_mbedtls.h"
#include "provider.h"
#include "support.h"

#define ROUNDS 3000

/* A list of views of 0 to 3 pieces of data. */
static size_t
cut(struct rng *rng, const uint8_t *data, size_t n, struct msk_bytes views[3])
{
    size_t n_views = rng_below(rng, 4), at = 0;

    for (size_t i = 0; i < n_views; i++) {
        size_t step = rng_below(rng, n - at + 1);

        views[i] = (struct msk_bytes){ data + at, step };
        at += step;
    }
    return n_views;
}

static int
hmac(const struct msk_crypto *c, enum msk_hash hash, struct msk_bytes key,
     const struct msk_bytes *in, size_t n, uint8_t *out)
{
    struct msk_hmac hmac;
    int failed = c->hmac_begin(c->user, &hmac, hash, key);

    if (failed == 0) {
        failed = c->hmac(c->user, &hmac, in, n, out);
        c->hmac_end(c->user, &hmac);
    }
    return failed;
}

/* What differs; NULL: nothing. */
static const char *
compare(struct rng *rng)
{
    const struct msk_crypto *a = msk_crypto_mbedtls(), *b = host_crypto();
    uint8_t data[300], key[130], iv[16], one[300] = { 0 }, two[300] = { 0 };
    enum msk_hash hash = (enum msk_hash)(1 + rng_below(rng, 3));
    struct msk_bytes views[3], secret = { key, rng_below(rng, 131) };
    struct msk_bytes aes = { key, rng_below(rng, 2) == 0 ? 16 : 32 };
    size_t n_views, n = rng_below(rng, 300);

    rng_fill(rng, data, sizeof data);
    rng_fill(rng, key, sizeof key);
    memset(iv, 0xFF, sizeof iv);
    rng_fill(rng, iv, rng_below(rng, 17));
    n_views = cut(rng, data, sizeof data, views);
    if (a->hash(a->user, hash, views, n_views, one) != 0 ||
        b->hash(b->user, hash, views, n_views, two) != 0 ||
        memcmp(one, two, sizeof one) != 0)
        return "hash";
    if ((hmac(a, hash, secret, views, n_views, one) == 0) !=
            (hmac(b, hash, secret, views, n_views, two) == 0) ||
        memcmp(one, two, sizeof one) != 0)
        return "HMAC";
    if (a->aes_ctr(a->user, aes, iv, data, one, n) != 0 ||
        b->aes_ctr(b->user, aes, iv, data, two, n) != 0 ||
        memcmp(one, two, sizeof one) != 0)
        return "AES";
    return NULL;
}

static void
agree_on_everything(void **state)
{
    struct rng rng;

    (void)state;
    assert_non_null(host_crypto());
    rng_start(&rng, 20020);
    for (int i = 0; i < ROUNDS; i++) {
        const char *differs = compare(&rng);

        if (differs != NULL)
            fail_msg("round %d: %s", i, differs);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_on_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
