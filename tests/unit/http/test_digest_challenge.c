/* SPDX-License-Identifier: MIT */
/* What a UE makes of a 401. */
#include <stdio.h>
#include <string.h>

#include "digest_peers.h"

static struct digest_peers peers;

#define R "realm=\"" PEER_REALM "\""
#define GOOD "Digest " R ", nonce=\"n\", qop=\"auth,auth-int\", algorithm=MD5"
#define GOOD_SHA \
    "Digest " R ", nonce=\"s\", qop=\"auth,auth-int\", algorithm=SHA-256"

enum { REFUSED = MSK_ERR_DIGEST };

/* Lines of one answer, and the nonce that is taken; NULL: none. "s" is one
 * for SHA-256. */
struct row {
    const char *name, *nonce, *lines[3];
};

static const struct row rows[] = {
    { "MD5 alone", "n", { GOOD } },
    { "SHA-256 alone", "s", { GOOD_SHA } },
    { "both, best first", "s", { GOOD_SHA, GOOD } },
    { "both, best last", "s", { GOOD, GOOD_SHA } },
    { "both in one line", "s", { GOOD ", " GOOD_SHA } },
    { "both in one line, best first", "s", { GOOD_SHA "," GOOD } },
    { "two of a kind: the first",
      "n",
      { GOOD, "Digest " R ", nonce=\"m\", qop=auth-int" } },
    { "no algorithm", "n", { "Digest " R ", nonce=n, qop=auth-int" } },
    { "algorithm in quotes and capitals",
      "n",
      { "DIGEST " R ", NONCE=\"n\", QOP=\"AUTH-INT\", Algorithm=\"md5\"" } },
    { "Basic before", "n", { "Basic realm=\"x\", " GOOD } },
    { "Basic after", "n", { GOOD ", Basic realm=\"x\"" } },
    { "Basic in another line", "n", { "Basic realm=\"x\"", GOOD } },
    { "token68 before", "n", { "Negotiate YII=, " GOOD } },
    { "token68 in another line", "n", { "Negotiate YII=", GOOD } },
    { "qop with others",
      "n",
      { "Digest " R ", nonce=\"n\", qop=\"crazy, auth-int\"" } },
    { "realm with escapes",
      "n",
      { "Digest realm=\"\\3GPP-bootstrapping\\@bmsc.example.com\", "
        "nonce=\"n\", qop=auth-int" } },
    { "realm in capitals after the @",
      "n",
      { "Digest realm=\"3GPP-bootstrapping@BMSC.example.COM\", nonce=\"n\", "
        "qop=auth-int" } },
    { "nonce with escapes",
      "n\"\\",
      { "Digest " R ", nonce=\"n\\\"\\\\\", qop=auth-int" } },
    { "domain elsewhere is ignored",
      "n",
      { GOOD ", domain=\"http://evil.example.com/\", charset=UTF-8, "
             "userhash=true" } },
    { "a bad challenge beside a good one",
      "n",
      { "Digest realm=\"x\", nonce=\"a\", qop=auth-int", GOOD } },
    { "SHA-512-256 beside MD5",
      "n",
      { "Digest " R ", nonce=\"a\", qop=auth-int, algorithm=SHA-512-256",
        GOOD } },
    { "a session beside MD5",
      "n",
      { "Digest " R ", nonce=\"a\", qop=auth-int, algorithm=MD5-sess", GOOD } },
    { "what TS 33.246 H.2.1 offers",
      "n",
      { "Digest " R ", nonce=\"n\", algorithm=MD5, qop=\"auth,auth-int\", "
        "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"" } },
    /* A list. */
    { "realm of UICC and ME",
      "n",
      { "Digest realm=\"3GPP-bootstrapping-uicc@" PEER_FQDN ";" PEER_REALM
        "\", nonce=n, qop=auth-int" } },
    { "realm of AKMA",
      "n",
      { "Digest realm=\"3GPP-bootstrapping-akma@" PEER_FQDN "\", nonce=n, "
        "qop=auth-int" } },
    { "realm with an end",
      "n",
      { "Digest realm=\"" PEER_REALM ";\", nonce=n, qop=auth-int" } },
    { "realm with blanks, empty parts and capitals",
      "n",
      { "Digest realm=\"; x ; 3GPP-bootstrapping@BMSC.Example.com ;;\", "
        "nonce=n, qop=auth-int" } },
    /* Lines that are folded, and lines that go together. */
    { "folded",
      "n",
      { "Digest\r\n\t" R ",\r\n nonce=\"n\",\n qop=\r\n \"auth,\r\n "
        "auth-int\"\r\n , algorithm=MD5" } },
    { "over several lines",
      "n",
      { "Digest " R, "nonce=\"n\", qop=auth-int", "algorithm=MD5" } },
    { "over lines with another scheme after",
      "n",
      { "Digest " R, "nonce=\"n\", qop=auth-int, Basic realm=IP Camera",
        "algorithm=MD5" } },
    { "a fold inside a nonce is a blank",
      "n m",
      { "Digest " R ", nonce=\"n\r\n\t m\", qop=auth-int" } },
    /* What is passed over. */
    { "a careless scheme before", "n", { "Basic realm=IP Camera, " GOOD } },
    { "a careless scheme after", "n", { GOOD ", Basic realm=IP Camera" } },
    { "a careless scheme in another line",
      "n",
      { "Basic realm=IP Camera", GOOD, "@@@" } },
    { "a scheme that quotes a challenge",
      "n",
      { "Basic realm=\"x, Digest " PEER_REALM ", nonce=m\", " GOOD } },
    { "a parameter before the scheme", "n", { "a=b, " GOOD } },
    { "a parameter of no scheme in another line", "n", { "a=b", GOOD } },
    { "what is not well formed in another line", "n", { GOOD, "a b c" } },
    { "a careless challenge before",
      "n",
      { "Digest realm=IP Camera, nonce=x, qop=auth-int, " GOOD } },
    { "qop with an end that is no list",
      "n",
      { "Digest " R ", nonce=\"n\", qop=\"auth-int, ;\"" } },
    { "long qop",
      "n",
      { "Digest " R
        ", nonce=\"n\", qop=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,auth-int\"" } },
    /* Nothing of one challenge is in the next. */
    { "nonce of the other scheme",
      NULL,
      { "Basic realm=\"x\", nonce=\"n\", Digest " R ", qop=auth-int" } },
    { "nonce of the challenge before",
      NULL,
      { "Digest realm=\"x\", nonce=\"n\", qop=auth-int, Digest " R
        ", qop=auth-int" } },
    { "nonce of the line before",
      NULL,
      { "Digest nonce=\"n\"", "Digest " R ", qop=auth-int" } },
    { "nonce of a careless scheme",
      NULL,
      { "Digest " R ", qop=auth-int, Basic realm=IP Camera, nonce=\"n\"" } },
    { "nonce after what cannot be read",
      NULL,
      { "Digest " R ", qop=auth-int, x=y z, nonce=\"n\"" } },
    /* Refused. */
    { "nothing", NULL, { NULL } },
    { "empty", NULL, { "" } },
    { "Basic alone", NULL, { "Basic " R ", nonce=\"n\", qop=auth-int" } },
    { "Digestx", NULL, { "Digestx " R ", nonce=\"n\", qop=auth-int" } },
    { "the scheme alone", NULL, { "Digest" } },
    { "no scheme", NULL, { R ", nonce=\"n\", qop=auth-int" } },
    { "auth alone", NULL, { "Digest " R ", nonce=\"n\", qop=\"auth\"" } },
    { "no qop", NULL, { "Digest " R ", nonce=\"n\"" } },
    { "empty qop", NULL, { "Digest " R ", nonce=\"n\", qop=\"\"" } },
    { "qop that is another word",
      NULL,
      { "Digest " R ", nonce=\"n\", qop=\"auth-int;x\"" } },
    { "no realm", NULL, { "Digest nonce=\"n\", qop=auth-int" } },
    { "another realm",
      NULL,
      { "Digest realm=\"testrealm@host.com\", nonce=\"n\", qop=auth-int" } },
    { "realm of another server",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping@evil.example.com\", nonce=\"n\", "
        "qop=auth-int" } },
    { "realm of a server of the same length",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping@bmsd.example.com\", nonce=\"n\", "
        "qop=auth-int" } },
    { "realm of a longer name",
      NULL,
      { "Digest realm=\"" PEER_REALM ".evil.com\", nonce=\"n\", "
        "qop=auth-int" } },
    { "realm of AKMA and of another server",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping-akma@bmsd.example.com\", "
        "nonce=\"n\", qop=auth-int" } },
    { "realm of the UICC",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping-uicc@" PEER_FQDN "\", nonce=\"n\", "
        "qop=auth-int" } },
    { "realm of GBA_Digest",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping-digest@" PEER_FQDN
        "\", nonce=\"n\", qop=auth-int" } },
    { "prefix in lower case",
      NULL,
      { "Digest realm=\"3gpp-bootstrapping@" PEER_FQDN "\", nonce=\"n\", "
        "qop=auth-int" } },
    { "no nonce", NULL, { "Digest " R ", qop=auth-int" } },
    { "empty nonce", NULL, { "Digest " R ", nonce=\"\", qop=auth-int" } },
    { "nonce twice", NULL, { GOOD ", nonce=\"m\"" } },
    { "realm twice", NULL, { GOOD ", Realm=\"x\"" } },
    { "algorithm twice", NULL, { GOOD ", algorithm=SHA-256" } },
    { "qop twice", NULL, { GOOD ", qop=auth-int" } },
    { "stale twice", NULL, { GOOD ", stale=true, STALE=false" } },
    { "opaque twice", NULL, { GOOD ", opaque=\"a\", opaque=\"a\"" } },
    { "unknown algorithm",
      NULL,
      { "Digest " R ", nonce=n, qop=auth-int, "
        "algorithm=SHA-1" } },
    { "empty algorithm",
      NULL,
      { "Digest " R ", nonce=n, qop=auth-int, "
        "algorithm=\"\"" } },
    { "unterminated quote", NULL, { GOOD ", x=\"" } },
    { "control character", NULL, { GOOD ", opaque=\"\x01\"" } },
    { "line end", NULL, { GOOD ", opaque=\"\n\"" } },
    { "line end in another scheme", NULL, { GOOD, "Basic a\rb" } },
    { "realm with a part that is longer",
      NULL,
      { "Digest realm=\"" PEER_REALM ".;x" PEER_REALM ";" PEER_REALM
        "x\", nonce=n, qop=auth-int" } },
    { "realm with other parts only",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping-uicc@" PEER_FQDN
        ";3GPP-bootstrapping-digest@" PEER_FQDN "\", nonce=n, qop=auth-int" } },
    { "realm with other separators",
      NULL,
      { "Digest realm=\"3GPP-bootstrapping-uicc@" PEER_FQDN "," PEER_REALM
        "\", nonce=n, qop=auth-int" } },
    { "realm with a quote",
      NULL,
      { "Digest realm=\"\\\";" PEER_REALM "\", nonce=n, qop=auth-int" } },
};

