/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "fake_crypto.h"
#include "messages.h"
#include "provider.h"

/* The i-th of the MTK vectors, or NULL. */
static const struct mbms_vector *
mtk_vector(size_t i)
{
    for (size_t k = 0; k < N_VECTORS; k++)
        if (vector_is(&mbms_vectors[k], "mtk") && i-- == 0)
            return &mbms_vectors[k];
    return NULL;
}

static int
make(const struct mbms_vector *v, const struct msk_mtk_message *m,
     struct msk_bytes *out)
{
    uint8_t *buf = room(MSK_MIKEY_MAX);
    size_t len = 0;
    int err = msk_mtk_message_make(host_crypto(), hex(v->psk), m, buf,
                                   MSK_MIKEY_MAX, &len);

    *out = (struct msk_bytes){ buf, len };
    return err;
}

static int
open_with(const struct mbms_vector *v, const struct msk_message *m,
          struct msk_mtk *mtk)
{
    memset(mtk, 0xA5, sizeof *mtk);
    return msk_mtk_message_open(host_crypto(), hex(v->psk), hex(v->rand), m,
                                mtk);
}

static void
makes_the_messages_of_the_model(void **state)
{
    const struct mbms_vector *v;
    struct msk_mtk_message m;
    struct msk_bytes made;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; (v = mtk_vector(i)) != NULL; i++) {
        if (vector_is_read_only(v))
            continue;
        vector_to_make_mtk(v, &m);
        check_int(v->name, make(v, &m, &made), MSK_OK);
        check_octets(v->name, made, hex(v->message));
        n++;
    }
    assert_int_equal(n, 6);
}

static void
reads_and_opens_the_messages_of_the_model(void **state)
{
    const struct mbms_vector *v;
    struct msk_message m;
    struct msk_mtk mtk;

    (void)state;
    for (size_t i = 0; (v = mtk_vector(i)) != NULL; i++) {
        vector_read(v, &m);
        check_int(v->name, m.kind, MSK_MESSAGE_MTK);
        check_int(v->name, m.id.group, v->group);
        check_int(v->name, m.id.number, v->number);
        check_octets(v->name, exact(m.id.domain, 3), hex(v->domain));
        check_int(v->name, m.mtk_id, v->mtk_id);
        check_int(v->name, m.counter, v->counter);
        check_int(v->name, m.csb_id, v->csb_id);
        check_int(v->name, open_with(v, &m, &mtk), MSK_OK);
        check_octets(v->name, exact(mtk.key, mtk.key_len), hex(v->key));
        check_octets(v->name, exact(mtk.salt, mtk.salt_len), hex(v->salt));
    }
}

static void
opens_what_it_makes_with_keys_of_every_size(void **state)
{
    static const size_t sizes[] = { 16, 24, 32 };
    uint8_t key[MSK_KEY_MAX];
    const struct mbms_vector *v;
    struct msk_mtk_message m;
    struct msk_message read;
    struct msk_bytes made;
    struct msk_mtk mtk;

    (void)state;
    memset(key, 0x5C, sizeof key);
    for (size_t i = 0; (v = mtk_vector(i / 3)) != NULL; i++) {
        vector_to_make_mtk(v, &m);
        m.key = exact(key, sizes[i % 3]);
        m.ext = MSK_EXT_BEFORE_KEMAC;
        check_int(v->name, make(v, &m, &made), MSK_OK);
        check_int(v->name, msk_message_read(m.layout, made, &read, NULL),
                  MSK_OK);
        check_int(v->name, open_with(v, &read, &mtk), MSK_OK);
        check_octets(v->name, exact(mtk.key, mtk.key_len), m.key);
    }
}

/* Decision 39. The model makes the same: tests/hosts/msktool.py. */
static void
sends_the_rand_to_ues_that_have_none(void **state)
{
    const struct mbms_vector *v;
    struct msk_mtk_message m;
    struct msk_message read;
    struct msk_bytes made;
    struct msk_mtk mtk;

    (void)state;
    for (size_t i = 0; (v = mtk_vector(i)) != NULL; i++) {
        vector_to_make_mtk(v, &m);
        m.with_rand = true;
        check_int(v->name, make(v, &m, &made), MSK_OK);
        check_int(v->name, msk_message_read(m.layout, made, &read, NULL),
                  MSK_OK);
        check_octets(v->name, read.rand, m.rand);
        check_int(v->name, open_with(v, &read, &mtk), MSK_OK);
        check_octets(v->name, exact(mtk.key, mtk.key_len), m.key);
        m.rand.n = 15; /* RFC 3830 6.11 */
        check_int(v->name, make(v, &m, &made), MSK_ERR_ARGUMENT);
    }
}

