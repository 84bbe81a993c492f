/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

size_t
msk_base64_len(size_t n)
{
    return (n + 2) / 3 * 4;
}

/* The character of six bits. What is encoded may be a key, and an index on one
 * shows in a cache: each line moves those above its limit to where they are. */
static uint8_t
letter(uint32_t v)
{
    uint32_t c = v + 'A';

    c += (25 - v) >> 8 & 6;  /* a: 'a' - 'A' - 26 */
    c -= (51 - v) >> 8 & 75; /* 0: 'a' + 26 - '0' */
    c -= (61 - v) >> 8 & 15; /* +: '0' + 10 - '+' */
    c += (62 - v) >> 8 & 3;  /* /: '/' - '+' - 1 */
    return (uint8_t)c;
}

/* Writes the four characters of n octets, 1 to 3. */
static void
encode_group(const uint8_t *in, size_t n, uint8_t *out)
{
    uint32_t bits = (uint32_t)in[0] << 16;

    if (n > 1)
        bits |= (uint32_t)in[1] << 8;
    if (n > 2)
        bits |= in[2];
    out[0] = letter(bits >> 18);
    out[1] = letter(bits >> 12 & 63);
    out[2] = n > 1 ? letter(bits >> 6 & 63) : '=';
    out[3] = n > 2 ? letter(bits & 63) : '=';
}

int
msk_base64_encode(struct msk_bytes in, uint8_t *out, size_t cap, size_t *len)
{
    size_t at = 0;

    if (in.n > MSK_BASE64_MAX)
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
