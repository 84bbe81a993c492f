/* SPDX-License-Identifier: MIT */
/* Bootstrapping: numbers that Python's hashlib gave for RFC 3310, both ends
 * with each other, and strangers. */
#include "msk/ub.h"

#include <string.h>

#include "fake_crypto.h"
#include "msk/xml_expat.h"
#include "support.h"

#define FQDN "bsf.mnc015.mcc234.pub.3gppnetwork.org"
#define IMPI "234150999999999@ims.mnc015.mcc234.3gppnetwork.org"
#define NONCE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define CNONCE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CHALLENGE                                                           \
    "Digest realm=\"" FQDN "\", nonce=\"" NONCE "\", algorithm=AKAv1-MD5, " \
    "qop=\"auth-int\""
#define BODY "<x/>"

/* hashlib.md5 of Python, over the texts of RFC 2617 with RES as password; the
 * second one with none. */
#define KNOWN_RESPONSE "afc428093a071622f2241a76e039ebb6"
#define KNOWN_AUTS_RESPONSE "84a367a31b6fa5ec72ea5bfd13b8a1e1"
#define KNOWN_RSPAUTH "600cbc6d2ec3c08e13b178de0df2ad0e"

static struct {
    struct fake_crypto crypto;
    struct msk_random random;
    bool random_fails;
    struct msk_ub_client client;
    struct msk_aka_challenge challenge; /* of the BSF */
    struct msk_auth_context context;
    struct msk_ub_claim claim;
    uint8_t buf[MSK_HTTP_VALUE_MAX];
} t;

static const uint8_t res_octets[8] = { 0xA5, 0x42, 0x11, 0xD5,
                                       0xE3, 0xBA, 0x50, 0xBF };
static const struct msk_bytes res = { res_octets, sizeof res_octets };

static int
zeros(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 0, n);
    return t.random_fails ? -1 : 0;
}

static int
start(void **state)
{
    struct msk_ub_client_config config = { .size = sizeof config,
                                           .random = &t.random };

    (void)state;
    memset(&t, 0, sizeof t);
    fake_crypto_start(&t.crypto, 0);
    t.random = (struct msk_random){ .size = sizeof t.random, .fill = zeros };
    config.crypto = &t.crypto.crypto;
    config.fqdn = chars(FQDN);
    config.impi = chars(IMPI);
    for (uint8_t i = 0; i < 16; i++) {
        t.challenge.rand[i] = i;
        t.challenge.autn[i] = (uint8_t)(16 + i);
    }
    assert_int_equal(msk_ub_client_init(&t.client, &config), MSK_OK);
    return 0;
}

static struct msk_http_header
header(const char *name, struct msk_bytes value)
{
    return (struct msk_http_header){ msk_text(name), value };
}

/* What the client makes of a 401 with that line. */
static int
challenge_client(struct msk_bytes line, struct msk_aka_challenge *challenge)
{
    struct msk_http_header one = header("WWW-Authenticate", line);
    struct msk_http_response response = {
        .size = sizeof response, .status = 401, .headers = &one, .n_headers = 1
    };

    return msk_ub_client_challenge(&t.client, &response, challenge);
}

static struct msk_bytes
authorise(const struct msk_aka_answer *answer)
{
    size_t n = 0;

    assert_int_equal(
        msk_ub_client_authorise(&t.client, answer, t.buf, sizeof t.buf, &n),
        MSK_OK);
    return exact(t.buf, n);
}

static int
read_claim(struct msk_bytes line)
{
    struct msk_http_header one = header("Authorization", line);
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text("/"),
                                        .headers = &one,
                                        .n_headers = 1 };

    return msk_ub_server_read(&request, &t.claim);
}

static int
check(struct msk_bytes line, struct msk_bytes xres)
{
    struct msk_http_header one = header("Authorization", line);
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text("/"),
                                        .headers = &one,
                                        .n_headers = 1 };

    return msk_ub_server_check(&t.crypto.crypto, msk_text(FQDN), &request,
                               &t.challenge, xres, &t.context);
}

static int
verify(struct msk_bytes info, const char *body)
{
    struct msk_http_header one = header("Authentication-Info", info);
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = &one,
                                          .n_headers = 1,
                                          .body = chars(body) };

    return msk_ub_client_verify(&t.client, res, &response);
}

/* --- known answers --------------------------------------------------------- */

static void
says_who_is_there_first(void **state)
{
    (void)state;
    check_octets("first", authorise(NULL),
                 chars("Digest username=\"" IMPI "\", realm=\"" FQDN
                       "\", nonce=\"\", uri=\"/\", response=\"\""));
}

