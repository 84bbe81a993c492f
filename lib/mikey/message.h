/* SPDX-License-Identifier: MIT */
/* mikey/message.h - the walk over a message and the building of one, in steps
 * that the two of them share: for the payloads of MBMS, and for any. */
#ifndef MSK_MIKEY_MESSAGE_H
#define MSK_MIKEY_MESSAGE_H

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

/* Starts a builder whose header w has written, or failed to with err. */
void msk_builder_set(struct msk_mikey_builder *builder,
                     const struct msk_writer *w, int err);

/* There are both, or the builder has failed now: MSK_ERR_ARGUMENT. */
bool msk_builder_takes(struct msk_mikey_builder *builder,
                       const struct msk_payload *payload);

/* A writer for the next payload, its type already noted in the one before it;
 * false: the builder has failed before. */
bool msk_builder_open(struct msk_mikey_builder *builder, uint8_t type,
                      struct msk_writer *w);

/* Takes over what w has written, or failed to with err. */
void msk_builder_close(struct msk_mikey_builder *builder,
                       const struct msk_writer *w, int err);

#endif
