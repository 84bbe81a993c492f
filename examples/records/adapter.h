/* SPDX-License-Identifier: MIT */
/* adapter.h - what the adapters of records.h have in common. */
#ifndef RECORDS_ADAPTER_H
#define RECORDS_ADAPTER_H

#include "records.h"

/* Why a request failed: somebody else repairs the store, or has to. */
#define RECORDS_BARRED "a repair of the store has not ended"

/* Does the request change something? */
bool records_is_write(const struct records_request *q);

/* Gives all requests of a batch that are of that kind a result. */
void records_judge(struct records_batch *batch, bool writes,
                   enum records_result result);

/* A batch is done: rows that were saved have their new versions, `done` is
 * called. */
void records_finish(struct records_batch *batch);

/* Batches in the order in which they came. */
struct records_queue {
    struct records_batch *first, *last;
};

void records_push(struct records_queue *queue, struct records_batch *batch);
/* NULL: it is empty. */
struct records_batch *records_pop(struct records_queue *queue);

#endif