static void
answers_as_rfc_3310_says(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    assert_memory_equal(&got, &t.challenge, sizeof got);
    check_octets(
        "answer", authorise(&answer),
        chars("Digest username=\"" IMPI "\", realm=\"" FQDN "\", nonce=\"" NONCE
              "\", uri=\"/\", qop=auth-int, nc=00000001, cnonce=\"" CNONCE
              "\", response=\"" KNOWN_RESPONSE "\", algorithm=AKAv1-MD5"));
}

static void
asks_again_with_auts(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = {
        .auts = hex("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d")
    };
    struct msk_bytes line;

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE ", opaque=\"o\""), &got),
                     MSK_OK);
    line = authorise(&answer);
    check_octets(
        "auts", line,
        chars("Digest username=\"" IMPI "\", realm=\"" FQDN "\", nonce=\"" NONCE
              "\", uri=\"/\", qop=auth-int, nc=00000001, cnonce=\"" CNONCE
              "\", response=\"" KNOWN_AUTS_RESPONSE
              "\", opaque=\"o\", algorithm=AKAv1-MD5, "
              "auts=\"AAECAwQFBgcICQoLDA0=\""));
    assert_int_equal(read_claim(line), MSK_OK);
    assert_true(t.claim.answers && t.claim.has_auts);
    assert_memory_equal(t.claim.auts, answer.auts.p, 14);
    assert_int_equal(check(line, msk_text(NULL)), MSK_OK);
    assert_int_equal(check(line, res), MSK_ERR_DIGEST);
    /* No RES was sent: nothing can be verified with it. */
    assert_int_equal(verify(chars("rspauth=\"\""), ""), MSK_ERR_STATE);
}

static void
verifies_a_known_rspauth(void **state)
{
    const char *good = "qop=auth-int, rspauth=\"" KNOWN_RSPAUTH
                       "\", cnonce=\"" CNONCE "\", nc=00000001";
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    (void)authorise(&answer);
    assert_int_equal(verify(chars(good), BODY), MSK_OK);
    assert_int_equal(verify(chars(good), "<y/>"), MSK_ERR_DIGEST);
}

/* --- both ends --------------------------------------------------------------- */

static void
both_ends_agree(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };
    struct msk_bytes line;
    size_t n;

    (void)state;
    assert_int_equal(read_claim(authorise(NULL)), MSK_OK);
    assert_false(t.claim.answers || t.claim.has_auts);
    check_octets("IMPI", exact(t.claim.impi, t.claim.impi_len), chars(IMPI));
    assert_int_equal(msk_ub_server_challenge(msk_text(FQDN), &t.challenge,
                                             t.buf, sizeof t.buf, &n),
                     MSK_OK);
    check_octets("401", exact(t.buf, n), chars(CHALLENGE));
    assert_int_equal(challenge_client(exact(t.buf, n), &got), MSK_OK);
    line = authorise(&answer);
    assert_int_equal(read_claim(line), MSK_OK);
    assert_true(t.claim.answers);
    assert_memory_equal(&t.claim.challenge, &t.challenge, sizeof got);
    assert_int_equal(check(line, res), MSK_OK);
    assert_int_equal(msk_ub_server_info(&t.crypto.crypto, res, &t.claim,
                                        &t.context, chars(BODY), t.buf,
                                        sizeof t.buf, &n),
                     MSK_OK);
    assert_int_equal(verify(exact(t.buf, n), BODY), MSK_OK);
    assert_int_equal(verify(exact(t.buf, n), BODY " "), MSK_ERR_DIGEST);
    t.client.cnonce[0] ^= 1;
    assert_int_equal(verify(exact(t.buf, n), BODY), MSK_ERR_DIGEST);
}

static void
wrong_answers_are_refused(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };
    struct msk_bytes line;
    uint8_t *octets;

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    line = authorise(&answer);
    assert_int_equal(check(line, hex("a54211d5e3ba50be")), MSK_ERR_DIGEST);
    t.challenge.rand[15] ^= 1;
    assert_int_equal(check(line, res), MSK_ERR_DIGEST);
    t.challenge.rand[15] ^= 1;
    t.challenge.autn[0] ^= 1;
    assert_int_equal(check(line, res), MSK_ERR_DIGEST);
    t.challenge.autn[0] ^= 1;
    assert_int_equal(check(line, res), MSK_OK);
    /* Each octet of it counts: another one is malformed, or wrong; but the
     * case of the realm is none, and a blank is a blank. */
    for (size_t i = 0; i < line.n; i++) {
        octets = room(line.n);
        memcpy(octets, line.p, line.n);
        octets[i] = octets[i] == 'x' ? 'y' : 'x';
        assert_int_not_equal(check((struct msk_bytes){ octets, line.n }, res),
                             MSK_OK);
    }
}

