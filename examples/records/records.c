/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <time.h>

#include "adapter.h"

bool
records_is_write(const struct records_request *q)
{
    switch (q->kind) {
    case RECORDS_SAVE:
    case RECORDS_CLAIM:
    case RECORDS_SAVE_GROUP:
    case RECORDS_LEASE:
    case RECORDS_RELEASE:
    case RECORDS_SECRET:
    case RECORDS_BEGIN_JOB:
    case RECORDS_CLAIM_JOB:
    case RECORDS_SAVE_JOB:
    case RECORDS_END_JOB:
    case RECORDS_REPAIR:
    case RECORDS_NOTE_REPAIR:
    case RECORDS_END_REPAIR: return true;
    case RECORDS_BY_ID:
    case RECORDS_BY_BTID:
    case RECORDS_MEMBERS:
    case RECORDS_AFTER:
    case RECORDS_TIMED:
    case RECORDS_SUM_JOB:
    case RECORDS_NEXT:
    case RECORDS_GROUP:
    case RECORDS_GROUP_AFTER:
    case RECORDS_LOOK_REPAIR: break;
    }
    return false;
}

void
records_judge(struct records_batch *batch, bool writes,
              enum records_result result)
{
    for (size_t i = 0; i < batch->n; i++)
        if (records_is_write(&batch->requests[i]) == writes)
            batch->requests[i].result = result;
}

void
records_finish(struct records_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct records_request *q = &batch->requests[i];

        if (q->result == RECORDS_OK && q->kind == RECORDS_SAVE)
            q->rows[0].version++;
        if (q->result == RECORDS_OK && q->kind == RECORDS_SAVE_GROUP)
            q->group_row->version++;
    }
    batch->over = true;
    if (batch->done != NULL)
        batch->done(batch->user, batch);
}

void
records_push(struct records_queue *queue, struct records_batch *batch)
{
    batch->next = NULL;
    if (queue->last != NULL)
        queue->last->next = batch;
    else
        queue->first = batch;
    queue->last = batch;
}

struct records_batch *
records_pop(struct records_queue *queue)
{
    struct records_batch *batch = queue->first;

    if (batch != NULL)
        queue->first = batch->next;
    if (queue->first == NULL)
        queue->last = NULL;
    return batch;
}

/* --- waiting ------------------------------------------------------------- */

static int64_t
clock_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
records_wait(struct records *records, struct records_batch *batch,
             int milliseconds)
{
    int64_t until = clock_ms() + milliseconds, left = milliseconds;

    records_begin(records, batch);
    for (records_run(records); !batch->over && left > 0; records_run(records)) {
        struct pollfd p = { 0 };

        p.fd = records_fd(records, &p.events);
        (void)poll(&p, 1, left < 100 ? (int)left : 100);
        left = until - clock_ms();
    }
    return batch->over;
}
