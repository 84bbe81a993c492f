/* SPDX-License-Identifier: MIT */
/* What a BM-SC makes of a request, right, odd or forged. */
#include <string.h>

#include "digest_peers.h"
#include "http/digest_text.h"
#include "provider.h"

static struct digest_peers peers;

static void
lets_in_who_knows_the_key(void **state)
{
    struct msk_bytes answer = msk_text("<ok/>");

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(peers_check(&peers, peers_authorize(&peers)),
                         MSK_AUTH_OK);
        assert_int_equal(
            peers_verify(&peers, peers_info(&peers, answer), answer), MSK_OK);
        peers.now += 1000;
    }
    assert_int_equal(peers.crypto.open, 0);
}

static void
counts_on_without_answers(void **state)
{
    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    for (uint32_t i = 1; i < 20; i++) {
        assert_int_equal(peers_check(&peers, peers_authorize(&peers)),
                         MSK_AUTH_OK);
        assert_int_equal(peers.seen.nc, i);
    }
}

/* --- a stranger's hand ---------------------------------------------------- */

/* How a request is written. In the text, %u is the B-TID, %r the realm, %n
 * the nonce, %t the target, %x the response, %X the same in capitals, %h its
 * first half. The response is made of the values given, or of the usual ones.
 */
struct odd {
    const char *name, *text;
    int want;
    const char *nc, *cnonce, *username, *realm, *uri, *nonce;
    uint32_t algorithm, qop;
};

#define USUAL(u, n, t, c, x)                                   \
    "Digest username=" u ", realm=\"%r\", nonce=" n ", uri=" t \
    ", qop=auth-int, nc=00000001, cnonce=" c ", response=" x   \
    ", algorithm=SHA-256"
#define USUAL_WITH(algorithm, qop, nc)                                      \
    "Digest username=\"%u\", realm=\"%r\", nonce=\"%n\", uri=\"%t\"" qop nc \
    ", cnonce=\"c\", response=\"%x\"" algorithm
#define SHA ", algorithm=SHA-256"
#define INT ", qop=auth-int"
#define ONE ", nc=00000001"

