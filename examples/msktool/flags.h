/* SPDX-License-Identifier: MIT */
/* flags.h - options on the command line: --name, or --name VALUE. */
#ifndef MSKTOOL_FLAGS_H
#define MSKTOOL_FLAGS_H

#include "tool.h"

struct flag {
    const char *name; /* with its dashes */
    bool has_value;
    bool given;
    const char *value; /* of the last one */
};

/* Takes the flag at argv[*at], if it is one, and moves *at past it. TOOL_OK,
 * or the status to exit with: it is none of these, or has no value. */
int take_flag(int argc, char **argv, int *at, struct flag *flags, size_t n);

/* All arguments are flags. */
int take_flags(int argc, char **argv, struct flag *flags, size_t n);

/* A flag by its name; it must be in the list. */
const struct flag *flag_of(const struct flag *flags, size_t n,
                           const char *name);

/* Values of flags; TOOL_OK, or the status to exit with. Numbers are decimal,
 * a flag that was not given leaves *out as it is. */
int flag_number(const struct flag *flag, unsigned long most,
                unsigned long *out);
int flag_hex(const struct flag *flag, struct octets *out);
int flag_layout(const struct flag *flag, enum msk_layout *out);

/* A number of 0..most in text[0..n), as above. False: it is none. */
bool read_number(const char *text, size_t n, unsigned long most,
                 unsigned long *out);

#endif
