/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 1000u
#define CONNECTION_SECONDS 10u
#define CONNECTION_OCTETS ((size_t)16384) /* of header lines */
#define SAID_MAX (CONNECTION_OCTETS + MSK_HTTP_BODY_MAX)

struct http_server {
    struct MHD_Daemon *daemon;
    struct address local;
    struct capture *capture;
    http_handler *handler;
    void *user;
};

/* A request that is coming in. */
struct exchange {
    struct http_server *server;
    char *target; /* as it stood in the request line */
    uint8_t *body;
    size_t n;
    bool begun, too_long;
};

/* Header lines as the library takes them. */
struct headers {
    struct msk_http_header list[MSK_HTTP_HEADERS_MAX + 1];
    size_t n;
};

static void *
begin(void *user, const char *target, struct MHD_Connection *connection)
{
    struct exchange *x = calloc(1, sizeof *x);

    (void)connection;
    if (x == NULL)
        return NULL;
    x->server = user;
    x->target = strdup(target);
    return x;
}

static void
end(void *user, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;

    (void)user;
    (void)connection;
    (void)code;
    *state = NULL;
    if (x == NULL)
        return;
    free(x->target);
    free(x->body);
    free(x);
}

/* No more is kept than a body may have; the rest is read and let go. */
static void
take_body(struct exchange *x, const char *p, size_t n)
{
    if (x->body == NULL)
        x->body = malloc(MSK_HTTP_BODY_MAX);
    if (x->body == NULL || n > MSK_HTTP_BODY_MAX - x->n) {
        x->too_long = true;
        return;
    }
    memcpy(x->body + x->n, p, n);
    x->n += n;
}

static enum MHD_Result
take_header(void *user, enum MHD_ValueKind kind, const char *name,
            const char *value)
{
    struct headers *headers = user;
    struct msk_http_header *header = &headers->list[headers->n];

    (void)kind;
    header->name = msk_text(name);
    header->value = msk_text(value);
    headers->n++;
    return headers->n < MSK_HTTP_HEADERS_MAX + 1 ? MHD_YES : MHD_NO;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, int status,
       const struct msk_http_response *response)
{
    struct msk_bytes body = { NULL, 0 };
    struct MHD_Response *r;
    enum MHD_Result result;
    char name[64], value[MSK_HTTP_VALUE_MAX + 1];

    if (response != NULL)
        body = response->body;
    r = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                        MHD_RESPMEM_MUST_COPY);
    if (r == NULL)
        return MHD_NO;
    for (size_t i = 0; response != NULL && i < response->n_headers; i++) {
        const struct msk_http_header *h = &response->headers[i];

        if (h->name.n >= sizeof name || h->value.n >= sizeof value)
            continue;
        memcpy(name, h->name.p, h->name.n);
        name[h->name.n] = '\0';
        memcpy(value, h->value.p, h->value.n);
        value[h->value.n] = '\0';
        (void)MHD_add_response_header(r, name, value);
    }
    result = MHD_queue_response(connection, (unsigned)status, r);
    MHD_destroy_response(r);
    return result;
}

/* --- the capture --------------------------------------------------------- */

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

static void
capture_request(struct http_server *server, const struct msk_http_request *q,
                struct msk_bytes peer)
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
    capture_tcp(server->capture, peer, address_view(&server->local),
                (struct msk_bytes){ text.octets, text.n }, true);
}

static void
capture_response(struct http_server *server, const struct msk_http_response *r,
                 struct msk_bytes peer)
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
    capture_tcp(server->capture, peer, address_view(&server->local),
                (struct msk_bytes){ text.octets, text.n }, false);
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

static enum MHD_Result
handle(struct MHD_Connection *connection, struct exchange *x,
       const char *method)
{
    static struct headers headers;
    struct msk_http_request request = { .size = sizeof request };
    const struct msk_http_response *response = NULL;
    struct address peer;

    headers.n = 0;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header,
                                    &headers);
    if (x->too_long)
        return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
    if (headers.n > MSK_HTTP_HEADERS_MAX)
        return answer(connection, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
                      NULL);
    if (x->target == NULL || !peer_of(connection, &peer))
        return MHD_NO;
    request.method = msk_text(method);
    request.target = msk_text(x->target);
    request.headers = headers.list;
    request.n_headers = headers.n;
    request.body = (struct msk_bytes){ x->body, x->n };
    capture_request(x->server, &request, address_view(&peer));
    if (!x->server->handler(x->server->user, &request, address_view(&peer),
                            &response))
        return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
    capture_response(x->server, response, address_view(&peer));
    return answer(connection, response->status, response);
}

static enum MHD_Result
access_handler(void *user, struct MHD_Connection *connection, const char *url,
               const char *method, const char *version, const char *upload,
               size_t *upload_n, void **state)
{
    struct exchange *x = *state;

    (void)user;
    (void)url;
    (void)version;
    if (x == NULL)
        return MHD_NO;
    if (!x->begun) { /* the first call has the header alone */
        x->begun = true;
        return MHD_YES;
    }
    if (*upload_n > 0) {
        take_body(x, upload, *upload_n);
        *upload_n = 0;
        return MHD_YES;
    }
    return handle(connection, x, method);
}

static bool
find_local(struct http_server *server, const struct address *at)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

    server->local = *at;
    if (info == NULL)
        return false;
    address_set_port(&server->local, info->port);
    return true;
}

struct http_server *
http_listen(const struct address *at, struct capture *capture,
            http_handler *handler, void *user)
{
    struct http_server *server = calloc(1, sizeof *server);
    unsigned flags = MHD_USE_EPOLL;
    struct sockaddr_storage to;
    socklen_t len;

    if (server == NULL || !address_to_socket(address_view(at), &to, &len)) {
        free(server);
        return NULL;
    }
    if (at->n == ADDRESS_V6)
        flags |= MHD_USE_IPv6;
    server->capture = capture;
    server->handler = handler;
    server->user = user;
    server->daemon = MHD_start_daemon(
        flags, address_port(address_view(at)), NULL, NULL, access_handler,
        server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&to,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_OCTETS,
        MHD_OPTION_URI_LOG_CALLBACK, begin, server, MHD_OPTION_NOTIFY_COMPLETED,
        end, NULL, MHD_OPTION_END);
    if (server->daemon == NULL || !find_local(server, at)) {
        (void)fprintf(stderr, "HTTP: cannot listen there\n");
        http_close(server);
        return NULL;
    }
    return server;
}

void
http_close(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    free(server);
}

void
http_local(const struct http_server *server, struct address *out)
{
    *out = server->local;
}

int
http_fd(const struct http_server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info != NULL ? info->epoll_fd : -1;
}

int
http_timeout(struct http_server *server, int ms)
{
    MHD_UNSIGNED_LONG_LONG at_most;

    if (MHD_get_timeout(server->daemon, &at_most) != MHD_YES ||
        at_most > (MHD_UNSIGNED_LONG_LONG)ms)
        return ms;
    return (int)at_most;
}

void
http_run(struct http_server *server)
{
    (void)MHD_run(server->daemon);
}
