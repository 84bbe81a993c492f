/* SPDX-License-Identifier: MIT */
/* web.h - a web server whose answers are made at once: libmicrohttpd moves the
 * octets. */
#ifndef MSK_BSF_WEB_H
#define MSK_BSF_WEB_H

#include "../hosts/address.h"
#include "msk/http.h"

/* An answer, with room for what it points to. */
#define ANSWER_HEADERS 4
struct answer {
    struct msk_http_response response;
    struct msk_http_header headers[ANSWER_HEADERS];
    uint8_t challenge[MSK_HTTP_VALUE_MAX];
    uint8_t body[MSK_HTTP_BODY_MAX];
};

/* Nothing but a status; then more headers, and a body. */
void answer_status(struct answer *a, int status);
void answer_header(struct answer *a, const char *name, struct msk_bytes value);
void answer_body(struct answer *a, const char *type, size_t n);

/* Answers a request: fills *answer, which is wiped afterwards. */
typedef void web_answer(void *user, const struct msk_http_request *request,
                        struct msk_bytes peer, struct answer *answer);

struct web;

/* Listens. NULL: it cannot, and the reason was told on stderr. */
struct web *web_listen(const struct address *at, web_answer *answer,
                       void *user);
/* web NULL: nothing to do, no descriptor (-1), as it was said. */
void web_close(struct web *web);
void web_local(const struct web *web, struct address *out);
int web_fd(const struct web *web);
int web_timeout(struct web *web, int ms);
void web_run(struct web *web);

#endif