static int
answer(const struct row *row, bool sent, enum msk_challenge *what)
{
    struct msk_bytes lines[3];
    size_t n = 0;

    for (; n < 3 && row->lines[n] != NULL; n++)
        lines[n] = chars(row->lines[n]);
    return peers_401(&peers, lines, n, sent, what);
}

static struct msk_bytes
nonce(void)
{
    return exact(peers.client.nonce, peers.client.nonce_len);
}

static void
takes_the_best_challenge_that_it_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++, release(NULL)) {
        const struct row *row = &rows[i];
        struct msk_digest_client before;
        enum msk_challenge what;

        peers_start(&peers);
        before = peers.client;
        check_int(row->name, answer(row, false, &what),
                  row->nonce != NULL ? MSK_OK : REFUSED);
        if (row->nonce == NULL) {
            assert_memory_equal(&peers.client, &before, sizeof before);
            continue;
        }
        check_int(row->name, what, MSK_CHALLENGE_ANSWER);
        check_octets(row->name, nonce(), chars(row->nonce));
        check_int(row->name, peers.client.algorithm,
                  row->nonce[0] == 's' ? MSK_ALGORITHM_SHA256
                                       : MSK_ALGORITHM_MD5);
        check_int(row->name, peers.client.used_qop, MSK_QOP_AUTH_INT);
    }
}

