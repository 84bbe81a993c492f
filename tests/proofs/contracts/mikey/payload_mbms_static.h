/* SPDX-License-Identifier: MIT */
/* Contracts of the static functions of mikey/payload_mbms.c. */

#include "tlv_contract.h"

/*@ requires reader(r) && place(value, r) && inside(value, r->p, r->n);
    assigns r->at, r->bad, value->n;
    assigns value->p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures inside(value, r->p, r->n);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static int get_typed(struct msk_reader *r, size_t n, struct msk_bytes *value);

/*@ requires reader(r) && place(data, r);
    assigns r->at, r->bad, data->n;
    assigns data->p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures inside(data, r->p, r->n) && readable(data);
 */
static void get_data16(struct msk_reader *r, struct msk_bytes *data);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static int get_kemac(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static int get_t(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
 */
static int get_v(struct msk_reader *r, struct msk_payload *p);

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
static int get_kind_data(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED;
 */
static int get_sp(struct msk_reader *r, struct msk_payload *p);

/*@ requires reader(r) && slot(p, r) && read_of(p, r);
    assigns r->at, r->bad, p->kind, p->detail, p->data.n, p->tail.n;
    assigns p->data.p \from r->p;
    assigns p->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(p, r);
    ensures \result == MSK_OK;
 */
static int get_rand(struct msk_reader *r, struct msk_payload *p);

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
static int get_body(struct msk_reader *r, struct msk_payload *p);

/*@ requires writer(w) && source(data, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
 */
static void put_data16(struct msk_writer *w, const struct msk_bytes *data);

/*@ requires writer(w) && source(mac, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_mac(struct msk_writer *w, uint8_t mac_alg,
                   const struct msk_bytes *mac);

/*@ requires writer(w) && sources(p, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_kemac(struct msk_writer *w, const struct msk_payload *p);

/*@ requires writer(w) && sources(p, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_t(struct msk_writer *w, const struct msk_payload *p);

/*@ requires writer(w) && sources(p, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_kind_data(struct msk_writer *w, const struct msk_payload *p);

/*@ requires writer(w) && sources(p, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_sp(struct msk_writer *w, const struct msk_payload *p);

/*@ requires writer(w) && sources(p, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH;
 */
static int put_rand(struct msk_writer *w, const struct msk_payload *p);
