/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "fake_crypto.h"
#include "messages.h"
#include "provider.h"

static int
make(const struct mbms_vector *v, const struct msk_msk_message *m,
     struct msk_bytes *out)
{
    uint8_t *buf = room(MSK_MIKEY_MAX);
    size_t len = 0;
    int err = msk_msk_message_make(host_crypto(), hex(v->psk), m, buf,
                                   MSK_MIKEY_MAX, &len);

    *out = (struct msk_bytes){ buf, len };
    return err;
}

static int
open_with(const struct mbms_vector *v, const struct msk_message *m,
          struct msk_content *content)
{
    memset(content, 0xA5, sizeof *content);
    return msk_msk_message_open(host_crypto(), hex(v->psk), m, content);
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

/* All vectors of MSK messages: keys, updates, invalidations, pulls. */
static const struct mbms_vector *
next(const struct mbms_vector *v)
{
    v = v == NULL ? mbms_vectors : v + 1;
    while (v < mbms_vectors + N_VECTORS && !vector_is_msk(v))
        v++;
    return v < mbms_vectors + N_VECTORS ? v : NULL;
}

#define FOR_EACH_VECTOR                                       \
    for (const struct mbms_vector *v = next(NULL); v != NULL; \
         v = next(v), release(NULL))

static void
makes_the_messages_of_the_model(void **state)
{
    size_t n = 0;

    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_msk_message m;
        struct msk_bytes made;

        if (vector_is_read_only(v))
            continue;
        vector_to_make(v, &m);
        check_int(v->name, make(v, &m, &made), MSK_OK);
        check_octets(v->name, made, hex(v->message));
        n++;
    }
    assert_int_equal(n, 28);
}

static void
opens_the_messages_of_the_model(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_msk_message want;
        struct msk_content c;
        struct msk_message m;

        vector_read(v, &m);
        vector_to_make(v, &want);
        check_int(v->name, m.kind, MSK_MESSAGE_MSK);
        check_int(v->name, msk_key_id_equal(&m.id, &want.id), true);
        check_int(v->name, m.v, v->v);
        check_int(v->name, m.streaming, v->streaming);
        check_int(v->name, m.has_sp, v->sp[0] != '\0');
        check_octets(v->name, m.sp, hex(v->sp));
        check_octets(v->name, m.rand, hex(v->rand));
        check_octets(v->name, m.idi, hex(v->idi));
        check_octets(v->name, m.idr, hex(v->idr));
        check_int(v->name, open_with(v, &m, &c), MSK_OK);
        check_int(v->name, c.kind, want.content);
        check_octets(v->name, exact(c.key, c.key_len), hex(v->key));
        check_int(v->name, c.seq_low, v->seq_low);
        check_int(v->name, c.seq_high, v->seq_high);
    }
}

/* One field wrong, all else as in the vector. */
static void
spoil(struct msk_msk_message *m, size_t i)
{
    static const uint8_t zeros[256];
    bool pull = m->content == MSK_CONTENT_PULL;

    switch (i) {
    case 0: m->size = offsetof(struct msk_msk_message, seq_high); break;
    case 1: m->layout = (enum msk_layout)0; break;
    case 2: m->layout = (enum msk_layout)3; break;
    case 3: m->ext = (enum msk_ext_position)2; break;
    case 4: m->content = (enum msk_content_kind)0; break;
    case 5: m->content = (enum msk_content_kind)4; break;
    case 6: m->id.group = 0; break;
    case 7: m->rand = exact(zeros, 15); break;
    case 8: m->rand = exact(zeros, MSK_RAND_MAX + 1); break;
    case 9: m->btid.n = 0; break;
    case 10: m->btid = exact(zeros, MSK_BTID_MAX + 1); break;
    case 11: m->sp = exact(zeros, MSK_SP_MAX + 1); break;
    case 12:
        m->sp = exact(zeros, 2);
        m->streaming = false;
        break;
    case 13: m->key = exact(zeros, m->key.n > 0 ? 15 : 16); break;
    case 14: m->key = exact(zeros, m->key.n > 0 ? 0 : 1); break;
    case 15:
        m->id.number = 0;
        m->v = pull;
        break;
    case 16:
        m->seq_high = 0xFFFF;
        m->v = pull;
        break;
    case 17:
        m->fqdn.n = 0;
        m->layout = MSK_LAYOUT_KEYID;
        break;
    case 18:
        m->fqdn = exact(zeros, MSK_FQDN_MAX + 1);
        m->layout = MSK_LAYOUT_KEYID;
        break;
    case 19: m->ext_type = 1; break;
    case 20: m->ext_type = 4; break;
    case 21:
        m->ext_type = MSK_EXT_KEY_TYPE;
        m->layout = MSK_LAYOUT_KEYID;
        break;
    default: break;
    }
}

