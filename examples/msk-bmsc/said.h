/* SPDX-License-Identifier: MIT */
/* said.h - what is said over HTTP, once more as octets, for the capture. */
#ifndef MSK_BMSC_SAID_H
#define MSK_BMSC_SAID_H

#include "../hosts/capture.h"
#include "msk/http.h"

/* From peer to local, and back. */
void said_request(struct capture *capture, const struct msk_http_request *q,
                  struct msk_bytes peer, struct msk_bytes local);
void said_response(struct capture *capture, const struct msk_http_response *r,
                   struct msk_bytes peer, struct msk_bytes local);

#endif