static void
takes_auth_only_by_policy(void **state)
{
    struct row both = { "both", "n", { GOOD } };
    struct row only = { "auth", "n", { "Digest " R ", nonce=n, qop=auth" } };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    for (uint32_t set = 1; set < 4; set++) {
        assert_int_equal(peers_client(&peers, msk_text(PEER_FQDN), set, 0),
                         MSK_OK);
        assert_int_equal(answer(&only, false, &what),
                         set == MSK_QOP_AUTH_INT ? REFUSED : MSK_OK);
        assert_int_equal(answer(&both, false, &what), MSK_OK);
        assert_int_equal(peers.client.used_qop,
                         set == MSK_QOP_AUTH ? MSK_QOP_AUTH : MSK_QOP_AUTH_INT);
    }
}

static void
tells_stale_from_new_keys(void **state)
{
    static const struct {
        const char *stale;
        bool sent;
        enum msk_challenge want;
    } cases[] = {
        { "", false, MSK_CHALLENGE_ANSWER },
        { ", stale=true", false, MSK_CHALLENGE_ANSWER },
        { ", stale=true", true, MSK_CHALLENGE_STALE },
        { ", stale=\"TRUE\"", true, MSK_CHALLENGE_STALE },
        { ", stale=false", true, MSK_CHALLENGE_BOOTSTRAP },
        { ", stale=truely", true, MSK_CHALLENGE_BOOTSTRAP },
        { ", stale=1", true, MSK_CHALLENGE_BOOTSTRAP },
        { "", true, MSK_CHALLENGE_BOOTSTRAP },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct msk_bytes line = joined(chars(GOOD), chars(cases[i].stale));
        enum msk_challenge what;

        peers_start(&peers);
        assert_int_equal(peers_401(&peers, &line, 1, cases[i].sent, &what),
                         MSK_OK);
        check_int(cases[i].stale, what, cases[i].want);
    }
}

