/* SPDX-License-Identifier: MIT */
/* What a BM-SC makes of a request, right, odd or forged. */
#include <stdio.h>
#include <string.h>

#include "digest_peers.h"
#include "http/digest_text.h"
#include "provider.h"

static struct digest_peers peers;

static void
accepts_a_client_that_knows_the_key(void **state)
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
      .want = MSK_AUTH_OK },
    { .name = "absolute URI with a port, in capitals",
      .text = USUAL("\"%u\"", "\"%n\"", "\"HTTPS://BMSC.example.COM:8443%t\"",
                    "\"c\"", "\"%x\""),
      .uri = "HTTPS://BMSC.example.COM:8443" PEER_TARGET,
      .want = MSK_AUTH_OK },
    { .name = "absolute URI, and the other one hashed",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://" PEER_FQDN "%t\"", "\"c\"",
                    "\"%x\""),
      .want = MSK_AUTH_WRONG },
    { .name = "URI as TS 33.246 H.2.1 prints it",
      .text =
          USUAL("\"%u\"", "\"%n\"", "\"/" PEER_FQDN "%t\"", "\"c\"", "\"%x\""),
      .uri = "/" PEER_FQDN PEER_TARGET,
      .want = MSK_AUTH_OK },
    { .name = "URI of another server",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://evil.example.com%t\"",
                    "\"c\"", "\"%x\""),
      .uri = "http://evil.example.com" PEER_TARGET,
      .want = MSK_AUTH_BAD },
    { .name = "URI of another server, as H.2.1 prints it",
      .text = USUAL("\"%u\"", "\"%n\"", "\"/evil.example.com%t\"", "\"c\"",
                    "\"%x\""),
      .uri = "/evil.example.com" PEER_TARGET,
      .want = MSK_AUTH_BAD },
    { .name = "URI of another scheme",
      .text = USUAL("\"%u\"", "\"%n\"", "\"ftp://" PEER_FQDN "%t\"", "\"c\"",
                    "\"%x\""),
      .uri = "ftp://" PEER_FQDN PEER_TARGET,
      .want = MSK_AUTH_BAD },
    { .name = "URI with a user",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://a@" PEER_FQDN "%t\"", "\"c\"",
                    "\"%x\""),
      .uri = "http://a@" PEER_FQDN PEER_TARGET,
      .want = MSK_AUTH_BAD },
    { .name = "absolute URI without a path",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://" PEER_FQDN "\"", "\"c\"",
                    "\"%x\""),
      .uri = "http://" PEER_FQDN,
      .want = MSK_AUTH_BAD },
    { .name = "absolute URI of another resource",
      .text = USUAL("\"%u\"", "\"%n\"", "\"http://" PEER_FQDN "/x%t\"", "\"c\"",
                    "\"%x\""),
      .uri = "http://" PEER_FQDN "/x" PEER_TARGET,
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
    { .name = "realm in capitals, hashed as it is",
      .realm = "3GPP-bootstrapping@BMSC.Example.COM",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "realm of UICC and ME, hashed as it is",
      .realm = "3GPP-bootstrapping-uicc@" PEER_FQDN ";" PEER_REALM,
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "realm with an end, hashed as it is",
      .realm = PEER_REALM ";",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"", "\"%x\""),
      .want = MSK_AUTH_OK },
    { .name = "realm in the right form, and hashed in the server's",
      .text = "Digest username=\"%u\", realm=\"%r;\", nonce=\"%n\", "
              "uri=\"%t\", qop=auth-int, nc=00000001, cnonce=\"c\", "
              "response=\"%x\", algorithm=SHA-256",
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
    { .name = "no blanks after commas",
      .text = "digest username=\"%u\",realm=\"%r\",nonce=\"%n\",uri=\"%t\","
              "qop=auth-int,nc=00000001,cnonce=\"c\",response=\"%x\","
              "algorithm=SHA-256",
      .want = MSK_AUTH_OK },
    { .name = "blanks, tabs and commas",
      .text = "\t DIGEST \t,, USERNAME \t= \"%u\" ,\tRealm= \"%r\",\t\t"
              "nonce =\"%n\" , ,uri=\"%t\",QOP=auth-int,nc=00000001,"
              "cnonce=\"c\",response=\"%x\",algorithm=SHA-256 , ,",
      .want = MSK_AUTH_OK },
    { .name = "folded",
      .text = "Digest\r\n username=\"%u\",\r\n\trealm=\"%r\",\n nonce=\"%n\", "
              "uri=\"%t\"\r\n , qop=auth-int, nc=00000001, cnonce=\"c\", "
              "response=\r\n \"%x\", algorithm=SHA-256\r\n ",
      .want = MSK_AUTH_OK },
    { .name = "folded inside a value",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\r\n\t d\"", "\"%x\""),
      .cnonce = "c d",
      .want = MSK_AUTH_OK },
    { .name = "a second line that is none",
      .text = USUAL_WITH(SHA "\r\nX: y", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "a second scheme after",
      .text = USUAL_WITH(SHA ", Basic YTpi", INT, ONE),
      .want = MSK_AUTH_BAD },
    { .name = "another scheme",
      .text = "Basic YTpi",
      .want = MSK_AUTH_MISSING },
    { .name = "another scheme before",
      .text = "Basic YTpi, " USUAL_WITH(SHA, INT, ONE),
      .want = MSK_AUTH_MISSING },
    { .name = "another scheme that is careless",
      .text = "Basic realm=IP Camera",
      .want = MSK_AUTH_MISSING },
    { .name = "a longer scheme",
      .text = "Digestx username=\"%u\"",
      .want = MSK_AUTH_MISSING },
    { .name = "the scheme alone", .text = "Digest", .want = MSK_AUTH_BAD },
    { .name = "nothing", .text = "", .want = MSK_AUTH_BAD },
    { .name = "no scheme", .text = "username=\"%u\"", .want = MSK_AUTH_BAD },
    { .name = "response that is not hexadecimal",
      .text = USUAL("\"%u\"", "\"%n\"", "\"%t\"", "\"c\"",
                    "\"gggggggggggggggggggggggggggggggg"
                    "gggggggggggggggggggggggggggggggg\""),
      .want = MSK_AUTH_BAD },
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

/* So that the one who sent them can verify the answer. */
static void
answers_under_uri_and_realm_as_they_were_sent(void **state)
{
    const struct odd o = {
        .name = "as sent",
        .uri = "http://BMSC.example.com:80" PEER_TARGET,
        .realm = PEER_REALM ";x",
        .text = "Digest username=\"%u\", realm=\"%r\", nonce=\"%n\", "
                "uri=\"http://BMSC.example.com:80%t\", qop=auth-int, "
                "nc=00000001, cnonce=\"c\", response=\"%x\", "
                "algorithm=SHA-256",
    };
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = MSK_ALGORITHM_SHA256,
        .qop = MSK_QOP_AUTH_INT,
        .username = msk_text(PEER_BTID),
        .realm = msk_text(o.realm),
        .password = msk_text("dGhlIE1SSyBvZiB0aGUgdGVzdHMsIDMyIG9jdGV0cwA="),
        .uri = msk_text(o.uri),
        .nc = msk_text("00000001"),
        .cnonce = msk_text("c"),
        .body = msk_text("answer"),
    };
    uint8_t want[MSK_DIGEST_HEX_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    input.nonce = new_nonce();
    assert_int_equal(peers_check(&peers, written(&o, input.nonce)),
                     MSK_AUTH_OK);
    assert_int_equal(msk_digest_response(host_crypto(), &input, want, &len),
                     MSK_OK);
    check_octets(
        "rspauth",
        value_of(peers_info(&peers, msk_text("answer")), "rspauth=\"", "\""),
        exact(want, len));
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
    /* Nor is what covers more accepted when it was never offered. */
    peers_start(&peers);
    peers_meet(&peers);
    peers.server.qop = MSK_QOP_AUTH;
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)),
                     MSK_AUTH_BAD);
}

