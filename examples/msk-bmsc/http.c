/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../hosts/event.h"
#include "exchange.h"
#include "said.h"

/* What the door sees to is here once more, wider. */
#define CONNECTIONS_MAX (2 * DOOR_GUESTS_MAX)
#define PER_ADDRESS_MAX (2 * DOOR_PER_ADDRESS_MAX)
#define CONNECTION_SECONDS 10u
#define CONNECTION_OCTETS ((size_t)3 * HEAD_MAX) /* a head and its parts */

/* Requests of one turn of the loop are answered for so long; those after that
 * get 503. So no client waits for much longer than two turns. */
#define TURN_MS 200u
#define RETRY_MIN 5 /* seconds */
#define RETRY_SPREAD 25u

struct http_server {
    struct MHD_Daemon *daemon;
    struct door *door;
    struct capture *capture;
    const struct http_handlers *handlers;
    void *user;
    uint64_t ticket; /* of who enters now */
    msk_time began;  /* this turn, */
    unsigned looked; /* and the requests in it */
    struct http_counts counts;
};

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
    struct http_server *server = user;
    struct exchange *x = *state;

    (void)connection;
    (void)code;
    *state = NULL;
    if (x == NULL)
        return;
    if (x->handled)
        server->handlers->answered(server->user, x->then);
    exchange_free(x);
}

/* --- answers ------------------------------------------------------------- */

static void
add_header(struct MHD_Response *r, const struct msk_http_header *h)
{
    char name[64], value[MSK_HTTP_VALUE_MAX + 1];

    if (h->name.n >= sizeof name || h->value.n >= sizeof value)
        return;
    memcpy(name, h->name.p, h->name.n);
    name[h->name.n] = '\0';
    memcpy(value, h->value.p, h->value.n);
    value[h->value.n] = '\0';
    (void)MHD_add_response_header(r, name, value);
}

/* Those who are told to come again do not come all at once. */
static void
add_retry(struct MHD_Response *r)
{
    unsigned draw = 0;
    char seconds[16];

    (void)getrandom(&draw, sizeof draw, GRND_NONBLOCK);
    (void)snprintf(seconds, sizeof seconds, "%u",
                   RETRY_MIN + draw % (RETRY_SPREAD + 1));
    (void)MHD_add_response_header(r, "Retry-After", seconds);
}

/* One request a connection: only its first head was seen at the door. */
static enum MHD_Result
answer(struct http_server *server, struct MHD_Connection *connection,
       int status, const struct msk_http_response *response)
{
    struct msk_bytes body = { NULL, 0 };
    struct MHD_Response *r;
    enum MHD_Result result;

    if (response != NULL)
        body = response->body;
    r = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                        MHD_RESPMEM_MUST_COPY);
    if (r == NULL)
        return MHD_NO;
    for (size_t i = 0; response != NULL && i < response->n_headers; i++)
        add_header(r, &response->headers[i]);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE && response == NULL)
        add_retry(r);
    (void)MHD_add_response_header(r, "Connection", "close");
    result = MHD_queue_response(connection, (unsigned)status, r);
    MHD_destroy_response(r);
    if (status >= 100 && status < 600)
        server->counts.answered[status / 100]++;
    return result;
}

/* --- one request --------------------------------------------------------- */

static bool
peer_of(struct MHD_Connection *connection, struct address *out)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info != NULL && info->client_addr != NULL &&
           address_from_socket(info->client_addr, out);
}

static bool
is_overloaded(struct http_server *server)
{
    if (server->looked++ == 0 || event_monotonic() - server->began < TURN_MS)
        return false; /* one at least, however slow the machine is */
    server->counts.overload++;
    return true;
}

static enum MHD_Result
handle(struct http_server *server, struct MHD_Connection *connection,
       struct exchange *x, const char *method)
{
    static struct headers headers;
    struct msk_http_request request = { .size = sizeof request };
    const struct msk_http_response *response = NULL;
    struct address peer, local;
    int status;

