/* SPDX-License-Identifier: MIT */
/* card_job.h - one job of the thread after the other, for those that have some:
 * card_calls.c, card.c. */
#ifndef MSK_UE_CARD_JOB_H
#define MSK_UE_CARD_JOB_H

#include "card.h"

/* May the thread be given something to do? MSK_OK: its fields may be written.
 * MSK_ERR_CARD: the card is away; MSK_ERR_BUSY: it is at work. */
int card_job_ready(const struct card *c);
/* Gives it that; MSK_ERR_BUSY, and nothing was begun. */
int card_job_begin(struct card *c, enum card_job job, int (*what)(void *arg));
/* The same, and waits until it is done or given up. What it returned. */
int card_job_run(struct host *h, enum card_job job, int (*what)(void *arg));

#endif