/* --- once and in order ---------------------------------------------------- */

static int
check_nc(struct msk_bytes nonce, const char *nc)
{
    char text[512];
    struct odd o = { .name = nc, .text = text, .nc = nc };

    snprintf(text, sizeof text,
             "Digest username=\"%%u\", realm=\"%%r\", nonce=\"%%n\", "
             "uri=\"%%t\", qop=auth-int, nc=%s, cnonce=\"c\", "
             "response=\"%%x\", algorithm=SHA-256",
             nc);
    return peers_check(&peers, written(&o, nonce));
}

static void
takes_each_nc_once_and_in_order(void **state)
{
    struct msk_bytes nonce;

    (void)state;
    peers_start(&peers);
    nonce = new_nonce();
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_OK);
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(nonce, "00000005"), MSK_AUTH_OK);
    assert_int_equal(check_nc(nonce, "00000003"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(nonce, "ffffffff"), MSK_AUTH_OK);
    assert_int_equal(check_nc(nonce, "ffffffff"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(nonce, "00000006"), MSK_AUTH_STALE);
    assert_int_equal(peers.seen.nc, UINT32_MAX);
}

static void
refuses_a_nonce_older_than_one_it_has_seen(void **state)
{
    struct msk_bytes old, twin, young;

    (void)state;
    peers_start(&peers);
    old = new_nonce();
    peers.now++;
    twin = new_nonce();
    young = new_nonce();
    assert_int_equal(check_nc(young, "00000001"), MSK_AUTH_OK);
    assert_int_equal(check_nc(old, "00000001"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(old, "00000002"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(twin, "00000002"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(young, "00000002"), MSK_AUTH_OK);
}

static void
uses_up_no_nc_without_the_key(void **state)
{
    struct msk_bytes nonce, good;
    struct odd o = { .name = "forged",
                     .text = "Digest username=\"%u\", realm=\"%r\", "
                             "nonce=\"%n\", uri=\"%t\", qop=auth-int, "
                             "nc=ffffffff, cnonce=\"c\", response=\"%x\", "
                             "algorithm=SHA-256" };

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    nonce = value_of(good, "nonce=\"", "\"");
    assert_int_equal(peers_check(&peers, written(&o, nonce)), MSK_AUTH_WRONG);
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
}

static void
ends_a_nonce_with_its_life(void **state)
{
    struct msk_bytes nonce;

    (void)state;
    for (int i = 0; i < 2; i++) {
        msk_time life = i == 0 ? 300000 : 5000;

        peers_start(&peers);
        peers.server.nonce_life = i == 0 ? 0 : life;
        nonce = new_nonce();
        peers.now += life;
        assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_OK);
        peers.now++;
        assert_int_equal(check_nc(nonce, "00000002"), MSK_AUTH_STALE);
        /* Whoever asks: it is the nonce that is no good. */
        peers.credentials.mrk.n--;
        assert_int_equal(check_nc(nonce, "00000003"), MSK_AUTH_STALE);
    }
}

static void
knows_its_own_nonces_only(void **state)
{
    static const uint8_t other[16] = "another key....";
    struct msk_bytes nonce;

    (void)state;
    peers_start(&peers);
    nonce = new_nonce();
    for (size_t i = 0; i < nonce.n; i++) {
        uint8_t *p = room(nonce.n);

        memcpy(p, nonce.p, nonce.n);
        p[i] = p[i] == 'A' ? 'B' : 'A';
        assert_int_equal(check_nc((struct msk_bytes){ p, nonce.n }, "00000001"),
                         MSK_AUTH_STALE);
    }
    peers.server.fqdn = msk_text("other.example.com");
    nonce = new_nonce();
    peers.server.fqdn = msk_text(PEER_FQDN);
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_STALE);
    peers.server.nonce_key = (struct msk_bytes){ other, sizeof other };
    nonce = new_nonce();
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_OK);
    peers_start(&peers);
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_STALE);
}

