/* SPDX-License-Identifier: MIT */
/*
 * http.h - the web server of msk-bmsc: libmicrohttpd moves octets that a
 * door (door.h) lets pass, the library does what Digest and bodies need.
 */
#ifndef MSK_BMSC_HTTP_H
#define MSK_BMSC_HTTP_H

#include "../hosts/capture.h"
#include "door.h"
#include "msk/http.h"

struct http_server;

struct exchange;

struct http_handlers {
    /* Takes a request, which stays good until it is answered by http_answer, in
     * another call. False: there are too many already, the answer is 503. */
    bool (*request)(void *user, const struct msk_http_request *request,
                    struct msk_bytes peer, struct exchange *exchange);
    /* The answer has left, or never will: what had to wait for it may go.
     * Called once for each request that was taken. */
    void (*answered)(void *user, void *then);
    door_refused *refused;
};

struct http_counts {
    uint64_t answered[6]; /* by the first digit of the status */
    uint64_t overload;    /* 503: no time, or too many */
};

/* Listens; shared as in door.h. fqdn and handlers stay good. NULL: it cannot,
 * and the reason was told. */
struct http_server *http_listen(const struct address *at, bool shared,
                                struct msk_bytes fqdn, struct capture *capture,
                                const struct http_handlers *handlers,
                                void *user);
void http_close(struct http_server *server);

/* Where it listens, what to poll for input, and how long at most. */
void http_local(const struct http_server *server, struct address *out);
#define HTTP_FDS 2
void http_fds(const struct http_server *server, int fds[HTTP_FDS]);
int http_timeout(struct http_server *server, int ms);

/* Does what there is to do at `now`, a clock that is never set. */
void http_run(struct http_server *server, msk_time now);

/* Answers a request that was taken. NULL: it cannot be done now, 503; `late`:
 * as there was no time. `then` is handed to answered. */
void http_answer(struct http_server *server, struct exchange *exchange,
                 const struct msk_http_response *response, bool late,
                 void *then);

/* Sends what was answered since. */
void http_flush(struct http_server *server);
/* How many requests were taken and are not answered. All of them are to be
 * answered before http_close. */
size_t http_open(const struct http_server *server);

const struct http_counts *http_counts(const struct http_server *server);
const struct door_counts *http_door(const struct http_server *server);

#endif
