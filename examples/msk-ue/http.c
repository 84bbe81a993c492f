/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <stdio.h>
#include <string.h>

#include "../hosts/fields.h"

#define URL_MAX 2048

bool
http_start(struct http_client *http, struct capture *capture)
{
    http->capture = capture;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    http->multi = curl_multi_init();
    http->easy = curl_easy_init();
    return http->multi != NULL && http->easy != NULL;
}

bool
http_join(struct http_client *http, const struct http_client *first)
{
    http->capture = first->capture;
    http->multi = first->multi;
    http->joined = true;
    http->easy = curl_easy_init();
    return http->easy != NULL;
}

void
http_end(struct http_client *http)
{
    if (http->busy)
        (void)curl_multi_remove_handle(http->multi, http->easy);
    curl_slist_free_all(http->headers);
    curl_slist_free_all(http->connect_to);
    curl_easy_cleanup(http->easy);
    if (http->joined)
        return;
    (void)curl_multi_cleanup(http->multi);
    curl_global_cleanup();
}

/* More than there is room for ends the transfer. */
static size_t
keep(uint8_t *buf, size_t cap, size_t *n, const char *p, size_t len)
{
    if (len > cap - *n)
        return 0;
    memcpy(buf + *n, p, len);
    *n += len;
    return len;
}

static size_t
take_head(char *p, size_t size, size_t n, void *user)
{
    struct http_client *http = user;

    if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
        http->head_n = 0; /* after a 100 comes the real one */
    return keep(http->head, sizeof http->head, &http->head_n, p, size * n);
}

static size_t
take_body(char *p, size_t size, size_t n, void *user)
{
    struct http_client *http = user;

    return keep(http->body, sizeof http->body, &http->body_n, p, size * n);
}

static void
say(struct http_client *http, const void *p, size_t n)
{
    (void)keep(http->said, sizeof http->said, &http->said_n, p, n);
}

static void
add_header(struct http_client *http, struct msk_bytes name,
           struct msk_bytes value)
{
    char line[MSK_HTTP_VALUE_MAX + 256];
    int n = snprintf(line, sizeof line, "%.*s: %.*s", (int)name.n,
                     (const char *)name.p, (int)value.n, (const char *)value.p);
    struct curl_slist *more;

    if (n < 0 || (size_t)n >= sizeof line)
        return;
    more = curl_slist_append(http->headers, line);
    if (more != NULL)
        http->headers = more;
    say(http, line, (size_t)n);
    say(http, "\r\n", 2);
}

/* The request as it will stand on the wire, as good as the host knows it. */
static void
set_headers(struct http_client *http, const struct msk_http_request *request)
{
    bool has_host = false;
    struct curl_slist *more;

    curl_slist_free_all(http->headers);
    http->headers = NULL;
    http->said_n = 0;
    say(http, request->method.p, request->method.n);
    say(http, " ", 1);
    say(http, request->target.p, request->target.n);
    say(http, " HTTP/1.1\r\n", 11);
    for (size_t i = 0; i < request->n_headers; i++) {
        has_host = has_host || fields_is(request->headers[i].name, "Host");
        add_header(http, request->headers[i].name, request->headers[i].value);
    }
    if (!has_host)
        add_header(http, msk_text("Host"), msk_text(http->server->host));
    more = curl_slist_append(http->headers, "Expect:");
    if (more != NULL)
        http->headers = more;
}

static void
say_body(struct http_client *http, struct msk_bytes body)
{
    char line[64];
    int n = snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.n);

    if (n > 0)
        say(http, line, (size_t)n);
    if (body.n > 0)
        say(http, body.p, body.n);
}

static bool
set_up(struct http_client *http, const struct msk_http_request *request)
{
    char url[URL_MAX], method[16];
    int n = snprintf(url, sizeof url, "%s%.*s", http->server->origin,
                     (int)request->target.n, (const char *)request->target.p);
    CURL *easy = http->easy;

    if (n < 0 || (size_t)n >= sizeof url || request->method.n >= sizeof method)
        return false;
    memcpy(method, request->method.p, request->method.n);
    method[request->method.n] = '\0';
    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                            (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
                            (long)request->body.n) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                            request->body.n > 0 ? (const char *)request->body.p
                                                : "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers) ==
               CURLE_OK;
}

/* By the name that was announced, which TLS holds the server to; where that is
 * may have been said by the user. */
