/* SPDX-License-Identifier: MIT */
/* mbms/layout.h - how a message names its keys, in either layout: Network ID
 * or Key Domain ID, Key Group, MSK ID, MTK ID. */
#ifndef MSK_MBMS_LAYOUT_H
#define MSK_MBMS_LAYOUT_H

#include "base/bytes.h"
#include "msk/mbms.h"

bool msk_layout_valid(enum msk_layout layout);

/*
 * Reads the names of a message: ids from its Key ID extension, the CSB ID
 * and IDi where the layout uses them. Sets id, mtk_id and kind (MSK or MTK).
 * MSK_ERR_LAYOUT; MSK_ERR_LENGTH; MSK_ERR_VALUE: group 0, a CSB ID that is
 * no Key Group ID, or an MTK under MSK number 0; MSK_ERR_MISSING.
 */
int msk_layout_read(enum msk_layout layout, const struct msk_ext_key_id *ids,
                    struct msk_message *message);

/* Writes the data of the Key ID extension of an MSK message (mtk_id 0) or of
 * an MTK message. */
void msk_layout_put(struct msk_writer *w, enum msk_layout layout,
                    const struct msk_key_id *id, uint16_t mtk_id);

/*
 * The type of general extension that a sender who asks for `asked` writes
 * (msk/mbms.h), or 0: the layout does not know that one. A type that is given
 * back as it was asked for is read in the layout (decision 34).
 */
uint8_t msk_layout_ext_type(enum msk_layout layout, uint8_t asked);

/* The CSB ID of a message: the Key Group in CSB, else what was chosen. */
uint32_t msk_layout_csb_id(enum msk_layout layout, const struct msk_key_id *id,
                           uint32_t chosen);

#endif
