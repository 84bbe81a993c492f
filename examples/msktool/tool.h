/* SPDX-License-Identifier: MIT */
/* tool.h - what the commands of msktool share: octets and hex, input, JSON,
 * the way they fail. */
#ifndef MSKTOOL_TOOL_H
#define MSKTOOL_TOOL_H

#include <jansson.h>

#include "msk/types.h"

/* Exit status. */
enum { TOOL_OK = 0, TOOL_USAGE = 1, TOOL_MALFORMED = 2, TOOL_AUTH = 3 };

/* Octets of the heap; free_octets wipes them. */
struct octets {
    uint8_t *p;
    size_t n;
};

struct msk_bytes view(const struct octets *octets);
void free_octets(struct octets *octets);

/* Says on stderr what is wrong, with what it is about, and returns status.
 * Neither text may come from a message. */
int fail(int status, const char *what, const char *about);

/* The same for an error of the library: TOOL_AUTH for a MAC that does not
 * hold, else TOOL_MALFORMED. */
int fail_msk(int err, const char *about);

/* Decodes hex; blanks between octets are skipped. False: it is not hex. */
bool from_hex(const char *text, size_t n, struct octets *out);

/* The contents of a named file, or of stdin for "-". Returns TOOL_OK or the
 * status to exit with, and then it said why. */
int read_input(const char *name, struct octets *out);

/* Reads HEX, @FILE or - (stdin); file and stdin may be hex or the octets
 * themselves. Returns TOOL_OK or the status to exit with. */
int read_octets(const char *argument, struct octets *out);

/* Reads FILE or - as one JSON value. NULL: it said what is wrong. */
json_t *read_json(const char *argument);

/* Prints a JSON value on one line and lets go of it. */
int print_json(json_t *value);

/* Octets as a JSON string of hex digits. */
json_t *hex_json(struct msk_bytes octets);

/* Adds to a JSON object. Text that is not printable ASCII becomes an object
 * with the member hex. */
void set_text(json_t *object, const char *name, struct msk_bytes text);
void set_hex(json_t *object, const char *name, struct msk_bytes octets);
void set_int(json_t *object, const char *name, json_int_t value);

/* Reads a member of a JSON object: an integer of 0..most, or `missing` when it
 * is not there; octets in hex, empty when they are not there. False: it is
 * something else. */
bool get_int(const json_t *object, const char *name, uint64_t most,
             uint64_t missing, uint64_t *out);
bool get_octets(const json_t *object, const char *name, struct octets *out);

/* The same for text, as set_text writes it. */
bool get_text(const json_t *object, const char *name, struct octets *out);

#endif
