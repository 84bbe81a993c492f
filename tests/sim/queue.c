/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim.h"

void
sim_queue_clear(struct sim_queue *queue)
{
    for (size_t i = 0; i < SIM_ITEMS; i++) {
        queue->slot[i].used = false;
        queue->item[i].kind = SIM_CALM; /* no message of a former run */
        queue->item[i].http.status = 0;
    }
    queue->order = queue->top = 0;
}

/* Datagrams may not take the last places. */
static size_t
limit(enum sim_kind kind)
{
    return kind == SIM_TO_UE || kind == SIM_TO_BMSC ? SIM_ITEMS - 64
                                                    : SIM_ITEMS;
}

struct sim_item *
sim_queue_add(struct sim *w, enum sim_kind kind, msk_time delay)
{
    struct sim_queue *queue = &w->queue;

    for (size_t i = 0; i < limit(kind); i++) {
        if (queue->slot[i].used)
            continue;
        queue->slot[i].used = true;
        queue->slot[i].at = w->now + delay;
        queue->slot[i].order = queue->order++;
        queue->top = i < queue->top ? queue->top : i + 1;
        queue->item[i].kind = kind;
        queue->item[i].spoiled = false;
        queue->item[i].tried = 0;
        queue->item[i].n = 0;
        return &queue->item[i];
    }
    if (limit(kind) == SIM_ITEMS)
        sim_fail(w, "the queue is full");
    return NULL;
}

static void
copy(struct sim_item *to, const struct sim_item *from)
{
    size_t head = offsetof(struct sim_item, octets);

    memcpy(to, from, head);
    memcpy(to->octets, from->octets, from->n);
    if (from->kind == SIM_REQUEST || from->kind == SIM_RESPONSE)
        sim_http_copy(&to->http, &from->http);
}

/* The slot may be that of the item itself. */
struct sim_item *
sim_queue_again(struct sim *w, const struct sim_item *item, msk_time delay)
{
    bool spoiled = item->spoiled;
    uint8_t tried = item->tried;
    size_t n = item->n;
    struct sim_item *again = sim_queue_add(w, item->kind, delay);

    if (again == NULL)
        return NULL;
    if (again != item)
        copy(again, item);
    again->spoiled = spoiled;
    again->tried = tried;
    again->n = n;
    return again;
}

struct sim_item *
sim_queue_first(struct sim_queue *queue, msk_time *at)
{
    size_t first = SIM_ITEMS;

    while (queue->top > 0 && !queue->slot[queue->top - 1].used)
        queue->top--;
    for (size_t i = 0; i < queue->top; i++)
        if (queue->slot[i].used &&
            (first == SIM_ITEMS || queue->slot[i].at < queue->slot[first].at ||
             (queue->slot[i].at == queue->slot[first].at &&
              queue->slot[i].order < queue->slot[first].order)))
            first = i;
    if (first == SIM_ITEMS)
        return NULL;
    *at = queue->slot[first].at;
    return &queue->item[first];
}

void
sim_queue_take(struct sim_queue *queue, const struct sim_item *item)
{
    queue->slot[item - queue->item].used = false;
}
