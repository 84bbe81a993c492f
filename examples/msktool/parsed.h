/* SPDX-License-Identifier: MIT */
/* parsed.h - what protects a message, as its payloads say it. */
#ifndef MSKTOOL_PARSED_H
#define MSKTOOL_PARSED_H

#include "msk/protect.h"
#include "tool.h"

/* Views into a message. The first ID is taken for IDi, the second for IDr. */
struct parsed {
    struct msk_mikey_header header;
    struct msk_bytes rand, ts, ids[2];
    uint8_t ts_type, id_types[2];
    bool has_rand, has_ts;
    size_t n_ids;
    struct msk_payload last;
};

/* TOOL_OK, or the status to exit with when it said what is wrong. */
int parse_message(struct msk_bytes message, struct parsed *parsed);

/* What the message is protected with, as far as it says so itself; rand, if
 * there is one, comes before the RAND payload. */
int protection_of(const struct parsed *parsed, const struct octets *psk,
                  const struct octets *rand, bool allow_null,
                  struct msk_protection *out);

void print_hex(const uint8_t *p, size_t n);

#endif
