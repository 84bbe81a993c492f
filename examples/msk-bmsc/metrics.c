/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 16u
#define SECONDS 5u
#define OCTETS ((size_t)4096)

struct metrics {
    struct MHD_Daemon *daemon;
    struct address local;
    metrics_writer *writer;
    void *user;
};

static enum MHD_Result
send_text(struct MHD_Connection *connection, unsigned status, char *text,
          size_t n)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    if (r == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(r, "Content-Type",
                                  "text/plain; version=0.0.4");
    (void)MHD_add_response_header(r, "Cache-Control", "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(r, "Allow", "GET, HEAD");
    result = MHD_queue_response(connection, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result
send_metrics(struct metrics *metrics, struct MHD_Connection *connection)
{
    enum MHD_Result result = MHD_NO;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    if (out == NULL)
        return MHD_NO;
    metrics->writer(metrics->user, out);
    if (fclose(out) == 0)
        result = send_text(connection, MHD_HTTP_OK, text, n);
    free(text);
    return result;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *upload,
       size_t *upload_n, void **state)
{
    static char nothing[] = "";

    (void)version;
    (void)upload;
    (void)state;
    if (*upload_n > 0) /* nobody asks with a body */
        return MHD_NO;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, nothing, 0);
    if (strcmp(url, "/metrics") != 0)
        return send_text(connection, MHD_HTTP_NOT_FOUND, nothing, 0);
    return send_metrics(user, connection);
}

static bool
find_local(struct metrics *metrics, const struct address *at)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(metrics->daemon, MHD_DAEMON_INFO_BIND_PORT);

    metrics->local = *at;
    if (info != NULL)
        address_set_port(&metrics->local, info->port);
    return info != NULL;
}

struct metrics *
metrics_listen(const struct address *at, metrics_writer *writer, void *user)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    unsigned flags = MHD_USE_EPOLL;
    struct sockaddr_storage to;
    socklen_t len;

    if (metrics == NULL || !address_to_socket(address_view(at), &to, &len)) {
        free(metrics);
        return NULL;
    }
    if (at->n == ADDRESS_V6)
        flags |= MHD_USE_IPv6;
    metrics->writer = writer;
    metrics->user = user;
    metrics->daemon =
        MHD_start_daemon(flags, address_port(address_view(at)), NULL, NULL,
                         handle, metrics, MHD_OPTION_SOCK_ADDR,
                         (struct sockaddr *)&to, MHD_OPTION_CONNECTION_LIMIT,
                         CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                         SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, OCTETS,
                         MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (metrics->daemon != NULL && find_local(metrics, at))
        return metrics;
    (void)fprintf(stderr, "metrics: cannot listen there\n");
    metrics_close(metrics);
    return NULL;
}

void
metrics_close(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    if (metrics->daemon != NULL)
        MHD_stop_daemon(metrics->daemon);
    free(metrics);
}

void
metrics_local(const struct metrics *metrics, struct address *out)
{
    *out = metrics->local;
}

int
metrics_fd(const struct metrics *metrics)
{
    const union MHD_DaemonInfo *info =
        metrics != NULL
            ? MHD_get_daemon_info(metrics->daemon, MHD_DAEMON_INFO_EPOLL_FD)
            : NULL;

    return info != NULL ? info->epoll_fd : -1;
}

int
metrics_timeout(struct metrics *metrics, int ms)
{
    MHD_UNSIGNED_LONG_LONG at_most;

    if (metrics == NULL ||
        MHD_get_timeout(metrics->daemon, &at_most) != MHD_YES ||
        at_most > (MHD_UNSIGNED_LONG_LONG)ms)
        return ms;
    return (int)at_most;
}

void
metrics_run(struct metrics *metrics)
{
    if (metrics != NULL)
        (void)MHD_run(metrics->daemon);
}