static void
refuses_to_make_what_the_standard_does_not_know(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        for (size_t i = 0; i <= 22; i++) {
            struct msk_msk_message m;
            struct msk_bytes made;
            char what[80];

            vector_to_make(v, &m);
            spoil(&m, i);
            (void)snprintf(what, sizeof what, "%s, %zu", v->name, i);
            check_int(what, make(v, &m, &made),
                      i < 22 ? MSK_ERR_ARGUMENT : MSK_OK);
        }
    }
}

static void
refuses_absent_arguments_and_muks_that_are_none(void **state)
{
    static const uint8_t zeros[MSK_MUK_MAX + 1];
    const struct msk_crypto *crypto = host_crypto();
    const struct mbms_vector *v = vector("csb-msk-24");
    struct msk_bytes muk = hex(v->psk), none = { NULL, 0 };
    uint8_t *buf = room(MSK_MIKEY_MAX);
    struct msk_msk_message m;
    struct msk_content content;
    struct msk_message read;
    size_t len;

    (void)state;
    vector_to_make(v, &m);
    vector_read(v, &read);
#define MAKE(...) \
    assert_int_equal(msk_msk_message_make(__VA_ARGS__), MSK_ERR_ARGUMENT)
#define OPEN(...) \
    assert_int_equal(msk_msk_message_open(__VA_ARGS__), MSK_ERR_ARGUMENT)
    MAKE(NULL, muk, &m, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, none, &m, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, exact(zeros, MSK_MUK_MAX + 1), &m, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, muk, NULL, buf, MSK_MIKEY_MAX, &len);
    MAKE(crypto, muk, &m, NULL, MSK_MIKEY_MAX, &len);
    MAKE(crypto, muk, &m, buf, MSK_MIKEY_MAX, NULL);
    OPEN(NULL, muk, &read, &content);
    OPEN(crypto, muk, NULL, &content);
    OPEN(crypto, muk, &read, NULL);
    OPEN(crypto, none, &read, &content);
#undef MAKE
#undef OPEN
}

static void
makes_nothing_in_a_buffer_that_is_too_small(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        size_t whole = hex(v->message).n, len;
        struct msk_msk_message m;

        if (vector_is_read_only(v))
            continue;
        vector_to_make(v, &m);
        for (size_t cap = 0; cap < whole; cap++) {
            uint8_t *buf = room(cap);

            check_int(v->name,
                      msk_msk_message_make(host_crypto(), hex(v->psk), &m, buf,
                                           cap, &len),
                      MSK_ERR_SPACE);
            assert_true(is_clear(buf, cap));
        }
    }
}

/* The B-TID makes it long: 255 octets are not, 256 are. */
static void
warns_when_a_card_must_take_more_than_255_octets(void **state)
{
    static const uint8_t name[MSK_BTID_MAX];

    (void)state;
    FOR_EACH_VECTOR
    {
        size_t rest = hex(v->message).n - hex(v->idr).n;

        if (vector_is_read_only(v))
            continue;
        for (size_t len = 254; len <= 257; len++) {
            struct msk_msk_message m;
            struct msk_bytes made;

            vector_to_make(v, &m);
            m.btid = exact(name, len - rest);
            check_int(v->name, make(v, &m, &made), MSK_OK);
            m.for_card = true;
            check_int(v->name, make(v, &m, &made),
                      len > 255 ? MSK_WARN_CARD : MSK_OK);
            check_int(v->name, (long long)made.n, (long long)len);
            assert_false(is_clear(made.p, made.n));
        }
    }
}

static void
fits_the_longest_message_into_a_datagram(void **state)
{
    static const uint8_t filler[MSK_FQDN_MAX];

    (void)state;
    for (int layout = 1; layout <= 2; layout++) {
        const struct mbms_vector *v = vector("keyid-msk-streaming-16");
        struct msk_msk_message m;
        struct msk_content content;
        struct msk_message read;
        struct msk_bytes made;

        vector_to_make(v, &m);
        m.layout = (enum msk_layout)layout;
        m.fqdn = exact(filler, MSK_FQDN_MAX);
        m.btid = exact(filler, MSK_BTID_MAX);
        m.rand = exact(filler, MSK_RAND_MAX);
        m.sp = exact(filler, MSK_SP_MAX);
        m.key = exact(filler, MSK_KEY_MAX);
        check_int("make", make(v, &m, &made), MSK_OK);
        check_int("read", msk_message_read(m.layout, made, &read, NULL),
                  MSK_OK);
        check_int("open", open_with(v, &read, &content), MSK_OK);
    }
}

