/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (4u << 20) /* octets of a file */

struct msk_bytes
view(const struct octets *octets)
{
    struct msk_bytes bytes = { octets->p, octets->n };

    return bytes;
}

void
free_octets(struct octets *octets)
{
    if (octets->p != NULL)
        msk_wipe(octets->p, octets->n);
    free(octets->p);
    octets->p = NULL;
    octets->n = 0;
}

int
fail(int status, const char *what, const char *about)
{
    fprintf(stderr, "msktool: %s%s%s\n", about, *about == '\0' ? "" : ": ",
            what);
    return status;
}

int
fail_msk(int err, const char *about)
{
    return fail(err == MSK_ERR_MAC ? TOOL_AUTH : TOOL_MALFORMED,
                msk_err_text(err), about);
}

static int
nibble(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = tolower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits to one octet; false: they are not. */
static bool
octet_of(const char *digits, uint8_t *out)
{
    int high = nibble((unsigned char)digits[0]);
    int low = nibble((unsigned char)digits[1]);

    if (high < 0 || low < 0)
        return false;
    *out = (uint8_t)(high << 4 | low);
    return true;
}

bool
from_hex(const char *text, size_t n, struct octets *out)
{
    bool ok;

    out->n = 0;
    out->p = malloc(n / 2 + 1);
    ok = out->p != NULL;
    for (size_t i = 0; ok && i < n;) {
        if (isspace((unsigned char)text[i])) {
            i++;
            continue;
        }
        ok = n - i >= 2 && octet_of(text + i, &out->p[out->n++]);
        i += 2;
    }
    if (!ok)
        free_octets(out);
    return ok;
}

/* Everything there is to read, with a terminator after it. */
static bool
read_all(FILE *file, struct octets *out)
{
    size_t got;

    out->n = 0;
    out->p = malloc(INPUT_MAX + 1);
    if (out->p == NULL)
        return false;
    do {
        got = fread(out->p + out->n, 1, INPUT_MAX - out->n, file);
        out->n += got;
    } while (got > 0);
    out->p[out->n] = '\0';
    return ferror(file) == 0 && out->n < INPUT_MAX;
}

int
read_input(const char *name, struct octets *out)
{
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(name, "rb");
    bool ok = file != NULL && read_all(file, out);

    if (file != NULL && !is_stdin)
        fclose(file);
    if (file != NULL && !ok)
        free_octets(out);
    return ok ? TOOL_OK : fail(TOOL_USAGE, "cannot be read", name);
}

int
read_octets(const char *argument, struct octets *out)
{
    struct octets text = { NULL, 0 };
    int status;

    if (argument[0] != '@' && strcmp(argument, "-") != 0)
        return from_hex(argument, strlen(argument), out)
                   ? TOOL_OK
                   : fail(TOOL_USAGE, "is not hex", "argument");
    status = read_input(argument[0] == '@' ? argument + 1 : argument, &text);
    if (status != TOOL_OK)
        return status;
    if (!from_hex((const char *)text.p, text.n, out))
        *out = text; /* the octets themselves: MIKEY starts with 01 */
    else
        free_octets(&text);
    return TOOL_OK;
}

json_t *
read_json(const char *argument)
{
    struct octets text = { NULL, 0 };
    json_error_t error;
    json_t *value;

    if (read_input(argument, &text) != TOOL_OK)
        return NULL;
    value = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES,
                       &error);
    if (value == NULL)
        fprintf(stderr, "msktool: line %d: not JSON\n", error.line);
    free_octets(&text);
    return value;
}

int
print_json(json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII | JSON_COMPACT);

    json_decref(value);
    if (text == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    puts(text);
    free(text);
    return TOOL_OK;
}

json_t *
hex_json(struct msk_bytes octets)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * octets.n + 1);
    json_t *value;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < octets.n; i++) {
        text[2 * i] = digits[octets.p[i] >> 4];
        text[2 * i + 1] = digits[octets.p[i] & 0x0F];
    }
    value = json_stringn(text, 2 * octets.n);
    msk_wipe(text, 2 * octets.n);
    free(text);
    return value;
}

void
set_hex(json_t *object, const char *name, struct msk_bytes octets)
{
    json_object_set_new(object, name, hex_json(octets));
}

static bool
is_printable(struct msk_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] > 0x7E)
            return false;
    return true;
}

void
set_text(json_t *object, const char *name, struct msk_bytes text)
{
    json_t *value;

    if (is_printable(text)) {
        value = json_stringn(text.n > 0 ? (const char *)text.p : "", text.n);
    } else {
        value = json_object();
        set_hex(value, "hex", text);
    }
    json_object_set_new(object, name, value);
}

void
set_int(json_t *object, const char *name, json_int_t value)
{
    json_object_set_new(object, name, json_integer(value));
}

bool
get_int(const json_t *object, const char *name, uint64_t most, uint64_t missing,
        uint64_t *out)
{
    const json_t *value = json_object_get(object, name);
    json_int_t got;

    *out = missing;
    if (value == NULL)
        return true;
    got = json_integer_value(value);
    if (!json_is_integer(value) || got < 0 || (uint64_t)got > most)
        return false;
    *out = (uint64_t)got;
    return true;
}

bool
get_octets(const json_t *object, const char *name, struct octets *out)
{
    const json_t *value = json_object_get(object, name);

    out->p = NULL;
    out->n = 0;
    if (value == NULL)
        return true;
    return json_is_string(value) &&
           from_hex(json_string_value(value), json_string_length(value), out);
}

bool
get_text(const json_t *object, const char *name, struct octets *out)
{
    const json_t *value = json_object_get(object, name);

    if (value != NULL && json_is_object(value))
        return get_octets(value, "hex", out);
    out->n = json_string_length(value);
    out->p = out->n > 0 ? malloc(out->n) : NULL;
    if (out->p != NULL)
        memcpy(out->p, json_string_value(value), out->n);
    return value == NULL ||
           (json_is_string(value) && (out->p != NULL) == (out->n > 0));
}
