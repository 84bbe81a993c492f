/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "msk/base64.h"

static const char key_management[] = "a=key-mgmt:mikey ";

static bool
from_base64(struct msk_bytes text, struct octets *out)
{
    out->n = 0;
    out->p = malloc(text.n + 1);
    if (out->p != NULL &&
        msk_base64_decode(text, out->p, text.n, &out->n) == MSK_OK &&
        out->n > 0)
        return true;
    free_octets(out);
    return false;
}

/* The first line of text; text goes on after it. */
static struct msk_bytes
take_line(struct msk_bytes *text)
{
    const uint8_t *end = memchr(text->p, '\n', text->n);
    struct msk_bytes line = *text;

    if (end != NULL)
        line.n = (size_t)(end - text->p);
    text->p += line.n + (end != NULL ? 1 : 0);
    text->n -= line.n + (end != NULL ? 1 : 0);
    return line;
}

static bool
from_sdp(struct msk_bytes text, struct octets *out)
{
    const size_t name_n = sizeof key_management - 1;

    while (text.n > 0) {
        struct msk_bytes line = take_line(&text);

        if (line.n > name_n && memcmp(line.p, key_management, name_n) == 0)
            return from_base64(
                (struct msk_bytes){ line.p + name_n, line.n - name_n }, out);
    }
    return false;
}

static bool
from_text(struct msk_bytes text, struct octets *out)
{
    return from_hex((const char *)text.p, text.n, out) ||
           from_base64(text, out) || from_sdp(text, out);
}

int
read_message(const char *argument, struct octets *out)
{
    bool named = argument[0] == '@' || strcmp(argument, "-") == 0;
    struct octets raw = { NULL, 0 };
    int status;

    if (!named)
        return from_text(msk_text(argument), out)
                   ? TOOL_OK
                   : fail(TOOL_USAGE, "is no hex, base64 or a=key-mgmt line",
                          "argument");
    status = read_input(argument[0] == '@' ? argument + 1 : argument, &raw);
    if (status != TOOL_OK)
        return status;
    if (from_text(view(&raw), out))
        free_octets(&raw);
    else
        *out = raw; /* the octets themselves, or what is nothing */
    return TOOL_OK;
}
