/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <string.h>

#include "target.h"

#define GROUPS 3

static const uint8_t domains[2][3] = { { 0x21, 0x63, 0x54 },
                                       { 0x21, 0x63, 0x53 } };

struct msk_group_id
records_group(uint8_t what)
{
    struct msk_group_id id;

    memcpy(id.domain, domains[what / GROUPS % 2], sizeof id.domain);
    id.group = (uint16_t)(1 + what % GROUPS);
    return id;
}

size_t
records_damage(struct records_input *input, uint8_t *p, size_t n, size_t cap)
{
    uint8_t how = input_octet(&input->in);

    if (how >= 0xF0)
        return how % 2 == 0 || n == cap ? n / 2 : n + 1;
    for (size_t i = 0; n > 0 && i < 1 + how % 3u; i++) {
        size_t at = (size_t)input_octet(&input->in) << 8;

        at |= input_octet(&input->in);
        p[at % n] ^= input_octet(&input->in);
    }
    return n;
}
