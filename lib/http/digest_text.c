/* SPDX-License-Identifier: MIT */
#include "http/digest_text.h"

#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_param.h"
#include "msk/base64.h"

struct msk_bytes
msk_digest_algorithm_text(uint32_t algorithm)
{
    if (algorithm == MSK_ALGORITHM_SHA256)
        return msk_text("SHA-256");
    return msk_text(algorithm == MSK_ALGORITHM_MD5 ? "MD5" : NULL);
}

struct msk_bytes
msk_digest_qop_text(uint32_t qop)
{
    if (qop == MSK_QOP_AUTH_INT)
        return msk_text("auth-int");
    return msk_text(qop == MSK_QOP_AUTH ? "auth" : NULL);
}

bool
msk_digest_may_use(uint32_t *qop, uint32_t *algorithms)
{
    const uint32_t any_qop = MSK_QOP_AUTH_INT | MSK_QOP_AUTH;
    const uint32_t any_algorithm = MSK_ALGORITHM_SHA256 | MSK_ALGORITHM_MD5;

    if ((*qop & ~any_qop) != 0 || (*algorithms & ~any_algorithm) != 0)
        return false;
    if (*qop == 0)
        *qop = MSK_QOP_AUTH_INT;
    if (*algorithms == 0)
        *algorithms = any_algorithm;
    return true;
}

size_t
msk_digest_hex_len(uint32_t algorithm)
{
    return algorithm == MSK_ALGORITHM_SHA256 ? 64 : 32;
}

/* The digits of four octets, one in each octet of the number. Without a table
 * or a jump, for H(A1) is a key: an index on it shows in a cache. */
static uint64_t
hex_digits(uint32_t v)
{
    uint64_t nibbles = v, above_nine;

    nibbles = (nibbles << 16 | nibbles) & UINT64_C(0x0000FFFF0000FFFF);
    nibbles = (nibbles << 8 | nibbles) & UINT64_C(0x00FF00FF00FF00FF);
    nibbles = (nibbles << 4 | nibbles) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    above_nine = (nibbles + UINT64_C(0x0606060606060606)) >> 4 &
                 UINT64_C(0x0101010101010101);
    return nibbles + UINT64_C(0x3030303030303030) +
           above_nine * ('a' - '0' - 10);
}

static void
put_hex(uint32_t v, uint8_t out[8])
{
    const uint64_t digits = hex_digits(v);

    out[0] = (uint8_t)(digits >> 56);
    out[1] = (uint8_t)(digits >> 48);
    out[2] = (uint8_t)(digits >> 40);
    out[3] = (uint8_t)(digits >> 32);
    out[4] = (uint8_t)(digits >> 24);
    out[5] = (uint8_t)(digits >> 16);
    out[6] = (uint8_t)(digits >> 8);
    out[7] = (uint8_t)digits;
}

void
msk_digest_hex_write(const uint8_t *in, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i += 4)
        put_hex((uint32_t)in[i] << 24 | (uint32_t)in[i + 1] << 16 |
                    (uint32_t)in[i + 2] << 8 | in[i + 3],
                &out[2 * i]);
}

/* The value of a hexadecimal digit; 16: it is none. */
static unsigned
digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)c - '0';
    if (c >= 'A' && c <= 'F')
        return (unsigned)c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? (unsigned)c - 'a' + 10 : 16;
}

bool
msk_digest_hex_read(const struct msk_auth_value *value, uint32_t algorithm,
                    uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    if (!msk_auth_copy(value, out, MSK_DIGEST_HEX_MAX, len) ||
        *len != msk_digest_hex_len(algorithm))
        return false;
    for (size_t i = 0; i < *len; i++) {
        if (digit(out[i]) > 15)
            return false;
        if (out[i] >= 'A' && out[i] <= 'F')
            out[i] = (uint8_t)(out[i] + ('a' - 'A'));
    }
    return true;
}

bool
msk_digest_nc_read(const struct msk_auth_value *value,
                   uint8_t text[MSK_DIGEST_NC_LEN], uint32_t *nc)
{
    size_t n;

    *nc = 0;
    if (!msk_auth_copy(value, text, MSK_DIGEST_NC_LEN, &n) ||
        n != MSK_DIGEST_NC_LEN)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (digit(text[i]) > 15)
            return false;
        *nc = *nc << 4 | digit(text[i]);
    }
    return *nc != 0;
}

bool
msk_digest_visible(struct msk_bytes text, size_t max)
{
    size_t i = 0;

    if (text.p == NULL || text.n == 0 || text.n > max)
        return false;
    while (i < text.n && text.p[i] > 0x20 && text.p[i] < 0x7F)
        i++;
    return i == text.n;
}

/* The name of a host has no case; the prefix has one. */
static bool
is_prefixed(struct msk_bytes part, const char *text, struct msk_bytes fqdn)
{
    struct msk_bytes prefix = msk_text(text), rest = part;

    return msk_octets_equal(msk_view_cut(&rest, prefix.n), prefix) &&
           msk_fqdn_same(rest, fqdn);
}

static bool
is_part(struct msk_bytes part, struct msk_bytes fqdn)
{
    struct msk_bytes words = msk_view_trim(part);

    return is_prefixed(words, MSK_DIGEST_REALM_GBA, fqdn) ||
           is_prefixed(words, MSK_DIGEST_REALM_AKMA, fqdn);
}