static bool
set_connection(struct http_client *http)
{
    char line[SERVER_TEXT_MAX + 2];
    CURL *easy = http->easy;

    curl_slist_free_all(http->connect_to);
    (void)snprintf(line, sizeof line, "::%s", http->server->connect_to);
    http->connect_to = curl_slist_append(NULL, line);
    return http->connect_to != NULL &&
           curl_easy_setopt(easy, CURLOPT_CONNECT_TO, http->connect_to) ==
               CURLE_OK &&
           (http->cacert == NULL ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, http->cacert) == CURLE_OK) &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT, http->timeout) == CURLE_OK;
}

static bool
set_callbacks(struct http_client *http)
{
    CURL *easy = http->easy;

    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, http) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, http) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

void
http_stop(struct http_client *http)
{
    if (http->busy)
        (void)curl_multi_remove_handle(http->multi, http->easy);
    http->busy = http->ended = false;
}

void
http_send(struct http_client *http, const struct msk_http_request *request)
{
    http_stop(http);
    http->head_n = 0;
    http->body_n = 0;
    set_headers(http, request);
    say_body(http, request->body);
    http->error[0] = '\0';
    http->busy = true;
    curl_easy_reset(http->easy);
    (void)curl_easy_setopt(http->easy, CURLOPT_PRIVATE, http);
    if (!set_up(http, request) || !set_connection(http) || !set_callbacks(http))
        (void)curl_easy_setopt(http->easy, CURLOPT_URL, "");
    (void)curl_multi_add_handle(http->multi, http->easy);
}

/* Moves requests on, and notes which ones ended. False: none. */
static bool
move(CURLM *multi)
{
    struct http_client *whose;
    bool some = false;
    CURLMsg *message;
    int left;

    (void)curl_multi_perform(multi, &left);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        char *mine = NULL;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &mine) !=
                CURLE_OK ||
            mine == NULL)
            continue;
        whose = (struct http_client *)(void *)mine;
        whose->result = message->data.result;
        whose->ended = some = true;
    }
    return some;
}

void
http_wait(struct http_client *http, struct curl_waitfd *fds, unsigned n, int ms)
{
    if (!move(http->multi))
        (void)curl_multi_poll(http->multi, fds, n, ms, NULL);
    (void)move(http->multi);
}

/* One end of the connection. */
static bool
endpoint(CURL *easy, CURLINFO ip_info, CURLINFO port_info, struct address *out)
{
    char text[ADDRESS_TEXT_MAX + 32], *ip = NULL;
    long port = 0;

    if (curl_easy_getinfo(easy, ip_info, &ip) != CURLE_OK ||
        curl_easy_getinfo(easy, port_info, &port) != CURLE_OK || ip == NULL)
        return false;
    (void)snprintf(text, sizeof text,
                   strchr(ip, ':') != NULL ? "[%s]:%ld" : "%s:%ld", ip, port);
    return address_parse(text, out);
}

/* What was said, between the two ends of the connection. */
static void
capture(struct http_client *http)
{
    struct msk_bytes said = { http->said, http->said_n };
    struct msk_bytes head = { http->head, http->head_n };
    struct msk_bytes body = { http->body, http->body_n };
    struct address at, to;

    if (!endpoint(http->easy, CURLINFO_LOCAL_IP, CURLINFO_LOCAL_PORT, &at) ||
        !endpoint(http->easy, CURLINFO_PRIMARY_IP, CURLINFO_PRIMARY_PORT, &to))
        return;
    capture_tcp(http->capture, address_view(&at), address_view(&to), said,
                true);
    capture_tcp(http->capture, address_view(&at), address_view(&to), head,
                false);
    capture_tcp(http->capture, address_view(&at), address_view(&to), body,
                false);
}

bool
http_done(struct http_client *http, const struct msk_http_response **response)
{
    long status = 0;

    *response = NULL;
    if (!http->ended)
        return false;
    http->busy = http->ended = false;
    if (http->result == CURLE_OK &&
        curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status) ==
            CURLE_OK &&
        status >= 100 && status <= 599) {
        http->response.size = sizeof http->response;
        http->response.status = (int)status;
        http->response.headers = http->list;
        http->response.n_headers =
            fields_list((struct msk_bytes){ http->head, http->head_n },
                        http->list, MSK_HTTP_HEADERS_MAX);
        http->response.body = (struct msk_bytes){ http->body, http->body_n };
        *response = &http->response;
        capture(http);
    }
    (void)curl_multi_remove_handle(http->multi, http->easy);
    return true;
}

const char *
http_why(const struct http_client *http, const char **text)
{
    *text =
        http->error[0] != '\0' ? http->error : curl_easy_strerror(http->result);
    switch ((int)http->result) {
    case CURLE_COULDNT_RESOLVE_HOST: return "dns";
    case CURLE_COULDNT_CONNECT: return "refused";
    case CURLE_OPERATION_TIMEDOUT: return "time";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION: return "tls";
    default: return "other";
    }
}