/* --- strangers ----------------------------------------------------------------- */

static void
passes_over_other_challenges(void **state)
{
    static const char *const bad[] = {
        "",
        "Basic realm=\"" FQDN "\"",
        "Digest realm=\"" FQDN "\", nonce=\"" NONCE "\", qop=\"auth-int\"",
        "Digest realm=\"" FQDN "\", nonce=\"" NONCE "\", qop=\"auth-int\", "
        "algorithm=MD5",
        "Digest realm=\"" FQDN "\", nonce=\"" NONCE "\", qop=\"auth\", "
        "algorithm=AKAv1-MD5",
        "Digest realm=\"other.org\", nonce=\"" NONCE "\", qop=\"auth-int\", "
        "algorithm=AKAv1-MD5",
        "Digest realm=\"" FQDN "\", nonce=\"AAECAwQF\", qop=\"auth-int\", "
        "algorithm=AKAv1-MD5",
        "Digest realm=\"" FQDN "\", nonce=\"?\", qop=\"auth-int\", "
        "algorithm=AKAv1-MD5",
        "Digest realm=\"" FQDN "\", nonce=\"\", qop=\"auth-int\", "
        "algorithm=AKAv1-MD5",
        CHALLENGE ", qop=\"auth-int\"",
    };
    struct msk_aka_challenge got;
    struct msk_ub_client before = t.client;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_int(bad[i], challenge_client(chars(bad[i]), &got),
                  MSK_ERR_DIGEST);
        assert_memory_equal(&t.client, &before, sizeof before);
    }
    assert_int_equal(challenge_client(chars("Basic x, " CHALLENGE), &got),
                     MSK_OK);
}

static void
takes_data_of_the_bsf_after_autn(void **state)
{
    struct msk_aka_challenge got;

    (void)state;
    assert_int_equal(
        challenge_client(
            chars("Digest realm=\"" FQDN "\", qop=\"auth,auth-int\", nonce="
                  "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh/erb7v\", "
                  "algorithm=AKAv1-MD5"),
            &got),
        MSK_OK);
    assert_memory_equal(&got, &t.challenge, sizeof got);
}

static void
reads_no_claim_of_strangers(void **state)
{
    static const struct {
        const char *line;
        int err;
    } bad[] = {
        { "Basic QQ==", MSK_ERR_MISSING },
        { "Digest realm=\"r\"", MSK_ERR_VALUE },
        { "Digest username=\"a b\"", MSK_ERR_VALUE },
        { "Digest username=\"a\", nonce=\"AAAA\"", MSK_ERR_VALUE },
        { "Digest username=\"a\", nonce=\"\", auts=\"AAECAwQFBgcICQoLDA0=\"",
          MSK_ERR_VALUE },
        { "Digest username=\"a\", nonce=\"" NONCE "\", auts=\"AAEC\"",
          MSK_ERR_VALUE },
        { "Digest username=\"a\", username=\"a\"", MSK_ERR_VALUE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].line, read_claim(chars(bad[i].line)), bad[i].err);
}

static void
believes_no_answer_but_a_200(void **state)
{
    struct msk_http_header lines[2] = {
        header("Authentication-Info",
               chars("qop=auth-int, rspauth=\"" KNOWN_RSPAUTH
                     "\", cnonce=\"" CNONCE "\", nc=00000001")),
        header("Content-Encoding", chars("gzip"))
    };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = lines,
                                          .n_headers = 1,
                                          .body = chars(BODY) };
    struct msk_aka_answer answer = { .res = res };
    struct msk_aka_challenge got;

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    (void)authorise(&answer);
    assert_int_equal(msk_ub_client_verify(&t.client, res, &response), MSK_OK);
    response.status = 401;
    assert_int_equal(msk_ub_client_verify(&t.client, res, &response),
                     MSK_ERR_DIGEST);
    response.status = 200;
    response.n_headers = 2;
    assert_int_equal(msk_ub_client_verify(&t.client, res, &response),
                     MSK_ERR_ENCODING);
    response.n_headers = 0;
    assert_int_equal(msk_ub_client_verify(&t.client, res, &response),
                     MSK_ERR_DIGEST);
    /* A new challenge ends what was answered before. */
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    response.n_headers = 1;
    assert_int_equal(msk_ub_client_verify(&t.client, res, &response),
                     MSK_ERR_STATE);
}

