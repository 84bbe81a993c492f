/* SPDX-License-Identifier: MIT */
/* http/digest_text.h - what both ends of Digest share: how names, numbers and
 * digests are written and read, and the response under an MRK. */
#ifndef MSK_HTTP_DIGEST_TEXT_H
#define MSK_HTTP_DIGEST_TEXT_H

#include "http/auth_param.h"
#include "msk/digest.h"

#define MSK_DIGEST_NC_LEN 8

/* The name of an algorithm or qop, given one; empty: it is none. */
struct msk_bytes msk_digest_algorithm_text(uint32_t algorithm);
struct msk_bytes msk_digest_qop_text(uint32_t qop);

/* Fills in the default of what may be used, two sets. False: they hold more
 * than there is. */
bool msk_digest_may_use(uint32_t *qop, uint32_t *algorithms);

/* Characters of a response or rspauth. */
size_t msk_digest_hex_len(uint32_t algorithm);

/* Writes n octets, a multiple of 4, as 2 * n hexadecimal digits, lower case.
 */
void msk_digest_hex_write(const uint8_t *in, size_t n, uint8_t *out);

/* Reads a response or rspauth of that algorithm; lower case then. False: not
 * there, or not that many hexadecimal digits. */
bool msk_digest_hex_read(const struct msk_auth_value *value, uint32_t algorithm,
                         uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len);

/* Reads nc, keeping the text. False: not 8 hexadecimal digits, or 0, which
 * nobody may use. */
bool msk_digest_nc_read(const struct msk_auth_value *value,
                        uint8_t text[MSK_DIGEST_NC_LEN], uint32_t *nc);

/* What stands in front of the name of a server in a realm, for a key from GBA
 * (TS 24.109 5.2.2.1) and for one from AKMA (TS 33.535 B.1.2.2). */
#define MSK_DIGEST_REALM_GBA "3GPP-bootstrapping@"
#define MSK_DIGEST_REALM_AKMA "3GPP-bootstrapping-akma@"

/* True when a realm, a list with ";", has a part that names the server and the
 * key that goes into an ME, from GBA or AKMA. Its octets need no backslash in
 * quotes. Decisions 35, 38. */
bool msk_digest_realm_names(struct msk_bytes realm, struct msk_bytes fqdn);

/* True for 1 to max visible ASCII characters: no blank, no control character,
 * nothing that could end a header line. */
bool msk_digest_visible(struct msk_bytes text, size_t max);

/* Write a text that is the library's; the same and a value in quotes, with
 * backslashes where it needs some. */
void msk_digest_put(struct msk_writer *w, const char *text);
void msk_digest_put_quoted(struct msk_writer *w, const char *text,
                           struct msk_bytes value);

/*
 * H(A1) in hexadecimal, worth the key: under the password that TS 33.246
 * 6.2.1.3 makes of the MRK (1..MSK_MRK_MAX octets), its base64. Of input,
 * username, realm and algorithm are used. MSK_ERR_CRYPTO.
 */
int msk_digest_hash_a1(const struct msk_crypto *crypto,
                       const struct msk_digest_input *input,
                       struct msk_bytes mrk, uint8_t a1[MSK_DIGEST_HEX_MAX]);

/* msk_digest_response under an H(A1) of that algorithm. Of input, username,
 * realm and password are not used. MSK_ERR_CRYPTO. */
int msk_digest_hash_under(const struct msk_crypto *crypto,
                          const struct msk_digest_input *input,
                          const uint8_t a1[MSK_DIGEST_HEX_MAX],
                          uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len);

/* Both, for one response. */
int msk_digest_hash(const struct msk_crypto *crypto,
                    const struct msk_digest_input *input, struct msk_bytes mrk,
                    uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len);

/* True when credentials can be used: B-TID and MRK of allowed lengths, the
 * B-TID of visible ASCII. */
bool msk_digest_usable(const struct msk_credentials *credentials);

#endif
