/* SPDX-License-Identifier: MIT */
/* mikey/payload_other.h - the payloads that MBMS does not use, one get and one
 * put each: PKE, DH, SIGN, CERT, CHASH, ERR, TR, IDR, RANDR, SAKKE. */
#ifndef MSK_MIKEY_PAYLOAD_OTHER_H
#define MSK_MIKEY_PAYLOAD_OTHER_H

#include "base/bytes.h"
#include "msk/mikey.h"

/* As msk_payload_mbms_get. */
int msk_payload_other_get(struct msk_reader *r, uint8_t type,
                          struct msk_payload *payload, uint8_t *next);

/* As msk_payload_mbms_put. */
int msk_payload_other_put(struct msk_writer *w,
                          const struct msk_payload *payload);

#endif