static const struct odd odd[] = {
    { .name = "usual",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "no algorithm is MD5",
      .text = USUAL_WITH("", INT, ONE),
      .algorithm = MSK_ALGORITHM_MD5,
      .want = MSK_AUTH_OK },
    { .name = "MD5",
      .text = USUAL_WITH(", algorithm=MD5", INT, ONE),
      .algorithm = MSK_ALGORITHM_MD5,
      .want = MSK_AUTH_OK },
    { .name = "algorithm in lower case and quotes",
      .text = USUAL_WITH(", algorithm=\"sha-256\"", INT, ONE),
      .want = MSK_AUTH_OK },
    { .name = "algorithm claimed and not used",
      .text = USUAL_WITH(SHA, INT, ONE),
      .algorithm = MSK_ALGORITHM_MD5,
      .want = MSK_AUTH_BAD },
    { .name = "algorithm used and not claimed",
      .text = USUAL_WITH("", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "algorithm with session",
      .text = USUAL_WITH(", algorithm=SHA-256-sess", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "unknown algorithm",
      .text = USUAL_WITH(", algorithm=SHA-512-256", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "qop in quotes",
      .text = USUAL_WITH(SHA, ", qop=\"auth-int\"", ONE),
      .want = MSK_AUTH_OK },
    { .name = "qop with escapes",
      .text = USUAL_WITH(SHA, ", qop=\"\\auth-\\int\"", ONE),
      .want = MSK_AUTH_OK },
    { .name = "nc in quotes",
      .text = USUAL_WITH(SHA, INT, ", nc=\"00000001\""),
      .want = MSK_AUTH_OK },
    { .name = "no qop",
      .text = USUAL_WITH(SHA, "", ONE),
      .want = MSK_AUTH_BAD },
    { .name = "qop not offered",
      .text = USUAL_WITH(SHA, ", qop=auth", ONE),
      .qop = MSK_QOP_AUTH,
      .want = MSK_AUTH_BAD },
    { .name = "unknown qop",
      .text = USUAL_WITH(SHA, ", qop=auth-conf", ONE),
      .want = MSK_AUTH_BAD },
    { .name = "list of qop",
      .text = USUAL_WITH(SHA, ", qop=\"auth-int,auth\"", ONE),
      .want = MSK_AUTH_BAD },
    { .name = "nc jumps",
      .text = USUAL_WITH(SHA, INT, ", nc=00000005"),
      .nc = "00000005",
      .want = MSK_AUTH_OK },
    { .name = "nc with letters",
      .text = USUAL_WITH(SHA, INT, ", nc=0000abCD"),
      .nc = "0000abCD",
      .want = MSK_AUTH_OK },
    { .name = "last nc",
      .text = USUAL_WITH(SHA, INT, ", nc=ffffffff"),
      .nc = "ffffffff",
      .want = MSK_AUTH_OK },
    { .name = "no nc",
      .text = USUAL_WITH(SHA, INT, ""),
      .nc = "",
      .want = MSK_AUTH_BAD },
    { .name = "nc 0",
      .text = USUAL_WITH(SHA, INT, ", nc=00000000"),
      .nc = "00000000",
      .want = MSK_AUTH_BAD },
    { .name = "nc of one digit",
      .text = USUAL_WITH(SHA, INT, ", nc=1"),
      .nc = "1",
      .want = MSK_AUTH_BAD },
    { .name = "nc of seven digits",
      .text = USUAL_WITH(SHA, INT, ", nc=0000001"),
      .nc = "0000001",
      .want = MSK_AUTH_BAD },
    { .name = "nc of nine digits",
      .text = USUAL_WITH(SHA, INT, ", nc=000000001"),
      .nc = "000000001",
      .want = MSK_AUTH_BAD },
    { .name = "nc with 0x",
      .text = USUAL_WITH(SHA, INT, ", nc=0x000001"),
      .nc = "0x000001",
      .want = MSK_AUTH_BAD },
    { .name = "nc with a g",
      .text = USUAL_WITH(SHA, INT, ", nc=0000000g"),
      .nc = "0000000g",
      .want = MSK_AUTH_BAD },
    { .name = "nc with a blank",
      .text = USUAL_WITH(SHA, INT, ", nc=\"0000000 \""),
      .nc = "0000000 ",
      .want = MSK_AUTH_BAD },
    { .name = "escapes in the user name",
      .text = USUAL("\"\\sLGys7\\S1tre4ubq7vL2+vw\\=\\=@bsf.example.com\"",
                    "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "comma, quote and backslash in the cnonce",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"a,\\\"\\\\b\"", "\"%x\""),
      .cnonce = "a,\"\\b",
      .want = MSK_AUTH_OK },
    { .name = "cnonce without quotes",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "c", "%x"),
      .want = MSK_AUTH_OK },
    { .name = "empty cnonce",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"\"", "\"%x\""),
      .cnonce = "",
      .want = MSK_AUTH_BAD },
    { .name = "absolute URI",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://" PEER_FQDN "%t\"", "\"c\"",
                    "\"%x\""),
      .uri = "http://" PEER_FQDN PEER_TARGET,
      .want = MSK_AUTH_BAD },
    { .name = "other URI",
      .text = USUAL("\"%u\"", "\"%n\"", "\"/other\"", "\"c\"", "\"%x\""),
      .uri = "/other",
      .want = MSK_AUTH_BAD },
    { .name = "URI without query",
      .text =
          USUAL("\"%u\"", "\"%n\"", "\"/keymanagement\"", "\"c\"", "\"%x\""),
      .uri = "/keymanagement",
      .want = MSK_AUTH_BAD },
    { .name = "longer URI",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t&a\"", "\"c\"", "\"%x\""),
      .uri = PEER_TARGET "&a",
      .want = MSK_AUTH_BAD },
    { .name = "empty URI",
      .text = USUAL("\"%u\"", "\"%n\"", "\"\"", "\"c\"", "\"%x\""),
      .uri = "",
      .want = MSK_AUTH_BAD },
    { .name = "URI with escapes",
      .text = USUAL("\"%u\"", "\"%n\"", "\"\\%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "response in capitals",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%X\""),
      .want = MSK_AUTH_OK },
    { .name = "half a response",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%h\""),
      .want = MSK_AUTH_BAD },
    { .name = "response and more",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x%x\""),
      .want = MSK_AUTH_BAD },
    { .name = "empty response",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"\""),
      .want = MSK_AUTH_BAD },
    { .name = "response of other letters",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%h%hg\""),
      .want = MSK_AUTH_BAD },
    { .name = "other realm",
      .realm = "3GPP-bootstrapping@evil.example.com",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_WRONG },
    { .name = "realm of the UICC",
      .realm = "3GPP-bootstrapping-uicc@" PEER_FQDN,
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_WRONG },
    { .name = "other user",
      .username = "nobody@bsf.example.com",
      .text = USUAL("\"nobody@bsf.example.com\"", "\"%n\"", "\"%t\"", "\"c\"",
                    "\"%x\""),
      .want = MSK_AUTH_WRONG },
    { .name = "empty user",
      .username = "",
      .text = USUAL("\"\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_BAD },
    { .name = "foreign nonce",
      .nonce = "bm9uY2U=",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_STALE },
    { .name = "nonce of the right length",
      .nonce = "bm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm8=",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_STALE },
    { .name = "nonce of the right length that is no base64",
      .nonce = "********************************************",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_STALE },
    { .name = "empty nonce",
      .nonce = "",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_BAD },
    { .name = "username*",
      .text = USUAL_WITH(SHA ", username*=UTF-8''a", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "userhash",
      .text = USUAL_WITH(SHA ", userhash=true", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "no userhash",
      .text = USUAL_WITH(SHA ", userhash=false", INT, ONE),
      .want = MSK_AUTH_OK },
    { .name = "unknown parameters",
      .text = USUAL_WITH(SHA ", a=b, c=\"d\", opaque=\"\", a=b", INT, ONE),
      .want = MSK_AUTH_OK },
    { .name = "no blanks behind commas",
      .text = "digest username=\"%u\",realm=\"%r\",nonce=\"%n\",uri=\"%t\","
              "qop=auth-int,nc=00000001,cnonce=\"c\",response=\"%x\","
              "algorithm=SHA-256",
      .want = MSK_AUTH_OK },
    { .name = "blanks, tabs and commas",
      .text = "\t DIGEST \t,, USERNAME \t= \"%u\" ,\tRealm= \"%r\",\t\t"
              "nonce =\"%n\" , ,uri=\"%t\",QOP=auth-int,nc=00000001,"
              "cnonce=\"c\",response=\"%x\",algorithm=SHA-256 , ,",
      .want = MSK_AUTH_OK },
    { .name = "a second scheme behind",
      .text = USUAL_WITH(SHA ", Basic YTpi", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "another scheme",
      .text = "Basic YTpi",
      .want = MSK_AUTH_MISSING },
    { .name = "a longer scheme",
      .text = "Digestx username=\"%u\"",
      .want = MSK_AUTH_MISSING },
    { .name = "the scheme alone", .text = "Digest", .want = MSK_AUTH_BAD },
    { .name = "nothing", .text = "", .want = MSK_AUTH_BAD },
    { .name = "no scheme", .text = "username=\"%u\"", .want = MSK_AUTH_BAD },
    { .name = "unterminated quote",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x"),
      .want = MSK_AUTH_BAD },
};

#undef USUAL
#undef USUAL_WITH

static const char *
or_else(const char *given, const char *usual)
{
    return given != NULL ? given : usual;
}

static struct msk_bytes
response_of(const struct odd *o, struct msk_bytes nonce)
{
    uint8_t out[MSK_DIGEST_HEX_MAX];
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = o->algorithm != 0 ? o->algorithm : MSK_ALGORITHM_SHA256,
        .qop = o->qop != 0 ? o->qop : MSK_QOP_AUTH_INT,
        .username = msk_text(or_else(o->username, PEER_BTID)),
        .realm = msk_text(or_else(o->realm, PEER_REALM)),
        /* base64 of the MRK of digest_peers.c */
        .password = msk_text("dGhlIE1SSyBvZiB0aGUgdGVzdHMsIDMyIG9jdGV0cwA="),
        .method = msk_text("POST"),
        .uri = msk_text(or_else(o->uri, PEER_TARGET)),
        .nonce = nonce,
        .nc = msk_text(or_else(o->nc, "00000001")),
        .cnonce = msk_text(or_else(o->cnonce, "c")),
        .body = msk_text(PEER_BODY),
    };
    size_t len;

    assert_int_equal(msk_digest_response(host_crypto(), &input, out, &len),
                     MSK_OK);
    return exact(out, len);
}

static struct msk_bytes
capitals(struct msk_bytes text)
{
    uint8_t *p = room(text.n);

    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] >= 'a' ? (uint8_t)(text.p[i] - 32) : text.p[i];
    return (struct msk_bytes){ p, text.n };
}

/* The header that a row describes, for a nonce. */
static struct msk_bytes
written(const struct odd *o, struct msk_bytes nonce)
{
    struct msk_bytes out = { NULL, 0 }, x;

    if (o->nonce != NULL)
        nonce = msk_text(o->nonce);
    x = response_of(o, nonce);
    for (const char *c = o->text; *c != '\0'; c++) {
        struct msk_bytes next = exact((const uint8_t *)c, 1);

        if (*c == '%') {
            switch (*++c) {
            case 'u': next = msk_text(or_else(o->username, PEER_BTID)); break;
            case 'r': next = msk_text(or_else(o->realm, PEER_REALM)); break;
            case 'n': next = nonce; break;
            case 't': next = msk_text(PEER_TARGET); break;
            case 'x': next = x; break;
            case 'X': next = capitals(x); break;
            case 'h': next = exact(x.p, x.n / 2); break;
            default: fail_msg("%%%c in %s", *c, o->name);
            }
        }
        out = joined(out, next);
    }
    return out;
}

static struct msk_bytes
new_nonce(void)
{
    return value_of(peers_challenge(&peers, 0, false), "nonce=\"", "\"");
}

static void
judges_every_odd_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++, release(NULL)) {
        struct msk_digest_seen none;

        peers_start(&peers);
        memset(&none, 0, sizeof none);
        check_int(odd[i].name,
                  peers_check(&peers, written(&odd[i], new_nonce())),
                  odd[i].want);
        if (odd[i].want != MSK_AUTH_OK)
            assert_memory_equal(&peers.seen, &none, sizeof none);
        assert_int_equal(peers.crypto.open, 0);
    }
}

static void
allows_auth_only_by_policy(void **state)
{
    struct odd o = { .name = "auth",
                     .text = "Digest username=\"%u\", realm=\"%r\", "
                             "nonce=\"%n\", uri=\"%t\", qop=auth, "
                             "nc=00000001, cnonce=\"c\", response=\"%x\", "
                             "algorithm=SHA-256",
                     .qop = MSK_QOP_AUTH };

    (void)state;
    peers_start(&peers);
    assert_int_equal(peers_check(&peers, written(&o, new_nonce())),
                     MSK_AUTH_BAD);
    peers.server.qop = MSK_QOP_AUTH_INT | MSK_QOP_AUTH;
    assert_int_equal(peers_check(&peers, written(&o, new_nonce())),
                     MSK_AUTH_OK);
    peers.server.algorithms = MSK_ALGORITHM_MD5;
    assert_int_equal(peers_check(&peers, written(&o, new_nonce())),
                     MSK_AUTH_BAD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lets_in_who_knows_the_key, release),
        cmocka_unit_test_teardown(counts_on_without_answers, release),
        cmocka_unit_test_teardown(judges_every_odd_request, release),
        cmocka_unit_test_teardown(allows_auth_only_by_policy, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
