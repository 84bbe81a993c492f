/* SPDX-License-Identifier: MIT */
/* The BM-SC on the bench: bench_serve of ue_bench.h. */
#include <stdio.h>
#include <string.h>

#include "ue_bench.h"

#define ITEMS MSK_BODY_ITEMS_MAX
#define TEXT(s) ((struct msk_bytes){ (const uint8_t *)(s), strlen(s) })

/* A request while it is answered. */
struct serving {
    struct bench *b;
    struct msk_http_request request;
    struct msk_http_header request_headers[2];
    struct msk_body_item items[2 * ITEMS];
    uint8_t services[ITEMS][MSK_SERVICE_ID_MAX];
    size_t n;
    struct msk_credentials credentials;
    uint8_t btid[MSK_BTID_MAX], mrk[32];
    struct msk_auth_context context;
    /* the answer */
    struct msk_http_response response;
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 3];
    uint8_t body[MSK_HTTP_BODY_MAX + 1], value[MSK_HTTP_VALUE_MAX];
    size_t body_len;
};

static void
add_header(struct serving *s, const char *name, struct msk_bytes value)
{
    struct msk_http_header *header = &s->headers[s->response.n_headers++];

    header->name = TEXT(name);
    header->value = value;
}

static bool
is_procedure(const struct bench *b, const char *name)
{
    size_t n = strlen(name);

    return b->target_len >= n &&
           memcmp(b->target + b->target_len - n, name, n) == 0;
}

static enum msk_body_kind
kind_of_request(const struct bench *b)
{
    if (is_procedure(b, "=deregister"))
        return MSK_BODY_DEREGISTER;
    return is_procedure(b, "=register") ? MSK_BODY_REGISTER
                                        : MSK_BODY_MSK_REQUEST;
}

static enum msk_body_kind
kind_of_response(const struct bench *b)
{
    return kind_of_request(b) == MSK_BODY_MSK_REQUEST
               ? MSK_BODY_MSK_RESPONSE
               : MSK_BODY_REGISTER_RESPONSE;
}

static int
take(void *arg, const struct msk_body_item *item)
{
    struct serving *s = arg;

    assert_true(s->n < ITEMS);
    s->items[s->n] = *item;
    if (item->service.n > 0)
        memcpy(s->services[s->n], item->service.p, item->service.n);
    s->items[s->n].service.p = s->services[s->n];
    s->items[s->n].code = s->b->code;
    if (s->b->msk_code != 0 && kind_of_request(s->b) == MSK_BODY_MSK_REQUEST)
        s->items[s->n].code = s->b->msk_code;
    s->n++;
    return MSK_OK;
}

/* The request as the BM-SC sees it, and who it should be from. */
static void
receive(struct serving *s)
{
    struct bench *b = s->b;
    struct msk_http_request *r = &s->request;
    struct msk_bytes body = { b->request_body, b->request_body_len };

    r->size = sizeof *r;
    r->method = TEXT("POST");
    r->target = (struct msk_bytes){ b->target, b->target_len };
    r->body = body;
    r->headers = s->request_headers;
    if (b->authorization_len > 0) {
        s->request_headers[0].name = TEXT("authorization");
        s->request_headers[0].value =
            (struct msk_bytes){ b->authorization, b->authorization_len };
        r->n_headers = 1;
    }
    check_int("the body of a request",
              msk_body_read(&b->xml, kind_of_request(b),
                            msk_body_media_type(kind_of_request(b)), body, take,
                            s),
              MSK_OK);
    s->credentials.btid.p = s->btid;
    s->credentials.btid.n =
        (size_t)snprintf((char *)s->btid, sizeof s->btid,
                         "run%u@bsf.example.org", b->bootstraps);
    bench_key(b->bootstraps, 'R', s->mrk);
    s->credentials.mrk = (struct msk_bytes){ s->mrk, sizeof s->mrk };
}

static bool
is_known(const struct serving *s)
{
    uint8_t btid[MSK_BTID_MAX];
    size_t n = 0;

    return msk_digest_server_btid(&s->request, btid, sizeof btid, &n) ==
               MSK_OK &&
           n == s->credentials.btid.n &&
           memcmp(btid, s->credentials.btid.p, n) == 0;
}

static void
challenge(struct serving *s, const struct msk_digest_server *server, bool stale)
{
    size_t n = 0;

    s->response.status = 401;
    check_int("challenge",
              msk_digest_server_challenge(
                  server,
                  &(struct msk_digest_offer){ sizeof(struct msk_digest_offer),
                                              0, stale, &s->b->digest_seen,
                                              s->b->server_now },
                  s->value, sizeof s->value, &n),
              MSK_OK);
    if (s->b->spoil_header != NULL)
        s->b->spoil_header(s->value, n);
    add_header(s, "WWW-Authenticate", (struct msk_bytes){ s->value, n });
}

