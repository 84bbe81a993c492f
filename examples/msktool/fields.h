/* SPDX-License-Identifier: MIT */
/* fields.h - the names that payloads and their fields have in JSON. */
#ifndef MSKTOOL_FIELDS_H
#define MSKTOOL_FIELDS_H

#include "msk/mikey.h"

/* What kind, detail, data and tail of a struct msk_payload are called; NULL:
 * not there, or not plain (see decode.c and build.c). */
struct fields {
    uint8_t type;
    const char *name, *kind, *detail, *data, *tail;
};

/* By type or by name; NULL: there is no such payload. */
const struct fields *fields_of_type(uint8_t type);
const struct fields *fields_of_name(const char *name);

/* The name of a MIKEY data type. */
const char *data_type_name(uint8_t data_type);

#endif
