/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "messages.h"
#include "provider.h"

/* The verification vectors: two in each layout. */
static const struct mbms_vector *
next(const struct mbms_vector *v)
{
    v = v == NULL ? mbms_vectors : v + 1;
    while (v < mbms_vectors + N_VECTORS && !vector_is(v, "verification"))
        v++;
    return v < mbms_vectors + N_VECTORS ? v : NULL;
}

#define FOR_EACH_VECTOR                                       \
    for (const struct mbms_vector *v = next(NULL); v != NULL; \
         v = next(v), release(NULL))

/* What a BM-SC remembers of the message that v acknowledges. */
static void
expected(const struct mbms_vector *v, struct msk_expected *e)
{
    memset(e, 0, sizeof *e);
    e->size = sizeof *e;
    e->layout = vector_layout(v);
    e->muk = hex(v->psk);
    e->rand = hex(v->rand);
    e->csb_id = v->csb_id;
    memcpy(e->domain, hex(v->domain).p, 3);
    e->fqdn = e->layout == MSK_LAYOUT_KEYID ? hex(v->idi) : chars("not used");
    e->btid = hex(v->idr);
}

static int
check(const struct msk_expected *e, const struct msk_message *m)
{
    return msk_verification_check(host_crypto(), e, m);
}

static void
makes_the_messages_of_the_model(void **state)
{
    size_t n = 0;

    (void)state;
    FOR_EACH_VECTOR
    {
        uint8_t *buf = room(MSK_ACK_MAX);
        struct msk_message request;
        size_t len = 0;

        vector_read(vector(v->request), &request);
        check_int(v->name,
                  msk_verification_make(host_crypto(), hex(v->psk), &request,
                                        chars("another"), buf, MSK_ACK_MAX,
                                        &len),
                  MSK_OK);
        check_octets(v->name, exact(buf, len), hex(v->message));
        /* IDr is not sent, but known: the same octets. */
        request.idr.n = 0;
        check_int(v->name,
                  msk_verification_make(host_crypto(), hex(v->psk), &request,
                                        hex(v->idr), buf, MSK_ACK_MAX, &len),
                  MSK_OK);
        check_octets(v->name, exact(buf, len), hex(v->message));
        n++;
    }
    assert_int_equal(n, 4);
}

static void
accepts_the_messages_of_the_model(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_expected e;
        struct msk_message m;

        expected(v, &e);
        vector_read(v, &m);
        check_int(v->name, m.kind, MSK_MESSAGE_VERIFICATION);
        check_int(v->name, m.counter, v->counter);
        check_int(v->name, check(&e, &m), MSK_OK);
        e.accept_pad64 = true;
        check_int(v->name, check(&e, &m), MSK_OK);
    }
}

/* One thing that the BM-SC remembers is another. */
static void
spoil(struct msk_expected *e, size_t i)
{
    uint8_t *other = room(64);

    switch (i) {
    case 0: e->size--; break;
    case 1: e->layout = (enum msk_layout)0; break;
    case 2: e->csb_id++; break;
    case 3: e->btid.n--; break;
    case 4: e->btid = chars("another"); break;
    case 5: e->muk.p = other; break;
    case 6: e->rand = (struct msk_bytes){ other, 16 }; break;
    case 7:
        e->domain[2]++;
        e->fqdn = chars("other.example.com");
        break;
    default: break;
    }
}

static void
refuses_what_answers_something_else(void **state)
{
    static const int want[] = { MSK_ERR_ARGUMENT, MSK_ERR_ARGUMENT,
                                MSK_ERR_NOT_MINE, MSK_ERR_NOT_MINE,
                                MSK_ERR_NOT_MINE, MSK_ERR_MAC,
                                MSK_ERR_MAC,      MSK_ERR_MAC };

    (void)state;
    FOR_EACH_VECTOR
    {
        for (size_t i = 0; i < 8; i++) {
            struct msk_expected e;
            struct msk_message m;

            expected(v, &e);
            e.size = offsetof(struct msk_expected, accept_pad64) + 1;
            spoil(&e, i);
            vector_read(v, &m);
            check_int(v->name, check(&e, &m), want[i]);
        }
    }
}

/* A peer that puts T as 8 octets into its MAC (RFC 3830 5.2 leaves room). */
static void
accepts_t_as_8_octets_only_where_asked_for(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_bytes good = hex(v->message);
        struct msk_protection p;
        struct msk_expected e;
        struct msk_v_input in;
        struct msk_message m;
        size_t len;
        uint8_t *padded = room(good.n), t64[8] = { 0 };

        memcpy(padded, good.p, good.n);
        t64[7] = (uint8_t)v->counter;
        vector_protection(v, host_crypto(), &p);
        in.message = (struct msk_bytes){ padded, good.n - 20 };
        in.identity_i = hex(v->idi);
        in.identity_r = hex(v->idr);
        in.timestamp = (struct msk_bytes){ t64, 8 };
        assert_int_equal(msk_v_mac_make(&p, MSK_MAC_HMAC_SHA1_160, &in,
                                        padded + good.n - 20, 20, &len),
                         MSK_OK);
        assert_int_equal(msk_message_read(vector_layout(v),
                                          (struct msk_bytes){ padded, good.n },
                                          &m, NULL),
                         MSK_OK);
        expected(v, &e);
        check_int(v->name, check(&e, &m), MSK_ERR_MAC);
        e.accept_pad64 = true;
        check_int(v->name, check(&e, &m), MSK_OK);
        padded[good.n - 1] ^= 1;
        check_int(v->name, check(&e, &m), MSK_ERR_MAC);
    }
}

