/* SPDX-License-Identifier: MIT */
/* Requests and their answers, for --trace and --pcap. */
#include <string.h>
#include <strings.h>

#include "../msk-bmsc/said.h"
#include "host.h"

static struct msk_bytes
header(const struct msk_http_header *headers, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (headers[i].name.n == strlen(name) &&
            strncasecmp((const char *)headers[i].name.p, name,
                        headers[i].name.n) == 0)
            return headers[i].value;
    return (struct msk_bytes){ NULL, 0 };
}

/* A header that says something of Digest. */
static void
tell_header(json_t *event, const char *member,
            const struct msk_http_header *headers, size_t n, const char *name)
{
    struct msk_bytes value = header(headers, n, name);

    if (value.n > 0)
        event_text(event, member, value);
}

static void
tell_request(struct host *h, const char *at, const struct msk_http_request *q,
             struct msk_bytes peer)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "http_request");

    event_word(event, "at", at);
    event_text(event, "method", q->method);
    event_text(event, "target", q->target);
    event_address(event, "from", peer);
    tell_header(event, "authorization", q->headers, q->n_headers,
                "Authorization");
    event_text(event, "body", q->body);
    event_tell(&h->log, event);
}

/* The body of an answer to a BM-SC may be a key. */
static void
tell_response(struct host *h, const char *at, const struct msk_http_response *r,
              struct msk_bytes peer, bool with_body)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "http_response");

    event_word(event, "at", at);
    event_number(event, "status", r->status);
    event_address(event, "to", peer);
    tell_header(event, "challenge", r->headers, r->n_headers,
                "WWW-Authenticate");
    tell_header(event, "info", r->headers, r->n_headers, "Authentication-Info");
    if (with_body)
        event_text(event, "body", r->body);
    event_tell(&h->log, event);
}

void
seen_ub(void *user, const struct msk_http_request *request,
        struct msk_bytes peer, struct answer *answer)
{
    struct host *h = user;
    struct address local;

    web_local(h->ub, &local);
    said_request(&h->capture, request, peer, address_view(&local));
    if (h->options.trace)
        tell_request(h, "ub", request, peer);
    ub_answer(h, request, peer, answer);
    said_response(&h->capture, &answer->response, peer, address_view(&local));
    if (h->options.trace)
        tell_response(h, "ub", &answer->response, peer, true);
}

void
seen_nbsp(void *user, const struct msk_http_request *request,
          struct msk_bytes peer, struct answer *answer)
{
    struct host *h = user;
    struct address local;

    web_local(h->nbsp, &local);
    if (h->options.secrets)
        said_request(&h->capture, request, peer, address_view(&local));
    if (h->options.trace)
        tell_request(h, "nbsp", request, peer);
    nbsp_answer(h, request, peer, answer);
    if (h->options.secrets)
        said_response(&h->capture, &answer->response, peer,
                      address_view(&local));
    if (h->options.trace)
        tell_response(h, "nbsp", &answer->response, peer, false);
}