static void
serves_many_nodes_and_users_with_one_key(void **state)
{
    struct digest_peers other;
    struct msk_bytes nonce;

    (void)state;
    peers_start(&other);
    peers_start(&peers);
    nonce = new_nonce();
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_OK);
    peers.server = other.server; /* another node, and then another user */
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_STALE);
    assert_int_equal(check_nc(nonce, "00000002"), MSK_AUTH_OK);
    memset(&peers.seen, 0, sizeof peers.seen);
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_OK);
}

static void
authenticates_again_when_told_to(void **state)
{
    struct msk_bytes nonce, line;
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    msk_digest_seen_expire(NULL, 0);
    peers_meet(&peers);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    nonce = new_nonce();
    msk_digest_seen_expire(&peers.seen, peers.now);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)),
                     MSK_AUTH_STALE);
    assert_int_equal(check_nc(nonce, "00000001"), MSK_AUTH_STALE);
    line = peers_challenge(&peers, 0, true);
    assert_int_equal(peers_401(&peers, &line, 1, true, &what), MSK_OK);
    assert_int_equal(what, MSK_CHALLENGE_STALE);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
}

static void
survives_a_clock_that_goes_back(void **state)
{
    struct msk_bytes line, old;
    enum msk_challenge what;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    old = peers_authorize(&peers);
    assert_int_equal(peers_check(&peers, old), MSK_AUTH_OK);
    peers.now -= 900000;
    assert_int_equal(peers_check(&peers, old), MSK_AUTH_STALE);
    line = peers_challenge(&peers, 0, true);
    assert_int_equal(peers_401(&peers, &line, 1, true, &what), MSK_OK);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    assert_int_equal(peers_check(&peers, old), MSK_AUTH_STALE);
}

/* There is no nonce after the last moment: the next is of now. */
static void
survives_the_last_moment_of_all(void **state)
{
    struct msk_bytes line;

    (void)state;
    peers_start(&peers);
    peers.seen.issued = UINT64_MAX;
    line = peers_challenge(&peers, 0, true);
    memset(&peers.seen, 0, sizeof peers.seen);
    assert_int_equal(check_nc(value_of(line, "nonce=\"", "\""), "00000001"),
                     MSK_AUTH_OK);
    assert_int_equal(peers.seen.issued, peers.now);
}

