/* SPDX-License-Identifier: MIT */
/* mbms/layout.h - what a message is, and how it names its ends and its keys, in
 * either layout: Network ID or Key Domain ID, Key Group, MSK ID, MTK ID. */
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

/* A message that is being read, and what has been seen of it. */
struct msk_reading {
    enum msk_layout layout;
    struct msk_message *message; /* of which kind, id and names are not set */
    struct msk_reader r;
    uint8_t data_type;
    uint8_t first; /* type of the first payload */
    uint8_t type;  /* of the payload that is read; LAST: of none */
    size_t at;     /* octets that are well formed */
    struct msk_ext_key_id ids;
    size_t n_ids; /* ID payloads */
    struct msk_bytes id[2];
    bool has_t, has_ext, has_other_ext, has_protection;
};

/*
 * Says what the payloads are together, when all are read: sets the kind of the
 * message, IDi and IDr, and the names of its keys. Errors as above;
 * MSK_ERR_KIND: V and KEMAC are the other way round; MSK_ERR_DUPLICATE;
 * MSK_ERR_VALUE: also an MTK message with an SRTP-ID map.
 */
int msk_layout_name(struct msk_reading *reading);

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