    if (x->target == NULL || !peer_of(connection, &peer))
        return MHD_NO;
    status = exchange_request(x, connection, &headers, &request);
    if (status != MHD_HTTP_OK)
        return answer(server, connection, status, NULL);
    if (is_overloaded(server))
        return answer(server, connection, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
    request.method = msk_text(method);
    door_local(server->door, &local);
    said_request(server->capture, &request, address_view(&peer),
                 address_view(&local));
    x->handled = true;
    if (!server->handlers->request(server->user, &request, address_view(&peer),
                                   &response, &x->then))
        return answer(server, connection, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
    said_response(server->capture, response, address_view(&peer),
                  address_view(&local));
    return answer(server, connection, response->status, response);
}

static enum MHD_Result
access_handler(void *user, struct MHD_Connection *connection, const char *url,
               const char *method, const char *version, const char *upload,
               size_t *upload_n, void **state)
{
    struct exchange *x = *state;

    (void)url;
    (void)version;
    if (x == NULL)
        return MHD_NO;
    if (!x->begun) { /* the first call has the header alone */
        x->begun = true;
        return MHD_YES;
    }
    if (*upload_n > 0) {
        exchange_take(x, upload, *upload_n);
        *upload_n = 0;
        return MHD_YES;
    }
    return handle(user, connection, x, method);
}

/* --- the door ------------------------------------------------------------ */

static bool
enter(void *user, int fd, const struct address *peer, uint64_t ticket)
{
    struct http_server *server = user;
    struct sockaddr_storage from;
    socklen_t len;

    server->ticket = ticket;
    if (address_to_socket(address_view(peer), &from, &len))
        return MHD_add_connection(server->daemon, fd, (struct sockaddr *)&from,
                                  len) == MHD_YES;
    (void)close(fd);
    return false;
}

/* A connection of libmicrohttpd begins, with the ticket of who enters now, and
 * ends. */
static void
watch(void *user, struct MHD_Connection *connection, void **state,
      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = user;

    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *state = (void *)(uintptr_t)server->ticket;
    else
        door_left(server->door, (uint64_t)(uintptr_t)*state);
}

static void
turned_away(void *user, const struct address *peer, int status)
{
    struct http_server *server = user;

    server->counts.answered[status / 100]++;
    server->handlers->refused(server->user, peer, status);
}

static struct MHD_Daemon *
start_daemon(struct http_server *server)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, access_handler,
        server, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_OCTETS,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, watch,
        server, MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, end, server, MHD_OPTION_END);
}

struct http_server *
http_listen(const struct address *at, struct msk_bytes fqdn,
            struct capture *capture, const struct http_handlers *handlers,
            void *user)
{
    struct http_server *server = calloc(1, sizeof *server);

    if (server == NULL)
        return NULL;
    server->capture = capture;
    server->handlers = handlers;
    server->user = user;
    server->daemon = start_daemon(server);
    if (server->daemon != NULL)
        server->door = door_open(at, fqdn, enter, turned_away, server);
    if (server->door != NULL)
        return server;
    http_close(server);
    return NULL;
}

void
http_close(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    door_close(server->door);
    free(server);
}

void
http_local(const struct http_server *server, struct address *out)
{
    door_local(server->door, out);
}

void
http_fds(const struct http_server *server, int fds[HTTP_FDS])
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    fds[0] = door_fd(server->door);
    fds[1] = info != NULL ? info->epoll_fd : -1;
}

int
http_timeout(struct http_server *server, int ms)
{
    MHD_UNSIGNED_LONG_LONG at_most;

    ms = door_timeout(server->door, ms);
    if (MHD_get_timeout(server->daemon, &at_most) != MHD_YES ||
        at_most > (MHD_UNSIGNED_LONG_LONG)ms)
        return ms;
    return (int)at_most;
}

void
http_run(struct http_server *server, msk_time now)
{
    door_run(server->door, now);
    server->began = event_monotonic();
    server->looked = 0;
    (void)MHD_run(server->daemon);
}

const struct http_counts *
http_counts(const struct http_server *server)
{
    return &server->counts;
}

const struct door_counts *
http_door(const struct http_server *server)
{
    return door_counts(server->door);
}