/* The record of one user is no good for another one, though the one name
 * begins with the other and the key is the same. */
static void
takes_no_user_for_another(void **state)
{
    static const char longer[] = PEER_BTID "x", other[] = "x" PEER_BTID;
    const char *const others[] = { longer, other, "x" };
    struct msk_bytes whole;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    whole = peers.credentials.btid;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct msk_bytes good = peers_authorize(&peers);

        peers.credentials.btid = msk_text(others[i]);
        check_int(others[i], peers_check(&peers, good), MSK_AUTH_WRONG);
        peers.credentials.btid = whole;
    }
    for (size_t n = 1; n < whole.n; n++) {
        struct msk_bytes good = peers_authorize(&peers);

        peers.credentials.btid.n = n;
        assert_int_equal(peers_check(&peers, good), MSK_AUTH_WRONG);
        peers.credentials.btid = whole;
    }
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
}

/* --- one look, one cost --------------------------------------------------- */

/* Who asks, and what the BM-SC knows of them. */
enum {
    UNKNOWN,     /* no such B-TID */
    EXPIRED,     /* its keys have expired, or shall be made anew */
    WRONG_KEY,   /* a B-TID of somebody else */
    WRONG_REALM, /* the right key for another realm */
    WRONG_NAME,  /* a record that is not of that B-TID */
    USED_UP,     /* WRONG_KEY, and all nc of the nonce were used */
    CLOCK_BACK,  /* WRONG_KEY, and the last nonce is of tomorrow */
    TOLD_AGAIN,  /* WRONG_KEY, and all nonces until now were ended */
    N_STRANGERS
};

/* The nonce of the request. */
enum { FRESH, OLD, FOREIGN, SHORT, N_NONCES };

/* All that a stranger sees of an answer, and that they could time. */
struct seen_by_stranger {
    int auth;
    char challenge[2][512];
    struct call_record record;
};

static struct msk_bytes
nonce_of(int kind)
{
    struct msk_bytes nonce = new_nonce();

    if (kind == OLD)
        peers.now += 300001;
    if (kind == FOREIGN)
        return chars("bm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm8=");
    return kind == SHORT ? chars("bm9uY2U=") : nonce;
}

static void
know(int who, const struct odd *o, struct msk_bytes nonce)
{
    if (who == USED_UP) {
        struct odd last = *o;

        last.nc = "ffffffff";
        last.text = "Digest username=\"%u\", realm=\"%r\", nonce=\"%n\", "
                    "uri=\"%t\", qop=auth-int, nc=ffffffff, cnonce=\"c\", "
                    "response=\"%x\", algorithm=SHA-256";
        (void)peers_check(&peers, written(&last, nonce));
    }
    if (who == CLOCK_BACK)
        peers.seen.issued = peers.now + 86400000;
    if (who == TOLD_AGAIN)
        msk_digest_seen_expire(&peers.seen, peers.now);
}

/* The texts of the challenges, without the octets of their nonces. */
static void
challenge_stranger(struct seen_by_stranger *out)
{
    bool stale = out->auth == MSK_AUTH_STALE;

    for (size_t i = 0; i < 2; i++) {
        uint8_t buf[MSK_HTTP_VALUE_MAX];
        struct msk_bytes line;
        size_t len;

        assert_int_equal(
            msk_digest_server_challenge(
                &peers.server,
                &(struct msk_digest_offer){
                    sizeof(struct msk_digest_offer), i, stale,
                    peers.context.proven ? &peers.seen : NULL, peers.now },
                buf, sizeof buf, &len),
            MSK_OK);
        line = exact(buf, len);
        assert_int_equal(value_of(line, "nonce=\"", "\"").n, 44);
        line = replaced(line, "nonce=\"", "\"", "");
        memcpy(out->challenge[i], line.p, line.n);
    }
}

