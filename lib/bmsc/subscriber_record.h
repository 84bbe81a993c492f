/* SPDX-License-Identifier: MIT */
/* bmsc/subscriber_record.h - fields of the packed records: octets after their
 * length, flags, times. */
#ifndef MSK_BMSC_SUBSCRIBER_RECORD_H
#define MSK_BMSC_SUBSCRIBER_RECORD_H

#include "base/bytes.h"

/* Octets after one octet of length, into a field of cap octets. A longer one
 * fails the reader. */
void msk_record_get(struct msk_reader *r, uint8_t *out, size_t cap,
                    uint8_t *len);
void msk_record_put(struct msk_writer *w, const uint8_t *p, uint8_t len);

/* A flag is one of two octets, 0 and 1; another one fails the reader. */
bool msk_record_get_flag(struct msk_reader *r);
void msk_record_put_flag(struct msk_writer *w, bool flag);

/* 64 bits. */
uint64_t msk_record_get_u64(struct msk_reader *r);
void msk_record_put_u64(struct msk_writer *w, uint64_t v);

#endif
