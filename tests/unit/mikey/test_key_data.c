/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "msk/mikey.h"
#include "support.h"

/* RFC 3830 6.13, 6.14 */
static const struct {
    const char *what, *octets;
    uint8_t type, kv;
    const char *key, *salt, *spi, *from, *to;
} keys[] = {
    { "TEK with interval", "00 22 0002 aabb 02 0001 02 fffe", 2, 2, "aabb", "",
      "", "0001", "fffe" },
    { "TEK of length 0 with interval", "00 22 0000 01 07 03 010203", 2, 2, "",
      "", "", "07", "010203" },
    { "TEK with an empty interval", "00 22 0001 aa 00 00", 2, 2, "aa", "", "",
      "", "" },
    { "TEK+SALT", "00 30 0001 aa 0002 bbcc", 3, 0, "aa", "bbcc", "", "", "" },
    { "TGK", "00 00 0003 aabbcc", 0, 0, "aabbcc", "", "", "", "" },
    { "TGK+SALT", "00 10 0001 aa 0001 bb", 1, 0, "aa", "bb", "", "", "" },
    { "GTGK", "00 40 0001 aa", 4, 0, "aa", "", "", "", "" },
    { "GTGK+SALT", "00 50 0001 aa 0000", 5, 0, "aa", "", "", "", "" },
    { "TEK with SPI", "00 21 0001 aa 04 01020304", 2, 1, "aa", "", "01020304",
      "", "" },
    { "TEK+SALT with interval", "00 32 0001 aa 0001 bb 01 cc 01 dd", 3, 2, "aa",
      "bb", "", "cc", "dd" },
};
#define N (sizeof keys / sizeof keys[0])

static void
check_key(size_t i, const struct msk_key_data *key)
{
    check_int(keys[i].what, key->type, keys[i].type);
    check_int(keys[i].what, key->kv, keys[i].kv);
    check_octets(keys[i].what, key->key, hex(keys[i].key));
    check_octets(keys[i].what, key->salt, hex(keys[i].salt));
    check_octets(keys[i].what, key->spi, hex(keys[i].spi));
    check_octets(keys[i].what, key->valid_from, hex(keys[i].from));
    check_octets(keys[i].what, key->valid_to, hex(keys[i].to));
}

static void
reads_each_kind_of_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes rest = hex(keys[i].octets);
        struct msk_key_data key;

        memset(&key, 0xA5, sizeof key);
        check_int(keys[i].what, msk_key_data_get(&rest, &key), MSK_OK);
        check_int(keys[i].what, (long long)rest.n, 0);
        check_key(i, &key);
    }
}

static void
key_of(size_t i, struct msk_key_data *key)
{
    key->type = keys[i].type;
    key->kv = keys[i].kv;
    key->key = hex(keys[i].key);
    key->salt = hex(keys[i].salt);
    key->spi = hex(keys[i].spi);
    key->valid_from = hex(keys[i].from);
    key->valid_to = hex(keys[i].to);
}

static void
writes_and_counts_each_kind_of_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes want = hex(keys[i].octets);
        uint8_t *out = room(want.n);
        struct msk_key_data key;
        size_t len = 0;

        key_of(i, &key);
        check_int(keys[i].what,
                  msk_key_data_put(&key, false, out, want.n, &len), MSK_OK);
        check_octets(keys[i].what, ((struct msk_bytes){ out, len }), want);
        check_int(keys[i].what, msk_key_data_put(&key, false, NULL, 0, &len),
                  MSK_OK);
        check_int(keys[i].what, (long long)len, (long long)want.n);
        for (size_t cap = 0; cap < want.n; cap++)
            check_int(keys[i].what,
                      msk_key_data_put(&key, false, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static void
refuses_each_key_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes whole = hex(keys[i].octets);

        for (size_t n = 0; n < whole.n; n++) {
            struct msk_bytes rest = exact(whole.p, n);
            struct msk_key_data key;

            check_int(keys[i].what, msk_key_data_get(&rest, &key),
                      MSK_ERR_TRUNCATED);
        }
    }
}

