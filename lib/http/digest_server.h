/* SPDX-License-Identifier: MIT */
/* http/digest_server.h - the configuration of a Digest server, as its
 * functions want it. */
#ifndef MSK_HTTP_DIGEST_SERVER_H
#define MSK_HTTP_DIGEST_SERVER_H

#include "msk/digest.h"

/* Copies theirs to mine with the defaults filled in. MSK_ERR_ARGUMENT: it
 * cannot be used. */
int msk_digest_server_take(struct msk_digest_server *mine,
                           const struct msk_digest_server *theirs);

/* The values of a response that the context gives; views into it. */
void msk_digest_server_input(const struct msk_auth_context *context,
                             struct msk_digest_input *input);

#endif