/* --- arguments and providers ------------------------------------------------------ */

static void
an_answer_is_res_or_auts(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };
    size_t n;

    (void)state;
#define ANSWER() \
    msk_ub_client_authorise(&t.client, &answer, t.buf, sizeof t.buf, &n)
    assert_int_equal(ANSWER(), MSK_ERR_STATE);
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    for (size_t len = 0; len < 20; len++) {
        answer.res = exact(t.buf, len);
        assert_int_equal(ANSWER(),
                         len >= 4 && len <= 16 ? MSK_OK : MSK_ERR_ARGUMENT);
    }
    for (size_t len = 0; len < 20; len++) {
        answer.res = msk_text(NULL);
        answer.auts = exact(t.buf, len);
        assert_int_equal(ANSWER(), len == 14 ? MSK_OK : MSK_ERR_ARGUMENT);
    }
    answer.res = res;
    answer.auts = exact(t.buf, 14);
    assert_int_equal(ANSWER(), MSK_ERR_ARGUMENT);
    answer.auts = msk_text(NULL);
    t.random_fails = true;
    assert_int_equal(ANSWER(), MSK_ERR_RANDOM);
    t.random_fails = false;
    for (size_t cap = 0; cap < 300; cap++)
        assert_int_equal(
            msk_ub_client_authorise(&t.client, &answer, room(cap), cap, &n),
            MSK_ERR_SPACE);
#undef ANSWER
}

static void
null_is_an_error(void **state)
{
    struct msk_ub_client_config config = { .size = sizeof config };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200 };
    struct msk_aka_challenge got;
    struct msk_xml xml;
    size_t n;

    (void)state;
#define REFUSED(call) assert_int_equal(call, MSK_ERR_ARGUMENT)
    REFUSED(msk_ub_client_init(NULL, &config));
    REFUSED(msk_ub_client_init(&t.client, NULL));
    REFUSED(msk_ub_client_init(&t.client, &config));
    REFUSED(msk_ub_client_authorise(NULL, NULL, t.buf, 9, &n));
    REFUSED(msk_ub_client_authorise(&t.client, NULL, NULL, 9, &n));
    REFUSED(msk_ub_client_authorise(&t.client, NULL, t.buf, 9, NULL));
    REFUSED(msk_ub_client_challenge(&t.client, &response, &got));
    REFUSED(msk_ub_client_challenge(&t.client, NULL, &got));
    REFUSED(msk_ub_client_verify(NULL, res, &response));
    REFUSED(msk_ub_client_verify(&t.client, res, NULL));
    REFUSED(msk_ub_client_verify(&t.client, msk_text(NULL), &response));
    REFUSED(msk_ub_server_read(NULL, &t.claim));
    REFUSED(msk_ub_server_challenge(msk_text(NULL), &got, t.buf, 9, &n));
    REFUSED(
        msk_ub_server_check(NULL, msk_text(FQDN), NULL, &got, res, &t.context));
    REFUSED(
        msk_ub_server_info(NULL, res, &t.claim, &t.context, res, t.buf, 9, &n));
    REFUSED(msk_ub_btid(NULL, msk_text(FQDN), NULL));
    REFUSED(msk_ub_info_write(NULL, t.buf, 9, &n));
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    REFUSED(msk_ub_info_read(NULL, msk_ub_media_type(), res, NULL));
    REFUSED(msk_ub_info_read(&xml, msk_ub_media_type(), res, NULL));
#undef REFUSED
}

/* --- what the BSF answers ------------------------------------------------------------ */

static int
read_info_of(const char *body, struct msk_ub_info *info)
{
    struct msk_xml xml;

    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    return msk_ub_info_read(&xml, msk_ub_media_type(), chars(body), info);
}

#define ROOT_TAG "<BootstrappingInfo xmlns=\"uri:3gpp-gba\">"
#define LIFETIME "<lifetime>2026-11-30T12:00:00Z</lifetime>"

