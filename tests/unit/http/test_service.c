/* SPDX-License-Identifier: MIT */
#include "msk/service.h"

#include <string.h>

#include "http/uri.h"
#include "msk/http.h"
#include "support.h"

static const struct {
    const char *what, *uri, *scheme, *host, *port, *path;
} good[] = {
    { "a name", "bmsc.example.com", "", "bmsc.example.com", "", "" },
    { "a name and a port", "bmsc.example.com:8080", "", "bmsc.example.com",
      "8080", "" },
    { "a name and a path", "a/b:c", "", "a", "", "/b:c" },
    { "http", "http://bmsc.home1.net:1234/mbms/", "http", "bmsc.home1.net",
      "1234", "/mbms/" },
    { "https", "https://a-b_c.d9/x?y#z", "https", "a-b_c.d9", "", "/x?y#z" },
    { "the highest port", "h:65535", "", "h", "65535", "" },
    { "a dot after", "http://a.b.:80/c", "http", "a.b", "80", "/c" },
    { "a dot after alone", "a.", "", "a", "", "" },
    { "a path with another URI", "http://a/http://b", "http", "a", "",
      "/http://b" },
};

static const struct {
    const char *what, *uri;
} bad[] = {
    { "nothing", "" },
    { "no scheme", "://a" },
    { "no host", "http://" },
    { "no host but a path", "http:///a" },
    { "no host but a port", "http://:80" },
    { "a scheme that is none", "1http://a" },
    { "a scheme with a blank", "ht tp://a" },
    { "a scheme of another kind", "urn:a:b" },
    { "a user", "http://bmsc.example.com@evil.example" },
    { "a user and a word", "http://bmsc.example.com:80@evil.example/" },
    { "IPv6", "http://[2001:db8::1]/" },
    { "a dot in front", ".a" },
    { "nothing but a dot", "." },
    { "two dots after", "a.." },
    { "two dots", "a..b" },
    { "a blank", "a b" },
    { "a line end", "a\r\nX: y" },
    { "a line end in the path", "http://a/\r\nX: y" },
    { "a blank in the path", "http://a/b c" },
    { "an octet that is not ASCII", "http://b\xC3\xBCro.example/" },
    { "an octet that is not ASCII in the path", "http://a/\xC3\xBC" },
    { "no port after the colon", "a:" },
    { "port 0", "a:0" },
    { "a port too high", "a:65536" },
    { "a port too long", "a:000080" },
    { "a port that is none", "a:8o" },
    { "a query without a path", "a?b" },
    { "a fragment without a path", "a#b" },
    { "a backslash", "http://a\\b/" },
};

static void
takes_a_uri_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct msk_uri uri;

        check_int(good[i].what, msk_uri_split(chars(good[i].uri), &uri), true);
        check_octets(good[i].what, uri.scheme, chars(good[i].scheme));
        check_octets(good[i].what, uri.host, chars(good[i].host));
        check_octets(good[i].what, uri.port, chars(good[i].port));
        check_octets(good[i].what, uri.path, chars(good[i].path));
    }
}

static void
refuses_a_uri_without_a_name(void **state)
{
    struct msk_uri uri;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].what, msk_uri_split(chars(bad[i].uri), &uri), false);
}

static void
takes_a_name_of_any_length_up_to_the_limit(void **state)
{
    uint8_t *name = room(MSK_FQDN_MAX + 1);
    struct msk_uri uri;

    (void)state;
    memset(name, 'a', MSK_FQDN_MAX + 1);
    assert_true(msk_uri_split((struct msk_bytes){ name, MSK_FQDN_MAX }, &uri));
    assert_false(
        msk_uri_split((struct msk_bytes){ name, MSK_FQDN_MAX + 1 }, &uri));
}