/* Encr data, the number in the clear, and what comes of it (TS 33.246
 * 6.4.5.1, 6.5.3). */
#define KEY16 "000102030405060708090a0b0c0d0e0f"
static const struct {
    const char *what, *plain;
    uint16_t number;
    int err;
} contents[] = {
    { "an MSK", "00 22 0010" KEY16 "02 0000 02 fffe", 1, MSK_OK },
    { "numbers of 1 octet", "00 22 0010" KEY16 "01 00 01 05", 1, MSK_OK },
    { "numbers of 8 octets",
      "00 22 0010" KEY16 "08 0000000000000102 08 000000000000fffe", 1, MSK_OK },
    { "an update", "00 22 0000 02 0001 02 0002", 1, MSK_OK },
    { "a pull", "", 0, MSK_OK },
    { "no key data with a number", "", 1, MSK_ERR_VALUE },
    { "a key with number 0", "00 22 0010" KEY16 "02 0000 02 fffe", 0,
      MSK_ERR_VALUE },
    { "an update with number 0", "00 22 0000 02 0001 02 0002", 0,
      MSK_ERR_VALUE },
    { "SEQl of 0 octets", "00 22 0010" KEY16 "00 02 fffe", 1, MSK_ERR_LENGTH },
    { "SEQu of 0 octets", "00 22 0010" KEY16 "02 0001 00", 1, MSK_ERR_LENGTH },
    { "SEQl of 9 octets", "00 22 0010" KEY16 "09 000000000000000001 02 fffe", 1,
      MSK_ERR_LENGTH },
    { "SEQl above 16 bits", "00 22 0010" KEY16 "03 010000 02 fffe", 1,
      MSK_ERR_VALUE },
    { "SEQu above 16 bits", "00 22 0010" KEY16 "01 00 08 8000000000000001", 1,
      MSK_ERR_VALUE },
    { "SEQu 0xFFFF", "00 22 0010" KEY16 "02 0000 02 ffff", 1, MSK_ERR_VALUE },
    { "SEQu 0xFFFF in an update", "00 22 0000 02 0000 02 ffff", 1,
      MSK_ERR_VALUE },
    { "SEQl 0xFFFF", "00 22 0010" KEY16 "02 ffff 02 0001", 1, MSK_OK },
    { "TGK", "00 02 0010" KEY16 "02 0000 02 fffe", 1, MSK_ERR_KIND },
    { "TEK+SALT", "00 32 0010" KEY16 "0001 aa 02 0000 02 fffe", 1,
      MSK_ERR_KIND },
    { "no validity", "00 20 0010" KEY16, 1, MSK_ERR_KIND },
    { "SPI", "00 21 0010" KEY16 "01 aa", 1, MSK_ERR_KIND },
    { "a key of 15", "00 22 000f 000102030405060708090a0b0c0d0e 0100 0101", 1,
      MSK_ERR_LENGTH },
    { "a key of 40", "00 22 0028" KEY16 KEY16 "0001020304050607 0100 0101", 1,
      MSK_ERR_LENGTH },
    { "an octet after", "00 22 0010" KEY16 "0100 0101 00", 1,
      MSK_ERR_TRAILING },
    { "cut short", "00 22 0010 0001", 1, MSK_ERR_TRUNCATED },
    { "two keys", "14 22 0010" KEY16 "0100 0101 00 22 0010" KEY16 "0100 0101",
      1, MSK_ERR_MANY },
    { "another payload", "0b 22 0010" KEY16 "0100 0101 00", 1,
      MSK_ERR_PAYLOAD },
    { "unknown validity", "00 24 0010" KEY16, 1, MSK_ERR_UNSUPPORTED },
};

