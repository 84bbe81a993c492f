/* SPDX-License-Identifier: MIT */
/*
 * mgvf/expiry.h - when MSKs end that came with a lifetime (TS 29.571
 * mskLifetime). The MGV-F has no clock: it keeps the moment, and the host asks.
 */
#ifndef MSK_MGVF_EXPIRY_H
#define MSK_MGVF_EXPIRY_H

#include "base/bytes.h"
#include "mgvf/held.h"

/* The end of the MSK of that number, which is held, is `at`; 0: not known. */
void msk_expiry_set(struct msk_held_group *group, uint16_t number, uint64_t at);

/* The end of the MSK of that number; 0: not known. */
uint64_t msk_expiry_of(const struct msk_held_group *group, uint16_t number);

/* The end of a record of a Key Group whose MSKs have ends: one for each, in
 * their order; nothing where none of those that are held has one. False:
 * something else is there. */
bool msk_expiry_get(struct msk_reader *r, struct msk_held_group *group);
void msk_expiry_put(struct msk_writer *w, const struct msk_held_group *group);

#endif
