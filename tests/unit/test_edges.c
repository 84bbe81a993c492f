/* SPDX-License-Identifier: MIT */
/* Arguments of public functions that are just outside of what may be: views whose
 * octets are not there, lengths of one too many, parts that are missing. */
#include <string.h>

#include "chip.h"
#include "http/date.h"
#include "http/http_message.h"
#include "http/uri.h"
#include "mbms/chain.h"
#include "msk/announcement.h"
#include "msk/digest.h"
#include "msk/gba.h"
#include "msk/key_group.h"
#include "msk/mbms.h"
#include "msk/mikey.h"
#include "msk/protect.h"
#include "msk/service.h"
#include "provider.h"
#include "support.h"

static const struct msk_bytes bad = { NULL, 3 }, none = { NULL, 0 };

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 0, n);
    return 0;
}

/* --- MIKEY and its protection ---------------------------------------------- */

static void
refuses_octets_of_mikey_that_are_not_there(void **state)
{
    struct msk_bytes rest = bad;
    struct msk_ext_key_id ids;
    struct msk_key_data key;

    (void)state;
    check_argument(msk_ext_key_id_get(bad, &ids));
    check_int("empty", msk_ext_key_id_get(none, &ids), MSK_OK);
    check_argument(msk_key_data_get(&rest, &key));
}

/* The first error of a message is the one that is told. */
static void
keeps_the_first_error_of_a_message(void **state)
{
    const struct msk_mikey_header header = { .data_type = MSK_DATA_PSK_INIT };
    struct msk_payload strange;
    struct msk_mikey_builder b;
    size_t len;
    int err;

    (void)state;
    memset(&strange, 0, sizeof strange);
    strange.type = 0xEE;
    msk_mikey_build(&b, NULL, 0, &header);
    msk_mikey_build_add(&b, &strange);
    err = msk_mikey_build_end(&b, &len);
    assert_true(err != MSK_OK && err != MSK_ERR_ARGUMENT);
    msk_mikey_build_add(&b, NULL);
    check_int("still", msk_mikey_build_end(&b, &len), err);
    msk_mikey_build(&b, NULL, 0, &header);
    msk_mikey_build_add(&b, NULL);
    check_argument(msk_mikey_build_end(&b, &len));
    msk_mikey_build_add(NULL, &strange);
    msk_mikey_build_add(NULL, NULL);
}

static void
derives_nothing_from_octets_that_are_not_there(void **state)
{
    struct msk_protection p = { .crypto = host_crypto(),
                                .psk = msk_text("sixteen octets..") };
    uint8_t out[MSK_NAF_ID_MAX], key[16];
    size_t len;

    (void)state;
    check_argument(msk_gba_naf_id(bad, out, &len));
    check_int("no RAND", msk_mikey_derive(&p, MSK_DERIVED_AUTH, 0, key, 16),
              MSK_OK);
    p.rand = bad;
    check_argument(msk_mikey_derive(&p, MSK_DERIVED_AUTH, 0, key, 16));
}

/* The plain of a KEMAC: one key, and no more. */
static void
takes_one_key_from_the_plain(void **state)
{
    static const struct {
        const char *plain;
        int want;
    } rows[] = {
        { "00 20 0001 aa", MSK_OK },
        { "00 50 0001 aa 0001 bb", MSK_OK }, /* with a salt */
        { "00 30 0001 aa 0001 bb", MSK_OK },
        { "00 10 0001 aa 0001 bb", MSK_OK },
        { "00 40 0001 aa 0001 bb", MSK_ERR_TRAILING },
        { "00 50 0001 aa", MSK_ERR_TRUNCATED },
        { "14 20 0001 aa", MSK_ERR_TRUNCATED },
        { "14 20 0001 aa 00", MSK_ERR_MANY },
        { "07 20 0001 aa", MSK_ERR_PAYLOAD },
        { "00 20 0001 aa 00", MSK_ERR_TRAILING },
    };
    struct msk_key_data key;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_int(rows[i].plain, msk_plain_key(hex(rows[i].plain), &key),
                  rows[i].want);
}

