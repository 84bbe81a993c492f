/* SPDX-License-Identifier: MIT */
/*
 * A BM-SC that does nothing but Digest, on libmicrohttpd: for other programs
 * to talk to. Prints its port, then one verdict a line; ends with its stdin,
 * or after a minute.
 *     server B-TID MRK-IN-HEX QOP-SET ALGORITHM-SET
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "msk/digest.h"
#include "provider.h"

#define BODY_MAX 65536
#define HEADERS_MAX 64
#define ANSWER "<mbmsMSKResponse/>\n"

static uint8_t mrk[MSK_MRK_MAX];
static struct msk_credentials known;
static struct msk_digest_server server;
static struct msk_digest_seen seen;

/* A request under way. */
struct exchange {
    char *target;
    uint8_t body[BODY_MAX];
    size_t body_len;
    bool begun;
    struct msk_http_header headers[HEADERS_MAX];
    size_t n_headers;
};

static int
fill(void *user, uint8_t *out, size_t n)
{
    FILE *file = fopen("/dev/urandom", "rb");
    bool ok = file != NULL && fread(out, 1, n, file) == n;

    (void)user;
    if (file != NULL)
        fclose(file);
    return ok ? 0 : 1;
}

static const struct msk_random urandom = { sizeof urandom, NULL, fill };

static msk_time
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (msk_time)t.tv_sec * 1000 + (msk_time)t.tv_nsec / 1000000;
}

/* libmicrohttpd gives the target as it came only here. */
static void *
begin(void *user, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);

    (void)user;
    (void)connection;
    if (exchange != NULL)
        exchange->target = strdup(target);
    return exchange;
}

static void
end(void *user, struct MHD_Connection *connection, void **con,
    enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *con;

    (void)user;
    (void)connection;
    (void)why;
    if (exchange != NULL)
        free(exchange->target);
    free(exchange);
    *con = NULL;
}

static enum MHD_Result
take_header(void *user, enum MHD_ValueKind kind, const char *name,
            const char *value)
{
    struct exchange *exchange = user;

    (void)kind;
    if (exchange->n_headers == HEADERS_MAX)
        return MHD_NO;
    exchange->headers[exchange->n_headers].name = msk_text(name);
    exchange->headers[exchange->n_headers++].value = msk_text(value);
    return MHD_YES;
}

static void
add(struct MHD_Response *response, const char *name, const uint8_t *value,
    size_t n)
{
    char text[MSK_HTTP_VALUE_MAX + 1];

    memcpy(text, value, n);
    text[n] = '\0';
    if (MHD_add_response_header(response, name, text) != MHD_YES)
        abort();
}

/* The answer to a verdict, with its headers. */
static struct MHD_Response *
answer(const struct msk_http_request *request, enum msk_auth auth,
       const struct msk_auth_context *context, unsigned *status)
{
    const char *body = auth == MSK_AUTH_OK ? ANSWER : "";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len, i = 0;

    *status = auth == MSK_AUTH_OK ? 200 : auth == MSK_AUTH_BAD ? 400 : 401;
    if (*status == 200) {
        if (msk_digest_server_info(&server, &known, context, msk_text(body),
                                   buf, sizeof buf, &len) != MSK_OK)
            abort();
        add(response, "Authentication-Info", buf, len);
    }
    while (*status == 401 &&
           msk_digest_server_challenge(
               &server,
               &(struct msk_digest_offer){
                   sizeof(struct msk_digest_offer), i++, auth == MSK_AUTH_STALE,
                   context->proven ? &seen : NULL, now() },
               buf, sizeof buf, &len) == MSK_OK)
        add(response, "WWW-Authenticate", buf, len);
    return response;
}

static enum MHD_Result
finish(struct MHD_Connection *connection, const char *method,
       struct exchange *exchange)
{
    static const char *const verdicts[] = { "",        "ok",    "stale",
                                            "missing", "wrong", "bad" };
    struct msk_http_request request = {
        .size = sizeof request,
        .method = msk_text(method),
        .target = msk_text(exchange->target),
        .headers = exchange->headers,
        .body = { exchange->body, exchange->body_len },
    };
    struct msk_auth_context context;
    struct MHD_Response *response;
    uint8_t btid[MSK_BTID_MAX];
    enum msk_auth auth;
    enum MHD_Result queued;
    unsigned status;
    size_t len;
    bool is_known;

    MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header,
                              exchange);
    request.n_headers = exchange->n_headers;
    is_known =
        msk_digest_server_btid(&request, btid, sizeof btid, &len) == MSK_OK &&
        len == known.btid.n && memcmp(btid, known.btid.p, len) == 0;
    if (msk_digest_server_check(&server, is_known ? &known : NULL, &request,
                                now(), &seen, &auth, &context) != MSK_OK)
        abort();
    printf("%s\n", verdicts[auth]);
    fflush(stdout);
    response = answer(&request, auth, &context, &status);
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *data, size_t *size,
       void **con)
{
    struct exchange *exchange = *con;

    (void)user;
    (void)url;
    (void)version;
    if (exchange == NULL || exchange->target == NULL)
        return MHD_NO;
    if (!exchange->begun) {
        exchange->begun = true;
        return MHD_YES;
    }
    if (*size > 0) {
        if (*size > BODY_MAX - exchange->body_len)
            return MHD_NO;
        memcpy(exchange->body + exchange->body_len, data, *size);
        exchange->body_len += *size;
        *size = 0;
        return MHD_YES;
    }
    return finish(connection, method, exchange);
}

static size_t
from_hex(const char *text)
{
    size_t n = 0;
    unsigned octet;

    while (n < sizeof mrk && sscanf(text + 2 * n, "%2x", &octet) == 1)
        mrk[n++] = (uint8_t)octet;
    return n;
}

int
main(int argc, char **argv)
{
    static const uint8_t nonce_key[16] = "nonces of peers";
    struct MHD_Daemon *daemon;
    const union MHD_DaemonInfo *info;
    struct sockaddr_in local;
    char octet;

    if (argc != 5)
        return 2;
    known.btid = msk_text(argv[1]);
    known.mrk = (struct msk_bytes){ mrk, from_hex(argv[2]) };
    server = (struct msk_digest_server){
        .size = sizeof server,
        .crypto = host_crypto(),
        .random = &urandom,
        .fqdn = msk_text("bmsc.example.com"),
        .nonce_key = { nonce_key, sizeof nonce_key },
        .qop = (uint32_t)atoi(argv[3]),
        .algorithms = (uint32_t)atoi(argv[4]),
    };
    memset(&local, 0, sizeof local);
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, NULL,
        MHD_OPTION_SOCK_ADDR, &local, MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, end, NULL, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("%u\n", (unsigned)info->port);
    fflush(stdout);
    alarm(60);
    while (read(0, &octet, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    return 0;
}
