/* SPDX-License-Identifier: MIT */
/* keys.h - key data sub-payloads in JSON, one object for each. */
#ifndef MSKTOOL_KEYS_H
#define MSKTOOL_KEYS_H

#include "tool.h"

/* The chain of the keys in a list, in *out, which free_octets wipes. NULL: a
 * chain of none. False: they are not as keys_json prints them. */
bool keys_of_json(const json_t *list, struct octets *out);

/* The list of the keys in a chain; NULL when it said what is wrong. */
json_t *keys_json(struct msk_bytes chain);

#endif
