/* SPDX-License-Identifier: MIT */
#include "flags.h"

#include <stdlib.h>
#include <string.h>

static struct flag *
find(struct flag *flags, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

int
take_flag(int argc, char **argv, int *at, struct flag *flags, size_t n)
{
    struct flag *flag = find(flags, n, argv[*at]);

    if (flag == NULL)
        return fail(TOOL_USAGE, "no such option", argv[*at]);
    flag->given = true;
    (*at)++;
    if (!flag->has_value)
        return TOOL_OK;
    if (*at == argc)
        return fail(TOOL_USAGE, "lacks its value", flag->name);
    flag->value = argv[(*at)++];
    return TOOL_OK;
}

int
take_flags(int argc, char **argv, struct flag *flags, size_t n)
{
    int status = TOOL_OK;

    for (int at = 0; status == TOOL_OK && at < argc;)
        status = take_flag(argc, argv, &at, flags, n);
    return status;
}

const struct flag *
flag_of(const struct flag *flags, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

bool
read_number(const char *text, size_t n, unsigned long most, unsigned long *out)
{
    char copy[24], *end;

    if (n == 0 || n >= sizeof copy || text[0] < '0' || text[0] > '9')
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    *out = strtoul(copy, &end, 10);
    return *end == '\0' && *out <= most && n < 12;
}

int
flag_number(const struct flag *flag, unsigned long most, unsigned long *out)
{
    if (!flag->given ||
        read_number(flag->value, strlen(flag->value), most, out))
        return TOOL_OK;
    return fail(TOOL_USAGE, "is not a number that fits", flag->name);
}

int
flag_hex(const struct flag *flag, struct octets *out)
{
    if (!flag->given || from_hex(flag->value, strlen(flag->value), out))
        return TOOL_OK;
    return fail(TOOL_USAGE, "is not hex", flag->name);
}

int
flag_layout(const struct flag *flag, enum msk_layout *out)
{
    if (flag->given && strcmp(flag->value, "csb") == 0)
        *out = MSK_LAYOUT_CSB;
    else if (flag->given && strcmp(flag->value, "keyid") == 0)
        *out = MSK_LAYOUT_KEYID;
    else
        return fail(TOOL_USAGE, "is csb or keyid", flag->name);
    return TOOL_OK;
}
