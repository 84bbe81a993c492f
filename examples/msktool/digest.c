/* SPDX-License-Identifier: MIT */
/* msktool digest: one response or rspauth of HTTP Digest from flags; with
 * --expect it is checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../provider.h"
#include "commands.h"
#include "flags.h"
#include "msk/digest.h"

static const struct flag all_flags[] = {
    { "--algorithm", true, false, NULL }, { "--qop", true, false, NULL },
    { "--username", true, false, NULL },  { "--realm", true, false, NULL },
    { "--password", true, false, NULL },  { "--mrk", true, false, NULL },
    { "--method", true, false, NULL },    { "--uri", true, false, NULL },
    { "--nonce", true, false, NULL },     { "--nc", true, false, NULL },
    { "--cnonce", true, false, NULL },    { "--body", true, false, NULL },
    { "--body-hex", true, false, NULL },  { "--rspauth", false, false, NULL },
    { "--expect", true, false, NULL },
};
#define N_FLAGS (sizeof all_flags / sizeof all_flags[0])

/* What the flags say, and what of it is on the heap. */
struct wish {
    struct flag flags[N_FLAGS];
    struct msk_digest_input input;
    struct octets body, password;
};

static const struct flag *
get(const struct wish *w, const char *name)
{
    return flag_of(w->flags, N_FLAGS, name);
}

/* The text of a flag; of one that was not given, `usual`. */
static struct msk_bytes
text(const struct wish *w, const char *name, const char *usual)
{
    const struct flag *flag = get(w, name);

    return msk_text(flag->given ? flag->value : usual);
}

static bool
is(const struct wish *w, const char *name, const char *value)
{
    const struct flag *flag = get(w, name);

    return flag->given && strcmp(flag->value, value) == 0;
}

static int
take_choices(struct wish *w)
{
    struct msk_digest_input *input = &w->input;

    input->algorithm = MSK_ALGORITHM_MD5;
    input->qop = MSK_QOP_AUTH_INT;
    if (is(w, "--algorithm", "SHA-256"))
        input->algorithm = MSK_ALGORITHM_SHA256;
    else if (get(w, "--algorithm")->given && !is(w, "--algorithm", "MD5"))
        return fail(TOOL_USAGE, "is not MD5 or SHA-256", "--algorithm");
    if (is(w, "--qop", "auth"))
        input->qop = MSK_QOP_AUTH;
    else if (get(w, "--qop")->given && !is(w, "--qop", "auth-int"))
        return fail(TOOL_USAGE, "is not auth or auth-int", "--qop");
    return TOOL_OK;
}

static void
encode(const struct octets *in, struct octets *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < in->n; i += 3) {
        unsigned long bits = (unsigned long)in->p[i] << 16;

        if (i + 1 < in->n)
            bits |= (unsigned long)in->p[i + 1] << 8;
        if (i + 2 < in->n)
            bits |= in->p[i + 2];
        for (size_t k = 0; k < 4; k++)
            out->p[out->n++] =
                i + k > in->n ? '='
                              : (uint8_t)alphabet[bits >> (18 - 6 * k) & 63];
    }
}

/* TS 33.246 6.2.1.3: the password is base64(MRK). */
static int
take_password(struct wish *w)
{
    struct octets mrk = { NULL, 0 };
    int status = flag_hex(get(w, "--mrk"), &mrk);

    w->input.password = text(w, "--password", "");
    if (status == TOOL_OK &&
        get(w, "--mrk")->given == get(w, "--password")->given)
        status = fail(TOOL_USAGE, "one of them", "--mrk, --password");
    if (status == TOOL_OK && get(w, "--mrk")->given) {
        w->password.p = malloc(4 * mrk.n / 3 + 4);
        if (w->password.p == NULL)
            status = fail(TOOL_USAGE, "no memory", "");
        else
            encode(&mrk, &w->password);
        w->input.password = view(&w->password);
    }
    free_octets(&mrk);
    return status;
}

static int
take_texts(struct wish *w)
{
    static const char *const needed[] = { "--username", "--realm", "--uri",
                                          "--nonce", "--cnonce" };
    struct msk_digest_input *input = &w->input;

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!get(w, needed[i])->given)
            return fail(TOOL_USAGE, "is needed", needed[i]);
    input->size = sizeof *input;
    input->username = text(w, "--username", "");
    input->realm = text(w, "--realm", "");
    if (!get(w, "--rspauth")->given)
        input->method = text(w, "--method", "POST");
    input->uri = text(w, "--uri", "");
    input->nonce = text(w, "--nonce", "");
    input->nc = text(w, "--nc", "00000001");
    input->cnonce = text(w, "--cnonce", "");
    input->body = text(w, "--body", "");
    if (get(w, "--body-hex")->given) {
        int status = flag_hex(get(w, "--body-hex"), &w->body);

        input->body = view(&w->body);
        return status;
    }
    return TOOL_OK;
}

/* Prints the response, or compares it with the one expected. */
static int
answer(const struct wish *w)
{
    const struct flag *expect = get(w, "--expect");
    uint8_t hex[MSK_DIGEST_HEX_MAX];
    size_t n;
    int err = msk_digest_response(host_crypto(), &w->input, hex, &n);

    if (err != MSK_OK)
        return fail_msk(err, "digest");
    if (!expect->given) {
        printf("%.*s\n", (int)n, (const char *)hex);
        return TOOL_OK;
    }
    if (strlen(expect->value) != n || memcmp(expect->value, hex, n) != 0)
        return fail(TOOL_AUTH, "is not what comes out", "--expect");
    puts("ok");
    return TOOL_OK;
}

int
command_digest(int argc, char **argv)
{
    struct wish w;
    int status;

    memset(&w, 0, sizeof w);
    memcpy(w.flags, all_flags, sizeof all_flags);
    status = take_flags(argc, argv, w.flags, N_FLAGS);
    if (status == TOOL_OK)
        status = take_choices(&w);
    if (status == TOOL_OK)
        status = take_password(&w);
    if (status == TOOL_OK)
        status = take_texts(&w);
    if (status == TOOL_OK)
        status = answer(&w);
    free_octets(&w.body);
    free_octets(&w.password);
    return status;
}
