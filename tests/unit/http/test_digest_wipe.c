/* SPDX-License-Identifier: MIT */
/*
 * Neither the password nor A1 stays on the stack, nor what a forger would have
 * to know. The calls run on a stack of our own, which is looked through
 * afterwards.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "digest_peers.h"
#include "msk/base64.h"
#include "provider.h"

#define STACK (1 << 20)
#define LEFT 0xC3

/* A call, and its result. */
struct call {
    const char *name;
    void (*run)(void);
    int want;
};

static const char digits[] = "0123456789abcdef";
static struct digest_peers peers;
static struct msk_bytes authorization, info;
static int result;

static void
do_authorize(void)
{
    authorization = peers_authorize(&peers);
}

static void
do_check(void)
{
    result = peers_check(&peers, authorization);
}

static void
do_info(void)
{
    info = peers_info(&peers, msk_text("x"));
}

static void
do_verify(void)
{
    result = peers_verify(&peers, info, msk_text("x"));
}

/* The client takes the one challenge that there is. */
static void
meet(void)
{
    struct msk_bytes line = peers_challenge(&peers, 0, false);
    enum msk_challenge what;

    assert_int_equal(peers_401(&peers, &line, 1, false, &what), MSK_OK);
}

/* Leaves octets on the stack, as nobody should. */
static void
do_leave(void)
{
    volatile uint8_t copy[64];

    for (size_t i = 0; i < 32; i++)
        copy[i + 7] = LEFT;
    result = copy[9] == LEFT ? MSK_OK : 1;
}

/* Below some room, which the end of the thread may write over. */
static void *
go_deep(void *arg)
{
    volatile uint8_t above[16384];
    const struct call *call = arg;

    above[0] = 1;
    call->run();
    return above[0] == 1 ? arg : NULL;
}

/* Makes a call on that stack. */
static void
run(uint8_t *stack, const struct call *call)
{
    struct call mine = *call;
    pthread_attr_t attr;
    pthread_t thread;

    memset(stack, 0, STACK);
    result = MSK_OK;
    assert_int_equal(pthread_attr_init(&attr), 0);
    assert_int_equal(pthread_attr_setstack(&attr, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attr, go_deep, &mine), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attr), 0);
    check_int(call->name, result, call->want);
}

static bool
holds(const uint8_t *stack, struct msk_bytes secret)
{
    for (size_t i = 0; i + secret.n <= STACK; i++)
        if (stack[i] == secret.p[0] &&
            memcmp(stack + i, secret.p, secret.n) == 0)
            return true;
    return false;
}

/* H(A1) of that algorithm, and the same in hexadecimal, in one piece of
 * memory; the views say where. */
static void
make_a1(enum msk_hash hash, size_t n, const char *password,
        struct msk_bytes *raw, struct msk_bytes *text)
{
    struct msk_bytes a1 = msk_text(PEER_BTID ":" PEER_REALM ":");
    uint8_t *p = room(3 * n);

    a1 = joined(a1, msk_text(password));
    assert_int_equal(host_crypto()->hash(host_crypto()->user, hash, &a1, 1, p),
                     0);
    for (size_t i = 0; i < n; i++) {
        p[n + 2 * i] = (uint8_t)digits[p[i] >> 4];
        p[n + 2 * i + 1] = (uint8_t)digits[p[i] & 15];
    }
    *raw = (struct msk_bytes){ p, n };
    *text = (struct msk_bytes){ p + n, 2 * n };
}

