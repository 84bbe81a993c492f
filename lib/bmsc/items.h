/* SPDX-License-Identifier: MIT */
/* bmsc/items.h - what a request asks for, item by item. */
#ifndef MSK_BMSC_ITEMS_H
#define MSK_BMSC_ITEMS_H

#include "bmsc/call.h"

/*
 * Reads the items of a request of that kind into the outbox. The same item
 * twice is one item. MSK_ERR_MANY: the answer would be too long, too; the
 * errors of msk_body_read.
 */
int msk_items_read(const struct msk_call *call, enum msk_body_kind kind,
                   const struct msk_http_request *request);

/*
 * The UE is owed an MSK of the group for a request: that of a number, or with
 * 0 the current one, and after it the next one if there is one. *code: the
 * status of the item; 503: there is no address to send to.
 */
int msk_items_owe(struct msk_call *call, const struct msk_group *group,
                  uint16_t number, int *code);

/* Answers one item of an MSK request, and sends the MSK if it is granted. MSK_PENDING: the host
 * does not know yet. */
int msk_items_grant(struct msk_call *call, struct msk_body_item *item);

#endif
