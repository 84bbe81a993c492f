/* SPDX-License-Identifier: MIT */
/* The provider on OpenSSL: its heap, and the errors that it must not leave. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "msk/crypto_openssl.h"
#include "support.h"

#define KEY_LEN 32

/* OpenSSL's heap. A block knows its length. */
static struct {
    long blocks; /* that are held */
    long left;   /* allocations until one fails; below 0: none does */
    bool once;   /* and those after it do not */
    bool failed, leaked;
    const uint8_t *key;
} heap;

union head {
    size_t n;
    long double aligned;
};

static void *
heap_take(size_t n, const char *file, int line)
{
    union head *head;

    (void)file, (void)line;
    if (heap.left == 0) {
        heap.failed = true;
        heap.left = heap.once ? -1 : 0;
        return NULL;
    }
    if (heap.left > 0)
        heap.left--;
    head = malloc(sizeof *head + n);
    if (head == NULL)
        return NULL;
    head->n = n;
    heap.blocks++;
    return head + 1;
}

/* Eight octets of the key in a block that is given back are a leak. */
static void
heap_return(void *p, const char *file, int line)
{
    const uint8_t *octets = p;
    union head *head = p;

    (void)file, (void)line;
    if (p == NULL)
        return;
    head--;
    for (size_t i = 0; heap.key != NULL && i + 8 <= head->n; i++)
        for (size_t at = 0; at + 8 <= KEY_LEN; at++)
            if (memcmp(octets + i, heap.key + at, 8) == 0)
                heap.leaked = true;
    heap.blocks--;
    free(head);
}

static void *
heap_resize(void *p, size_t n, const char *file, int line)
{
    const union head *head = p;
    void *to = n == 0 && p != NULL ? NULL : heap_take(n, file, line);

    if (p == NULL || (to == NULL && n > 0))
        return to;
    head--;
    if (to != NULL)
        memcpy(to, p, head->n < n ? head->n : n);
    heap_return(p, file, line);
    return to;
}

static const uint8_t key[KEY_LEN] = "a key that nobody knows, as here";
static const struct msk_bytes key_view = { key, KEY_LEN };
static const struct msk_bytes text = { (const uint8_t *)"text", 4 };

static int
digest(const struct msk_crypto *c)
{
    uint8_t out[MSK_HASH_MAX];

    return c->hash(c->user, MSK_HASH_SHA1, &key_view, 1, out);
}

static int
digest_md5(const struct msk_crypto *c)
{
    uint8_t out[MSK_HASH_MAX];

    return c->hash(c->user, MSK_HASH_MD5, &text, 1, out);
}

static int
authenticate(const struct msk_crypto *c)
{
    struct msk_hmac hmac;
    uint8_t out[MSK_HASH_MAX];
    int failed = c->hmac_begin(c->user, &hmac, MSK_HASH_SHA256, key_view);

    if (failed != 0)
        return failed;
    for (int i = 0; i < 2 && failed == 0; i++)
        failed = c->hmac(c->user, &hmac, &text, 1, out);
    c->hmac_end(c->user, &hmac);
    return failed;
}

static int
encrypt(const struct msk_crypto *c)
{
    static const uint8_t iv[16];
    uint8_t out[4];
    int failed = 0;

    for (size_t n = 16; failed == 0 && n <= KEY_LEN; n += 16)
        failed = c->aes_ctr(c->user, (struct msk_bytes){ key, n }, iv, text.p,
                            out, sizeof out);
    return failed;
}

/* The provider from its first day to its last, with an operation of each kind,
 * and with nothing of it left. */
static int
live(const struct msk_crypto *unused)
{
    struct msk_openssl own;
    struct msk_crypto c;
    int err = msk_crypto_openssl_init(&c, &own);

    (void)unused;
    if (err == MSK_OK)
        err = digest(&c) | digest_md5(&c) | authenticate(&c) | encrypt(&c);
    msk_crypto_openssl_wipe(&own);
    msk_crypto_openssl_wipe(&own);
    return err;
}

static const struct {
    const char *name;
    int (*run)(const struct msk_crypto *c);
} operations[] = {
    { "hash", digest }, { "MD5", digest_md5 }, { "HMAC", authenticate },
    { "AES", encrypt }, { "all", live },
};

#define OPERATIONS (sizeof operations / sizeof operations[0])

static struct msk_openssl openssl;
static struct msk_crypto crypto;

/* The number of allocations that one of them makes; each fails, alone or with
 * all that come after it. */