/* With the path that stands in it, a UE asks where the URI says. */
static void
finds_the_base_of_a_server(void **state)
{
    static const struct {
        const char *server, *base;
        int want;
    } rows[] = {
        { "bmsc.example.com", "", MSK_OK },
        { "http://bmsc.example.com:80", "", MSK_OK },
        { "http://bmsc.example.com/", "/", MSK_OK },
        { "http://bmsc.example.com./a/b/", "/a/b/", MSK_OK },
        { "bmsc.example.com/a", "/a", MSK_OK },
        { "http://bmsc.example.com/a?b", NULL, MSK_ERR_VALUE },
        { "http://bmsc.example.com/a#b", NULL, MSK_ERR_VALUE },
        { "http://[::1]/a", NULL, MSK_ERR_VALUE },
        { "", NULL, MSK_ERR_VALUE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_bytes base = { NULL, 0 };
        uint8_t target[64];
        size_t n;

        check_int(rows[i].server,
                  msk_service_base(chars(rows[i].server), &base), rows[i].want);
        if (rows[i].want != MSK_OK)
            continue;
        check_octets(rows[i].server, base, chars(rows[i].base));
        assert_int_equal(msk_http_target(MSK_PROCEDURE_REGISTER, base, target,
                                         sizeof target, &n),
                         MSK_OK);
    }
    assert_int_equal(msk_service_base(chars("a"), NULL), MSK_ERR_ARGUMENT);
}

/* A generator whose octets are known. */
struct script {
    const uint8_t *next;
    unsigned calls, fail_at;
};

static int
follow(void *user, uint8_t *out, size_t n)
{
    struct script *script = user;

    if (++script->calls == script->fail_at)
        return -1;
    memcpy(out, script->next, n);
    script->next += n;
    return 0;
}

static int
always(void *user, uint8_t *out, size_t n)
{
    ++*(unsigned *)user;
    memset(out, 0xFF, n);
    return 0;
}

static struct msk_service
service_of(const struct msk_bytes *servers, size_t n)
{
    struct msk_service service = { .size = sizeof service };

    service.servers = servers;
    service.n_servers = n;
    return service;
}

static void
picks_each_server(void **state)
{
    struct msk_bytes servers[] = { chars("http://a/"), chars("b:1"),
                                   chars("https://c") };
    /* 4294967295 is a multiple of 3: that number itself is drawn again. */
    struct msk_bytes octets =
        hex("00000000 00000001 00000002 FFFFFFFF 00000005 FFFFFFFE");
    const char *want[] = { "a", "b", "c", "c", "c" };
    struct script script = { octets.p, 0, 0 };
    struct msk_random random = { sizeof random, &script, follow };
    struct msk_service service = service_of(servers, 3);
    struct msk_bytes server, fqdn;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                         MSK_OK);
        check_octets("fqdn", fqdn, chars(want[i]));
        assert_ptr_equal(server.p, servers[want[i][0] - 'a'].p);
    }
    assert_int_equal(script.calls, 6);
}

static void
picks_each_server_as_often(void **state)
{
    struct msk_bytes servers[] = { chars("a"), chars("b"), chars("c"),
                                   chars("d"), chars("e") };
    struct msk_service service = service_of(servers, 5);
    unsigned count[5] = { 0 };
    struct rng rng;

    (void)state;
    rng_start(&rng, 1);
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t octets[4 * 64];
        struct script script = { octets, 0, 0 };
        struct msk_random random = { sizeof random, &script, follow };
        struct msk_bytes server, fqdn;

        rng_fill(&rng, octets, sizeof octets);
        assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                         MSK_OK);
        count[fqdn.p[0] - 'a']++;
    }
    for (size_t i = 0; i < 5; i++) /* 1000, with 7 standard deviations */
        assert_in_range(count[i], 800, 1200);
}

static void
needs_no_randomness_for_one_server(void **state)
{
    struct msk_bytes one = chars("http://bmsc.example.com/");
    struct script script = { NULL, 0, 1 };
    struct msk_random random = { sizeof random, &script, follow };
    struct msk_service service = service_of(&one, 1);
    struct msk_bytes server, fqdn;

    (void)state;
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_OK);
    check_octets("fqdn", fqdn, chars("bmsc.example.com"));
    assert_int_equal(script.calls, 0);
}

static void
fails_when_randomness_does(void **state)
{
    struct msk_bytes servers[] = { chars("a"), chars("b"), chars("c") };
    struct msk_service service = service_of(servers, 3);
    struct script script = { NULL, 0, 1 };
    unsigned calls = 0;
    struct msk_random fails = { sizeof fails, &script, follow };
    struct msk_random is_stuck = { sizeof is_stuck, &calls, always };
    struct msk_bytes server, fqdn;

    (void)state;
    assert_int_equal(msk_service_pick(&service, &fails, &server, &fqdn),
                     MSK_ERR_RANDOM);
    assert_int_equal(msk_service_pick(&service, &is_stuck, &server, &fqdn),
                     MSK_ERR_RANDOM);
    assert_in_range(calls, 2, 100);
}

static void
refuses_a_service_without_servers(void **state)
{
    struct msk_bytes one = chars("a"), nameless = chars("http://[::1]/");
    struct script script = { NULL, 0, 1 };
    struct msk_random random = { sizeof random, &script, follow };
    struct msk_service service = service_of(NULL, 1);
    struct msk_bytes server, fqdn;

    (void)state;
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    service = service_of(&one, 0);
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    service = service_of(&one, UINT16_MAX + 1);
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    service = service_of(&nameless, 1);
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_VALUE);
    service = service_of(&one, 1);
    assert_int_equal(msk_service_pick(&service, NULL, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_service_pick(NULL, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_service_pick(&service, &random, NULL, &fqdn),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_service_pick(&service, &random, &server, NULL),
                     MSK_ERR_ARGUMENT);
    random.fill = NULL;
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
    service.size = 8;
    assert_int_equal(msk_service_pick(&service, &random, &server, &fqdn),
                     MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(finds_the_base_of_a_server, release),
        cmocka_unit_test_teardown(takes_a_uri_apart, release),
        cmocka_unit_test_teardown(refuses_a_uri_without_a_name, release),
        cmocka_unit_test_teardown(takes_a_name_of_any_length_up_to_the_limit,
                                  release),
        cmocka_unit_test_teardown(picks_each_server, release),
        cmocka_unit_test_teardown(picks_each_server_as_often, release),
        cmocka_unit_test_teardown(needs_no_randomness_for_one_server, release),
        cmocka_unit_test_teardown(fails_when_randomness_does, release),
        cmocka_unit_test_teardown(refuses_a_service_without_servers, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
