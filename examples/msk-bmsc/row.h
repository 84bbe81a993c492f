/* SPDX-License-Identifier: MIT */
/* row.h - a subscriber as a row of the store. */
#ifndef MSK_BMSC_ROW_H
#define MSK_BMSC_ROW_H

#include "../records/records.h"

/* The subscriber of a row; notes in the row of which Key Groups it is a member.
 * MSK_ERR_RECORD. */
int row_get(struct records_subscriber *row, struct msk_subscriber *s);

/* Puts it back, if it is another one now: a request that did not verify changes
 * nothing, and shall cost no write to the disk. */
int row_put(struct records_subscriber *row, const struct msk_subscriber *s,
            bool *changed);

/* Makes the row of a new one, whose packed record is put into it. */
int row_make(struct records_subscriber *row, struct msk_subscriber *s,
             const struct msk_subscriber_config *config);

/* The row of somebody who is not there. */
void row_make_nobody(struct records_subscriber *row);

#endif
