/* SPDX-License-Identifier: MIT */
/*
 * mbms/msk_message.h - an MSK message and its acknowledgement under one
 * authentication key, which follows from MUK, CSB ID and RAND (RFC 3830 4.1.4)
 * and is the same for both.
 */
#ifndef MSK_MBMS_MSK_MESSAGE_H
#define MSK_MBMS_MSK_MESSAGE_H

#include "msk/mbms.h"
#include "protect/key.h"

/* As msk_msk_message_open, of an MSK message. MSK_OK: *auth is ready for the
 * acknowledgement, and msk_mac_end must follow; else none is. */
int msk_msk_message_open_keep(const struct msk_crypto *crypto,
                              struct msk_bytes muk,
                              const struct msk_message *message,
                              struct msk_content *content,
                              struct msk_mac_key *auth);

/* As msk_verification_make, under the key that was kept of the request. */
int msk_verification_make_with(const struct msk_mac_key *auth,
                               const struct msk_message *request,
                               struct msk_bytes btid, uint8_t *buf, size_t cap,
                               size_t *len);

#endif
