/* SPDX-License-Identifier: MIT */
#include "sim.h"

void
sim_queue_clear(struct sim_queue *queue)
{
    for (size_t i = 0; i < SIM_ITEMS; i++) {
        queue->item[i].used = false;
        queue->item[i].kind = SIM_CALM; /* no message of a former run */
    }
    queue->order = 0;
}

/* Datagrams may not take the last places. */
static size_t
limit(enum sim_kind kind)
{
    return kind == SIM_TO_UE || kind == SIM_TO_BMSC ? SIM_ITEMS - 48
                                                    : SIM_ITEMS;
}

struct sim_item *
sim_queue_add(struct sim *w, enum sim_kind kind, msk_time delay)
{
    struct sim_queue *queue = &w->queue;

    for (size_t i = 0; i < limit(kind); i++) {
        struct sim_item *item = &queue->item[i];

        if (item->used)
            continue;
        item->used = true;
        item->kind = kind;
        item->at = w->now + delay;
        item->order = queue->order++;
        item->spoiled = false;
        item->n = 0;
        return item;
    }
    if (limit(kind) == SIM_ITEMS)
        sim_fail(w, "the queue is full");
    return NULL;
}

struct sim_item *
sim_queue_first(struct sim_queue *queue)
{
    struct sim_item *first = NULL;

    for (size_t i = 0; i < SIM_ITEMS; i++) {
        struct sim_item *item = &queue->item[i];

        if (item->used &&
            (first == NULL || item->at < first->at ||
             (item->at == first->at && item->order < first->order)))
            first = item;
    }
    return first;
}
