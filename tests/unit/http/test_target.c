/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "msk/http.h"
#include "support.h"

/* TS 33.246 G.2.1. */
static const struct {
    const char *what;
    int procedure;
    const char *base, *want;
} target[] = {
    { "register", MSK_PROCEDURE_REGISTER, "",
      "/keymanagement?requesttype=register" },
    { "deregister", MSK_PROCEDURE_DEREGISTER, "",
      "/keymanagement?requesttype=deregister" },
    { "MSK request", MSK_PROCEDURE_MSK_REQUEST, "",
      "/keymanagement?requesttype=msk-request" },
    { "a base", MSK_PROCEDURE_REGISTER, "/mbms/a",
      "/mbms/a/keymanagement?requesttype=register" },
    { "a base that ends with a slash", MSK_PROCEDURE_REGISTER, "/mbms/",
      "/mbms/keymanagement?requesttype=register" },
    { "the root", MSK_PROCEDURE_REGISTER, "/",
      "/keymanagement?requesttype=register" },
    { "no procedure", 0, "", NULL },
    { "an unknown procedure", 4, "", NULL },
    { "a negative procedure", -1, "", NULL },
    { "a base without a slash", MSK_PROCEDURE_REGISTER, "mbms", NULL },
    { "a blank", MSK_PROCEDURE_REGISTER, "/a b", NULL },
    { "a header line", MSK_PROCEDURE_REGISTER, "/ HTTP/1.1\r\nX: y", NULL },
    { "a line end", MSK_PROCEDURE_REGISTER, "/a\nb", NULL },
    { "a query", MSK_PROCEDURE_REGISTER, "/a?b=c", NULL },
    { "a fragment", MSK_PROCEDURE_REGISTER, "/a#b", NULL },
    { "DEL", MSK_PROCEDURE_REGISTER, "/\x7F", NULL },
    { "an octet that is not ASCII", MSK_PROCEDURE_REGISTER, "/\xC3\xA4", NULL },
};

static void
writes_a_target(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof target / sizeof target[0]; i++) {
        enum msk_procedure procedure = (enum msk_procedure)target[i].procedure;
        struct msk_bytes base = chars(target[i].base);
        size_t want = target[i].want != NULL ? strlen(target[i].want) : 100;
        uint8_t *buf = room(want);
        size_t len = 0;
        int err = msk_http_target(procedure, base, buf, want, &len);

        if (target[i].want == NULL) {
            check_int(target[i].what, err, MSK_ERR_ARGUMENT);
            continue;
        }
        check_int(target[i].what, err, MSK_OK);
        check_octets(target[i].what, exact(buf, len), chars(target[i].want));
        for (size_t cap = 0; cap < want; cap++)
            check_int(target[i].what,
                      msk_http_target(procedure, base, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static const struct {
    const char *what, *method, *target;
    int status, procedure;
} request[] = {
    { "register", "POST", "/keymanagement?requesttype=register", 0, 1 },
    { "deregister", "POST", "/keymanagement?requesttype=deregister", 0, 2 },
    { "MSK request", "POST", "/keymanagement?requesttype=msk-request", 0, 3 },
    { "after a base", "POST", "/a/b/keymanagement?requesttype=register", 0, 1 },
    { "absolute", "POST",
      "http://bmsc.home1.net:1234/keymanagement?requesttype=register", 0, 1 },
    { "a parameter in front", "POST", "/keymanagement?a=b&requesttype=register",
      0, 1 },
    { "a parameter after", "POST", "/keymanagement?requesttype=register&a&=", 0,
      1 },
    { "a parameter whose name ends so", "POST",
      "/keymanagement?xrequesttype=deregister&requesttype=register", 0, 1 },
    { "another path", "POST", "/keymanagemen?requesttype=register", 404, 0 },
    { "a longer path", "POST", "/keymanagement/?requesttype=register", 404, 0 },
    { "a longer segment", "POST", "/xkeymanagement?requesttype=register", 404,
      0 },
    { "the name in the query", "POST", "/?/keymanagement", 404, 0 },
    { "nothing", "POST", "", 404, 0 },
    { "an asterisk", "POST", "*", 404, 0 },
    { "no query", "POST", "/keymanagement", 404, 0 },
    { "an empty query", "POST", "/keymanagement?", 404, 0 },
    { "no request type", "POST", "/keymanagement?a=b", 404, 0 },
    { "two request types", "POST",
      "/keymanagement?requesttype=register&requesttype=register", 404, 0 },
    { "a fragment", "POST", "/keymanagement?requesttype=register#x", 404, 0 },
    { "a blank", "POST", "/keymanagement?requesttype= register", 404, 0 },
    { "a line end", "POST", "/keymanagement?requesttype=register\r\n", 404, 0 },
    { "an unknown request type", "POST", "/keymanagement?requesttype=renew",
      501, 0 },
    { "an empty request type", "POST", "/keymanagement?requesttype=", 501, 0 },
    { "no value", "POST", "/keymanagement?requesttype", 501, 0 },
    { "another case", "POST", "/keymanagement?requesttype=Register", 501, 0 },
    { "a longer request type", "POST", "/keymanagement?requesttype=registers",
      501, 0 },
    { "GET", "GET", "/keymanagement?requesttype=register", 405, 0 },
    { "another case of POST", "post", "/keymanagement?requesttype=register",
      405, 0 },
    { "a longer method", "POSTS", "/keymanagement?requesttype=register", 405,
      0 },
    { "GET of something else", "GET", "/", 404, 0 },
};

static void
tells_the_procedure_or_the_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof request / sizeof request[0]; i++) {
        struct msk_http_request r = { .size = sizeof r };
        enum msk_procedure procedure = (enum msk_procedure)0;

        r.method = chars(request[i].method);
        r.target = chars(request[i].target);
        check_int(request[i].what, msk_http_procedure(&r, &procedure),
                  request[i].status);
        check_int(request[i].what, procedure, request[i].procedure);
    }
}

static void
refuses_what_is_not_given(void **state)
{
    struct msk_http_request r = { .size = sizeof r, .method = chars("POST") };
    enum msk_procedure procedure;
    struct msk_bytes none = { NULL, 0 };
    uint8_t *buf = room(100);
    size_t len;

    (void)state;
    assert_int_equal(msk_http_procedure(&r, &procedure), MSK_ERR_ARGUMENT);
    r.target = chars("/keymanagement?requesttype=register");
    assert_int_equal(msk_http_procedure(&r, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_http_procedure(NULL, &procedure), MSK_ERR_ARGUMENT);
    r.size = offsetof(struct msk_http_request, body);
    assert_int_equal(msk_http_procedure(&r, &procedure), MSK_ERR_ARGUMENT);
    r.size = sizeof r;
    assert_int_equal(msk_http_procedure(&r, &procedure), 0);
    assert_int_equal(
        msk_http_target(MSK_PROCEDURE_REGISTER, none, NULL, 100, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_http_target(MSK_PROCEDURE_REGISTER, none, buf, 100, NULL),
        MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(writes_a_target, release),
        cmocka_unit_test_teardown(tells_the_procedure_or_the_status, release),
        cmocka_unit_test_teardown(refuses_what_is_not_given, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
