/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <stdlib.h>

void
queue_start(struct queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

void
queue_end(struct queue *queue)
{
    while (queue->first != NULL)
        free(queue_take_first(queue));
}

void
queue_put_first(struct queue *queue, struct post *post)
{
    post->next = queue->first;
    queue->first = post;
    if (post->next == NULL)
        queue->last = &post->next;
}

void
queue_put_last(struct queue *queue, struct post *post)
{
    post->next = NULL;
    *queue->last = post;
    queue->last = &post->next;
}

struct post *
queue_take_first(struct queue *queue)
{
    struct post *post = queue->first;

    queue->first = post->next;
    if (queue->first == NULL)
        queue->last = &queue->first;
    return post;
}

void
queue_drop_forgotten(struct queue *queue)
{
    while (queue->first != NULL && queue->first->who == NULL)
        free(queue_take_first(queue));
}