static void
meet_stranger(int who, int kind, struct seen_by_stranger *out)
{
    static const uint8_t another[32] = { 1 }; /* key */
    const struct odd o = { .name = "stranger",
                           .text = "Digest username=\"%u\", realm=\"%r\", "
                                   "nonce=\"%n\", uri=\"%t\", qop=auth-int, "
                                   "nc=00000001, cnonce=\"c\", "
                                   "response=\"%x\", algorithm=SHA-256" };
    struct msk_http_header header = { msk_text("Authorization"), { NULL, 0 } };
    struct msk_http_request request = peers_post();
    struct msk_bytes nonce;
    enum msk_auth auth;

    memset(out, 0, sizeof *out);
    peers_start(&peers);
    nonce = nonce_of(kind);
    header.value = written(&o, nonce);
    if (who == WRONG_REALM)
        header.value = replaced(header.value, "realm=\"3", "\"",
                                "GPP-bootstrapping@bmsd.example.com");
    request.headers = &header;
    request.n_headers = 1;
    know(who, &o, nonce);
    if (who >= USED_UP || who == WRONG_KEY)
        peers.credentials.mrk = (struct msk_bytes){ another, sizeof another };
    if (who == WRONG_NAME)
        peers.credentials.btid = msk_text("other@bsf.example.com");
    peers.crypto.record = peers.random.record = &out->record;
    assert_int_equal(msk_digest_server_check(
                         &peers.server,
                         who <= EXPIRED ? NULL : &peers.credentials, &request,
                         peers.now, who == UNKNOWN ? NULL : &peers.seen, &auth,
                         &peers.context),
                     MSK_OK);
    out->auth = (int)auth;
    assert_false(peers.context.proven);
    challenge_stranger(out);
}

/* Not by what is said, nor by the work that it takes, nor by its order. */
static void
tells_a_stranger_nothing(void **state)
{
    static struct seen_by_stranger first, other;
    char name[32];

    (void)state;
    for (int kind = 0; kind < N_NONCES; kind++) {
        meet_stranger(UNKNOWN, kind, &first);
        check_int("verdict", first.auth,
                  kind == FRESH ? MSK_AUTH_WRONG : MSK_AUTH_STALE);
        assert_true(first.record.n > 0);
        for (int who = EXPIRED; who < N_STRANGERS; who++) {
            snprintf(name, sizeof name, "nonce %d, stranger %d", kind, who);
            meet_stranger(who, kind, &other);
            check_int(name, other.auth, first.auth);
            for (size_t i = 0; i < 2; i++)
                assert_string_equal(other.challenge[i], first.challenge[i]);
            assert_string_equal(other.record.text, first.record.text);
            release(NULL);
        }
    }
}

/* A right response costs what a wrong one does. */
static void
takes_as_much_work_for_the_right_response(void **state)
{
    static struct call_record right, wrong;
    struct msk_bytes good;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    memset(&right, 0, sizeof right);
    memset(&wrong, 0, sizeof wrong);
    peers.crypto.record = &wrong;
    assert_int_equal(peers_check(&peers, replaced(good, "response=\"", "\"",
                                                  "0123456789012345678901234567"
                                                  "8901234567890123456789012345"
                                                  "678901"
                                                  "23")),
                     MSK_AUTH_WRONG);
    peers.crypto.record = &right;
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
    assert_string_equal(right.text, wrong.text);
}

/* The one who knows the key learns that their nonce is old, and gets one that
 * is newer than what was seen. */
static void
proves_the_key_before_it_uses_what_was_seen(void **state)
{
    struct msk_bytes good;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
    assert_true(peers.context.proven);
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_STALE);
    assert_true(peers.context.proven); /* its nc was used */
    peers.now += 300001;
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_STALE);
    assert_true(peers.context.proven); /* its nonce has expired */
    peers.credentials.mrk.n--;
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_STALE);
    assert_false(peers.context.proven);
    assert_int_equal(peers_check(&peers, chars("Digest x")), MSK_AUTH_BAD);
    assert_false(peers.context.proven);
}

static void
fails_with_its_provider_and_changes_nothing(void **state)
{
    struct msk_http_header header = { msk_text("Authorization"), { NULL, 0 } };
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text(PEER_TARGET),
                                        .headers = &header,
                                        .n_headers = 1,
                                        .body = msk_text(PEER_BODY) };
    struct msk_digest_seen none;
    struct msk_bytes good;
    enum msk_auth auth;
    size_t calls;

    (void)state;
    memset(&none, 0, sizeof none);
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    peers.crypto.calls = 0;
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
    calls = peers.crypto.calls;
    assert_int_equal(calls, 7); /* three for the nonce, four hashes */
    for (size_t i = 1; i <= calls; i++) {
        memset(&peers.seen, 0, sizeof peers.seen);
        fake_crypto_start(&peers.crypto, i);
        header.value = good;
        assert_int_equal(msk_digest_server_check(
                             &peers.server, &peers.credentials, &request,
                             peers.now, &peers.seen, &auth, &peers.context),
                         MSK_ERR_CRYPTO);
        /* For who does not look at the result. */
        assert_int_equal(auth, MSK_AUTH_WRONG);
        assert_memory_equal(&peers.seen, &none, sizeof none);
        assert_int_equal(peers.crypto.open, 0);
    }
}

/* --- headers that nobody writes by accident ------------------------------- */