static void
writes_no_sp_that_is_cut(void **state)
{
    static const char *const sp[] = { "", "0d020001", "0d0200", "0d" };
    struct msk_msk_message m = { .size = sizeof m,
                                 .layout = MSK_LAYOUT_KEYID,
                                 .content = MSK_CONTENT_MSK,
                                 .id = { { 1, 2, 3 }, 4, 5 },
                                 .fqdn = msk_text("b"),
                                 .btid = msk_text("t"),
                                 .rand = msk_text("sixteen octets.."),
                                 .key = msk_text("sixteen octets.."),
                                 .seq_high = 9,
                                 .streaming = true };
    uint8_t buf[MSK_MIKEY_MAX];
    size_t len;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        m.sp = hex(sp[i]);
        check_int(sp[i],
                  msk_msk_message_make(host_crypto(), m.key, &m, buf,
                                       sizeof buf, &len),
                  i < 2 ? MSK_OK : MSK_ERR_LENGTH);
    }
}

/* --- HTTP ------------------------------------------------------------------- */

static void
refuses_http_that_is_not_there(void **state)
{
    struct msk_http_request r = { .size = sizeof r,
                                  .method = msk_text("POST"),
                                  .target = msk_text("/keymanagement") };
    enum msk_procedure procedure;
    uint8_t buf[100];
    size_t len;

    (void)state;
    r.method = none;
    check_argument(msk_http_procedure(&r, &procedure));
    r.method = r.target;
    r.target = none;
    check_argument(msk_http_procedure(&r, &procedure));
    check_argument(
        msk_http_target(MSK_PROCEDURE_REGISTER, bad, buf, 100, &len));
}

/* A source of numbers of a host that knows no `fill`. */
static void
picks_no_server_with_a_source_that_is_none(void **state)
{
    struct msk_random random = { .size = 1, .fill = fill };
    const struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_service s = { .size = sizeof s,
                             .servers = &server,
                             .n_servers = 1 };
    struct msk_bytes one, fqdn;

    (void)state;
    check_argument(msk_service_pick(&s, &random, &one, &fqdn));
    random.size = sizeof random;
    check_int("pick", msk_service_pick(&s, &random, &one, &fqdn), MSK_OK);
    random.fill = NULL;
    check_argument(msk_service_pick(&s, &random, &one, &fqdn));
}

/* RFC 3986 3.1 */
static void
knows_a_scheme_by_its_characters(void **state)
{
    static const struct {
        const char *uri;
        bool is;
    } uris[] = {
        { "http://a.example", true }, { "a+b://a.example", true },
        { "a-b://a.example", true },  { "a.b://a.example", true },
        { "a1://a.example", true },   { "1a://a.example", false },
        { "-a://a.example", false },  { "+a://a.example", false },
        { "a_b://a.example", false }, { "a/b://a.example", false },
        { "://a.example", false },    { "a*://a.example", false },
    };
    struct msk_uri parts;

    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++)
        check_int(uris[i].uri, msk_uri_split(chars(uris[i].uri), &parts),
                  uris[i].is);
}