static void
accepts_only_what_the_standard_allows(void **state)
{
    struct msk_protection p;
    char payloads[256];

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof contents / sizeof contents[0]); i++) {
        bool csb = i % 2 == 0;
        const struct mbms_vector *v =
            vector(csb ? "csb-msk-download-16" : "keyid-msk-download-16");
        struct msk_content content;
        struct msk_message m;
        struct msk_bytes octets;

        vector_protection(v, host_crypto(), &p);
        p.csb_id = csb ? 0x18CF : 0x01020304;
        (void)snprintf(payloads, sizeof payloads,
                       csb ? "15 03 0004 0102%04x; 06 00 0003 216354;"
                             "05 02 00000001; 0b 10 %s"
                           : "15 03 000b 0003216354 010418cf%04x;"
                             "06 00 0001 61; 06 00 0001 62;"
                             "05 02 00000001; 0b 10 %s",
                       (unsigned)contents[i / 2].number, v->rand);
        octets = sealed(
            &p, csb ? "01000000 000018cf 00 01" : "01000000 01020304 00 01",
            payloads, contents[i / 2].plain);
        check_int(contents[i / 2].what,
                  msk_message_read(vector_layout(v), octets, &m, NULL), MSK_OK);
        check_int(contents[i / 2].what, open_with(v, &m, &content),
                  contents[i / 2].err);
        if (contents[i / 2].err != MSK_OK)
            assert_true(is_clear(&content, sizeof content));
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
            struct msk_content content;
            struct msk_message m;
            int err;

            memcpy(bad, good.p, n);
            bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
            err = msk_message_read(vector_layout(v),
                                   (struct msk_bytes){ bad, n }, &m, NULL);
            if (err == MSK_OK)
                err = open_with(v, &m, &content);
            check_int(v->name, msk_err_kind(err), MSK_KIND_DROP);
            release(NULL);
        }
    }
}

static void
decrypts_nothing_before_the_mac_verifies(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_bytes good = hex(v->message), wrong;
        uint8_t *bad = room(good.n);
        struct fake_crypto fake;
        struct msk_content content;
        struct msk_message m;

        memcpy(bad, good.p, good.n);
        bad[good.n - 1] ^= 1;
        wrong = (struct msk_bytes){ bad, good.n };
        assert_int_equal(msk_message_read(vector_layout(v), wrong, &m, NULL),
                         MSK_OK);
        fake_crypto_start(&fake, 0);
        check_int(v->name,
                  msk_msk_message_open(&fake.crypto, hex(v->psk), &m, &content),
                  MSK_ERR_MAC);
        assert_int_equal(fake.ciphers, 0);
    }
}

static void
fails_with_each_call_of_the_provider(void **state)
{
    (void)state;
    FOR_EACH_VECTOR
    {
        struct msk_msk_message to_make;
        struct fake_crypto fake;
        struct msk_content content;
        struct msk_message m;
        size_t calls = 1, len;

        vector_to_make(v, &to_make);
        vector_read(v, &m);
        for (size_t n = 1; n <= calls; n++) {
            uint8_t *buf = room(MSK_MIKEY_MAX);

            fake_crypto_start(&fake, n);
            check_int(v->name,
                      msk_msk_message_make(&fake.crypto, hex(v->psk), &to_make,
                                           buf, MSK_MIKEY_MAX, &len),
                      MSK_ERR_CRYPTO);
            assert_true(is_clear(buf, MSK_MIKEY_MAX));
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, n);
            check_int(
                v->name,
                msk_msk_message_open(&fake.crypto, hex(v->psk), &m, &content),
                MSK_ERR_CRYPTO);
            assert_true(is_clear(&content, sizeof content));
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, 0);
            (void)msk_msk_message_open(&fake.crypto, hex(v->psk), &m, &content);
            calls = fake.calls;
        }
        assert_true(calls > 3);
    }
}

static void
opens_no_message_of_another_kind(void **state)
{
    struct msk_content content;
    struct msk_message m;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct mbms_vector *v = &mbms_vectors[i];

        if (vector_is_msk(v))
            continue;
        vector_read(v, &m);
        check_int(v->name, open_with(v, &m, &content), MSK_ERR_KIND);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(makes_the_messages_of_the_model),
        TEST(opens_the_messages_of_the_model),
        TEST(refuses_to_make_what_the_standard_does_not_know),
        TEST(refuses_absent_arguments_and_muks_that_are_none),
        TEST(makes_nothing_in_a_buffer_that_is_too_small),
        TEST(warns_when_a_card_must_take_more_than_255_octets),
        TEST(fits_the_longest_message_into_a_datagram),
        TEST(accepts_only_what_the_standard_allows),
        TEST(refuses_each_message_with_any_bit_flipped),
        TEST(decrypts_nothing_before_the_mac_verifies),
        TEST(fails_with_each_call_of_the_provider),
        TEST(opens_no_message_of_another_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