static void
refuses_every_header_cut_short_or_changed(void **state)
{
    struct msk_bytes good;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    for (size_t i = 0; i < good.n; i++) {
        uint8_t *p = room(good.n);

        memcpy(p, good.p, good.n);
        p[i] ^= 1;
        assert_int_not_equal(
            peers_check(&peers, (struct msk_bytes){ p, good.n }), MSK_AUTH_OK);
        assert_int_not_equal(peers_check(&peers, exact(good.p, i)),
                             MSK_AUTH_OK);
        p[i] = '\r';
        assert_int_not_equal(
            peers_check(&peers, (struct msk_bytes){ p, good.n }), MSK_AUTH_OK);
    }
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
}

static void
refuses_each_parameter_twice(void **state)
{
    static const char *const twice[] = {
        "username=\"" PEER_BTID "\"",
        "USERNAME=\"x\"",
        "realm=\"" PEER_REALM "\"",
        "nonce=\"x\"",
        "Uri=\"" PEER_TARGET "\"",
        "qop=auth-int",
        "qop=auth",
        "nc=00000001",
        "NC=00000002",
        "cnonce=\"x\"",
        "response=\"x\"",
        "algorithm=SHA-256",
        "Algorithm=MD5",
        "opaque=\"\", opaque=\"\"",
        "userhash=false, userhash=false",
    };
    struct msk_bytes good;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++) {
        struct msk_bytes line =
            joined(joined(good, msk_text(", ")), msk_text(twice[i]));
        char front[256];

        check_int(twice[i], peers_check(&peers, line), MSK_AUTH_BAD);
        snprintf(front, sizeof front, " %s, username", twice[i]);
        line = replaced(good, "Digest", "=", front);
        check_int(front, peers_check(&peers, line), MSK_AUTH_BAD);
    }
    assert_int_equal(peers_check(&peers, good), MSK_AUTH_OK);
}

static void
refuses_each_parameter_left_out(void **state)
{
    static const char *const names[] = { "username", "realm",    "nonce",
                                         "uri",      "qop",      "nc",
                                         "cnonce",   "response", "algorithm" };
    struct msk_bytes good;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct msk_bytes line = good;
        char begin[32];

        /* Its name is another one: ignored. */
        snprintf(begin, sizeof begin, "%s%s", i == 0 ? "" : ", ", names[i]);
        line = replaced(line, begin, "=", "-unknown");
        check_int(names[i], peers_check(&peers, line), MSK_AUTH_BAD);
    }
}

static void
holds_every_value_to_its_cap(void **state)
{
    struct msk_bytes good;
    char text[5000];

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    good = peers_authorize(&peers);
    memset(text, 'x', sizeof text);
    text[256] = '\0';
    assert_int_equal(
        peers_check(&peers, replaced(good, "nonce=\"", "\"", text)),
        MSK_AUTH_STALE);
    text[256] = 'x';
    text[257] = '\0';
    assert_int_equal(
        peers_check(&peers, replaced(good, "nonce=\"", "\"", text)),
        MSK_AUTH_BAD);
    assert_int_equal(
        peers_check(&peers, replaced(good, "cnonce=\"", "\"", text)),
        MSK_AUTH_BAD);
    text[257] = 'x';
    text[254] = '\0';
    assert_int_equal(
        peers_check(&peers, replaced(good, "username=\"", "\"", text)),
        MSK_AUTH_BAD);
    text[254] = 'x';
    text[MSK_HTTP_VALUE_MAX] = '\0';
    good = joined(good, msk_text(", more="));
    assert_int_equal(
        peers_check(&peers,
                    joined(good, exact((const uint8_t *)text,
                                       MSK_HTTP_VALUE_MAX + 1 - good.n))),
        MSK_AUTH_BAD);
    assert_int_equal(
        peers_check(&peers, joined(good, exact((const uint8_t *)text,
                                               MSK_HTTP_VALUE_MAX - good.n))),
        MSK_AUTH_OK);
    /* Another scheme may be of any length. */
    assert_int_equal(peers_check(&peers, joined(chars("Negotiate "),
                                                exact((const uint8_t *)text,
                                                      MSK_HTTP_VALUE_MAX))),
                     MSK_AUTH_MISSING);
}

static void
wants_one_authorization_among_the_headers(void **state)
{
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text(PEER_TARGET),
                                        .headers = headers,
                                        .body = msk_text(PEER_BODY) };
    uint8_t btid[MSK_BTID_MAX], more[MSK_BTID_MAX + 1], name[MSK_BTID_MAX];
    enum msk_auth auth;
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    for (size_t i = 0; i < MSK_HTTP_HEADERS_MAX + 1; i++)
        headers[i] =
            (struct msk_http_header){ msk_text("X"), msk_text("Digest a=b") };