static size_t
fail_each_allocation(size_t i)
{
    long blocks = heap.blocks;
    size_t n = 0;
    int err;

    do {
        heap.failed = false;
        heap.left = (long)n++;
        err = operations[i].run(&crypto);
        heap.left = -1;
        check_int(operations[i].name, heap.blocks, blocks);
        check_int(operations[i].name, (long long)ERR_peek_error(), 0);
        if (!heap.failed)
            check_int(operations[i].name, err, 0);
    } while (heap.failed);
    return n - 1;
}

static void
survives_each_allocation_that_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATIONS; i++) {
        /* What OpenSSL keeps for later it has after the second one. */
        for (int turn = 0; turn < 2; turn++)
            check_int(operations[i].name, operations[i].run(&crypto), 0);
        heap.once = true;
        assert_true(fail_each_allocation(i) > 0);
        heap.once = false;
        assert_true(fail_each_allocation(i) > 0);
    }
}

/* One that says it is whole has all but MD5. What OpenSSL has fetched before it
 * must fetch anew, and one of it is missing when an allocation fails. */
static void
is_whole_or_refuses_to_begin(void **state)
{
    size_t refused = 0;

    (void)state;
    heap.once = true;
    for (long n = 0; n == 0 || heap.failed; n++) {
        struct msk_openssl own;
        struct msk_crypto c;
        int err;

        EVP_set_default_properties(NULL, "");
        heap.failed = false;
        heap.left = n;
        err = msk_crypto_openssl_init(&c, &own);
        heap.left = -1;
        refused += err == MSK_ERR_CRYPTO ? 1 : 0;
        if (err == MSK_OK)
            check_int("whole", digest(&c) | authenticate(&c) | encrypt(&c), 0);
        else
            assert_int_equal(err, MSK_ERR_CRYPTO);
        msk_crypto_openssl_wipe(&own);
    }
    heap.once = false;
    assert_true(refused > 0);
}

static void
gives_no_block_back_with_a_key_in_it(void **state)
{
    (void)state;
    heap.key = key;
    heap.leaked = false;
    for (size_t i = 0; i < OPERATIONS; i++) {
        check_int(operations[i].name, operations[i].run(&crypto), 0);
        check_int(operations[i].name, heap.leaked, false);
    }
    heap.key = NULL;
}

/* Of an OpenSSL that offers nothing. What was in the queue stays there, and
 * what was fetched before goes on. */
static void
leaves_the_errors_of_the_thread_alone(void **state)
{
    struct msk_openssl none;
    struct msk_crypto c = { .size = 0 };
    struct msk_hmac hmac;
    unsigned long mine;

    (void)state;
    ERR_raise(ERR_LIB_USER, 1);
    mine = ERR_peek_last_error();
    EVP_set_default_properties(NULL, "provider=nobody");
    assert_int_equal(msk_crypto_openssl_init(&c, &none), MSK_ERR_CRYPTO);
    assert_int_equal(c.size, 0);
    assert_int_equal(ERR_peek_last_error(), mine);
    for (size_t i = 0; i < OPERATIONS - 1; i++) {
        check_int(operations[i].name, operations[i].run(&crypto), 0);
        check_int(operations[i].name, (long long)ERR_peek_last_error(),
                  (long long)mine);
    }
    EVP_set_default_properties(NULL, "");
    assert_int_equal(crypto.hmac_begin(crypto.user, &hmac, MSK_HASH_MD5, text),
                     -1);
    assert_int_equal(ERR_get_error(), mine);
    assert_int_equal(ERR_get_error(), 0);
}

static void
refuses_null(void **state)
{
    struct msk_openssl unused;
    struct msk_crypto c;

    (void)state;
    assert_int_equal(msk_crypto_openssl_init(NULL, &unused), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_crypto_openssl_init(&c, NULL), MSK_ERR_ARGUMENT);
    msk_crypto_openssl_wipe(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_each_allocation_that_fails),
        cmocka_unit_test(is_whole_or_refuses_to_begin),
        cmocka_unit_test(gives_no_block_back_with_a_key_in_it),
        cmocka_unit_test(leaves_the_errors_of_the_thread_alone),
        cmocka_unit_test(refuses_null),
    };

    heap.left = -1;
    if (CRYPTO_set_mem_functions(heap_take, heap_resize, heap_return) != 1)
        return 1;
    if (msk_crypto_openssl_init(&crypto, &openssl) != MSK_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
