/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/header.h. */
#ifndef PROOFS_MIKEY_HEADER_H
#define PROOFS_MIKEY_HEADER_H

#include "views.h"

#include "mikey/header.h"

/*@ predicate header_apart{L}(struct msk_mikey_header *h, struct msk_reader *r) =
        \valid(h) && \separated(h, r, r->p + (0 .. r->n - 1));

    predicate header_source{L}(struct msk_mikey_header *h,
                               struct msk_writer *w) =
        \valid_read(h) && \separated(w, h) &&
        \separated(w->p + (0 .. w->cap - 1), h) && source(&h->map, w);
 */

/*@ requires reader(r) && header_apart(header, r);
    requires \valid(next) && \separated(next, header, r, r->p + (0 .. r->n - 1));
    assigns r->at, r->bad, *next, header->data_type, header->v, header->prf,
            header->csb_id, header->n_cs, header->map_type;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures \result == MSK_OK ==> !r->bad && r->at == \old(r->at) + 10;
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_VERSION;
 */
int msk_header_get_fields(struct msk_reader *r, struct msk_mikey_header *header,
                          uint8_t *next);

/*@ requires reader(r) && header_apart(header, r);
    assigns r->at, r->bad, header->map.n;
    assigns header->map.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures \result == MSK_OK ==> !r->bad && inside(&header->map, r->p, r->n);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_UNSUPPORTED;
 */
int msk_header_get_map(struct msk_reader *r, struct msk_mikey_header *header);

/*@ requires reader(r) && header_apart(header, r);
    requires \valid(next) && \separated(next, header, r, r->p + (0 .. r->n - 1));
    assigns r->at, r->bad, *next, header->data_type, header->v, header->prf,
            header->csb_id, header->n_cs, header->map_type, header->map.n;
    assigns header->map.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures \result == MSK_OK ==> !r->bad && r->at >= \old(r->at) + 10;
    ensures \result == MSK_OK ==> inside(&header->map, r->p, r->n);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_VERSION || \result == MSK_ERR_UNSUPPORTED;
 */
int msk_header_get(struct msk_reader *r, struct msk_mikey_header *header,
                   uint8_t *next);

/*@ requires \valid_read(header);
    assigns \nothing;
 */
int msk_header_check_map(const struct msk_mikey_header *header);

/*@ requires writer(w) && header_source(header, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
 */
int msk_header_put_fields(struct msk_writer *w,
                          const struct msk_mikey_header *header);

/*@ requires writer(w) && header_source(header, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
 */
int msk_header_put(struct msk_writer *w, const struct msk_mikey_header *header);

#endif
