/* SPDX-License-Identifier: MIT */
#include "said.h"

#include <stdio.h>
#include <string.h>

#include "head.h"

#define SAID_MAX (HEAD_MAX + MSK_HTTP_BODY_MAX)

struct text {
    uint8_t octets[SAID_MAX];
    size_t n;
};

static void
say(struct text *text, struct msk_bytes what)
{
    if (what.n == 0 || what.n > sizeof text->octets - text->n)
        return;
    memcpy(text->octets + text->n, what.p, what.n);
    text->n += what.n;
}

static void
say_headers(struct text *text, const struct msk_http_header *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        say(text, headers[i].name);
        say(text, msk_text(": "));
        say(text, headers[i].value);
        say(text, msk_text("\r\n"));
    }
}

void
said_request(struct capture *capture, const struct msk_http_request *q,
             struct msk_bytes peer, struct msk_bytes local)
{
    static struct text text;

    text.n = 0;
    say(&text, q->method);
    say(&text, msk_text(" "));
    say(&text, q->target);
    say(&text, msk_text(" HTTP/1.1\r\n"));
    say_headers(&text, q->headers, q->n_headers);
    say(&text, msk_text("\r\n"));
    say(&text, q->body);
    capture_tcp(capture, peer, local, (struct msk_bytes){ text.octets, text.n },
                true);
}

void
said_response(struct capture *capture, const struct msk_http_response *r,
              struct msk_bytes peer, struct msk_bytes local)
{
    static struct text text;
    char line[64];

    text.n = 0;
    (void)snprintf(line, sizeof line, "HTTP/1.1 %d -\r\n", r->status);
    say(&text, msk_text(line));
    say_headers(&text, r->headers, r->n_headers);
    (void)snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", r->body.n);
    say(&text, msk_text(line));
    say(&text, r->body);
    capture_tcp(capture, peer, local, (struct msk_bytes){ text.octets, text.n },
                false);
}
