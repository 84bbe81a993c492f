/* SPDX-License-Identifier: MIT */
#include "mbs_member.h"

#include <string.h>

#include "../gba/moment.h"
#include "msk/base64.h"

#define OCTETS_MAX 64
#define TEXT_MAX (4 * ((OCTETS_MAX + 2) / 3))

bool
mbs_member_octets(const json_t *object, const char *name, uint8_t *out,
                  size_t cap, size_t *n)
{
    const json_t *value = json_object_get(object, name);
    struct msk_bytes text = { (const uint8_t *)json_string_value(value),
                              json_string_length(value) };

    *n = 0;
    return value == NULL || (json_is_string(value) &&
                             msk_base64_decode(text, out, cap, n) == MSK_OK);
}

bool
mbs_member_add_octets(json_t *object, const char *name, const uint8_t *p,
                      size_t n)
{
    struct msk_bytes in = { p, n };
    uint8_t text[TEXT_MAX];
    size_t len;
    bool fine;

    fine = msk_base64_encode(in, text, sizeof text, &len) == MSK_OK &&
           json_object_set_new(object, name,
                               json_stringn((const char *)text, len)) == 0;
    msk_wipe(text, sizeof text);
    return fine;
}

/* --- moments -------------------------------------------------------------- */

bool
mbs_member_moment(const json_t *object, const char *name, msk_time *out)
{
    const json_t *value = json_object_get(object, name);

    *out = 0;
    return value == NULL ||
           (json_is_string(value) &&
            strlen(json_string_value(value)) == json_string_length(value) &&
            moment_read(json_string_value(value), out));
}

bool
mbs_member_add_moment(json_t *object, const char *name, msk_time moment)
{
    char text[MOMENT_TEXT];

    moment_write(moment, text);
    return strcmp(text, "never") != 0 &&
           json_object_set_new(object, name, json_string(text)) == 0;
}
