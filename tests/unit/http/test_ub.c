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
    check_argument(msk_ub_client_init(NULL, &config));
    check_argument(msk_ub_client_init(&t.client, NULL));
    check_argument(msk_ub_client_init(&t.client, &config));
    check_argument(msk_ub_client_authorise(NULL, NULL, t.buf, 9, &n));
    check_argument(msk_ub_client_authorise(&t.client, NULL, NULL, 9, &n));
    check_argument(msk_ub_client_authorise(&t.client, NULL, t.buf, 9, NULL));
    check_argument(msk_ub_client_challenge(&t.client, &response, &got));
    check_argument(msk_ub_client_challenge(&t.client, NULL, &got));
    check_argument(msk_ub_client_verify(NULL, res, &response));
    check_argument(msk_ub_client_verify(&t.client, res, NULL));
    check_argument(msk_ub_client_verify(&t.client, msk_text(NULL), &response));
    check_argument(msk_ub_server_read(NULL, &t.claim));
    check_argument(msk_ub_server_challenge(msk_text(NULL), &got, t.buf, 9, &n));
    check_argument(
        msk_ub_server_check(NULL, msk_text(FQDN), NULL, &got, res, &t.context));
    check_argument(
        msk_ub_server_info(NULL, res, &t.claim, &t.context, res, t.buf, 9, &n));
    check_argument(msk_ub_btid(NULL, msk_text(FQDN), NULL));
    check_argument(msk_ub_info_write(NULL, t.buf, 9, &n));
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    check_argument(msk_ub_info_read(NULL, msk_ub_media_type(), res, NULL));
    check_argument(msk_ub_info_read(&xml, msk_ub_media_type(), res, NULL));
}

/* --- the edges of the calls -------------------------------------------------- */

static struct msk_bytes
too_long(size_t n)
{
    uint8_t *p = room(n + 1);

    memset(p, 'a', n + 1);
    return (struct msk_bytes){ p, n + 1 };
}

static void
refuses_what_a_client_cannot_work_with(void **state)
{
    const struct msk_ub_client_config whole = { .size = sizeof whole,
                                                .crypto = &t.crypto.crypto,
                                                .random = &t.random,
                                                .fqdn = msk_text(FQDN),
                                                .impi = msk_text(IMPI) };
    struct msk_ub_client_config c;
    struct msk_ub_client client;

    (void)state;
#define REFUSED_WITH(change)                             \
    do {                                                 \
        c = whole;                                       \
        change;                                          \
        check_argument(msk_ub_client_init(&client, &c)); \
    } while (0)
    REFUSED_WITH(c.crypto = NULL);
    REFUSED_WITH(c.random = NULL);
    REFUSED_WITH(c.fqdn.n = 0);
    REFUSED_WITH(c.fqdn = too_long(MSK_FQDN_MAX));
    REFUSED_WITH(c.impi = msk_text("a b"));
    REFUSED_WITH(c.impi = too_long(MSK_IMPI_MAX));
#undef REFUSED_WITH
    check_int("whole", msk_ub_client_init(&client, &whole), MSK_OK);
}

/* Fills that many headers, the last of which is `line`. */
static void
fill_headers(struct msk_http_header *headers, size_t n, const char *name,
             struct msk_bytes line)
{
    for (size_t i = 0; i < n; i++)
        headers[i] = header("X", msk_text("x"));
    headers[n - 1] = header(name, line);
}

static void
reads_no_answer_with_headers_without_end(void **state)
{
    static struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];
    struct msk_aka_challenge got;
    const struct msk_aka_answer answer = { .res = res };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401,
                                          .headers = headers,
                                          .n_headers = MSK_HTTP_HEADERS_MAX };

    (void)state;
    fill_headers(headers, MSK_HTTP_HEADERS_MAX, "WWW-Authenticate",
                 chars(CHALLENGE));
    check_int("fits", msk_ub_client_challenge(&t.client, &response, &got),
              MSK_OK);
    (void)authorise(&answer);
    response.n_headers++;
    fill_headers(headers, MSK_HTTP_HEADERS_MAX + 1, "WWW-Authenticate",
                 chars(CHALLENGE));
    check_int("too many", msk_ub_client_challenge(&t.client, &response, &got),
              MSK_ERR_DIGEST);
    response.status = 200;
    check_int("too many", msk_ub_client_verify(&t.client, res, &response),
              MSK_ERR_DIGEST);
    response.n_headers = 0;
    check_int("no info", msk_ub_client_verify(&t.client, res, &response),
              MSK_ERR_DIGEST);
    response.headers = NULL;
    check_int("no info", msk_ub_client_verify(&t.client, res, &response),
              MSK_ERR_DIGEST);
    response.n_headers = 1;
    check_argument(msk_ub_client_verify(&t.client, res, &response));
    check_argument(msk_ub_client_challenge(NULL, &response, &got));
    response.n_headers = 0;
    response.status = 401;
    check_argument(msk_ub_client_challenge(NULL, &response, &got));
    check_argument(msk_ub_client_challenge(&t.client, &response, NULL));
}

