/* SPDX-License-Identifier: MIT */
/*
 * http.h - one HTTP request at a time, in the background. libcurl moves it and
 * no more: Digest is the library's, so that of libcurl stays off.
 */
#ifndef MSK_UE_HTTP_H
#define MSK_UE_HTTP_H

#include <curl/curl.h>

#include "../hosts/capture.h"
#include "msk/http.h"
#include "server.h"

#define HTTP_HEADER_OCTETS 16384

struct http_client {
    const struct server
        *server;        /* the one that is asked; the host changes it */
    const char *cacert; /* PEM file; NULL: those of the system */
    long timeout;       /* for an answer, in seconds */
    struct capture *capture;

    CURLM *multi;
    bool joined; /* it is another one's */
    CURL *easy;
    struct curl_slist *headers, *connect_to; /* of the request */
    bool busy, ended;
    CURLcode result; /* of the last one */
    char error[CURL_ERROR_SIZE];

    uint8_t said[HTTP_HEADER_OCTETS + MSK_HTTP_BODY_MAX]; /* for the capture */
    size_t said_n;
    uint8_t head[HTTP_HEADER_OCTETS]; /* header lines as they came */
    size_t head_n;
    uint8_t body[MSK_HTTP_BODY_MAX];
    size_t body_n;
    struct msk_http_header list[MSK_HTTP_HEADERS_MAX];
    struct msk_http_response response;
};

/* False: libcurl does not start. */
bool http_start(struct http_client *http, struct capture *capture);
/* The same for one more, whose requests http_wait of the first one moves as
 * well. It ends before that one. */
bool http_join(struct http_client *http, const struct http_client *first);
void http_end(struct http_client *http);

/* Begins to send. What goes wrong is told by http_done. */
void http_send(struct http_client *http,
               const struct msk_http_request *request);

/* Gives the request up, if there is one. */
void http_stop(struct http_client *http);

/* Waits for octets on fds or for a request, but not longer than ms; moves
 * requests on. */
void http_wait(struct http_client *http, struct curl_waitfd *fds, unsigned n,
               int ms);

/* True: the request ended. *response: the answer, good until http_send; NULL:
 * there was none that can be used. */
bool http_done(struct http_client *http,
               const struct msk_http_response **response);

/* Why the last request had no answer: a word (dns, refused, tls, time, other),
 * and *text, which says more. */
const char *http_why(const struct http_client *http, const char **text);

#endif