/* What covers the body goes before a better hash. */
static void
prefers_auth_int_and_then_the_algorithm(void **state)
{
#define C(nonce, qop, algorithm) \
    "Digest " R ", nonce=" nonce ", qop=\"" qop "\", algorithm=" algorithm
    static const char *const best_first[] = { C("1", "auth-int", "SHA-256"),
                                              C("2", "auth-int,auth", "MD5"),
                                              C("3", "auth", "SHA-256"),
                                              C("4", "auth", "MD5") };
#undef C
    enum msk_challenge what;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++, release(NULL)) {
            struct row row = { "", "", { best_first[i], best_first[k] } };

            peers_start(&peers);
            assert_int_equal(peers_client(&peers, msk_text(PEER_FQDN),
                                          MSK_QOP_AUTH_INT | MSK_QOP_AUTH, 0),
                             MSK_OK);
            assert_int_equal(answer(&row, false, &what), MSK_OK);
            assert_int_equal(nonce().p[0], '1' + (i < k ? i : k));
        }
}

/* Whatever other schemes there are, and how long they are. */
static void
passes_over_schemes_of_any_length(void **state)
{
    static char text[40000];
    enum msk_challenge what;

    (void)state;
    for (int how = 0; how < 4; how++) {
        struct row row = { "long", "n", { text } };

        memset(text, how == 0 ? 'x' : ',', sizeof text);
        for (size_t i = 0; how > 1 && i < sizeof text; i += 4)
            memcpy(text + i, how == 2 ? "a=b," : "X y,", 4);
        memcpy(text, "Negotiate ", 10);
        snprintf(text + sizeof text - 200, 200, "=, %s", GOOD);
        peers_start(&peers);
        assert_int_equal(answer(&row, false, &what), MSK_OK);
        check_octets("nonce", nonce(), chars("n"));
    }
}

