/* SPDX-License-Identifier: MIT */
/* mikey/walk.h - the walk over a message, in steps that the walk over the
 * payloads of MBMS (KEMAC, T, ID, V, SP, RAND, EXT) shares with that over any. */
#ifndef MSK_MIKEY_WALK_H
#define MSK_MIKEY_WALK_H

#include "base/bytes.h"
#include "msk/mikey.h"

/* Sets up a cursor. MSK_ERR_ARGUMENT. */
int msk_cursor_set(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                   uint32_t allowed);

/* A reader at the next payload. payload->type is MSK_PAYLOAD_LAST at the end
 * of the chain, and otherwise the type of that payload. MSK_ERR_TRAILING,
 * MSK_ERR_PAYLOAD, MSK_ERR_MANY. */
int msk_cursor_open(const struct msk_mikey_cursor *cursor,
                    struct msk_payload *payload, struct msk_reader *r);

/* Moves the cursor past what r has read. */
void msk_cursor_close(struct msk_mikey_cursor *cursor,
                      struct msk_payload *payload, const struct msk_reader *r,
                      uint8_t next);

/*
 * Reads the payload of that type; sets all fields of *payload but offset and
 * length. *next: type of the payload after it. MSK_ERR_TRUNCATED;
 * MSK_ERR_UNSUPPORTED: a TS type or MAC algorithm of unknown length;
 * MSK_ERR_PAYLOAD: not a type of this file.
 */
int msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                         struct msk_payload *payload, uint8_t *next);

/* Octets of a MAC; SIZE_MAX for an algorithm that is unknown. */
size_t msk_mac_len(uint8_t mac_alg);

/* Octets of a TS value; SIZE_MAX for a type that is unknown. */
size_t msk_ts_len(uint8_t ts_type);

/* A payload of that type with nothing in it; offset and length stay. */
void msk_payload_clear(struct msk_payload *payload, uint8_t type);

#endif
