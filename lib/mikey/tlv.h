/* SPDX-License-Identifier: MIT */
/* mikey/tlv.h - lists of type, length, value with one octet each of type and
 * length: the parameters of SP, the sub-payloads of the Key ID extension. */
#ifndef MSK_MIKEY_TLV_H
#define MSK_MIKEY_TLV_H

#include "base/bytes.h"
#include "msk/mikey.h"

/* Writes one. */
void msk_tlv_put(struct msk_writer *w, uint8_t type, const uint8_t *value,
                 size_t n);

/* True when every value of the list is there, and nothing else. */
bool msk_tlv_whole(const struct msk_bytes *list);

#endif