/* What get has to say to the chain, one call after the other. */
static const struct {
    const char *what, *octets;
    int first, second;
} chains[] = {
    { "two keys", "14 00 0001 aa  00 00 0001 bb", MSK_OK, MSK_OK },
    { "a second one announced and not there", "14 00 0001 aa",
      MSK_ERR_TRUNCATED, 0 },
    { "a second one cut", "14 00 0001 aa 00 00 0001", MSK_OK,
      MSK_ERR_TRUNCATED },
    { "an octet after the last", "00 00 0001 aa bb", MSK_ERR_TRAILING, 0 },
    { "another payload after it", "15 00 0001 aa 00 00 0001 bb",
      MSK_ERR_PAYLOAD, 0 },
    { "a KEMAC inside", "01 00 0001 aa", MSK_ERR_PAYLOAD, 0 },
    { "unknown validity", "00 03 0001 aa 0000 0000", MSK_ERR_UNSUPPORTED, 0 },
    { "highest validity", "00 2f 0001 aa 0000 0000", MSK_ERR_UNSUPPORTED, 0 },
};

static void
reads_chains_of_keys_to_their_end_and_no_further(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        struct msk_bytes rest = hex(chains[i].octets);
        struct msk_key_data key;

        check_int(chains[i].what, msk_key_data_get(&rest, &key),
                  chains[i].first);
        if (chains[i].first != MSK_OK)
            continue;
        check_int(chains[i].what, msk_key_data_get(&rest, &key),
                  chains[i].second);
        if (chains[i].second == MSK_OK)
            check_octets(chains[i].what, key.key, hex("bb"));
    }
}

static void
says_when_another_key_follows(void **state)
{
    struct msk_key_data key = { .type = MSK_KEY_TGK };
    uint8_t out[4];
    size_t len;

    (void)state;
    assert_int_equal(msk_key_data_put(&key, true, out, sizeof out, &len),
                     MSK_OK);
    assert_int_equal(out[0], MSK_PAYLOAD_KEY_DATA);
    assert_int_equal(msk_key_data_put(&key, false, out, sizeof out, &len),
                     MSK_OK);
    assert_int_equal(out[0], MSK_PAYLOAD_LAST);
}

static void
refuses_to_write_what_does_not_fit_its_field(void **state)
{
    static const struct {
        const char *what;
        uint8_t type, kv;
        size_t key, salt, spi, from;
        int want;
    } rows[] = {
        { "type of 5 bits", 16, 0, 1, 0, 0, 0, MSK_ERR_ARGUMENT },
        { "unknown validity", 2, 3, 1, 0, 0, 0, MSK_ERR_ARGUMENT },
        { "key of 65535", 2, 0, 65535, 0, 0, 0, MSK_OK },
        { "key of 65536", 2, 0, 65536, 0, 0, 0, MSK_ERR_LENGTH },
        { "salt of 65536", 3, 0, 1, 65536, 0, 0, MSK_ERR_LENGTH },
        { "SPI of 256", 2, 1, 1, 0, 256, 0, MSK_ERR_LENGTH },
        { "validity of 256", 2, 2, 1, 0, 0, 256, MSK_ERR_LENGTH },
        { "validity of 255", 2, 2, 1, 0, 0, 255, MSK_OK },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_key_data key = { .type = rows[i].type, .kv = rows[i].kv };
        size_t len;

        key.key = (struct msk_bytes){ room(rows[i].key), rows[i].key };
        key.salt = (struct msk_bytes){ room(rows[i].salt), rows[i].salt };
        key.spi = (struct msk_bytes){ room(rows[i].spi), rows[i].spi };
        key.valid_from = (struct msk_bytes){ room(rows[i].from), rows[i].from };
        check_int(rows[i].what, msk_key_data_put(&key, false, NULL, 0, &len),
                  rows[i].want);
    }
}

