/* SPDX-License-Identifier: MIT */
/* Requests and their answers, for --trace and --pcap. */
#include "../hosts/fields.h"
#include "../msk-bmsc/said.h"
#include "host.h"

/* A header that says something of Digest. */
static void
tell_header(json_t *event, const char *member,
            const struct msk_http_header *headers, size_t n, const char *name)
{
    struct msk_bytes value = fields_value(headers, n, name);

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

/* A port of the BSF: what answers there, and what of it may be seen. */
struct port {
    const char *at;
    const struct web *web;
    bool captured, with_body;
    void (*answer)(void *user, const struct msk_http_request *request,
                   struct msk_bytes peer, struct answer *answer);
};

static void
pass(struct host *h, const struct port *port,
     const struct msk_http_request *request, struct msk_bytes peer,
     struct answer *answer)
{
    struct address local;

    web_local(port->web, &local);
    if (port->captured)
        said_request(&h->capture, request, peer, address_view(&local));
    if (h->options.trace)
        tell_request(h, port->at, request, peer);
    port->answer(h, request, peer, answer);
    if (port->captured)
        said_response(&h->capture, &answer->response, peer,
                      address_view(&local));
    if (h->options.trace)
        tell_response(h, port->at, &answer->response, peer, port->with_body);
}

void
seen_ub(void *user, const struct msk_http_request *request,
        struct msk_bytes peer, struct answer *answer)
{
    struct host *h = user;
    const struct port port = { "ub", h->ub, true, true, ub_answer };

    pass(h, &port, request, peer, answer);
}

void
seen_nbsp(void *user, const struct msk_http_request *request,
          struct msk_bytes peer, struct answer *answer)
{
    struct host *h = user;
    const struct port port = { "nbsp", h->nbsp, h->options.secrets, false,
                               nbsp_answer };

    pass(h, &port, request, peer, answer);
}