/* What a request names: at this server, by its path or in full. */
static void
finds_the_resource_at_this_server_alone(void **state)
{
    static const struct {
        const char *uri, *resource;
    } all[] = {
        { "/x?y", "/x?y" },
        { "http://bmsc.example.org/x", "/x" },
        { "https://BMSC.example.org/x", "/x" },
        { "ftp://bmsc.example.org/x", "" },
        { "http://other.example.org/x", "" },
        { "http://bmsc.example.org:x/x", "" },
        { "http:", "" },
        { "/bmsc.example.org/x", "/x" },
        { "/bmsc.example.org", "/bmsc.example.org" },
        { "/other.example.org/x", "/other.example.org/x" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_octets(
            all[i].uri,
            msk_uri_resource(chars(all[i].uri), msk_text("bmsc.example.org")),
            chars(all[i].resource));
}

static void
reads_a_day_of_one_digit_or_two(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } dates[] = {
        { "Sun, 06 Nov 1994 08:49:37 GMT", true },
        { "Sun Nov  6 08:49:37 1994", true },
        { "Wed Nov 16 08:49:37 1994", true },
        { "Sun Nov x6 08:49:37 1994", false },
        { "Sun Nov :6 08:49:37 1994", false },
        { "Sun, 0: Nov 1994 08:49:37 GMT", false },
        { "Sun, 0/ Nov 1994 08:49:37 GMT", false },
    };
    uint64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        check_int(dates[i].text, msk_http_date(chars(dates[i].text), &seconds),
                  dates[i].is);
    assert_true(msk_xml_moment_read(chars("2026-01-01T00:00:00.5Z"), &seconds));
    assert_false(msk_xml_moment_read(chars("2026-01-01T00:00:00.5"), &seconds));
    assert_false(msk_xml_moment_read(chars("2026-01-01T00:00:00.Z"), &seconds));
    assert_false(
        msk_xml_moment_read(chars("2026-01-01T00:00:00.5:Z"), &seconds));
}

/* A B-TID is no longer than 255 octets, whatever room there is for one. */
static void
finds_out_who_asks_in_any_room(void **state)
{
    const struct msk_http_header one = {
        msk_text("Authorization"),
        msk_text("Digest username=\"run1@bsf.example.org\", realm=\"r\", "
                 "nonce=\"n\", uri=\"/\", response=\"0\"")
    };
    const struct msk_http_request request = { .size = sizeof request,
                                              .method = msk_text("POST"),
                                              .target = msk_text("/"),
                                              .headers = &one,
                                              .n_headers = 1 };
    size_t n = 0;
    int err, wide;

    (void)state;
    wide = msk_digest_server_btid(&request, room(2 * MSK_BTID_MAX),
                                  2 * MSK_BTID_MAX, &n);
    err = msk_digest_server_btid(&request, room(20), 20, &n);
    check_int("20", err, wide);
    assert_int_not_equal(msk_digest_server_btid(&request, room(19), 19, &n),
                         MSK_OK);
}

/* --- the MGV-F --------------------------------------------------------------- */

static void
refuses_what_an_mgvf_cannot_work_with(void **state)
{
    const struct msk_group_id group = { { 1, 2, 3 }, 4 };
    struct msk_mgvf_input input = { .size = sizeof input,
                                    .layout = MSK_LAYOUT_CSB };
    struct msk_mgvf_config config = { .size = sizeof config };
    struct msk_mgvf without = { NULL, 0 }, *made;
    struct chip chip;

    (void)state;
    chip_start(&chip, MSK_LAYOUT_CSB, false);
    config.store = &chip.store.store;
    check_argument(msk_mgvf_init(&made, chip.memory, MSK_MGVF_SIZE, &config));
    check_argument(msk_mgvf_allow(chip.mgvf, bad, &group, MSK_REQUIRE_BOTH));
    check_argument(msk_mgvf_forget(chip.mgvf, bad, &group));
    check_argument(msk_mgvf_forget_all(&without));
    input.fqdn = (struct msk_bytes){ room(MSK_FQDN_MAX + 1), MSK_FQDN_MAX + 1 };
    input.message = msk_text("x");
    check_argument(msk_mgvf_process(chip.mgvf, &input, NULL));
    check_int("calls of the store", (long long)chip.store.calls, 0);
}

/* 16, 24 or 32 octets. */
static void
takes_in_keys_of_three_lengths(void **state)
{
    static const size_t lengths[] = { 15, 16, 17, 23, 24, 25, 31, 32, 33 };
    struct chip chip;

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct msk_import m = { .size = sizeof m,
                                .id = { { 1, 2, 3 }, 4, 5 },
                                .rand = msk_text("sixteen octets.."),
                                .seq_high = 9 };

        chip_start(&chip, MSK_LAYOUT_KEYID, false);
        m.key = (struct msk_bytes){ room(lengths[i]), lengths[i] };
        check_int("import", chip_import(&chip, &m),
                  lengths[i] % 8 == 0 ? MSK_OK : MSK_ERR_ARGUMENT);
        m.key = (struct msk_bytes){ NULL, 16 };
        check_argument(chip_import(&chip, &m));
    }
}

/* The value under a number may become a longer one, and has no RAND of before. */
static void
takes_a_longer_value_under_the_same_number(void **state)
{
    struct msk_import m = { .size = sizeof m,
                            .id = { { 1, 2, 3 }, 4, 5 },
                            .key = msk_text("sixteen octets.."),
                            .rand = msk_text("sixteen octets.."),
                            .seq_high = 9 };
    struct chip chip;

    (void)state;
    chip_start(&chip, MSK_LAYOUT_KEYID, false);
    check_int("16", chip_import(&chip, &m), MSK_OK);
    m.key = msk_text("sixteen octets..and 8 mo");
    m.rand = none;
    check_int("24", chip_import(&chip, &m), MSK_OK);
    m.key.n = 16;
    check_int("16", chip_import(&chip, &m), MSK_OK);
    chip_start(&chip, MSK_LAYOUT_KEYID, false);
    check_int("MUK", chip_muk(&chip, 0x10), MSK_OK);
    check_int("allow", chip_allow(&chip, 7, MSK_REQUIRE_NOTHING), MSK_OK);
    for (uint32_t i = 1; i <= 4; i++)
        check_int("message",
                  chip_receive(
                      &chip, msk_message_of(&chip,
                                            (struct parcel){
                                                .muk = 0x10,
                                                .counter = i,
                                                .group = 7,
                                                .number = 1,
                                                .key = 0x51,
                                                .key_len = i % 2 == 0 ? 32 : 16,
                                            })),
                  MSK_OK);
}