/* A lie about who is asked, or none: 401. */
static bool
answer_401(struct serving *s)
{
    struct msk_digest_server other = s->b->server;
    enum msk_auth auth = MSK_AUTH_BAD;

    switch ((int)s->b->answer) {
    case ANSWER_REALM: other.fqdn = TEXT("evil.example.org"); break;
    case ANSWER_AUTH_ONLY: other.qop = MSK_QOP_AUTH; break;
    case ANSWER_STALE: break;
    case ANSWER_BOOTSTRAP: break;
    default:
        check_int("check",
                  msk_digest_server_check(
                      &s->b->server, is_known(s) ? &s->credentials : NULL,
                      &s->request, s->b->server_now, &s->b->digest_seen, &auth,
                      &s->context),
                  MSK_OK);
        if (auth == MSK_AUTH_OK)
            return false;
    }
    challenge(s, &other,
              auth == MSK_AUTH_STALE || s->b->answer == ANSWER_STALE);
    return true;
}

static void
write_body(struct serving *s)
{
    struct bench *b = s->b;

    for (size_t i = 0; b->answer == ANSWER_OTHER && i < s->n; i++) {
        s->items[i].domain[0] ^= 1;
        s->items[i].service = TEXT("other");
    }
    if (b->answer == ANSWER_TWICE) {
        memcpy(s->items + s->n, s->items, s->n * sizeof s->items[0]);
        for (size_t i = 0; i < s->n; i++)
            s->items[s->n + i].code = 403;
        s->n *= 2;
    }
    check_int("the body of an answer",
              msk_body_write(kind_of_response(b), s->items, s->n, s->body,
                             MSK_HTTP_BODY_MAX, &s->body_len),
              MSK_OK);
    if (b->answer == ANSWER_GARBAGE)
        s->body[s->body_len - 2] = '<';
    if (b->answer == ANSWER_HUGE) {
        memset(s->body + s->body_len, ' ', sizeof s->body - s->body_len);
        s->body_len = sizeof s->body;
    }
}

/* Breaks one digit of the rspauth. */
static void
break_rspauth(uint8_t *value, size_t n)
{
    for (size_t i = 0; i + 9 < n; i++)
        if (memcmp(value + i, "rspauth=", 8) == 0)
            value[i + 9] = value[i + 9] == '0' ? '1' : '0';
}

static void
answer_verified(struct serving *s)
{
    struct bench *b = s->b;
    struct msk_bytes body;
    size_t n = 0;

    s->response.status = 200;
    if (b->answer == ANSWER_AUTHENTIC_ERROR)
        s->response.status = b->code;
    else if (b->answer == ANSWER_EMPTY)
        s->response.status = 204;
    else
        write_body(s);
    if (b->spoil_body != NULL)
        b->spoil_body(s->body, s->body_len);
    if (b->answer == ANSWER_STATUS)
        s->response.status = 99;
    body = (struct msk_bytes){ s->body, s->body_len };
    check_int("info",
              msk_digest_server_info(&b->server, &s->credentials, &s->context,
                                     body, s->value, sizeof s->value, &n),
              MSK_OK);
    if (b->answer == ANSWER_BAD_RSPAUTH)
        break_rspauth(s->value, n);
    if (b->spoil_header != NULL)
        b->spoil_header(s->value, n);
    if (b->answer != ANSWER_NO_INFO)
        add_header(s, "authentication-info", (struct msk_bytes){ s->value, n });
    add_header(s, "content-type",
               b->answer == ANSWER_TYPE
                   ? TEXT("text/html")
                   : msk_body_media_type(kind_of_response(b)));
    while (b->answer == ANSWER_HEADERS &&
           s->response.n_headers <= MSK_HTTP_HEADERS_MAX)
        add_header(s, "X-Header", TEXT("x"));
    s->response.body = body;
}

/* What needs no look at the request. True: that was it. */
static bool
answer_blindly(struct serving *s)
{
    s->response.status = s->b->code;
    return s->b->answer == ANSWER_ERROR;
}

int
bench_serve(struct bench *b)
{
    static struct serving s;

    memset(&s, 0, sizeof s);
    s.b = b;
    s.response.size = sizeof s.response;
    s.response.headers = s.headers;
    b->asked = false;
    b->server_now += 1000;
    if (b->answer == ANSWER_NONE)
        return msk_ue_take_response(b->ue, NULL, b->now);
    receive(&s);
    if (!answer_blindly(&s) && !answer_401(&s))
        answer_verified(&s);
    if (b->retry_after != NULL)
        add_header(&s, "retry-after", TEXT(b->retry_after));
    if (b->date != NULL)
        add_header(&s, "date", TEXT(b->date));
    return msk_ue_take_response(b->ue, &s.response, b->now);
}

void
bench_serve_all(struct bench *b, unsigned most)
{
    while (b->asked && most-- > 0)
        (void)bench_serve(b);
}
