/* SPDX-License-Identifier: MIT */
/* Contracts of the static functions of mikey/walk.c. */

#include "tlv_contract.h"

/*@ requires reader(r) && place(value, r) && inside(value, r->p, r->n);
    assigns r->at, r->bad, value->n;
    assigns value->p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures inside(value, r->p, r->n);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static inline int get_typed(struct msk_reader *r, size_t n,
                            struct msk_bytes *value);

/*@ requires reader(r) && place(data, r);
    assigns r->at, r->bad, data->n;
    assigns data->p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures inside(data, r->p, r->n) && readable(data);
 */
static inline void get_data16(struct msk_reader *r, struct msk_bytes *data);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static inline int get_kemac(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static inline int get_t(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static inline int get_v(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures readable(&p->data);
    ensures \result == MSK_OK;
 */
static inline int get_kind_data(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED;
 */
static inline int get_sp(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK;
 */
static inline int get_rand(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED || \result
            == MSK_ERR_TRUNCATED || \result == MSK_ERR_PAYLOAD;
 */
static inline int get_body(struct msk_reader *r, struct msk_payload *p);

/*@ requires \valid_read(cursor);
    assigns \nothing;
    ensures \result ==> cursor->next < 32;
 */
static bool is_allowed(const struct msk_mikey_cursor *cursor);
