/* SPDX-License-Identifier: MIT */
/* base/align.h - an object in memory of the caller's that has any alignment. */
#ifndef MSK_BASE_ALIGN_H
#define MSK_BASE_ALIGN_H

/* The first address at or after mem that suits every object of the library;
 * at most 7 octets on, which each MSK_..._SIZE includes. */
void *msk_align(void *mem);

#endif