#define CHECK(n, want, err)                                              \
    request.n_headers = n;                                               \
    assert_int_equal(msk_digest_server_check(                            \
                         &peers.server, &peers.credentials, &request,    \
                         peers.now, &peers.seen, &auth, &peers.context), \
                     MSK_OK);                                            \
    assert_int_equal(auth, want);                                        \
    assert_int_equal(                                                    \
        msk_digest_server_btid(&request, btid, sizeof btid, &len), err)
    CHECK(0, MSK_AUTH_MISSING, MSK_ERR_MISSING);
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_MISSING, MSK_ERR_MISSING);
    CHECK(MSK_HTTP_HEADERS_MAX + 1, MSK_AUTH_BAD, MSK_ERR_VALUE);
    headers[9].name = msk_text("AUTHORIZATION");
    headers[9].value = peers_authorize(&peers);
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_OK, MSK_OK);
    check_octets("B-TID", exact(btid, len), msk_text(PEER_BTID));
    headers[3].name = msk_text("Authorization");
    headers[3].value = peers_authorize(&peers);
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_BAD, MSK_ERR_VALUE);
    /* The same one twice is one. */
    headers[9].value = headers[3].value;
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_OK, MSK_OK);
    headers[9].value = peers_authorize(&peers);
    headers[3].value = msk_text("Basic YTpi");
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_BAD, MSK_ERR_VALUE);
    headers[3].name = msk_text("X");
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_OK, MSK_OK);
    headers[9].value = peers_authorize(&peers);
    headers[3].value = exact((const uint8_t *)"a\0b", 3);
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_BAD, MSK_ERR_VALUE);
    headers[3].value.n = 1;
    CHECK(MSK_HTTP_HEADERS_MAX, MSK_AUTH_OK, MSK_OK);
#undef CHECK
    /* More room makes no longer name. */
    memset(name, 'x', sizeof name);
    headers[3].name = msk_text("X");
    headers[9].value = joined(msk_text("Digest username="),
                              (struct msk_bytes){ name, MSK_BTID_MAX });
    assert_int_equal(msk_digest_server_btid(&request, more, sizeof more, &len),
                     MSK_OK);
    assert_int_equal(len, MSK_BTID_MAX);
    headers[9].value = joined(msk_text("Digest username=x"),
                              (struct msk_bytes){ name, MSK_BTID_MAX });
    assert_int_equal(msk_digest_server_btid(&request, more, sizeof more, &len),
                     MSK_ERR_VALUE);
    request.headers = NULL;
    assert_int_equal(msk_digest_server_btid(&request, btid, sizeof btid, &len),
                     MSK_ERR_ARGUMENT);
}

static void
covers_method_target_and_body(void **state)
{
    static const struct {
        const char *name, *method, *target, *body;
        int want;
    } rows[] = {
        { "same", "POST", PEER_TARGET, PEER_BODY, MSK_AUTH_OK },
        { "method", "GET", PEER_TARGET, PEER_BODY, MSK_AUTH_WRONG },
        { "target", "POST", PEER_TARGET "&x", PEER_BODY, MSK_AUTH_BAD },
        { "target in absolute form", "POST", "http://" PEER_FQDN PEER_TARGET,
          PEER_BODY, MSK_AUTH_OK },
        { "target on another server", "POST",
          "http://evil.example.com" PEER_TARGET, PEER_BODY, MSK_AUTH_BAD },
        { "no target", "POST", NULL, PEER_BODY, MSK_AUTH_BAD },
        { "body", "POST", PEER_TARGET, PEER_BODY " ", MSK_AUTH_WRONG },
        { "no body", "POST", PEER_TARGET, NULL, MSK_AUTH_WRONG },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++, release(NULL)) {
        struct msk_http_header header = { msk_text("Authorization"),
                                          { NULL, 0 } };
        struct msk_http_request request = { .size = sizeof request,
                                            .method = msk_text(rows[i].method),
                                            .target = msk_text(rows[i].target),
                                            .headers = &header,
                                            .n_headers = 1,
                                            .body = msk_text(rows[i].body) };
        enum msk_auth auth;

        peers_start(&peers);
        peers_meet(&peers);
        header.value = peers_authorize(&peers);
        assert_int_equal(
            msk_digest_server_check(&peers.server, &peers.credentials, &request,
                                    peers.now, NULL, &auth, &peers.context),
            MSK_OK);
        check_int(rows[i].name, auth, rows[i].want);
    }
}