/* --- Key Groups -------------------------------------------------------------- */

static void
draws_only_what_it_was_not_given(void **state)
{
    const struct msk_random numbers = { sizeof numbers, NULL, fill };
    const struct msk_random broken = { sizeof broken, NULL, NULL };
    const struct msk_key_group_config given = {
        .size = sizeof given,
        .id = { { 1, 2, 3 }, 4, 5 },
        .msk = msk_text("sixteen octets.."),
        .rand = msk_text("octets: sixteen.")
    };
    struct msk_key_group_config c = given;
    struct msk_key_group g;

    (void)state;
    check_int("both", msk_key_group_init(&g, &c, NULL), MSK_OK);
    c.rand = none;
    check_argument(msk_key_group_init(&g, &c, NULL));
    check_int("no fill", msk_key_group_init(&g, &c, &broken), MSK_ERR_RANDOM);
    check_int("RAND", msk_key_group_init(&g, &c, &numbers), MSK_OK);
    c.rand = given.rand;
    c.msk = none;
    check_argument(msk_key_group_init(&g, &c, NULL));
    check_int("MSK", msk_key_group_init(&g, &c, &numbers), MSK_OK);
    check_argument(msk_key_group_prepare(&g, NULL, NULL));
    check_int("no fill", msk_key_group_prepare(&g, NULL, &broken),
              MSK_ERR_RANDOM);
}

/* An interval is given in full, or not at all. */
static void
takes_an_interval_that_begins_or_ends_at_0(void **state)
{
    struct msk_key_group_config c = { .size = sizeof c,
                                      .id = { { 1, 2, 3 }, 4, 5 },
                                      .msk = msk_text("sixteen octets.."),
                                      .rand = msk_text("octets: sixteen.") };
    struct msk_key_group_next next = { .size = sizeof next,
                                       .number = 9,
                                       .msk = msk_text("octets: sixteen!"),
                                       .rand = msk_text("17 octets, so far") };
    struct msk_key_group_msk msk = { .size = sizeof msk };
    struct msk_key_group g;

    (void)state;
    c.seq_low = 7;
    check_argument(msk_key_group_init(&g, &c, NULL));
    c.seq_low = 0;
    c.seq_high = 7;
    check_int("0 to 7", msk_key_group_init(&g, &c, NULL), MSK_OK);
    next.seq_low = 7;
    check_argument(msk_key_group_prepare(&g, &next, NULL));
    next.seq_low = 0;
    next.seq_high = 9;
    check_int("0 to 9", msk_key_group_prepare(&g, &next, NULL), MSK_OK);
    assert_true(msk_key_group_get(&g, MSK_ROLE_NEXT, &msk));
    assert_int_equal(msk.seq_high, 9);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_octets_of_mikey_that_are_not_there),
        cmocka_unit_test(keeps_the_first_error_of_a_message),
        cmocka_unit_test(derives_nothing_from_octets_that_are_not_there),
        cmocka_unit_test_teardown(takes_one_key_from_the_plain, release),
        cmocka_unit_test_teardown(writes_no_sp_that_is_cut, release),
        cmocka_unit_test(refuses_http_that_is_not_there),
        cmocka_unit_test(picks_no_server_with_a_source_that_is_none),
        cmocka_unit_test_teardown(knows_a_scheme_by_its_characters, release),
        cmocka_unit_test_teardown(finds_the_resource_at_this_server_alone,
                                  release),
        cmocka_unit_test_teardown(reads_a_day_of_one_digit_or_two, release),
        cmocka_unit_test_teardown(finds_out_who_asks_in_any_room, release),
        cmocka_unit_test_teardown(refuses_what_an_mgvf_cannot_work_with,
                                  release),
        cmocka_unit_test_teardown(takes_in_keys_of_three_lengths, release),
        cmocka_unit_test_teardown(takes_a_longer_value_under_the_same_number,
                                  release),
        cmocka_unit_test(draws_only_what_it_was_not_given),
        cmocka_unit_test(takes_an_interval_that_begins_or_ends_at_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
