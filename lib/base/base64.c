/* SPDX-License-Identifier: MIT */
#include "msk/base64.h"

size_t
msk_base64_len(size_t n)
{
    return (n + 2) / 3 * 4;
}

/* In each octet of v, of 7 bits: 1 if it is at least k, else 0. */
static uint32_t
at_least(uint32_t v, uint32_t k)
{
    return (v + (128 - k) * 0x01010101) >> 7 & 0x01010101;
}

/* The characters of four times six bits, one in each octet. What is encoded may
 * be a key, and an index on one shows in a cache: each line moves those from
 * its limit on to where they are. */
static uint32_t
letters(uint32_t v)
{
    return v + 'A' * UINT32_C(0x01010101) + at_least(v, 26) * ('a' - 'A' - 26) -
           at_least(v, 52) * ('a' + 26 - '0') -
           at_least(v, 62) * ('0' + 10 - '+') +
           at_least(v, 63) * ('/' - '+' - 1);
}

/* Writes the four characters of n octets, 1 to 3. */
static void
encode_group(const uint8_t *in, size_t n, uint8_t *out)
{
    uint32_t bits = (uint32_t)in[0] << 16, text;

    if (n > 1)
        bits |= (uint32_t)in[1] << 8;
    if (n > 2)
        bits |= in[2];
    text = letters((bits << 6 & 0x3F000000) | (bits << 4 & 0x3F0000) |
                   (bits << 2 & 0x3F00) | (bits & 0x3F));
    out[0] = (uint8_t)(text >> 24);
    out[1] = (uint8_t)(text >> 16);
    out[2] = n > 1 ? (uint8_t)(text >> 8) : '=';
    out[3] = n > 2 ? (uint8_t)text : '=';
}

int
msk_base64_encode(struct msk_bytes in, uint8_t *out, size_t cap, size_t *len)
{
    size_t at = 0;

    if (out == NULL || len == NULL || (in.p == NULL && in.n > 0) ||
        in.n > MSK_BASE64_MAX)
        return MSK_ERR_ARGUMENT;
    if (msk_base64_len(in.n) > cap)
        return MSK_ERR_SPACE;
    for (size_t i = 0; i < in.n; i += 3) {
        encode_group(in.p + i, in.n - i < 3 ? in.n - i : 3, out + at);
        at += 4;
    }
    *len = at;
    return MSK_OK;
}

static bool
blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The six bits of c; 64: not in the alphabet. */
static unsigned
value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)c - 'A';
    if (c >= 'a' && c <= 'z')
        return (unsigned)c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : 64;
}

/* Up to four characters that belong together. */
struct base64_group {
    uint32_t bits;
    unsigned n;   /* characters, with padding */
    unsigned pad; /* of them padding; stays, as nothing may follow it */
};

/* Adds c. False: it may not stand here. */
static bool
add_character(struct base64_group *g, uint8_t c)
{
    unsigned v = value(c);

    if (c == '=') {
        if (g->n < 2) /* a character alone carries no octet */
            return false;
        g->pad++;
        v = 0;
    } else if (v > 63 || g->pad > 0) {
        return false;
    }
    g->bits = g->bits << 6 | v;
    g->n++;
    return true;
}

/* Writes the octets of a whole group to out, counting them in *len. */
static int
decode_group(struct base64_group *g, uint8_t *out, size_t cap, size_t *len)
{
    size_t n = 3 - g->pad;

    /* The bits that are no octet: a second text for the same octets. */
    if ((g->bits & (((uint32_t)1 << 8 * g->pad) - 1)) != 0)
        return MSK_ERR_VALUE;
    if (n > cap - *len)
        return MSK_ERR_SPACE;
    for (size_t i = 0; i < n; i++)
        out[*len + i] = (uint8_t)(g->bits >> (16 - 8 * i));
    *len += n;
    g->bits = 0;
    g->n = 0;
    return MSK_OK;
}

int
msk_base64_decode(struct msk_bytes text, uint8_t *out, size_t cap, size_t *len)
{
    struct base64_group g = { 0, 0, 0 };
    int err = MSK_OK;

    if (out == NULL || len == NULL || (text.p == NULL && text.n > 0))
        return MSK_ERR_ARGUMENT;
    *len = 0;
    for (size_t i = 0; i < text.n && err == MSK_OK; i++) {
        if (blank(text.p[i]))
            continue;
        if (!add_character(&g, text.p[i]))
            return MSK_ERR_VALUE;
        if (g.n == 4)
            err = decode_group(&g, out, cap, len);
    }
    return err == MSK_OK && g.n > 0 ? MSK_ERR_VALUE : err;
}
