/* SPDX-License-Identifier: MIT */
/*
 * mikey_twice.h - messages of MBMS are read by a reader of their own
 * (mbms/reading.c), beside the one for any MIKEY message (mikey/walk.c,
 * mikey/key_data.c). Both say the same of what both take.
 */
#ifndef FUZZ_MIKEY_TWICE_H
#define FUZZ_MIKEY_TWICE_H

#include "msk/mbms.h"

/* A message that was accepted, and what the walk over it met. */
void twice_message(const struct msk_message *m,
                   const struct msk_mikey_header *header,
                   const struct msk_payload *payloads, size_t n);

/* Octets as they may stand in a KEMAC. */
void twice_key(struct msk_bytes plain);

#endif
