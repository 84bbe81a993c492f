/* SPDX-License-Identifier: MIT */
/*
 * head.h - judges the head of an HTTP request, strictly by RFC 9112 and
 * RFC 9110, before any other code sees it. What is refused here never reaches
 * the web server: a message that two readers could frame in two ways, a name
 * or a value with octets that do not belong there, and a host that is another
 * one than this.
 */
#ifndef MSK_BMSC_HEAD_H
#define MSK_BMSC_HEAD_H

#include "../hosts/address.h"
#include "msk/http.h"

#define HEAD_LINE_MAX 8192 /* octets of a request line; RFC 9112 3: 8000 */
#define HEAD_MAX 16384     /* of a whole head */

/* What there is beside the status of an HTTP error. */
#define HEAD_MORE 0 /* fine so far, and not whole */
#define HEAD_FINE 1 /* whole */

/* Who is asked: a name without case, or the address where it was received. */
struct head_host {
    struct msk_bytes fqdn;
    struct address local;
};

/* What a good head says of its request. */
struct head_frame {
    size_t n;  /* octets of it, with its body; SIZE_MAX: only its body says */
    bool last; /* no other one comes after it in this connection */
};

/*
 * Judges the octets that came so far, from the first one on: HEAD_MORE,
 * HEAD_FINE and *frame, or the status of the error to answer: 400, 413 (a body
 * longer than MSK_HTTP_BODY_MAX), 414, 417, 431, 501 (method), 505 (version).
 */
int head_judge(struct msk_bytes octets, const struct head_host *host,
               struct head_frame *frame);

#endif