/* An empty opaque is one; one that is longer than any is none of a BSF. */
static void
takes_an_opaque_of_any_length_that_may_be(void **state)
{
    struct msk_bytes much = too_long(MSK_OPAQUE_MAX), line;
    struct msk_aka_challenge got;
    uint8_t *p = room(sizeof CHALLENGE ", opaque=\"\"" + much.n);
    size_t n = 0;

    (void)state;
    check_int("empty", challenge_client(chars(CHALLENGE ", opaque=\"\""), &got),
              MSK_OK);
    check_int("opaque", t.client.has_opaque && t.client.opaque_len == 0, true);
    line = chars(CHALLENGE ", opaque=\"");
    memcpy(p, line.p, line.n);
    memcpy(p + line.n, much.p, much.n);
    n = line.n + much.n;
    p[n++] = '"';
    check_int("too long", challenge_client((struct msk_bytes){ p, n }, &got),
              MSK_ERR_DIGEST);
    check_int("other realm",
              challenge_client(chars("Digest nonce=\"" NONCE "\", algorithm="
                                     "AKAv1-MD5, qop=\"auth-int\""),
                               &got),
              MSK_ERR_DIGEST);
}

/* RFC 7616 3.5: what comes back with the rspauth is what was sent. */
static void
believes_no_info_that_echoes_something_else(void **state)
{
#define INFO(qop, cnonce, nc) \
    qop "rspauth=\"" KNOWN_RSPAUTH "\", cnonce=\"" cnonce "\", nc=" nc
    static const struct {
        const char *info;
        int err;
    } all[] = {
        { INFO("qop=auth-int, ", CNONCE, "00000001"), MSK_OK },
        { INFO("", CNONCE, "00000001"), MSK_OK },
        { INFO("qop=auth, ", CNONCE, "00000001"), MSK_ERR_DIGEST },
        { INFO("qop=auth-int, ", "AAAA", "00000001"), MSK_ERR_DIGEST },
        { INFO("qop=auth-int, ", CNONCE, "00000002"), MSK_ERR_DIGEST },
        { "rspauth=\"no hex\", cnonce=\"" CNONCE "\", nc=00000001",
          MSK_ERR_DIGEST },
        { "rspauth=\"\", rspauth=\"\"", MSK_ERR_DIGEST },
    };
    struct msk_aka_challenge got;
    const struct msk_aka_answer answer = { .res = res };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        check_int("challenge", challenge_client(chars(CHALLENGE), &got),
                  MSK_OK);
        (void)authorise(&answer);
        check_int(all[i].info, verify(chars(all[i].info), BODY), all[i].err);
    }
    t.crypto.fail_at = t.crypto.calls + 1;
    check_int("fails", verify(chars(all[0].info), BODY), MSK_ERR_CRYPTO);
#undef INFO
}

static void
refuses_what_a_bsf_cannot_work_with(void **state)
{
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text("/"),
                                        .n_headers = 1 };
    struct msk_bytes fqdn = msk_text(FQDN), body = msk_text(BODY);
    const struct msk_crypto *crypto = &t.crypto.crypto;
    size_t n;

    (void)state;
    check_argument(
        msk_ub_server_read(&request, &t.claim)); /* headers that are not */
    request.n_headers = 0;
    check_int("none", msk_ub_server_read(&request, &t.claim), MSK_ERR_MISSING);
    check_argument(msk_ub_server_read(&request, NULL));
    check_argument(msk_ub_server_challenge(fqdn, NULL, t.buf, 9, &n));
    check_argument(msk_ub_server_challenge(fqdn, &t.challenge, NULL, 9, &n));
    check_argument(msk_ub_server_challenge(fqdn, &t.challenge, t.buf, 9, NULL));
#define CHECK(fqdn, challenge, xres, context) \
    msk_ub_server_check(crypto, fqdn, &request, challenge, xres, context)
    check_argument(CHECK(fqdn, NULL, res, &t.context));
    check_argument(CHECK(fqdn, &t.challenge, res, NULL));
    check_argument(CHECK(msk_text(""), &t.challenge, res, &t.context));
    check_argument(CHECK(fqdn, &t.challenge, msk_text("abc"), &t.context));
    check_int("no claim", CHECK(fqdn, &t.challenge, res, &t.context),
              MSK_ERR_VALUE);
#undef CHECK
    check_argument(msk_ub_server_info(crypto, msk_text("abc"), &t.claim,
                                      &t.context, body, t.buf, 9, &n));
    check_argument(
        msk_ub_server_info(crypto, res, NULL, &t.context, body, t.buf, 9, &n));
    check_argument(
        msk_ub_server_info(crypto, res, &t.claim, NULL, body, t.buf, 9, &n));
    check_argument(msk_ub_server_info(crypto, res, &t.claim, &t.context, body,
                                      t.buf, 9, &n)); /* nothing was proven */
}

