/* SPDX-License-Identifier: MIT */
/* Numbers that others have published, for each provider. */
#include <string.h>

#include "msk/crypto.h"
#include "provider.h"
#include "support.h"

/* Text, or octets in hexadecimal, n times over. */
struct input {
    const char *chars, *hex;
    size_t times;
};

static struct msk_bytes
octets(const struct input *in)
{
    struct msk_bytes once = in->hex != NULL ? hex(in->hex) : chars(in->chars);
    size_t times = in->times > 0 ? in->times : 1;
    uint8_t *all = room(once.n * times);

    for (size_t i = 0; i < times && once.n > 0; i++)
        memcpy(all + i * once.n, once.p, once.n);
    return exact(all, once.n * times);
}

static size_t
digest_len(enum msk_hash hash)
{
    return hash == MSK_HASH_MD5 ? 16 : hash == MSK_HASH_SHA1 ? 20 : 32;
}

static const struct {
    const char *what;
    enum msk_hash hash;
    struct input in;
    const char *want;
} hashes[] = {
    { "RFC 1321 A.5, 1",
      MSK_HASH_MD5,
      { "", NULL, 1 },
      "d41d8cd98f00b204e9800998ecf8427e" },
    { "RFC 1321 A.5, 2",
      MSK_HASH_MD5,
      { "a", NULL, 1 },
      "0cc175b9c0f1b6a831c399e269772661" },
    { "RFC 1321 A.5, 3",
      MSK_HASH_MD5,
      { "abc", NULL, 1 },
      "900150983cd24fb0d6963f7d28e17f72" },
    { "RFC 1321 A.5, 4",
      MSK_HASH_MD5,
      { "message digest", NULL, 1 },
      "f96b697d7cb7938d525a2f31aaf161d0" },
    { "RFC 1321 A.5, 5",
      MSK_HASH_MD5,
      { "abcdefghijklmnopqrstuvwxyz", NULL, 1 },
      "c3fcd3d76192e4007dfb496cca67e13b" },
    { "RFC 1321 A.5, 6",
      MSK_HASH_MD5,
      { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", NULL,
        1 },
      "d174ab98d277d9f5a5611c2c9f419d9f" },
    { "RFC 1321 A.5, 7",
      MSK_HASH_MD5,
      { "1234567890", NULL, 8 },
      "57edf4a22be3c955ac49da2e2107b67a" },
    { "FIPS 180, SHA-1, none",
      MSK_HASH_SHA1,
      { "", NULL, 1 },
      "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
    { "FIPS 180, SHA-1, one block",
      MSK_HASH_SHA1,
      { "abc", NULL, 1 },
      "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "FIPS 180, SHA-1, two blocks",
      MSK_HASH_SHA1,
      { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", NULL, 1 },
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
    { "FIPS 180, SHA-1, a million",
      MSK_HASH_SHA1,
      { "a", NULL, 1000000 },
      "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
    { "FIPS 180, SHA-256, none",
      MSK_HASH_SHA256,
      { "", NULL, 1 },
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "FIPS 180, SHA-256, one block",
      MSK_HASH_SHA256,
      { "abc", NULL, 1 },
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "FIPS 180, SHA-256, two blocks",
      MSK_HASH_SHA256,
      { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", NULL, 1 },
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "FIPS 180, SHA-256, a million",
      MSK_HASH_SHA256,
      { "a", NULL, 1000000 },
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void
hashes_what_the_standards_hash(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        size_t n = digest_len(hashes[i].hash);
        struct msk_bytes in = octets(&hashes[i].in);
        uint8_t *out = room(n);

        check_int(hashes[i].what,
                  host_crypto()->hash(host_crypto()->user, hashes[i].hash, &in,
                                      1, out),
                  0);
        check_octets(hashes[i].what, exact(out, n), hex(hashes[i].want));
        release(NULL);
    }
}

#define JEFE "4a656665"
#define FOR_NOTHING "what do ya want for nothing?"
#define LARGE_KEY "Test Using Larger Than Block-Size Key - Hash Key First"
#define LARGE_BOTH                                                          \
    "This is a test using a larger than block-size key and a larger than "  \
    "block-size data. The key needs to be hashed before being used by the " \
    "HMAC algorithm."

/* Case 5 of RFC 4231 stands here whole. Its cases 6 and 7 have a key of 131
 * octets, more than a provider must take: those of 128 are from Python's
 * hmac. */
static const struct {
    const char *what;
    enum msk_hash hash;
    struct input key, in;
    const char *want;
} hmacs[] = {
    { "RFC 2202, 1",
      MSK_HASH_SHA1,
      { NULL, "0b", 20 },
      { "Hi There", NULL, 1 },
      "b617318655057264e28bc0b6fb378c8ef146be00" },
    { "RFC 2202, 2",
      MSK_HASH_SHA1,
      { NULL, JEFE, 1 },
      { FOR_NOTHING, NULL, 1 },
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { "RFC 2202, 3",
      MSK_HASH_SHA1,
      { NULL, "aa", 20 },
      { NULL, "dd", 50 },
      "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
    { "RFC 2202, 4",
      MSK_HASH_SHA1,
      { NULL, "0102030405060708090a0b0c0d0e0f10111213141516171819", 1 },
      { NULL, "cd", 50 },
      "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
    { "RFC 2202, 5",
      MSK_HASH_SHA1,
      { NULL, "0c", 20 },
      { "Test With Truncation", NULL, 1 },
      "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
    { "RFC 2202, 6",
      MSK_HASH_SHA1,
      { NULL, "aa", 80 },
      { LARGE_KEY, NULL, 1 },
      "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
    { "RFC 2202, 7",
      MSK_HASH_SHA1,
      { NULL, "aa", 80 },
      { "Test Using Larger Than Block-Size Key and Larger Than One "
        "Block-Size Data",
        NULL, 1 },
      "e8e99d0f45237d786d6bbaa7965c7808bbff1a91" },
    { "RFC 4231, 1",
      MSK_HASH_SHA256,
      { NULL, "0b", 20 },
      { "Hi There", NULL, 1 },
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "RFC 4231, 2",
      MSK_HASH_SHA256,
      { NULL, JEFE, 1 },
      { FOR_NOTHING, NULL, 1 },
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "RFC 4231, 3",
      MSK_HASH_SHA256,
      { NULL, "aa", 20 },
      { NULL, "dd", 50 },
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { "RFC 4231, 4",
      MSK_HASH_SHA256,
      { NULL, "0102030405060708090a0b0c0d0e0f10111213141516171819", 1 },
      { NULL, "cd", 50 },
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    { "RFC 4231, 5",
      MSK_HASH_SHA256,
      { NULL, "0c", 20 },
      { "Test With Truncation", NULL, 1 },
      "a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5" },
    { "RFC 4231, 6, but a key of 128",
      MSK_HASH_SHA256,
      { NULL, "aa", 128 },
      { LARGE_KEY, NULL, 1 },
      "f4c628398866742a99f3e2550d7f6ca135a8995a3940a190d75636a4fe27d788" },
    { "RFC 4231, 7, but a key of 128",
      MSK_HASH_SHA256,
      { NULL, "aa", 128 },
      { LARGE_BOTH, NULL, 1 },
      "f193e9befa5a5cce0541570d454460df93bdcaf7133aaee4ca9b7fe4de69c8f4" },
};

static int
hmac_once(enum msk_hash hash, struct msk_bytes key, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    const struct msk_crypto *c = host_crypto();
    struct msk_hmac hmac;
    int failed = c->hmac_begin(c->user, &hmac, hash, key);

    if (failed != 0)
        return failed;
    failed = c->hmac(c->user, &hmac, in, n_in, out);
    c->hmac_end(c->user, &hmac);
    return failed;
}

static void
makes_the_hmacs_of_the_rfcs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hmacs / sizeof hmacs[0]; i++) {
        size_t n = digest_len(hmacs[i].hash);
        struct msk_bytes in = octets(&hmacs[i].in);
        uint8_t *out = room(n);

        check_int(hmacs[i].what,
                  hmac_once(hmacs[i].hash, octets(&hmacs[i].key), &in, 1, out),
                  0);
        check_octets(hmacs[i].what, exact(out, n), hex(hmacs[i].want));
        release(NULL);
    }
}

#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define KEY_256 \
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define CTR_PLAIN                                                      \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define CTR_IV "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define ZEROS "00000000000000000000000000000000"

/* FIPS 197: a block encrypted is the key stream of the counter that is that
 * block. */
static const struct {
    const char *what, *key, *iv, *in, *want;
} ciphers[] = {
    { "SP 800-38A F.5.1, AES-128", KEY_128, CTR_IV, CTR_PLAIN,
      "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
      "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee" },
    { "SP 800-38A F.5.5, AES-256", KEY_256, CTR_IV, CTR_PLAIN,
      "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
      "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6" },
    { "FIPS 197 C.1, AES-128", "000102030405060708090a0b0c0d0e0f",
      "00112233445566778899aabbccddeeff", ZEROS,
      "69c4e0d86a7b0430d8cdb78070b4c55a" },
    { "FIPS 197 C.3, AES-256",
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "00112233445566778899aabbccddeeff", ZEROS,
      "8ea2b7ca516745bfeafc49904b496089" },
};

static int
cipher(struct msk_bytes key, struct msk_bytes iv, struct msk_bytes in,
       uint8_t *out)
{
    const struct msk_crypto *c = host_crypto();

    return c->aes_ctr(c->user, key, iv.p, in.p, out, in.n);
}

static void
encrypts_what_nist_encrypts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        struct msk_bytes key = hex(ciphers[i].key), iv = hex(ciphers[i].iv);
        struct msk_bytes in = hex(ciphers[i].in), want = hex(ciphers[i].want);
        uint8_t *out = room(in.n);

        check_int(ciphers[i].what, cipher(key, iv, in, out), 0);
        check_octets(ciphers[i].what, exact(out, in.n), want);
        check_int(ciphers[i].what, cipher(key, iv, want, out), 0);
        check_octets(ciphers[i].what, exact(out, in.n), in);
        release(NULL);
    }
}

/* RFC 3830 4.2.3 has no padding: any length, from 0. */
static void
encrypts_every_length_and_no_octet_more(void **state)
{
    struct msk_bytes key = hex(KEY_256), iv = hex(CTR_IV), in = hex(CTR_PLAIN);
    struct msk_bytes want = hex(ciphers[1].want);

    (void)state;
    for (size_t n = 0; n <= in.n; n++) {
        struct msk_bytes part = exact(in.p, n);
        uint8_t *out = room(n + 16);

        assert_int_equal(cipher(key, iv, part, out), 0);
        if (n > 0)
            assert_memory_equal(out, want.p, n);
        for (size_t i = n; i < n + 16; i++)
            assert_int_equal(out[i], 0xA5);
    }
}

/* SP 800-38A B.1: the counter block is one number of 128 bits. The block
 * after a carry is that which starts at the next number. */
static void
carries_over_every_octet_of_the_counter(void **state)
{
    struct msk_bytes key = hex(KEY_128), zeros = hex(ZEROS ZEROS);
    struct msk_bytes one = exact(zeros.p, 16);

    (void)state;
    for (size_t ones = 0; ones <= 16; ones++) {
        uint8_t iv[16], next[16], both[32], second[16];

        memset(iv, 0x20, sizeof iv);
        memset(next, 0x20, sizeof next);
        memset(iv + 16 - ones, 0xFF, ones);
        memset(next + 16 - ones, 0x00, ones);
        if (ones < 16)
            next[15 - ones]++;
        assert_int_equal(cipher(key, exact(iv, 16), zeros, both), 0);
        assert_int_equal(cipher(key, exact(next, 16), one, second), 0);
        assert_memory_equal(both + 16, second, 16);
        assert_memory_not_equal(both, second, 16);
    }
}

/* Cut into views wherever one likes, with empty ones between. */
static void
hashes_views_as_one_piece(void **state)
{
    static const enum msk_hash all[] = { MSK_HASH_MD5, MSK_HASH_SHA1,
                                         MSK_HASH_SHA256 };
    const struct msk_crypto *c = host_crypto();
    uint8_t data[150], want[32], mac[32];
    struct msk_bytes key = hex(KEY_128);

    (void)state;
    memset(data, 'x', sizeof data);
    for (size_t h = 0; h < 3; h++)
        for (size_t cut = 0; cut <= sizeof data; cut++) {
            size_t n = digest_len(all[h]);
            struct msk_bytes one = exact(data, sizeof data);
            struct msk_bytes views[4] = {
                { NULL, 0 }, { one.p, cut }, { one.p, 0 }, { NULL, 0 }
            };
            uint8_t *out = room(n);

            views[3] = exact(data + cut, sizeof data - cut);
            assert_int_equal(c->hash(c->user, all[h], &one, 1, want), 0);
            assert_int_equal(c->hash(c->user, all[h], views, 4, out), 0);
            assert_memory_equal(out, want, n);
            if (all[h] != MSK_HASH_MD5) {
                assert_int_equal(hmac_once(all[h], key, &one, 1, mac), 0);
                assert_int_equal(hmac_once(all[h], key, views, 4, out), 0);
                assert_memory_equal(out, mac, n);
            }
            release(NULL);
            key = hex(KEY_128);
        }
    assert_int_equal(c->hash(c->user, MSK_HASH_SHA1, NULL, 0, want), 0);
    assert_memory_equal(want, hex(hashes[7].want).p, 20);
}

/* As many hmac calls as one likes, of which one does not change the next. */
static void
keeps_a_key_for_many_macs(void **state)
{
    const struct msk_crypto *c = host_crypto();
    struct msk_bytes key = octets(&hmacs[1].key), in = octets(&hmacs[1].in);
    struct msk_bytes other = hex("00112233");
    struct msk_hmac hmac, before;
    uint8_t out[20];

    (void)state;
    assert_int_equal(c->hmac_begin(c->user, &hmac, MSK_HASH_SHA1, key), 0);
    memcpy(&before, &hmac, sizeof hmac);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(c->hmac(c->user, &hmac, &other, 1, out), 0);
        assert_int_equal(c->hmac(c->user, &hmac, &in, 1, out), 0);
        assert_memory_equal(out, hex(hmacs[1].want).p, 20);
    }
    assert_memory_equal(&before, &hmac, sizeof hmac);
    c->hmac_end(c->user, &hmac);
}

/* A hash of nothing, a key of no or too many octets, AES of another length:
 * failures, never a crash. */
static void
fails_where_it_is_asked_for_something_else(void **state)
{
    const struct msk_crypto *c = host_crypto();
    struct msk_bytes key = exact(room(129), 129), iv = hex(CTR_IV);
    struct msk_bytes in = hex(ZEROS);
    struct msk_hmac hmac;
    uint8_t out[32];

    (void)state;
    memset(&hmac, 0, sizeof hmac);
    assert_true(c->hash(c->user, (enum msk_hash)9, &in, 1, out) != 0);
    assert_true(c->hmac_begin(c->user, &hmac, (enum msk_hash)9, in) != 0);
    assert_true(c->hmac_begin(c->user, &hmac, MSK_HASH_MD5, in) != 0);
    assert_true(c->hmac_begin(c->user, &hmac, MSK_HASH_SHA1, key) != 0);
    assert_true(c->hmac_begin(c->user, &hmac, MSK_HASH_SHA1, exact(NULL, 0)) !=
                0);
    for (size_t n = 1; n <= 40; n++)
        check_int("AES", cipher(exact(key.p, n), iv, in, out) == 0,
                  n == 16 || n == 32);
}

static void
wipes_a_key_that_is_done_with(void **state)
{
    static const struct msk_hmac nothing;
    const struct msk_crypto *c = host_crypto();
    struct msk_bytes key = hex(KEY_256);
    struct msk_hmac hmac;

    (void)state;
    memset(&hmac, 0, sizeof hmac);
    assert_int_equal(c->hmac_begin(c->user, &hmac, MSK_HASH_SHA256, key), 0);
    assert_memory_not_equal(&hmac, &nothing, sizeof hmac);
    c->hmac_end(c->user, &hmac);
    assert_memory_equal(&hmac, &nothing, sizeof hmac);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(hashes_what_the_standards_hash, release),
        cmocka_unit_test_teardown(makes_the_hmacs_of_the_rfcs, release),
        cmocka_unit_test_teardown(encrypts_what_nist_encrypts, release),
        cmocka_unit_test_teardown(encrypts_every_length_and_no_octet_more,
                                  release),
        cmocka_unit_test_teardown(carries_over_every_octet_of_the_counter,
                                  release),
        cmocka_unit_test_teardown(hashes_views_as_one_piece, release),
        cmocka_unit_test_teardown(keeps_a_key_for_many_macs, release),
        cmocka_unit_test_teardown(fails_where_it_is_asked_for_something_else,
                                  release),
        cmocka_unit_test_teardown(wipes_a_key_that_is_done_with, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