static void
leaves_no_password_and_no_a1_behind(void **state)
{
    static const struct call leave = { "leave", do_leave, MSK_OK };
    static const struct call calls[] = {
        { "authorize", do_authorize, MSK_OK },
        { "check", do_check, MSK_AUTH_OK },
        { "info", do_info, MSK_OK },
        { "verify", do_verify, MSK_OK },
    };
    const char *password = "dGhlIE1SSyBvZiB0aGUgdGVzdHMsIDMyIG9jdGV0cwA=";
    struct msk_bytes secrets[5];
    void *stack;

    (void)state;
    assert_int_equal(posix_memalign(&stack, 65536, STACK), 0);
    secrets[0] = exact((const uint8_t *)password, 24); /* is enough */
    make_a1(MSK_HASH_SHA256, 32, password, &secrets[1], &secrets[2]);
    make_a1(MSK_HASH_MD5, 16, password, &secrets[3], &secrets[4]);
    run(stack, &leave);
    if (!holds(stack, hex("C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3"))) {
        free(stack);
        print_message("SKIP: locals are not on the stack here\n");
        skip();
    }
    for (uint32_t algorithm = 1; algorithm < 3; algorithm++) {
        peers_start(&peers);
        peers.server.algorithms = algorithm;
        meet();
        for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
            run(stack, &calls[i]);
            for (size_t k = 0; k < 5; k++)
                if (holds(stack, secrets[k]))
                    fail_msg("%s leaves secret %zu", calls[i].name, k);
        }
    }
    free(stack);
}

/* A text of hexadecimal digits, as octets. */
static struct msk_bytes
binary(struct msk_bytes text)
{
    uint8_t *p = room(text.n / 2);

    for (size_t i = 0; i < text.n; i++)
        p[i / 2] =
            (uint8_t)(p[i / 2] << 4 | (strchr(digits, text.p[i]) - digits));
    return (struct msk_bytes){ p, text.n / 2 };
}

/* text with the value after `begin` forged from its octet `at` on; the
 * padding of base64 stays. */
static struct msk_bytes
forged(struct msk_bytes text, const char *begin, size_t at)
{
    struct msk_bytes value = value_of(text, begin, "\"");
    char with[MSK_NONCE_MAX + 1] = { 0 };

    memcpy(with, value.p, value.n);
    memset(with + at, '0', strcspn(with + at, "="));
    return replaced(text, begin, "\"", with);
}

/* Makes a call; what it was to find out stays nowhere, in either form. */
static void
must_hide(uint8_t *stack, const struct call *call, struct msk_bytes text,
          struct msk_bytes octets)
{
    run(stack, call);
    if (holds(stack, text) || holds(stack, octets))
        fail_msg("%s leaves what was right", call->name);
}

/* What a forger does not know, the library does, while it compares. */
static void
leaves_nothing_for_a_forger_behind(void **state)
{
    static const struct call response = { "response", do_check,
                                          MSK_AUTH_WRONG };
    static const struct call nonce = { "nonce", do_check, MSK_AUTH_STALE };
    static const struct call rspauth = { "rspauth", do_verify, MSK_ERR_DIGEST };
    struct msk_bytes good, secret;
    uint8_t raw[33];
    void *stack;
    size_t n;

    (void)state;
    assert_int_equal(posix_memalign(&stack, 65536, STACK), 0);
    for (uint32_t algorithm = 1; algorithm < 3; algorithm++) {
        peers_start(&peers);
        peers.server.algorithms = algorithm;
        meet();
        good = peers_authorize(&peers);
        secret = value_of(good, "response=\"", "\"");
        authorization = forged(good, "response=\"", 0);
        must_hide(stack, &response, secret, binary(secret));

        secret = value_of(good, "nonce=\"", "\"");
        assert_int_equal(msk_base64_decode(secret, raw, sizeof raw, &n),
                         MSK_OK);
        assert_int_equal(n, 32);
        /* Its second half is a MAC; all but two octets of it are forged. */
        authorization = forged(good, "nonce=\"", 24);
        must_hide(stack, &nonce, exact(secret.p + 24, 20), exact(raw + 18, 14));

        authorization = good;
        do_check();
        assert_int_equal(result, MSK_AUTH_OK);
        good = peers_info(&peers, msk_text("x"));
        secret = value_of(good, "rspauth=\"", "\"");
        info = forged(good, "rspauth=\"", 0);
        must_hide(stack, &rspauth, secret, binary(secret));
    }
    free(stack);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(leaves_no_password_and_no_a1_behind, release),
        cmocka_unit_test_teardown(leaves_nothing_for_a_forger_behind, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
