/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "../hosts/event.h"
#include "exchange.h"
#include "said.h"

/* What the door sees to is here once more, wider. */
#define CONNECTIONS_MAX (2 * DOOR_GUESTS_MAX)
#define CONNECTION_SECONDS 20u
#define CONNECTION_OCTETS ((size_t)3 * HEAD_MAX) /* a head and its parts */

/* Requests of one turn of the loop are looked at for so long; those after that
 * get 503. */
#define TURN_MS 200u

struct http_server {
    struct MHD_Daemon *daemon;
    struct door *door;
    struct capture *capture;
    const struct http_handlers *handlers;
    void *user;
    msk_time began;  /* this turn, */
    unsigned looked; /* and the requests in it */
    size_t open;     /* requests that were taken and are not answered */
    bool resumed;    /* some are answered, and the web server has to know */
    struct http_counts counts;
};

/* The address of a connection is its ticket: libmicrohttpd may begin with it
 * later than it gets it, when others have entered. */
static struct sockaddr_un
address_of_ticket(uint64_t ticket)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };

    memcpy(at.sun_path, &ticket, sizeof ticket);
    return at;
}

static uint64_t
ticket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    uint64_t ticket;

    memcpy(&ticket, ((const struct sockaddr_un *)info->client_addr)->sun_path,
           sizeof ticket);
    return ticket;
}

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

    (void)code;
    *state = NULL;
    if (x == NULL)
        return;
    if (x->handled) {
        door_over(server->door, ticket_of(connection));
        server->handlers->answered(server->user, x->then);
    }
    exchange_free(x);
}

/* --- answers ------------------------------------------------------------- */

/* Nobody was asked. */
static enum MHD_Result
answer(struct http_server *server, struct MHD_Connection *connection,
       int status)
{
    struct MHD_Response *r = exchange_response(status, NULL, true);
    enum MHD_Result result;

    if (r == NULL)
        return MHD_NO;
    result = MHD_queue_response(connection, (unsigned)status, r);
    MHD_destroy_response(r);
    server->counts.answered[status / 100]++;
    return result;
}

/* What waits while others are loaded and saved is answered in the next turn of
 * the web server. */
void
http_answer(struct http_server *server, struct exchange *x,
            const struct msk_http_response *response, bool late, void *then)
{
    int status =
        response != NULL ? response->status : MHD_HTTP_SERVICE_UNAVAILABLE;
    struct address local;
    bool last =
        door_answered(server->door, ticket_of(x->connection), response == NULL);

    door_local(server->door, &local);
    if (response != NULL)
        said_response(server->capture, response, address_view(&x->peer),
                      address_view(&local));
    x->response = exchange_response(status, response, last);
    x->status = (unsigned)status;
    x->then = then;
    server->open--;
    server->resumed = true;
    server->counts.overload += late ? 1 : 0;
    if (status >= 100 && status < 600)
        server->counts.answered[status / 100]++;
    MHD_resume_connection(x->connection);
}

/* --- one request --------------------------------------------------------- */

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
    struct address local;
    int status;

    if (x->target == NULL ||
        !door_peer(server->door, ticket_of(connection), &x->peer))
        return MHD_NO;
    status = exchange_request(x, connection);
    if (status == MHD_HTTP_OK && is_overloaded(server))
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (status != MHD_HTTP_OK)
        return answer(server, connection, status);
    x->request.method = msk_text(method);
    door_local(server->door, &local);
    said_request(server->capture, &x->request, address_view(&x->peer),
                 address_view(&local));
    if (!server->handlers->request(server->user, &x->request,
                                   address_view(&x->peer), x)) {
        server->counts.overload++;
        return answer(server, connection, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    x->handled = true;
    x->connection = connection;
    server->open++;
    door_taken(server->door, ticket_of(connection));
    MHD_suspend_connection(connection);
    return MHD_YES;
}

/* It was answered meanwhile. */
static enum MHD_Result
go_on(struct MHD_Connection *connection, struct exchange *x)
{
    enum MHD_Result result = MHD_NO;

    if (x->response != NULL)
        result = MHD_queue_response(connection, x->status, x->response);
    return result;
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
    return x->handled ? go_on(connection, x)
                      : handle(user, connection, x, method);
}

/* --- the door ------------------------------------------------------------ */

static bool
enter(void *user, int fd, uint64_t ticket)
{
    struct http_server *server = user;
    struct sockaddr_un at = address_of_ticket(ticket);

    return MHD_add_connection(server->daemon, fd, (struct sockaddr *)&at,
                              sizeof at) == MHD_YES;
}

static void
watch(void *user, struct MHD_Connection *connection, void **state,
      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = user;

    (void)state;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        door_left(server->door, ticket_of(connection));
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
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0,
        NULL, NULL, access_handler, server, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_OCTETS,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, watch,
        server, MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, end, server, MHD_OPTION_END);
}

struct http_server *
http_listen(const struct address *at, bool shared, struct msk_bytes fqdn,
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
        server->door = door_open(at, shared, fqdn, enter, turned_away, server);
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

void
http_flush(struct http_server *server)
{
    if (server->resumed)
        (void)MHD_run(server->daemon);
    server->resumed = false;
}

size_t
http_open(const struct http_server *server)
{
    return server->open;
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
