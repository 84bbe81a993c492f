/* SPDX-License-Identifier: MIT */
/* bsf_http.h - many POSTs to one server at once: libcurl moves them, in an
 * epoll that the loop of the program looks at. */
#ifndef MSK_BMSC_BSF_HTTP_H
#define MSK_BMSC_BSF_HTTP_H

#include <curl/curl.h>

#include "bsf.h"

#define BSF_BODY_MAX 8192

struct bsf_post {
    CURL *easy;
    char body[BSF_BODY_MAX]; /* of the answer */
    size_t n;
    char error[CURL_ERROR_SIZE];
};

/* It ended. status 0: no answer; why says so. */
typedef void bsf_posted(void *user, struct bsf_post *post, long status,
                        const char *why);

struct bsf_http {
    CURLM *multi;
    int epoll;
    msk_time due; /* monotonic: when libcurl wants to be called */
    struct curl_slist *headers;
    const struct bsf_options *options;
    char *url;
    bsf_posted *posted;
    void *user;
};

/* options, posted and user stay good. False: it cannot. */
bool bsf_http_open(struct bsf_http *http, const struct bsf_options *options,
                   const char *path, bsf_posted *posted, void *user);
void bsf_http_close(struct bsf_http *http);

/* Begins; text is copied. False: no memory. */
bool bsf_http_post(struct bsf_http *http, struct bsf_post *post,
                   const char *text);
/* Lets go of one that is under way. */
void bsf_http_drop(struct bsf_http *http, struct bsf_post *post);

/* Goes on, without waiting, and calls `posted` for each that ended. */
void bsf_http_run(struct bsf_http *http);

#endif
