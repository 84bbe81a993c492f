/* SPDX-License-Identifier: MIT */
/* Contracts of the static functions of mikey/build.c. */

#include "tlv_contract.h"

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