static void
refuses_each_message_with_any_bit_flipped(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        size_t n = hex(v->message).n;

        for (size_t bit = 0; bit < n * 8; bit++) {
            struct msk_bytes good = hex(v->message);
            uint8_t *bad = room(n);
            struct msk_expected e;
            struct msk_message m;
            int err;

            memcpy(bad, good.p, n);
            bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
            err = msk_message_read(vector_layout(v),
                                   (struct msk_bytes){ bad, n }, &m, NULL);
            expected(v, &e);
            if (err == MSK_OK)
                err = check(&e, &m);
            check_int(v->name, msk_err_kind(err), MSK_KIND_DROP);
            release(NULL);
        }
    }
}

static void
refuses_messages_of_another_kind(void **state)
{
    struct msk_expected e;
    struct msk_message m;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct mbms_vector *v = &mbms_vectors[i];

        expected(v, &e);
        vector_read(v, &m);
        check_int(v->name, check(&e, &m),
                  vector_is(v, "verification") ? MSK_OK : MSK_ERR_KIND);
    }
}

static void
makes_nothing_without_a_name_or_room(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        static const uint8_t filler[MSK_BTID_MAX + 1];
        const struct msk_crypto *crypto = host_crypto();
        struct msk_bytes none = { NULL, 0 }, muk = hex(v->psk);
        uint8_t *buf = room(MSK_ACK_MAX);
        struct msk_message request;
        size_t len, whole = hex(v->message).n;

        vector_read(vector(v->request), &request);
        for (size_t cap = 0; cap < whole; cap++)
            check_int(v->name,
                      msk_verification_make(crypto, muk, &request, none,
                                            room(cap), cap, &len),
                      MSK_ERR_SPACE);
#define MAKE(...) \
    assert_int_equal(msk_verification_make(__VA_ARGS__), MSK_ERR_ARGUMENT)
        MAKE(NULL, muk, &request, none, buf, MSK_ACK_MAX, &len);
        MAKE(crypto, none, &request, none, buf, MSK_ACK_MAX, &len);
        MAKE(crypto, muk, NULL, none, buf, MSK_ACK_MAX, &len);
        MAKE(crypto, muk, &request, none, NULL, MSK_ACK_MAX, &len);
        MAKE(crypto, muk, &request, none, buf, MSK_ACK_MAX, NULL);
        request.idr.n = 0;
        MAKE(crypto, muk, &request, none, buf, MSK_ACK_MAX, &len);
        MAKE(crypto, muk, &request, exact(filler, MSK_BTID_MAX + 1), buf,
             MSK_ACK_MAX, &len);
#undef MAKE
        assert_int_equal(msk_verification_make(crypto, muk, &request,
                                               exact(filler, MSK_BTID_MAX), buf,
                                               MSK_ACK_MAX, &len),
                         MSK_OK);
        assert_int_equal(len, MSK_ACK_MAX);
    }
}

static void
fails_with_each_call_of_the_provider(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_message request, m;
        struct fake_crypto fake;
        struct msk_expected e;
        size_t calls = 1, len;

        vector_read(vector(v->request), &request);
        vector_read(v, &m);
        expected(v, &e);
        for (size_t n = 1; n <= calls; n++) {
            fake_crypto_start(&fake, n);
            check_int(v->name,
                      msk_verification_make(&fake.crypto, hex(v->psk), &request,
                                            e.btid, room(MSK_ACK_MAX),
                                            MSK_ACK_MAX, &len),
                      MSK_ERR_CRYPTO);
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, n);
            check_int(v->name, msk_verification_check(&fake.crypto, &e, &m),
                      MSK_ERR_CRYPTO);
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, 0);
            (void)msk_verification_check(&fake.crypto, &e, &m);
            calls = fake.calls;
        }
        assert_true(calls > 1);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(makes_the_messages_of_the_model),
        TEST(accepts_the_messages_of_the_model),
        TEST(refuses_what_answers_something_else),
        TEST(accepts_t_as_8_octets_only_where_asked_for),
        TEST(refuses_each_message_with_any_bit_flipped),
        TEST(refuses_messages_of_another_kind),
        TEST(makes_nothing_without_a_name_or_room),
        TEST(fails_with_each_call_of_the_provider),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