static void
refuses_a_nul_in_any_header(void **state)
{
    struct msk_http_header headers[2] = {
        { chars("WWW-Authenticate"), chars(GOOD) },
        { chars("Server"), exact((const uint8_t *)"a\0b", 3) },
    };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401,
                                          .headers = headers,
                                          .n_headers = 2 };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    assert_int_equal(
        msk_digest_client_challenge(&peers.client, &response, false, &what),
        REFUSED);
    headers[1].value.n = 1;
    assert_int_equal(
        msk_digest_client_challenge(&peers.client, &response, false, &what),
        MSK_OK);
}

static void
takes_an_algorithm_only_by_policy(void **state)
{
    struct row both = { "both", NULL, { GOOD, GOOD_SHA } };
    struct row md5 = { "MD5", NULL, { GOOD } };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    for (uint32_t set = 0; set < 4; set++) {
        assert_int_equal(peers_client(&peers, msk_text(PEER_FQDN), 0, set),
                         MSK_OK);
        assert_int_equal(answer(&md5, false, &what),
                         set == MSK_ALGORITHM_SHA256 ? REFUSED : MSK_OK);
        assert_int_equal(answer(&both, false, &what), MSK_OK);
        assert_int_equal(peers.client.algorithm, set == MSK_ALGORITHM_MD5
                                                     ? MSK_ALGORITHM_MD5
                                                     : MSK_ALGORITHM_SHA256);
    }
}

/* Steps of one association. A challenge may be of the algorithm and qop given;
 * "verify": an answer to a request under it does. */
enum { CHALLENGE, VERIFY, NEW_KEYS };
struct step {
    int what;
    uint32_t algorithm, qop;
    bool stale;
    int want;
};

#define MD5 MSK_ALGORITHM_MD5
#define SHA MSK_ALGORITHM_SHA256
#define INT MSK_QOP_AUTH_INT
#define AUTH MSK_QOP_AUTH

