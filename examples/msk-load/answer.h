/* SPDX-License-Identifier: MIT */
/* answer.h - an HTTP answer as it comes in. It is read as simply as a load
 * generator may: it comes from a BM-SC of this machine. */
#ifndef MSK_LOAD_ANSWER_H
#define MSK_LOAD_ANSWER_H

#include <stdbool.h>

#include "msk/http.h"

#define ANSWER_MAX 32768 /* octets */
#define ANSWER_MORE 0
#define ANSWER_WHOLE 1
#define ANSWER_BAD 2

struct answer {
    size_t n;  /* octets that are there */
    bool last; /* the connection ends with it */
    struct msk_http_response response;
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX];
    uint8_t octets[ANSWER_MAX];
};

/* ANSWER_WHOLE: answer->response and last, views of it. */
int answer_read(struct answer *answer);

#endif
