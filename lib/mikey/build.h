/* SPDX-License-Identifier: MIT */
/* mikey/build.h - the building of a message, in steps that the one of the
 * payloads of MBMS shares with that of any. */
#ifndef MSK_MIKEY_BUILD_H
#define MSK_MIKEY_BUILD_H

#include "base/bytes.h"
#include "msk/mikey.h"

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

/* Writes a payload, its next payload octet being MSK_PAYLOAD_LAST.
 * MSK_ERR_LENGTH: a value not as long as its type demands; MSK_ERR_PAYLOAD. */
int msk_payload_mbms_put(struct msk_writer *w,
                         const struct msk_payload *payload);

#endif