/* One field wrong, all else as in the vector. */
static void
spoil(struct msk_mtk_message *m, size_t i)
{
    static const uint8_t zeros[MSK_RAND_MAX + 1];

    switch (i) {
    case 0: m->size = offsetof(struct msk_mtk_message, with_rand) - 1; break;
    case 1: m->layout = (enum msk_layout)0; break;
    case 2: m->layout = (enum msk_layout)3; break;
    case 3: m->ext = (enum msk_ext_position)2; break;
    case 4: m->id.group = 0; break;
    case 5: m->id.number = 0; break;
    case 6: m->mtk_id = 0; break;
    case 7: m->mtk_id = 0xFFFF; break;
    case 8: m->rand.n = 0; break;
    case 9: m->rand = exact(zeros, MSK_RAND_MAX + 1); break;
    case 10: m->key.n = 0; break;
    case 11: m->key.n = 15; break;
    case 12: m->key = exact(zeros, 33); break;
    case 13: m->salt = exact(zeros, 13); break;
    case 14: m->salt = exact(zeros, 15); break;
    case 15: m->ext_type = 1; break;
    case 16: m->ext_type = 4; break;
    case 17:
        m->ext_type = MSK_EXT_KEY_TYPE;
        m->layout = MSK_LAYOUT_KEYID;
        break;
    default: break;
    }
}

static void
refuses_to_make_what_the_standard_does_not_know(void **state)
{
    const struct mbms_vector *v;
    struct msk_mtk_message m;
    struct msk_bytes made;

    (void)state;
    for (size_t k = 0; (v = mtk_vector(k)) != NULL; k++)
        for (size_t i = 0; i <= 18; i++) {
            vector_to_make_mtk(v, &m);
            spoil(&m, i);
            check_int(v->name, make(v, &m, &made),
                      i < 18 ? MSK_ERR_ARGUMENT : MSK_OK);
        }
}

static void
refuses_absent_arguments_and_keys_of_other_sizes(void **state)
{
    const struct mbms_vector *v = mtk_vector(0);
    const struct msk_crypto *crypto = host_crypto();
    uint8_t *buf = room(MSK_MIKEY_MAX);
    struct msk_bytes msk = hex(v->psk), rand = hex(v->rand);
    struct msk_bytes odd = { msk.p, 15 };
    struct msk_mtk_message m;
    struct msk_message read;
    struct msk_mtk mtk;
    size_t len;

    (void)state;
    vector_to_make_mtk(v, &m);
    vector_read(v, &read);
#define MAKE(...) \
    assert_int_equal(msk_mtk_message_make(__VA_ARGS__), MSK_ERR_ARGUMENT)
#define OPEN(...) \
    assert_int_equal(msk_mtk_message_open(__VA_ARGS__), MSK_ERR_ARGUMENT)
    MAKE(NULL, msk, &m, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, odd, &m, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, msk, NULL, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, msk, &m, NULL, MSK_MIKEY_MAX, &len);
    MAKE(crypto, msk, &m, buf, MSK_MIKEY_MAX, NULL);
    OPEN(NULL, msk, rand, &read, &mtk);
    OPEN(crypto, msk, rand, NULL, &mtk);
    OPEN(crypto, msk, rand, &read, NULL);
#undef MAKE
#undef OPEN
}

static bool
is_clear(const void *p, size_t n)
{
    const uint8_t *octets = p;

    while (n > 0)
        if (octets[--n] != 0)
            return false;
    return true;
}

static void
makes_nothing_in_a_buffer_that_is_too_small(void **state)
{
    const struct mbms_vector *v;
    struct msk_mtk_message m;
    size_t len, whole;

    (void)state;
    for (size_t i = 0; (v = mtk_vector(i)) != NULL; i++) {
        if (vector_is_read_only(v))
            continue;
        vector_to_make_mtk(v, &m);
        whole = hex(v->message).n;
        for (size_t cap = 0; cap < whole; cap++) {
            uint8_t *buf = room(cap);

            check_int(v->name,
                      msk_mtk_message_make(host_crypto(), hex(v->psk), &m, buf,
                                           cap, &len),
                      MSK_ERR_SPACE);
            assert_true(is_clear(buf, cap));
        }
        release(NULL);
    }
}