/* A uri that is the target, and both on another server. */
static void
refuses_what_is_for_another_server(void **state)
{
    static const char elsewhere[] = "http://evil.example.com" PEER_TARGET;
    const struct odd o = {
        .name = "elsewhere",
        .uri = elsewhere,
        .text = "Digest username=\"%u\", realm=\"%r\", nonce=\"%n\", "
                "uri=\"http://evil.example.com%t\", qop=auth-int, "
                "nc=00000001, cnonce=\"c\", response=\"%x\", "
                "algorithm=SHA-256",
    };
    struct msk_http_header header = { msk_text("Authorization"), { NULL, 0 } };
    struct msk_http_request request = peers_post();
    enum msk_auth auth;

    (void)state;
    peers_start(&peers);
    header.value = written(&o, new_nonce());
    request.headers = &header;
    request.n_headers = 1;
    request.target = msk_text(elsewhere);
    assert_int_equal(msk_digest_server_check(&peers.server, &peers.credentials,
                                             &request, peers.now, NULL, &auth,
                                             &peers.context),
                     MSK_OK);
    assert_int_equal(auth, MSK_AUTH_BAD);
}

static void
refuses_what_is_not_there(void **state)
{
    struct msk_http_request request = { .size = sizeof request };
    struct msk_credentials none = { msk_text(PEER_BTID), { NULL, 0 } };
    struct digest_peers *p = &peers;
    uint8_t buf[8];
    enum msk_auth auth;
    size_t len;

    (void)state;
    peers_start(p);
#define CHECK(server, credentials, request, auth, context)                 \
    assert_int_equal(msk_digest_server_check(server, credentials, request, \
                                             p->now, NULL, auth, context), \
                     MSK_ERR_ARGUMENT)
    CHECK(NULL, NULL, &request, &auth, &p->context);
    CHECK(&p->server, &none, &request, &auth, &p->context);
    CHECK(&p->server, NULL, NULL, &auth, &p->context);
    CHECK(&p->server, NULL, &request, NULL, &p->context);
    CHECK(&p->server, NULL, &request, &auth, NULL);
    p->server.fqdn = msk_text("a b");
    CHECK(&p->server, NULL, &request, &auth, &p->context);
    p->server.fqdn = msk_text(PEER_FQDN);
    request.size--;
    CHECK(&p->server, NULL, &request, &auth, &p->context);
#undef CHECK
    assert_int_equal(msk_digest_server_btid(&request, buf, 8, &len),
                     MSK_ERR_ARGUMENT);
    request.size++;
    assert_int_equal(msk_digest_server_btid(NULL, buf, 8, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_digest_server_btid(&request, NULL, 8, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_digest_server_btid(&request, buf, 8, NULL),
                     MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(accepts_a_client_that_knows_the_key, release),
        cmocka_unit_test_teardown(counts_on_without_answers, release),
        cmocka_unit_test_teardown(judges_every_odd_request, release),
        cmocka_unit_test_teardown(answers_under_uri_and_realm_as_they_were_sent,
                                  release),
        cmocka_unit_test_teardown(allows_auth_only_by_policy, release),
        cmocka_unit_test_teardown(takes_each_nc_once_and_in_order, release),
        cmocka_unit_test_teardown(refuses_a_nonce_older_than_one_it_has_seen,
                                  release),
        cmocka_unit_test_teardown(uses_up_no_nc_without_the_key, release),
        cmocka_unit_test_teardown(ends_a_nonce_with_its_life, release),
        cmocka_unit_test_teardown(knows_its_own_nonces_only, release),
        cmocka_unit_test_teardown(serves_many_nodes_and_users_with_one_key,
                                  release),
        cmocka_unit_test_teardown(authenticates_again_when_told_to, release),
        cmocka_unit_test_teardown(survives_a_clock_that_goes_back, release),
        cmocka_unit_test_teardown(survives_the_last_moment_of_all, release),
        cmocka_unit_test_teardown(takes_no_user_for_another, release),
        cmocka_unit_test_teardown(tells_a_stranger_nothing, release),
        cmocka_unit_test_teardown(takes_as_much_work_for_the_right_response,
                                  release),
        cmocka_unit_test_teardown(proves_the_key_before_it_uses_what_was_seen,
                                  release),
        cmocka_unit_test_teardown(fails_with_its_provider_and_changes_nothing,
                                  release),
        cmocka_unit_test_teardown(refuses_every_header_cut_short_or_changed,
                                  release),
        cmocka_unit_test_teardown(refuses_each_parameter_twice, release),
        cmocka_unit_test_teardown(refuses_each_parameter_left_out, release),
        cmocka_unit_test_teardown(holds_every_value_to_its_cap, release),
        cmocka_unit_test_teardown(wants_one_authorization_among_the_headers,
                                  release),
        cmocka_unit_test_teardown(covers_method_target_and_body, release),
        cmocka_unit_test_teardown(refuses_what_is_for_another_server, release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