static void
makes_no_info_of_what_is_not_whole(void **state)
{
    struct msk_aka_challenge got;
    const struct msk_aka_answer answer = { .res = res };
    const struct msk_crypto *crypto = &t.crypto.crypto;
    struct msk_bytes line, body = msk_text(BODY);
    size_t n;

    (void)state;
    check_int("challenge", challenge_client(chars(CHALLENGE), &got), MSK_OK);
    line = authorise(&answer);
    check_int("claim", read_claim(line), MSK_OK);
    check_int("check", check(line, res), MSK_OK);
#define INFO(buf, len) \
    msk_ub_server_info(crypto, res, &t.claim, &t.context, body, buf, 400, len)
    check_argument(INFO(NULL, &n));
    check_argument(INFO(t.buf, NULL));
    check_int("whole", INFO(t.buf, &n), MSK_OK);
    t.crypto.fail_at = t.crypto.calls + 1;
    check_int("fails", INFO(t.buf, &n), MSK_ERR_CRYPTO);
    t.crypto.fail_at = 0;
    t.claim.impi_len = MSK_IMPI_MAX + 1;
    check_argument(INFO(t.buf, &n));
#undef INFO
}

static void
reads_no_claim_that_is_longer_than_any(void **state)
{
    static struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text("/"),
                                        .headers = headers,
                                        .n_headers = MSK_HTTP_HEADERS_MAX + 1 };
    static char line[2 * MSK_NONCE_MAX + 100];

    (void)state;
    fill_headers(headers, MSK_HTTP_HEADERS_MAX + 1, "Authorization",
                 authorise(NULL));
    check_int("headers", msk_ub_server_read(&request, &t.claim), MSK_ERR_VALUE);
    strcpy(line, "Digest username=\"a\", nonce=\"");
    memset(line + strlen(line), 'A', MSK_NONCE_MAX + 1);
    strcat(line, "\"");
    check_int("nonce", read_claim(chars(line)), MSK_ERR_VALUE);
    strcpy(line, "Digest username=\"a\", nonce=\"" NONCE "\", auts=\"");
    memset(line + strlen(line), 'A', MSK_NONCE_MAX);
    strcat(line, "\"");
    check_int("auts", read_claim(chars(line)), MSK_ERR_VALUE);
    check_int("no base64",
              read_claim(chars("Digest username=\"a\", nonce=\"" NONCE
                               "\", auts=\"????????????????????\"")),
              MSK_ERR_VALUE);
    check_int("no nonce", read_claim(chars("Digest username=\"a\"")), MSK_OK);
    assert_false(t.claim.answers);
}

static void
names_no_keys_that_have_no_name(void **state)
{
    struct msk_ub_info info = { .expires = 1000 };
    struct msk_xml xml = { .size = 1 };
    size_t n;

    (void)state;
    check_argument(msk_ub_btid(&t.challenge, msk_text(FQDN), NULL));
    check_argument(msk_ub_btid(&t.challenge, msk_text("a b"), &info));
    check_argument(
        msk_ub_btid(&t.challenge, too_long(MSK_BTID_MAX - 25), &info));
    check_argument(
        msk_ub_info_write(&info, t.buf, sizeof t.buf, &n)); /* no B-TID */
    check_int("B-TID", msk_ub_btid(&t.challenge, msk_text(FQDN), &info),
              MSK_OK);
    check_int("info", msk_ub_info_write(&info, t.buf, sizeof t.buf, &n),
              MSK_OK);
    check_argument(msk_ub_info_write(&info, t.buf, sizeof t.buf, NULL));
    info.expires = UINT64_MAX;
    check_argument(msk_ub_info_write(&info, t.buf, sizeof t.buf, &n));
    info.expires = 1000;
    info.btid_len = MSK_BTID_MAX + 1;
    check_argument(msk_ub_info_write(&info, t.buf, sizeof t.buf, &n));
    check_argument(msk_ub_info_read(&xml, msk_ub_media_type(), res, &info));
    xml = (struct msk_xml){ .size = sizeof xml };
    check_argument(msk_ub_info_read(&xml, msk_ub_media_type(), res, &info));
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
        TEST(refuses_what_a_client_cannot_work_with),
        TEST(reads_no_answer_with_headers_without_end),
        TEST(takes_an_opaque_of_any_length_that_may_be),
        TEST(believes_no_info_that_echoes_something_else),
        TEST(refuses_what_a_bsf_cannot_work_with),
        TEST(makes_no_info_of_what_is_not_whole),
        TEST(reads_no_claim_that_is_longer_than_any),
        TEST(names_no_keys_that_have_no_name),
        TEST(writes_what_it_reads),
        TEST(ignores_what_it_does_not_know),
        TEST(refuses_what_is_none),
        TEST(failures_of_the_provider_are_told),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
