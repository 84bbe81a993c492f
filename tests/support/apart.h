/* SPDX-License-Identifier: MIT */
/*
 * apart.h - the tables of an object of the library lie in its memory one after
 * the other, so that a sanitizer would not see who goes from the end of one into
 * the next. Here each gets a heap block of its own. The blocks stay until the
 * object is taken apart anew; what wipes its memory does not reach them.
 */
#ifndef APART_H
#define APART_H

#include "bmsc/call.h"
#include "ue/session.h"

/* Key Groups, services and flows of a session that was just made. */
void apart_session(struct msk_ue *ue);

/* They go back to where they were. */
void apart_session_end(struct msk_ue *ue);

/* Effects, items and arena of an outbox that was just made; items: as many as it
 * has room for. */
void apart_outbox(struct msk_outbox *outbox);

#endif