static const struct {
    const char *name;
    struct step steps[6];
} ways[] = {
    { "up, and with stale not down again",
      { { CHALLENGE, MD5, INT, true, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, SHA, INT, true, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, MD5, INT, true, REFUSED },
        { CHALLENGE, MD5, INT, true, REFUSED } } },
    { "without stale not down",
      { { CHALLENGE, SHA, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, MD5, INT, false, REFUSED },
        { CHALLENGE, MD5, INT, false, REFUSED },
        { CHALLENGE, SHA, INT, false, MSK_OK },
        { CHALLENGE, MD5, INT, false, REFUSED } } },
    { "with new keys not down",
      { { CHALLENGE, SHA, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { NEW_KEYS, 0, 0, false, MSK_OK },
        { CHALLENGE, MD5, INT, false, REFUSED },
        { CHALLENGE, SHA, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK } } },
    { "never from covering the body to not",
      { { CHALLENGE, SHA, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, SHA, AUTH, false, REFUSED },
        { NEW_KEYS, 0, 0, false, MSK_OK },
        { CHALLENGE, SHA, AUTH, true, REFUSED },
        { CHALLENGE, SHA, INT, true, MSK_OK } } },
    { "up to covering the body",
      { { CHALLENGE, MD5, AUTH, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, MD5, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, SHA, AUTH, false, REFUSED },
        { CHALLENGE, MD5, INT, false, MSK_OK } } },
    { "what never verified gives way at the second time",
      { { CHALLENGE, SHA, INT, false, MSK_OK },
        { CHALLENGE, MD5, INT, false, REFUSED },
        { CHALLENGE, MD5, INT, false, MSK_OK },
        { VERIFY, 0, 0, false, MSK_OK },
        { CHALLENGE, SHA, INT, false, MSK_OK },
        { CHALLENGE, SHA, AUTH, true, REFUSED } } },
};

/* An answer to a request under what is in use. */
static int
verify(void)
{
    struct msk_bytes authorization = peers_authorize(&peers);

    peers.context.algorithm = peers.client.algorithm;
    peers.context.qop = peers.client.used_qop;
    peers.context.nonce_len = peers.client.nonce_len;
    memcpy(peers.context.nonce, peers.client.nonce, peers.client.nonce_len);
    memcpy(peers.context.nc, value_of(authorization, "nc=", ",").p, 8);
    peers.context.realm_len = peers.client.realm_len;
    memcpy(peers.context.realm, peers.client.realm, peers.client.realm_len);
    peers.context.uri_len = strlen(PEER_TARGET);
    memcpy(peers.context.uri, PEER_TARGET, strlen(PEER_TARGET));
    peers.context.cnonce_len = sizeof peers.client.cnonce;
    memcpy(peers.context.cnonce, peers.client.cnonce,
           sizeof peers.client.cnonce);
    return peers_verify(&peers, peers_info(&peers, msk_text("")), msk_text(""));
}

static int
step(const struct step *s)
{
    struct msk_digest_client before = peers.client;
    enum msk_challenge what;
    char text[256];
    struct msk_bytes line;
    int err;

    if (s->what == NEW_KEYS)
        peers.credentials.btid = msk_text("new@bsf.example.com");
    if (s->what != CHALLENGE)
        return s->what == VERIFY ? verify() : MSK_OK;
    snprintf(text, sizeof text, "Digest %s, nonce=\"%u%u\", qop=%s%s%s", R,
             s->algorithm, s->qop, s->qop == AUTH ? "auth" : "auth-int",
             s->algorithm == SHA ? ", algorithm=SHA-256" : "",
             s->stale ? ", stale=true" : "");
    line = chars(text);
    err = peers_401(&peers, &line, 1, true, &what);
    if (err != MSK_OK && before.algorithms == before.algorithm)
        assert_memory_equal(&before, &peers.client, sizeof before);
    return err;
}

static void
knows_no_way_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++, release(NULL)) {
        peers_start(&peers);
        assert_int_equal(
            peers_client(&peers, msk_text(PEER_FQDN), INT | AUTH, 0), MSK_OK);
        for (size_t k = 0; k < 6; k++)
            check_int(ways[i].name, step(&ways[i].steps[k]),
                      ways[i].steps[k].want);
    }
}

/* A stranger's challenge costs a request, and nobody is shut out for good. */
static void
forgets_a_challenge_that_another_one_contradicts(void **state)
{
    struct row md5 = { "MD5", "n", { GOOD } };
    struct row sha = { "SHA-256", "s", { GOOD_SHA } };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    assert_int_equal(answer(&sha, false, &what), MSK_OK);
    (void)peers_authorize(&peers);
    assert_int_equal(answer(&md5, true, &what), REFUSED);
    assert_int_equal(peers.client.nonce_len, 0);
    assert_int_equal(peers_verify(&peers, msk_text("x"), msk_text("")),
                     MSK_ERR_STATE);
    assert_int_equal(answer(&md5, false, &what), MSK_OK);
    check_octets("nonce", nonce(), chars("n"));
}

/* A server may give the same nonce for a while; its nc goes on. */
static void
counts_on_with_a_nonce_it_has(void **state)
{
    struct row again = { "again", "n", { GOOD ", stale=true" } };
    struct row other = { "other",
                         "m",
                         { "Digest " R ", nonce=m, qop=auth-int" } };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    assert_int_equal(answer(&again, false, &what), MSK_OK);
    (void)peers_authorize(&peers);
    assert_int_equal(answer(&again, true, &what), MSK_OK);
    check_octets("nc", value_of(peers_authorize(&peers), "nc=", ","),
                 chars("00000002"));
    assert_int_equal(answer(&other, true, &what), MSK_OK);
    check_octets("nc", value_of(peers_authorize(&peers), "nc=", ","),
                 chars("00000001"));
}

