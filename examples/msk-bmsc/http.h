/* SPDX-License-Identifier: MIT */
/*
 * http.h - the web server of msk-bmsc: libmicrohttpd moves octets, the library
 * does what Digest and bodies need. Connections and what each may hold are
 * bounded; one that is slow is closed.
 */
#ifndef MSK_BMSC_HTTP_H
#define MSK_BMSC_HTTP_H

#include "../hosts/capture.h"
#include "msk/http.h"

struct http_server;

/*
 * Answers one request. *response stays good until the next call. Returns the
 * status; false: the connection is closed without an answer.
 */
typedef bool http_handler(void *user, const struct msk_http_request *request,
                          struct msk_bytes peer,
                          const struct msk_http_response **response);

/* Listens. NULL: it cannot, and the reason was told. */
struct http_server *http_listen(const struct address *at,
                                struct capture *capture, http_handler *handler,
                                void *user);
void http_close(struct http_server *server);

/* Where it listens, what to poll for input, and how long at most. */
void http_local(const struct http_server *server, struct address *out);
int http_fd(const struct http_server *server);
int http_timeout(struct http_server *server, int ms);

/* Does what there is to do. */
void http_run(struct http_server *server);

#endif
