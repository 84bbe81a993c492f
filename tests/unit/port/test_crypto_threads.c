/* SPDX-License-Identifier: MIT */
/* Two threads share one provider and what is constant about a message; each
 * seals, opens and derives what the other does. gates/tsan looks at it. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <string.h>

#include "msk/gba.h"
#include "msk/mbms.h"
#include "provider.h"
#include "support.h"

#define THREADS 2
#define ROUNDS 300

/* What both read. */
static struct msk_msk_message shared;
static const uint8_t muk[32] = { 1, 2, 3 }, rnd[16] = { 4, 5, 6 };
static const uint8_t key[16] = { 7, 8, 9 };

/* What each has for itself. */
struct thread {
    pthread_t id;
    uint8_t message[MSK_MIKEY_MAX], ack[MSK_ACK_MAX], mrk[32];
    size_t len, ack_len;
    int rounds; /* that went well */
};

static int
go_round(struct thread *t)
{
    const struct msk_crypto *crypto = host_crypto();
    struct msk_bytes psk = { muk, sizeof muk }, octets = { t->message, 0 };
    struct msk_message read;
    struct msk_content content;
    int err = msk_msk_message_make(crypto, psk, &shared, t->message,
                                   sizeof t->message, &t->len);

    octets.n = t->len;
    if (err == MSK_OK)
        err = msk_message_read(MSK_LAYOUT_CSB, octets, &read, NULL);
    if (err == MSK_OK)
        err = msk_msk_message_open(crypto, psk, &read, &content);
    if (err == MSK_OK && memcmp(content.key, key, sizeof key) != 0)
        err = MSK_ERR_VALUE;
    if (err == MSK_OK)
        err =
            msk_verification_make(crypto, psk, &read, psk /* there is an IDr */,
                                  t->ack, sizeof t->ack, &t->ack_len);
    return err != MSK_OK ? err : msk_gba_mrk(crypto, muk, t->mrk);
}

static void *
go(void *arg)
{
    struct thread *t = arg;

    while (t->rounds < ROUNDS && go_round(t) == MSK_OK)
        t->rounds++;
    return arg;
}

static void
does_the_same_in_two_threads(void **state)
{
    static struct thread threads[THREADS];

    (void)state;
    assert_non_null(host_crypto()); /* before a thread has it */
    shared.size = sizeof shared;
    shared.layout = MSK_LAYOUT_CSB;
    shared.content = MSK_CONTENT_MSK;
    shared.id.group = 7;
    shared.id.number = 1;
    shared.btid = msk_text("b@bsf.example.com");
    shared.rand = (struct msk_bytes){ rnd, sizeof rnd };
    shared.counter = 9;
    shared.v = true;
    shared.key = (struct msk_bytes){ key, sizeof key };
    shared.seq_high = 0xFFFE;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i].id, NULL, go, &threads[i]),
                         0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
        assert_int_equal(threads[i].rounds, ROUNDS);
        assert_int_equal(threads[i].len, threads[0].len);
        assert_memory_equal(threads[i].message, threads[0].message,
                            threads[0].len);
        assert_memory_equal(threads[i].ack, threads[0].ack, threads[0].ack_len);
        assert_memory_equal(threads[i].mrk, threads[0].mrk, 32);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_the_same_in_two_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
