/* SPDX-License-Identifier: MIT */
#include "http/digest_hash.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/sized.h"
#include "http/digest_text.h"

#define PASSWORD_MAX 88 /* base64 of MSK_MRK_MAX octets */

/* What is hashed on the way to a response. Secret: a1 is worth the key. */
struct hash_work {
    uint8_t a1[MSK_DIGEST_HEX_MAX];
    uint8_t a2[MSK_DIGEST_HEX_MAX];
    uint8_t body[MSK_DIGEST_HEX_MAX];
};

static const struct msk_bytes colon_text = { (const uint8_t *)":", 1 };

/* The hash of the views in hexadecimal. */
static int
hash(const struct msk_crypto *crypto, uint32_t algorithm,
     const struct msk_bytes *in, size_t n, uint8_t out[MSK_DIGEST_HEX_MAX])
{
    uint8_t raw[MSK_HASH_MAX];
    int failed = crypto->hash(
        crypto->user,
        algorithm == MSK_ALGORITHM_SHA256 ? MSK_HASH_SHA256 : MSK_HASH_MD5, in,
        n, raw);

    if (failed == 0)
        msk_digest_hex_write(raw, msk_digest_hex_len(algorithm) / 2, out);
    msk_secret_wipe(raw, sizeof raw);
    return failed == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

/* RFC 7616 3.4.2 */
static int
hash_a1(const struct msk_crypto *crypto, const struct msk_digest_input *input,
        struct hash_work *work)
{
    struct msk_bytes in[5];

    in[0] = input->username;
    in[1] = colon_text;
    in[2] = input->realm;
    in[3] = colon_text;
    in[4] = input->password;
    return hash(crypto, input->algorithm, in, 5, work->a1);
}

/* RFC 7616 3.4.3 and 3.5: the method is empty in an rspauth. */
static int
hash_a2(const struct msk_crypto *crypto, const struct msk_digest_input *input,
        struct hash_work *work)
{
    struct msk_bytes in[5];
    int err = MSK_OK;

    in[0] = input->method;
    in[1] = colon_text;
    in[2] = input->uri;
    in[3] = colon_text;
    in[4] =
        (struct msk_bytes){ work->body, msk_digest_hex_len(input->algorithm) };
    if (input->qop == MSK_QOP_AUTH_INT)
        err = hash(crypto, input->algorithm, &input->body, 1, work->body);
    if (err == MSK_OK)
        err = hash(crypto, input->algorithm, in,
                   input->qop == MSK_QOP_AUTH_INT ? 5 : 3, work->a2);
    return err;
}

/* RFC 7616 3.4.1 */
static int
hash_all(const struct msk_crypto *crypto, const struct msk_digest_input *input,
         const struct hash_work *work, uint8_t out[MSK_DIGEST_HEX_MAX])
{
    struct msk_bytes in[11];

    in[0] =
        (struct msk_bytes){ work->a1, msk_digest_hex_len(input->algorithm) };
    in[2] = input->nonce;
    in[4] = input->nc;
    in[6] = input->cnonce;
    in[8] = msk_digest_qop_text(input->qop);
    in[10] =
        (struct msk_bytes){ work->a2, msk_digest_hex_len(input->algorithm) };
    for (size_t i = 1; i < 11; i += 2)
        in[i] = colon_text;
    return hash(crypto, input->algorithm, in, 11, out);
}

int
msk_digest_response(const struct msk_crypto *crypto,
                    const struct msk_digest_input *input,
                    uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    struct msk_digest_input mine;
    struct hash_work work;
    int err;

    if (crypto == NULL || out == NULL || len == NULL ||
        !msk_sized_take(&mine, sizeof mine, input,
                        MSK_SIZE_UPTO(msk_digest_input, body)) ||
        msk_digest_algorithm_text(mine.algorithm).n == 0 ||
        msk_digest_qop_text(mine.qop).n == 0)
        return MSK_ERR_ARGUMENT;
    err = hash_a1(crypto, &mine, &work);
    if (err == MSK_OK)
        err = hash_a2(crypto, &mine, &work);
    if (err == MSK_OK)
        err = hash_all(crypto, &mine, &work, out);
    *len = msk_digest_hex_len(mine.algorithm);
    msk_secret_wipe(&work, sizeof work);
    return err;
}

int
msk_digest_hash(const struct msk_crypto *crypto,
                const struct msk_digest_input *input, struct msk_bytes mrk,
                uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    struct msk_digest_input mine = *input;
    uint8_t password[PASSWORD_MAX];
    int err;

    err = msk_base64_encode(mrk, password, sizeof password, &mine.password.n);
    mine.password.p = password;
    if (err == MSK_OK)
        err = msk_digest_response(crypto, &mine, out, len);
    msk_secret_wipe(password, sizeof password);
    return err;
}

bool
msk_digest_usable(const struct msk_credentials *credentials)
{
    return credentials != NULL && credentials->mrk.p != NULL &&
           credentials->mrk.n > 0 && credentials->mrk.n <= MSK_MRK_MAX &&
           msk_digest_visible(credentials->btid, MSK_BTID_MAX);
}
