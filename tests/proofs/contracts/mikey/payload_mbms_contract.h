/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/payload_mbms.h. */
#ifndef PROOFS_MIKEY_PAYLOAD_MBMS_H
#define PROOFS_MIKEY_PAYLOAD_MBMS_H

#include "views.h"

#include "mikey/payload_mbms.h"

/*@ assigns \nothing;
    ensures \result == 0 || \result == 20 || \result == 32 ||
            \result == SIZE_MAX;
 */
size_t msk_mac_len(uint8_t mac_alg);

/*@ assigns \nothing;
    ensures \result == 4 || \result == 8 || \result == SIZE_MAX;
 */
size_t msk_ts_len(uint8_t ts_type);

/*@ requires \valid(payload);
    assigns payload->type, payload->kind, payload->detail, payload->data.n,
            payload->tail.n;
    assigns payload->data.p \from \nothing;
    assigns payload->tail.p \from \nothing;
    ensures payload->type == type;
    ensures payload->data.n == 0 && payload->tail.n == 0;
 */
void msk_payload_clear(struct msk_payload *payload, uint8_t type);

/*@ requires reader(r) && slot(payload, r);
    requires \valid(next) && \separated(next, payload, r, r->p + (0 .. r->n - 1));
    assigns r->at, r->bad, *next, payload->type, payload->kind,
            payload->detail, payload->data.n, payload->tail.n;
    assigns payload->data.p \from r->p;
    assigns payload->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(payload, r);
    ensures payload->type == type;
    ensures \result == MSK_OK ==> !r->bad && r->at > \old(r->at);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_UNSUPPORTED || \result == MSK_ERR_PAYLOAD;
 */
int msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                         struct msk_payload *payload, uint8_t *next);

/*@ requires writer(w) && sources(payload, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH ||
            \result == MSK_ERR_PAYLOAD;
 */
int msk_payload_mbms_put(struct msk_writer *w,
                         const struct msk_payload *payload);

#endif
