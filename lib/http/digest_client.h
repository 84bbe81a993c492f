/* SPDX-License-Identifier: MIT */
/* http/digest_client.h - the state of a Digest client, as its functions
 * change it. */
#ifndef MSK_HTTP_DIGEST_CLIENT_H
#define MSK_HTTP_DIGEST_CLIENT_H

#include "http/digest_text.h"

/* Takes a nonce (1..MSK_NONCE_MAX octets). One that it has already goes on
 * with the next nc: a server may give the same for a while. */
void msk_digest_client_nonce(struct msk_digest_client *client,
                             struct msk_bytes nonce);

/* Goes back to having no nonce. */
void msk_digest_client_forget(struct msk_digest_client *client);

/* Writes nc as it stands in a header. */
void msk_digest_nc_write(uint32_t nc, uint8_t text[MSK_DIGEST_NC_LEN]);

/* The values of a response that the client and the credentials give; views.
 * nc and cnonce: MSK_DIGEST_NC_LEN octets, and as many as in the client. */
void msk_digest_client_input(const struct msk_digest_client *client,
                             const struct msk_credentials *credentials,
                             const uint8_t *nc, const uint8_t *cnonce,
                             struct msk_digest_input *input);

#endif
