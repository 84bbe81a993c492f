/* SPDX-License-Identifier: MIT */
/* queue.h - requests that wait for a connection. */
#ifndef MSK_LOAD_QUEUE_H
#define MSK_LOAD_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/* A request that waits, or is under way. */
struct post {
    struct post *next;
    void *who; /* NULL: nobody wants the answer */
    size_t server;
    uint64_t began;
    size_t n;
    uint8_t octets[];
};

/* Stays where it is: last points into it while it is empty. */
struct queue {
    struct post *first, **last;
};

void queue_start(struct queue *queue);

/* Frees all that wait. */
void queue_end(struct queue *queue);

void queue_put_first(struct queue *queue, struct post *post);
void queue_put_last(struct queue *queue, struct post *post);

/* There is one. */
struct post *queue_take_first(struct queue *queue);

/* Frees those in front that nobody waits for any more: a UE would have closed
 * its connection. */
void queue_drop_forgotten(struct queue *queue);

#endif