static void
holds_nonce_opaque_and_headers_to_their_caps(void **state)
{
    struct msk_bytes lines[MSK_HTTP_HEADERS_MAX + 1];
    enum msk_challenge what;
    char text[1024], fill[300];

    (void)state;
    memset(fill, 'x', sizeof fill);
    for (size_t i = 0; i < 2; i++)
        for (int n = 256; n < 258; n++) {
            snprintf(text, sizeof text,
                     "Digest " R ", qop=auth-int, %s\"%.*s\"",
                     i == 0 ? "nonce=" : "nonce=n, opaque=", n, fill);
            peers_start(&peers);
            lines[0] = chars(text);
            assert_int_equal(peers_401(&peers, lines, 1, false, &what),
                             n == 256 ? MSK_OK : REFUSED);
        }
    for (size_t i = 0; i < MSK_HTTP_HEADERS_MAX + 1; i++)
        lines[i] = chars(GOOD);
    assert_int_equal(
        peers_401(&peers, lines, MSK_HTTP_HEADERS_MAX, false, &what), MSK_OK);
    assert_int_equal(
        peers_401(&peers, lines, MSK_HTTP_HEADERS_MAX + 1, false, &what),
        REFUSED);
}

static void
stays_inside_every_challenge_cut_short(void **state)
{
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = rows[i].lines[0];

        for (size_t n = 0; text != NULL && n < strlen(text);
             n++, release(NULL)) {
            struct msk_bytes line = exact((const uint8_t *)text, n);
            int err = peers_401(&peers, &line, 1, false, &what);

            assert_true(err == MSK_OK || err == MSK_ERR_DIGEST);
        }
    }
}

static void
refuses_what_is_not_there(void **state)
{
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401 };
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
#define CHECK(client, response, what, err) \
    assert_int_equal(                      \
        msk_digest_client_challenge(client, response, false, what), err)
    CHECK(&peers.client, &response, &what, MSK_ERR_DIGEST);
    CHECK(NULL, &response, &what, MSK_ERR_ARGUMENT);
    CHECK(&peers.client, NULL, &what, MSK_ERR_ARGUMENT);
    CHECK(&peers.client, &response, NULL, MSK_ERR_ARGUMENT);
    response.n_headers = 1;
    CHECK(&peers.client, &response, &what, MSK_ERR_ARGUMENT);
    response.n_headers = 0;
    response.status = 403;
    CHECK(&peers.client, &response, &what, MSK_ERR_ARGUMENT);
    response.status = 401;
    response.size--;
    CHECK(&peers.client, &response, &what, MSK_ERR_ARGUMENT);
#undef CHECK
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(takes_the_best_challenge_that_it_may,
                                  release),
        cmocka_unit_test_teardown(takes_auth_only_by_policy, release),
        cmocka_unit_test_teardown(tells_stale_from_new_keys, release),
        cmocka_unit_test_teardown(takes_an_algorithm_only_by_policy, release),
        cmocka_unit_test_teardown(prefers_auth_int_and_then_the_algorithm,
                                  release),
        cmocka_unit_test_teardown(passes_over_schemes_of_any_length, release),
        cmocka_unit_test_teardown(refuses_a_nul_in_any_header, release),
        cmocka_unit_test_teardown(knows_no_way_back, release),
        cmocka_unit_test_teardown(
            forgets_a_challenge_that_another_one_contradicts, release),
        cmocka_unit_test_teardown(counts_on_with_a_nonce_it_has, release),
        cmocka_unit_test_teardown(holds_nonce_opaque_and_headers_to_their_caps,
                                  release),
        cmocka_unit_test_teardown(stays_inside_every_challenge_cut_short,
                                  release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