static void
writes_what_it_reads(void **state)
{
    struct msk_ub_info info = { .expires = UINT64_C(1796040000000) }, got;
    size_t n;

    (void)state;
    assert_int_equal(msk_ub_btid(&t.challenge, msk_text(FQDN), &info), MSK_OK);
    check_octets("B-TID", exact(info.btid, info.btid_len),
                 chars("AAECAwQFBgcICQoLDA0ODw==@" FQDN));
    assert_int_equal(msk_ub_info_write(&info, t.buf, sizeof t.buf, &n), MSK_OK);
    t.buf[n] = '\0';
    assert_non_null(strstr((const char *)t.buf, LIFETIME));
    assert_int_equal(read_info_of((const char *)t.buf, &got), MSK_OK);
    assert_int_equal(got.expires, info.expires);
    check_octets("B-TID", exact(got.btid, got.btid_len),
                 exact(info.btid, info.btid_len));
    assert_int_equal(msk_ub_info_write(&info, t.buf, n - 1, &n), MSK_ERR_SPACE);
}

static void
ignores_what_it_does_not_know(void **state)
{
    struct msk_ub_info info;

    (void)state;
    assert_int_equal(
        read_info_of("<g:BootstrappingInfo xmlns:g=\"uri:3gpp-gba\" a=\"b\">"
                     "<g:btid> b@c </g:btid><g:lifetime>"
                     "2026-11-30T13:00:00.5+01:00</g:lifetime><g:Extension>"
                     "<currenttime>2026</currenttime></g:Extension>"
                     "</g:BootstrappingInfo>",
                     &info),
        MSK_OK);
    assert_int_equal(info.expires, UINT64_C(1796040000000));
    check_octets("B-TID", exact(info.btid, info.btid_len), chars("b@c"));
}

static void
refuses_what_is_none(void **state)
{
    static const struct {
        const char *body;
        int err;
    } bad[] = {
        { "", MSK_ERR_XML },
        { "<BootstrappingInfo/>", MSK_ERR_KIND },
        { ROOT_TAG "</BootstrappingInfo>", MSK_ERR_MISSING },
        { ROOT_TAG LIFETIME "</BootstrappingInfo>", MSK_ERR_MISSING },
        { ROOT_TAG "<btid>a</btid></BootstrappingInfo>", MSK_ERR_MISSING },
        { ROOT_TAG "<btid>a</btid><btid>a</btid>" LIFETIME
                   "</BootstrappingInfo>",
          MSK_ERR_VALUE },
        { ROOT_TAG "<btid>a b</btid>" LIFETIME "</BootstrappingInfo>",
          MSK_ERR_VALUE },
        { ROOT_TAG "<btid/>" LIFETIME "</BootstrappingInfo>", MSK_ERR_VALUE },
        { ROOT_TAG "<btid>a</btid><lifetime>soon</lifetime>"
                   "</BootstrappingInfo>",
          MSK_ERR_VALUE },
        { ROOT_TAG "<btid>a</btid>" LIFETIME, MSK_ERR_XML },
    };
    struct msk_ub_info info;
    struct msk_xml xml;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].body, read_info_of(bad[i].body, &info), bad[i].err);
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    assert_int_equal(
        msk_ub_info_read(&xml, chars("text/xml"), chars("<a/>"), &info),
        MSK_ERR_MEDIA_TYPE);
}

static void
failures_of_the_provider_are_told(void **state)
{
    struct msk_aka_challenge got;
    struct msk_aka_answer answer = { .res = res };
    struct msk_bytes line;
    size_t n;

    (void)state;
    assert_int_equal(challenge_client(chars(CHALLENGE), &got), MSK_OK);
    line = authorise(&answer);
    for (size_t i = 1; i <= 4; i++) {
        t.crypto.calls = 0;
        t.crypto.fail_at = i;
        assert_int_equal(msk_ub_client_authorise(&t.client, &answer, t.buf,
                                                 sizeof t.buf, &n),
                         MSK_ERR_CRYPTO);
        t.crypto.calls = 0;
        assert_int_equal(check(line, res), MSK_ERR_CRYPTO);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, release)
    const struct CMUnitTest tests[] = {
        TEST(says_who_is_there_first),
        TEST(answers_as_rfc_3310_says),
        TEST(asks_again_with_auts),
        TEST(verifies_a_known_rspauth),
        TEST(both_ends_agree),
        TEST(wrong_answers_are_refused),
        TEST(passes_over_other_challenges),
        TEST(takes_data_of_the_bsf_after_autn),
        TEST(reads_no_claim_of_strangers),
        TEST(believes_no_answer_but_a_200),
        TEST(an_answer_is_res_or_auts),
        TEST(null_is_an_error),
        TEST(writes_what_it_reads),
        TEST(ignores_what_it_does_not_know),
        TEST(refuses_what_is_none),
        TEST(failures_of_the_provider_are_told),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
