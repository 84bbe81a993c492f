/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/tlv.h and of its part of msk/mikey.h. */
#ifndef PROOFS_MIKEY_TLV_H
#define PROOFS_MIKEY_TLV_H

#include "views.h"

#include "mikey/tlv.h"

/*@ requires rest != \null ==> \valid(rest);
    requires rest != \null && rest->p != \null ==> readable(rest);
    requires type != \null ==> \valid(type);
    requires value != \null ==> \valid(value);
    requires rest != \null ==>
        \separated(rest, rest->p + (0 .. rest->n - 1)) &&
        \separated(value, rest->p + (0 .. rest->n - 1)) &&
        \separated(type, rest->p + (0 .. rest->n - 1));
    requires \separated(rest, value, type);
    assigns rest->n, *type, value->n;
    assigns rest->p \from rest->p;
    assigns value->p \from rest->p;
    ensures \result == MSK_OK || \result == MSK_ERR_ARGUMENT ||
            \result == MSK_ERR_TRUNCATED;
    ensures \result == MSK_OK ==> rest->n < \old(rest->n);
    ensures \result == MSK_OK ==>
            inside(rest, \old(rest->p), \old(rest->n));
    ensures \result == MSK_OK ==> rest->p == \null ==> rest->n == 0;
    ensures \result == MSK_OK ==>
            inside(value, \old(rest->p), \old(rest->n));
    ensures \result == MSK_OK ==> readable(rest) && readable(value);
    ensures \result != MSK_OK && rest != \null ==>
            rest->p == \old(rest->p) && rest->n == \old(rest->n);
 */
int msk_tlv_get(struct msk_bytes *rest, uint8_t *type, struct msk_bytes *value);

/*@ requires writer(w);
    requires n > 0 ==> \valid_read(value + (0 .. n - 1));
    requires \separated(w, value + (0 .. n - 1));
    requires \separated(w->p + (0 .. w->cap - 1), value + (0 .. n - 1));
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
 */
void msk_tlv_put(struct msk_writer *w, uint8_t type, const uint8_t *value,
                 size_t n);

/*@ requires \valid_read(list) && readable(list);
    assigns \nothing;
 */
bool msk_tlv_whole(const struct msk_bytes *list);

#endif
