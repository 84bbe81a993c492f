/* SPDX-License-Identifier: MIT */
#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../msk-bmsc/exchange.h"

#define CONNECTIONS_MAX 512u
#define PER_ADDRESS_MAX 64u
#define SECONDS 10u
#define OCTETS ((size_t)16384)

struct web {
    struct MHD_Daemon *daemon;
    struct address local;
    web_answer *answer;
    void *user;
    struct answer room; /* one thread: one at a time */
};

/* --- answers -------------------------------------------------------------- */

void
answer_status(struct answer *a, int status)
{
    memset(&a->response, 0, sizeof a->response);
    a->response.size = sizeof a->response;
    a->response.status = status;
    a->response.headers = a->headers;
}

void
answer_header(struct answer *a, const char *name, struct msk_bytes value)
{
    a->headers[a->response.n_headers].name = msk_text(name);
    a->headers[a->response.n_headers++].value = value;
}

void
answer_body(struct answer *a, const char *type, size_t n)
{
    answer_header(a, "Content-Type", msk_text(type));
    a->response.body = (struct msk_bytes){ a->body, n };
}

/* --- requests ------------------------------------------------------------- */

static void *
begin(void *user, const char *target, struct MHD_Connection *connection)
{
    (void)user;
    (void)connection;
    return exchange_begin(target);
}

static void
end(void *user, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)connection;
    (void)code;
    if (*state != NULL)
        exchange_free(*state);
    *state = NULL;
}

static bool
peer_of(struct MHD_Connection *connection, struct address *out)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info != NULL && info->client_addr != NULL &&
           address_from_socket(info->client_addr, out);
}

static enum MHD_Result
serve(struct web *web, struct MHD_Connection *connection, struct exchange *x,
      const char *method)
{
    int status = exchange_request(x, connection);
    enum MHD_Result result = MHD_NO;
    struct MHD_Response *r;

    answer_status(&web->room, status);
    x->request.method = msk_text(method);
    if (status == MHD_HTTP_OK)
        web->answer(web->user, &x->request, address_view(&x->peer), &web->room);
    r = exchange_response(web->room.response.status, &web->room.response, true);
    if (r != NULL)
        result = MHD_queue_response(connection,
                                    (unsigned)web->room.response.status, r);
    if (r != NULL)
        MHD_destroy_response(r);
    msk_wipe(&web->room, sizeof web->room);
    return result;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *upload,
       size_t *upload_n, void **state)
{
    struct exchange *x = *state;

    (void)url;
    (void)version;
    if (x == NULL || x->target == NULL)
        return MHD_NO;
    if (!x->begun) { /* the first call has the header alone */
        x->begun = true;
        return peer_of(connection, &x->peer) ? MHD_YES : MHD_NO;
    }
    if (*upload_n > 0) {
        exchange_take(x, upload, *upload_n);
        *upload_n = 0;
        return MHD_YES;
    }
    return serve(user, connection, x, method);
}

/* --- the server ----------------------------------------------------------- */

static struct MHD_Daemon *
start(struct web *web, const struct address *at)
{
    unsigned flags = MHD_USE_EPOLL;
    struct sockaddr_storage to;
    socklen_t len;

    if (!address_to_socket(address_view(at), &to, &len))
        return NULL;
    if (at->n != ADDRESS_V4)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, web, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&to, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, OCTETS,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, begin,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, end, web, MHD_OPTION_END);
}

static bool
find_local(struct web *web, const struct address *at)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT);

    web->local = *at;
    if (info != NULL)
        address_set_port(&web->local, info->port);
    return info != NULL;
}

struct web *
web_listen(const struct address *at, web_answer *answer, void *user)
{
    struct web *web = calloc(1, sizeof *web);
    char text[ADDRESS_TEXT_MAX];

    if (web == NULL)
        return NULL;
    web->answer = answer;
    web->user = user;
    web->daemon = start(web, at);
    if (web->daemon != NULL && find_local(web, at))
        return web;
    address_text(address_view(at), text);
    (void)fprintf(stderr, "%s: cannot listen there\n", text);
    web_close(web);
    return NULL;
}

void
web_close(struct web *web)
{
    if (web != NULL && web->daemon != NULL)
        MHD_stop_daemon(web->daemon);
    free(web);
}

void
web_local(const struct web *web, struct address *out)
{
    *out = web->local;
}

int
web_fd(const struct web *web)
{
    const union MHD_DaemonInfo *info =
        web != NULL ? MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD)
                    : NULL;

    return info != NULL ? info->epoll_fd : -1;
}

int
web_timeout(struct web *web, int ms)
{
    MHD_UNSIGNED_LONG_LONG at_most;

    if (web == NULL || MHD_get_timeout(web->daemon, &at_most) != MHD_YES ||
        at_most > (MHD_UNSIGNED_LONG_LONG)ms)
        return ms;
    return (int)at_most;
}

void
web_run(struct web *web)
{
    if (web != NULL)
        (void)MHD_run(web->daemon);
}
