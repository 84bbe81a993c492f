/* SPDX-License-Identifier: MIT */
/* mikey/header.h - the common header of a MIKEY message, RFC 3830 6.1. */
#ifndef MSK_MIKEY_HEADER_H
#define MSK_MIKEY_HEADER_H

#include "base/bytes.h"
#include "msk/mikey.h"

#define MSK_HEADER_VERSION 1
#define MSK_HEADER_NEXT_AT 2 /* where it says what the first payload is */
#define MSK_HEADER_SRTP_ID 9 /* octets of an SRTP-ID: policy, SSRC, ROC */

/* Reads a header; *next: type of the first payload. MSK_ERR_TRUNCATED,
 * MSK_ERR_VERSION, MSK_ERR_UNSUPPORTED: the CS ID map type. */
int msk_header_get(struct msk_reader *r, struct msk_mikey_header *header,
                   uint8_t *next);

/* Writes a header whose first payload is MSK_PAYLOAD_LAST. MSK_ERR_LENGTH:
 * the map is not as long as its type and #CS demand; MSK_ERR_UNSUPPORTED. */
int msk_header_put(struct msk_writer *w, const struct msk_mikey_header *header);

/* The parts of the above: all fields up to the map, and the map of a type
 * whose length follows from #CS. */
int msk_header_get_fields(struct msk_reader *r, struct msk_mikey_header *header,
                          uint8_t *next);
int msk_header_get_map(struct msk_reader *r, struct msk_mikey_header *header);
int msk_header_check_map(const struct msk_mikey_header *header);
int msk_header_put_fields(struct msk_writer *w,
                          const struct msk_mikey_header *header);

#endif
