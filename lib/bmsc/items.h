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

/* May the subscriber have the MSKs of a group that it is no member of? *code:
 * the status of the item; 200 or 204: it may. MSK_PENDING. */
int msk_items_authorise(const struct msk_call *call,
                        const struct msk_key_id *id, int *code);

/* Sends the current MSK of a group for a request; *code: the status of the
 * item. Errors of msk_deliveries_push but MSK_ERR_LIMIT. */
int msk_items_push(const struct msk_call *call, const struct msk_group *group,
                   int *code);

#endif
