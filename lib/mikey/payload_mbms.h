/* SPDX-License-Identifier: MIT */
/* mikey/payload_mbms.h - the payloads that MBMS uses, one get and one put
 * each: KEMAC, T, ID, V, SP, RAND, EXT. */
#ifndef MSK_MIKEY_PAYLOAD_MBMS_H
#define MSK_MIKEY_PAYLOAD_MBMS_H

#include "base/bytes.h"
#include "msk/mikey.h"

/*
 * Reads the payload of that type; sets all fields of *payload but offset and
 * length. *next: type of the payload after it. MSK_ERR_TRUNCATED;
 * MSK_ERR_UNSUPPORTED: a TS type or MAC algorithm of unknown length;
 * MSK_ERR_PAYLOAD: not a type of this file.
 */
int msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                         struct msk_payload *payload, uint8_t *next);

/* Writes a payload, its next payload octet being MSK_PAYLOAD_LAST.
 * MSK_ERR_LENGTH: a value not as long as its type demands; MSK_ERR_PAYLOAD. */
int msk_payload_mbms_put(struct msk_writer *w,
                         const struct msk_payload *payload);

/* Octets of a MAC; SIZE_MAX for an algorithm that is unknown. */
size_t msk_mac_len(uint8_t mac_alg);

/* Octets of a TS value; SIZE_MAX for a type that is unknown. */
size_t msk_ts_len(uint8_t ts_type);

/* A payload of that type with nothing in it; offset and length stay. */
void msk_payload_clear(struct msk_payload *payload, uint8_t type);

#endif
