/* SPDX-License-Identifier: MIT */
/* mbms/reading.h - the payloads that a message of MBMS may have, read straight
 * from its octets. What they mean together is said in mbms_message.c. */
#ifndef MSK_MBMS_READING_H
#define MSK_MBMS_READING_H

#include "base/bytes.h"
#include "msk/mbms.h"

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
 * Reads the header; the reading has its layout, a cleared message, and is zero
 * otherwise. Views are of octets. MSK_ERR_TRUNCATED, MSK_ERR_VERSION;
 * MSK_ERR_UNSUPPORTED: the PRF or the CS ID map; MSK_ERR_KIND: the data type;
 * MSK_ERR_VALUE: #CS.
 */
int msk_reading_header(struct msk_reading *reading, struct msk_bytes octets);

/*
 * Reads the payloads, in any order, but with none after the one that
 * authenticates the message. Errors of msk_message_read, but for those of
 * the payloads together.
 */
int msk_reading_payloads(struct msk_reading *reading);

/* Reads Encr data that are one key data sub-payload: type, kv and the views of
 * *key. MSK_ERR_MANY: more comes after it; else as msk_key_data_get. */
int msk_reading_key(struct msk_bytes plain, struct msk_key_data *key);

#endif