static void
takes_the_rand_of_the_msk_and_not_of_the_message(void **state)
{
    const struct mbms_vector *v = vector("keyid-mtk-streaming");
    static const char payloads[] =
        "15 03 000f 0003216354 010468ca0001 02020005; 05 02 00000009;"
        "0b 10 00112233445566778899aabbccddeeff; 06 00 0001 61";
    struct msk_protection p;
    struct msk_message m;
    struct msk_bytes octets;
    struct msk_mtk mtk;

    (void)state;
    vector_protection(v, host_crypto(), &p);
    p.csb_id = 0x11223344;
    p.time = 9;
    octets = sealed(&p, "01000000 11223344 00 01", payloads,
                    "00 00 0010 000102030405060708090a0b0c0d0e0f");
    assert_int_equal(msk_message_read(MSK_LAYOUT_KEYID, octets, &m, NULL),
                     MSK_OK);
    assert_int_equal(m.rand.n, 16);
    assert_int_equal(open_with(v, &m, &mtk), MSK_OK);
    assert_int_equal(
        msk_mtk_message_open(host_crypto(), p.psk, m.rand, &m, &mtk),
        MSK_ERR_MAC);
}

/* Encr data, and what msk_mtk_message_open says to it (TS 33.246 6.4.5.3). */
#define KEY16 "000102030405060708090a0b0c0d0e0f"
#define SALT "101112131415161718191a1b1c1d"
static const struct {
    const char *what, *plain;
    int err;
} contents[] = {
    { "TGK", "00 00 0010" KEY16, MSK_OK },
    { "TEK+SALT", "00 30 0010" KEY16 "000e" SALT, MSK_OK },
    { "nothing", "", MSK_ERR_TRUNCATED },
    { "TEK without salt", "00 20 0010" KEY16, MSK_ERR_KIND },
    { "TGK+SALT", "00 10 0010" KEY16 "000e" SALT, MSK_ERR_KIND },
    { "TEK+SALT with interval", "00 32 0010" KEY16 "000e" SALT "01000101",
      MSK_ERR_KIND },
    { "TGK with SPI", "00 01 0010" KEY16 "0100", MSK_ERR_KIND },
    { "an MSK", "00 22 0010" KEY16 "02000002fffe", MSK_ERR_KIND },
    { "type 15", "00 f0 0010" KEY16, MSK_ERR_KIND },
    { "no key", "00 00 0000", MSK_ERR_LENGTH },
    { "a key of 15", "00 00 000f 000102030405060708090a0b0c0d0e",
      MSK_ERR_LENGTH },
    { "a key of 33", "00 00 0021" KEY16 KEY16 "00", MSK_ERR_LENGTH },
    { "a key of 48", "00 00 0030" KEY16 KEY16 KEY16, MSK_ERR_LENGTH },
    { "a salt of 13", "00 30 0010" KEY16 "000d 101112131415161718191a1b1c",
      MSK_ERR_LENGTH },
    { "a salt of 15", "00 30 0010" KEY16 "000f" SALT "00", MSK_ERR_LENGTH },
    { "no salt", "00 30 0010" KEY16 "0000", MSK_ERR_LENGTH },
    { "an octet after", "00 00 0010" KEY16 "00", MSK_ERR_TRAILING },
    { "a key cut short", "00 00 0010 0001", MSK_ERR_TRUNCATED },
    { "two keys", "14 00 0010" KEY16 "00 00 0010" KEY16, MSK_ERR_MANY },
    { "another payload", "0b 00 0010" KEY16 "00", MSK_ERR_PAYLOAD },
    { "unknown validity", "00 05 0010" KEY16, MSK_ERR_UNSUPPORTED },
};
#define N_CONTENTS (sizeof contents / sizeof contents[0])

