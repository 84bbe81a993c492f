/* SPDX-License-Identifier: MIT */
/* What the contracts of lib/mikey say in common, for Frama-C alone. */
#ifndef PROOFS_MIKEY_VIEWS_H
#define PROOFS_MIKEY_VIEWS_H

#include "../base/bytes_contract.h"
#include "msk/mikey.h"

/*@ // Never back; what is bad stays bad.
    predicate onward{L, M}(struct msk_reader *r) =
        \at(r->at, L) <= \at(r->at, M) &&
        (\at(r->bad, L) != 0 ==> \at(r->bad, M) != 0);

    // A place for a view, not among the octets of r.
    predicate place{L}(struct msk_bytes *v, struct msk_reader *r) =
        \valid(v) && \separated(v, r, r->p + (0 .. r->n - 1));

    // The same for a payload.
    predicate slot{L}(struct msk_payload *p, struct msk_reader *r) =
        \valid(p) && \separated(p, r, r->p + (0 .. r->n - 1));

    // What was read lies inside what r reads.
    predicate read_of{L}(struct msk_payload *p, struct msk_reader *r) =
        inside{L}(&p->data, r->p, r->n) && inside{L}(&p->tail, r->p, r->n);

    // Octets to be written by w, and not its own.
    predicate source{L}(struct msk_bytes *v, struct msk_writer *w) =
        \valid_read(v) && readable(v) &&
        \separated(w, v) && \separated(w, v->p + (0 .. v->n - 1)) &&
        \separated(w->p + (0 .. w->cap - 1), v) &&
        \separated(w->p + (0 .. w->cap - 1), v->p + (0 .. v->n - 1));

    predicate sources{L}(struct msk_payload *p, struct msk_writer *w) =
        \valid_read(p) && \separated(w, p) &&
        \separated(w->p + (0 .. w->cap - 1), p) &&
        source(&p->data, w) && source(&p->tail, w);

    // Never shorter, unless by a mistake that is kept.
    predicate longer{L, M}(struct msk_writer *w) =
        \at(w->len, L) <= \at(w->len, M) &&
        (\at(w->too_long, L) != 0 ==> \at(w->too_long, M) != 0);
 */

#endif