bool
msk_digest_realm_names(struct msk_bytes realm, struct msk_bytes fqdn)
{
    struct msk_bytes rest = realm;
    bool found = false;

    for (size_t i = 0; i < realm.n; i++)
        if (realm.p[i] < ' ' || realm.p[i] >= 0x7F || realm.p[i] == '"' ||
            realm.p[i] == '\\')
            return false;
    while (rest.n > 0 && !found)
        found = is_part(msk_view_until(&rest, ';'), fqdn);
    return found;
}

void
msk_digest_put(struct msk_writer *w, const char *text)
{
    struct msk_bytes octets = msk_text(text);

    msk_writer_put(w, octets.p, octets.n);
}

void
msk_digest_put_quoted(struct msk_writer *w, const char *text,
                      struct msk_bytes value)
{
    msk_digest_put(w, text);
    msk_writer_u8(w, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            msk_writer_u8(w, '\\');
        msk_writer_u8(w, value.p[i]);
    }
    msk_writer_u8(w, '"');
}

/* --- the response ---------------------------------------------------------- */

#define PASSWORD_MAX 88 /* base64 of MSK_MRK_MAX octets */

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
        uint8_t a1[MSK_DIGEST_HEX_MAX])
{
    struct msk_bytes in[5];

    in[0] = input->username;
    in[1] = colon_text;
    in[2] = input->realm;
    in[3] = colon_text;
    in[4] = input->password;
    return hash(crypto, input->algorithm, in, 5, a1);
}

/* RFC 7616 3.4.3 and 3.5: the method is empty in an rspauth. */
static int
hash_a2(const struct msk_crypto *crypto, const struct msk_digest_input *input,
        uint8_t a2[MSK_DIGEST_HEX_MAX])
{
    const bool with_body = input->qop == MSK_QOP_AUTH_INT;
    uint8_t body[MSK_DIGEST_HEX_MAX];
    struct msk_bytes in[5];
    int err = MSK_OK;

    in[0] = input->method;
    in[1] = colon_text;
    in[2] = input->uri;
    in[3] = colon_text;
    in[4] = (struct msk_bytes){ body, msk_digest_hex_len(input->algorithm) };
    if (with_body)
        err = hash(crypto, input->algorithm, &input->body, 1, body);
    if (err == MSK_OK)
        err = hash(crypto, input->algorithm, in, with_body ? 5 : 3, a2);
    return err;
}

int
msk_digest_hash_a1(const struct msk_crypto *crypto,
                   const struct msk_digest_input *input, struct msk_bytes mrk,
                   uint8_t a1[MSK_DIGEST_HEX_MAX])
{
    struct msk_digest_input mine = *input;
    uint8_t password[PASSWORD_MAX];
    int err;

    err = msk_base64_encode(mrk, password, sizeof password, &mine.password.n);
    mine.password.p = password;
    if (err == MSK_OK)
        err = hash_a1(crypto, &mine, a1);
    msk_secret_wipe(password, sizeof password);
    return err;
}

/* RFC 7616 3.4.1 */
int
msk_digest_hash_under(const struct msk_crypto *crypto,
                      const struct msk_digest_input *input,
                      const uint8_t a1[MSK_DIGEST_HEX_MAX],
                      uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    const size_t n = msk_digest_hex_len(input->algorithm);
    uint8_t a2[MSK_DIGEST_HEX_MAX];
    struct msk_bytes in[11];
    int err = hash_a2(crypto, input, a2);

    in[0] = (struct msk_bytes){ a1, n };
    in[2] = input->nonce;
    in[4] = input->nc;
    in[6] = input->cnonce;
    in[8] = msk_digest_qop_text(input->qop);
    in[10] = (struct msk_bytes){ a2, n };
    for (size_t i = 1; i < 11; i += 2)
        in[i] = colon_text;
    *len = n;
    return err == MSK_OK ? hash(crypto, input->algorithm, in, 11, out) : err;
}

int
msk_digest_response(const struct msk_crypto *crypto,
                    const struct msk_digest_input *input,
                    uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    struct msk_digest_input mine;
    uint8_t a1[MSK_DIGEST_HEX_MAX];
    int err;

    if (crypto == NULL || out == NULL || len == NULL ||
        !msk_sized_take(&mine, sizeof mine, input,
                        MSK_SIZE_UPTO(msk_digest_input, body)) ||
        msk_digest_algorithm_text(mine.algorithm).n == 0 ||
        msk_digest_qop_text(mine.qop).n == 0)
        return MSK_ERR_ARGUMENT;
    *len = msk_digest_hex_len(mine.algorithm);
    err = hash_a1(crypto, &mine, a1);
    if (err == MSK_OK)
        err = msk_digest_hash_under(crypto, &mine, a1, out, len);
    msk_secret_wipe(a1, sizeof a1);
    return err;
}

int
msk_digest_hash(const struct msk_crypto *crypto,
                const struct msk_digest_input *input, struct msk_bytes mrk,
                uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    uint8_t a1[MSK_DIGEST_HEX_MAX];
    int err = msk_digest_hash_a1(crypto, input, mrk, a1);

    if (err == MSK_OK)
        err = msk_digest_hash_under(crypto, input, a1, out, len);
    msk_secret_wipe(a1, sizeof a1);
    return err;
}

bool
msk_digest_usable(const struct msk_credentials *credentials)
{
    return credentials != NULL && credentials->mrk.p != NULL &&
           credentials->mrk.n > 0 && credentials->mrk.n <= MSK_MRK_MAX &&
           msk_digest_visible(credentials->btid, MSK_BTID_MAX);
}

struct msk_bytes
msk_digest_product(void)
{
    return msk_text(MSK_DIGEST_PRODUCT);
}