static void
check_content(const struct mbms_vector *v, const char *head,
              const char *payloads, size_t i)
{
    struct msk_protection p;
    struct msk_message m;
    struct msk_bytes octets;
    struct msk_mtk mtk;

    vector_protection(v, host_crypto(), &p);
    octets = sealed(&p, head, payloads, contents[i].plain);
    check_int(contents[i].what,
              msk_message_read(vector_layout(v), octets, &m, NULL), MSK_OK);
    check_int(contents[i].what, open_with(v, &m, &mtk), contents[i].err);
    if (contents[i].err != MSK_OK)
        assert_true(is_clear(&mtk, sizeof mtk));
}

static void
accepts_only_the_two_keys_of_the_standard(void **state)
{
    const struct mbms_vector *csb = vector("csb-mtk-streaming");
    const struct mbms_vector *keyid = vector("keyid-mtk-streaming");
    char head[32];

    (void)state;
    (void)snprintf(head, sizeof head, "01000000 %08x 00 01",
                   (unsigned)keyid->csb_id);
    for (size_t i = 0; i < N_CONTENTS; i++) {
        check_content(csb, "01000000 000068ca 00 01",
                      "15 03 0008 01020001 02020001; 05 02 00000001;"
                      "06 00 0003 216354",
                      i);
        check_content(keyid, head,
                      "15 03 000f 0003216354 010468ca0001 02020001;"
                      "05 02 00000001",
                      i);
    }
}

/* Messages that are no MTK message of TS 33.246, whatever their MAC. */
#define MAC20 "0000000000000000000000000000000000000000"
#define KEMAC "01 01 0000 01" MAC20
static const struct {
    const char *what;
    enum msk_layout layout;
    const char *head, *payloads;
    int err;
} shapes[] = {
    { "CSB as it should be", MSK_LAYOUT_CSB, "01000000 000068ca 00 01",
      "15 03 0008 01020001 02020001;05 02 00000001;06 00 0003 216354;" KEMAC,
      MSK_OK },
    { "KEYID as it should be", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010468ca0001 02020001;05 02 00000001;" KEMAC,
      MSK_OK },
    { "CSB without IDi", MSK_LAYOUT_CSB, "01000000 000068ca 00 01",
      "15 03 0008 01020001 02020001;05 02 00000001;" KEMAC, MSK_ERR_MISSING },
    { "a map of one stream", MSK_LAYOUT_KEYID,
      "01000000 01020304 01 00 000000000000000000",
      "15 03 000f 0003216354 010468ca0001 02020001;05 02 00000001;" KEMAC,
      MSK_ERR_VALUE },
    { "an SP", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010468ca0001 02020001;05 02 00000001;"
      "0a 00 00 0000;" KEMAC,
      MSK_ERR_VALUE },
    { "number 0 in KEYID", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010468ca0000 02020001;05 02 00000001;" KEMAC,
      MSK_ERR_VALUE },
    { "number 0 in CSB", MSK_LAYOUT_CSB, "01000000 000068ca 00 01",
      "15 03 0008 01020000 02020001;05 02 00000001;06 00 0003 216354;" KEMAC,
      MSK_ERR_VALUE },
    { "group 0 in KEYID", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010400000001 02020001;05 02 00000001;" KEMAC,
      MSK_ERR_VALUE },
    { "an MTK ID of 1 octet", MSK_LAYOUT_CSB, "01000000 000068ca 00 01",
      "15 03 0007 01020001 020101;05 02 00000001;06 00 0003 216354;" KEMAC,
      MSK_ERR_LENGTH },
    { "an MTK ID of 3 octets", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 0010 0003216354 010468ca0001 0203000001;05 02 00000001;" KEMAC,
      MSK_ERR_LENGTH },
    { "no T", MSK_LAYOUT_KEYID, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010468ca0001 02020001;" KEMAC, MSK_ERR_MISSING },
    { "CSB read as KEYID", MSK_LAYOUT_KEYID, "01000000 000068ca 00 01",
      "15 03 0008 01020001 02020001;05 02 00000001;06 00 0003 216354;" KEMAC,
      MSK_ERR_LAYOUT },
    { "KEYID read as CSB", MSK_LAYOUT_CSB, "01000000 01020304 00 01",
      "15 03 000f 0003216354 010468ca0001 02020001;05 02 00000001;" KEMAC,
      MSK_ERR_LAYOUT },
};

static void
refuses_messages_that_are_no_mtk_message(void **state)
{
    struct msk_message m;

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_int(shapes[i].what,
                  msk_message_read(shapes[i].layout,
                                   chain(shapes[i].head, shapes[i].payloads),
                                   &m, NULL),
                  shapes[i].err);
}

static void
opens_no_message_of_another_kind(void **state)
{
    struct msk_message m;
    struct msk_mtk mtk;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct mbms_vector *v = &mbms_vectors[i];

        if (vector_is(v, "mtk"))
            continue;
        vector_read(v, &m);
        check_int(v->name, open_with(v, &m, &mtk), MSK_ERR_KIND);
    }
}