/* RFC 3830 6.14 */
static void
reads_and_writes_each_kind_of_validity(void **state)
{
    static const struct {
        const char *what;
        uint8_t kv;
        const char *octets;
        int want;
        const char *spi, *from, *to;
    } rows[] = {
        { "null", 0, "", MSK_OK, "", "", "" },
        { "SPI", 1, "02 aabb", MSK_OK, "aabb", "", "" },
        { "empty SPI", 1, "00", MSK_OK, "", "", "" },
        { "interval", 2, "01 aa 02 bbcc", MSK_OK, "", "aa", "bbcc" },
        { "empty interval", 2, "00 00", MSK_OK, "", "", "" },
        { "null, an octet", 0, "00", MSK_ERR_TRAILING, "", "", "" },
        { "SPI missing", 1, "", MSK_ERR_TRUNCATED, "", "", "" },
        { "SPI cut", 1, "02 aa", MSK_ERR_TRUNCATED, "", "", "" },
        { "after the SPI", 1, "01 aabb", MSK_ERR_TRAILING, "", "", "" },
        { "VT missing", 2, "01 aa", MSK_ERR_TRUNCATED, "", "", "" },
        { "VT cut", 2, "01 aa 02 bb", MSK_ERR_TRUNCATED, "", "", "" },
        { "after VT", 2, "00 00 00", MSK_ERR_TRAILING, "", "", "" },
        { "unknown", 3, "00 00", MSK_ERR_UNSUPPORTED, "", "", "" },
        { "unknown, 15", 15, "", MSK_ERR_UNSUPPORTED, "", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_bytes octets = hex(rows[i].octets);
        struct msk_key_data key = { .kv = rows[i].kv };
        uint8_t *out = room(octets.n);
        size_t len;

        key.spi = octets; /* to be cleared */
        check_int(rows[i].what, msk_key_validity_get(octets, &key),
                  rows[i].want);
        if (rows[i].want != MSK_OK)
            continue;
        check_octets(rows[i].what, key.spi, hex(rows[i].spi));
        check_octets(rows[i].what, key.valid_from, hex(rows[i].from));
        check_octets(rows[i].what, key.valid_to, hex(rows[i].to));
        check_int(rows[i].what, msk_key_validity_put(&key, out, octets.n, &len),
                  MSK_OK);
        check_octets(rows[i].what, ((struct msk_bytes){ out, len }), octets);
        for (size_t cap = 0; cap < octets.n; cap++)
            check_int(rows[i].what,
                      msk_key_validity_put(&key, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static void
refuses_to_write_a_validity_that_does_not_fit(void **state)
{
    struct msk_key_data key = { .kv = MSK_KV_SPI };
    size_t len;

    (void)state;
    key.spi = (struct msk_bytes){ room(256), 255 };
    assert_int_equal(msk_key_validity_put(&key, NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 256);
    key.spi.n = 256;
    assert_int_equal(msk_key_validity_put(&key, NULL, 0, &len), MSK_ERR_LENGTH);
    key.kv = 3;
    assert_int_equal(msk_key_validity_put(&key, NULL, 0, &len),
                     MSK_ERR_ARGUMENT);
}

static void
refuses_null(void **state)
{
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 };
    struct msk_key_data key = { .kv = 0 };
    size_t len;

    (void)state;
    assert_int_equal(msk_key_validity_get(empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_get(none, &key), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_put(NULL, NULL, 0, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_put(&key, NULL, 0, NULL),
                     MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_each_kind_of_key, release),
        cmocka_unit_test_teardown(writes_and_counts_each_kind_of_key, release),
        cmocka_unit_test_teardown(refuses_each_key_cut_at_every_length,
                                  release),
        cmocka_unit_test_teardown(
            reads_chains_of_keys_to_their_end_and_no_further, release),
        cmocka_unit_test(says_when_another_key_follows),
        cmocka_unit_test_teardown(refuses_to_write_what_does_not_fit_its_field,
                                  release),
        cmocka_unit_test_teardown(reads_and_writes_each_kind_of_validity,
                                  release),
        cmocka_unit_test_teardown(refuses_to_write_a_validity_that_does_not_fit,
                                  release),
        cmocka_unit_test(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
