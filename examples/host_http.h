/* SPDX-License-Identifier: MIT */
/*
 * host_http.h - one blocking POST with libcurl, which is the transport only:
 * Digest, nonces and bodies are the library's.
 */
#ifndef HOST_HTTP_H
#define HOST_HTTP_H

#include <curl/curl.h>

#include "host.h"
#include "msk/http.h"

/* An answer, with room for what it points to. */
struct host_answer {
    struct msk_http_response response; /* status 0: there was none */
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX];
    uint8_t body[MSK_HTTP_BODY_MAX];
};

static inline size_t
host_http_take(char *octets, size_t one, size_t n, void *user)
{
    struct host_answer *a = user;

    (void)one; /* it is 1 */
    if (n > sizeof a->body - a->response.body.n)
        return 0; /* ends the transfer */
    memcpy(a->body + a->response.body.n, octets, n);
    a->response.body.n += n;
    return n;
}

/* a, between, b as one C string. False: it does not fit. */
static inline bool
host_http_join(char *out, size_t cap, struct msk_bytes a, const char *between,
               struct msk_bytes b)
{
    int n = snprintf(out, cap, "%.*s%s%.*s", (int)a.n, (const char *)a.p,
                     between, (int)b.n, (const char *)b.p);

    return n > 0 && (size_t)n < cap;
}

/* The header lines of a request; NULL: no memory, or a line too long. */
static inline struct curl_slist *
host_http_lines(const struct msk_http_request *request)
{
    char line[MSK_HTTP_VALUE_MAX + 128];
    struct curl_slist *all = curl_slist_append(NULL, "Expect:"), *more = all;

    for (size_t i = 0; i < request->n_headers && more != NULL; i++) {
        const struct msk_http_header *h = &request->headers[i];

        more = host_http_join(line, sizeof line, h->name, ": ", h->value)
                   ? curl_slist_append(all, line)
                   : NULL;
    }
    if (more != NULL)
        return all;
    curl_slist_free_all(all);
    return NULL;
}

/* What msk_ue_take_response wants to see of it; NULL: there was none. */
static inline const struct msk_http_response *
host_http_response(const struct host_answer *a)
{
    return a->response.status != 0 ? &a->response : NULL;
}

/* Readies curl to post request to server ("http://FQDN[:port]" or the FQDN
 * alone) with those lines, which stay good until it did, into *a. */
static inline bool
host_http_prepare(CURL *curl, struct msk_bytes server, struct curl_slist *lines,
                  const struct msk_http_request *request, struct host_answer *a)
{
    char url[1024];

    a->response = (struct msk_http_response){ .size = sizeof a->response,
                                              .headers = a->headers,
                                              .body = { a->body, 0 } };
    curl_easy_reset(curl);
    return lines != NULL &&
           host_http_join(url, sizeof url, server, "", request->target) &&
           curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
                            (long)request->body.n) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.p) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, host_http_take) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L) == CURLE_OK;
}

/* Status and headers of the answer that came, if one did. What the headers
 * point to is curl's, good until its next request. */
static inline void
host_http_collect(CURL *curl, struct host_answer *a)
{
    struct msk_http_response *r = &a->response;
    struct curl_header *h = NULL;
    long status = 0;

    if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        r->status = (int)status;
    while (r->status != 0 && r->n_headers < MSK_HTTP_HEADERS_MAX &&
           (h = curl_easy_nextheader(curl, CURLH_HEADER, 0, h)) != NULL)
        a->headers[r->n_headers++] =
            (struct msk_http_header){ msk_text(h->name), msk_text(h->value) };
}

/* Posts, and waits for the answer. */
static inline void
host_http_post(CURL *curl, struct msk_bytes server,
               const struct msk_http_request *request, struct host_answer *a)
{
    struct curl_slist *lines = host_http_lines(request);

    if (host_http_prepare(curl, server, lines, request, a) &&
        curl_easy_perform(curl) == CURLE_OK)
        host_http_collect(curl, a);
    curl_slist_free_all(lines);
}

#endif