static void
refuses_each_message_with_any_octet_changed(void **state)
{
    const struct mbms_vector *v;
    struct msk_message m;
    struct msk_mtk mtk;

    (void)state;
    for (size_t k = 0; (v = mtk_vector(k)) != NULL; k++) {
        size_t n = hex(v->message).n;

        for (size_t bit = 0; bit < n * 8; bit++) {
            struct msk_bytes good = hex(v->message);
            uint8_t *bad = room(n);
            int err;

            memcpy(bad, good.p, n);
            bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
            err = msk_message_read(vector_layout(v),
                                   (struct msk_bytes){ bad, n }, &m, NULL);
            if (err == MSK_OK)
                err = open_with(v, &m, &mtk);
            check_int(v->name, msk_err_kind(err), MSK_KIND_DROP);
            release(NULL);
        }
        for (size_t cut = 0; cut < n; cut++) {
            struct msk_bytes part = exact(hex(v->message).p, cut);

            assert_int_not_equal(
                msk_message_read(vector_layout(v), part, &m, NULL), MSK_OK);
            release(NULL);
        }
    }
}

static void
fails_with_each_call_of_the_provider(void **state)
{
    const struct mbms_vector *v;
    struct msk_mtk_message to_make;
    struct fake_crypto fake;
    struct msk_message m;
    struct msk_mtk mtk;
    size_t calls, len;

    (void)state;
    for (size_t k = 0; (v = mtk_vector(k)) != NULL; k++) {
        vector_to_make_mtk(v, &to_make);
        vector_read(v, &m);
        calls = 1;
        for (size_t n = 1; n <= calls; n++) {
            uint8_t *buf = room(MSK_MIKEY_MAX);

            fake_crypto_start(&fake, n);
            check_int(v->name,
                      msk_mtk_message_make(&fake.crypto, hex(v->psk), &to_make,
                                           buf, MSK_MIKEY_MAX, &len),
                      MSK_ERR_CRYPTO);
            assert_true(is_clear(buf, MSK_MIKEY_MAX));
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, n);
            check_int(v->name,
                      msk_mtk_message_open(&fake.crypto, hex(v->psk),
                                           hex(v->rand), &m, &mtk),
                      MSK_ERR_CRYPTO);
            assert_true(is_clear(&mtk, sizeof mtk));
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, 0);
            (void)msk_mtk_message_open(&fake.crypto, hex(v->psk), hex(v->rand),
                                       &m, &mtk);
            calls = fake.calls;
        }
        assert_true(calls > 5);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_the_messages_of_the_model, release),
        cmocka_unit_test_teardown(reads_and_opens_the_messages_of_the_model,
                                  release),
        cmocka_unit_test_teardown(sends_the_rand_to_ues_that_have_none,
                                  release),
        cmocka_unit_test_teardown(opens_what_it_makes_with_keys_of_every_size,
                                  release),
        cmocka_unit_test_teardown(
            refuses_to_make_what_the_standard_does_not_know, release),
        cmocka_unit_test_teardown(
            refuses_absent_arguments_and_keys_of_other_sizes, release),
        cmocka_unit_test_teardown(makes_nothing_in_a_buffer_that_is_too_small,
                                  release),
        cmocka_unit_test_teardown(
            takes_the_rand_of_the_msk_and_not_of_the_message, release),
        cmocka_unit_test_teardown(accepts_only_the_two_keys_of_the_standard,
                                  release),
        cmocka_unit_test_teardown(refuses_messages_that_are_no_mtk_message,
                                  release),
        cmocka_unit_test_teardown(opens_no_message_of_another_kind, release),
        cmocka_unit_test_teardown(refuses_each_message_with_any_octet_changed,
                                  release),
        cmocka_unit_test_teardown(fails_with_each_call_of_the_provider,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
