/* SPDX-License-Identifier: MIT */
#include "msk/types.h"

bool
msk_key_id_equal(const struct msk_key_id *a, const struct msk_key_id *b)
{
    return a != NULL && b != NULL && a->domain[0] == b->domain[0] &&
           a->domain[1] == b->domain[1] && a->domain[2] == b->domain[2] &&
           a->group == b->group && a->number == b->number;
}

struct msk_group_id
msk_key_id_group(const struct msk_key_id *id)
{
    struct msk_group_id group = { { 0, 0, 0 }, 0 };

    if (id != NULL) {
        group.domain[0] = id->domain[0];
        group.domain[1] = id->domain[1];
        group.domain[2] = id->domain[2];
        group.group = id->group;
    }
    return group;
}

bool
msk_group_id_equal(const struct msk_group_id *a, const struct msk_group_id *b)
{
    return a != NULL && b != NULL && a->domain[0] == b->domain[0] &&
           a->domain[1] == b->domain[1] && a->domain[2] == b->domain[2] &&
           a->group == b->group;
}

void
msk_key_id_pack(const struct msk_key_id *id, uint8_t out[MSK_KEY_ID_LEN])
{
    if (id == NULL || out == NULL)
        return;
    out[0] = id->domain[0];
    out[1] = id->domain[1];
    out[2] = id->domain[2];
    out[3] = (uint8_t)(id->group >> 8);
    out[4] = (uint8_t)id->group;
    out[5] = (uint8_t)(id->number >> 8);
    out[6] = (uint8_t)id->number;
}

void
msk_key_id_unpack(const uint8_t in[MSK_KEY_ID_LEN], struct msk_key_id *id)
{
    if (in == NULL || id == NULL)
        return;
    id->domain[0] = in[0];
    id->domain[1] = in[1];
    id->domain[2] = in[2];
    id->group = (uint16_t)((unsigned)in[3] << 8 | in[4]);
    id->number = (uint16_t)((unsigned)in[5] << 8 | in[6]);
}

/* True: n decimal digits, whose values are now in digit. */
static bool
digits(struct msk_bytes text, size_t n, uint8_t *digit)
{
    if (text.p == NULL || text.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        digit[i] = (uint8_t)(text.p[i] - '0');
    }
    return true;
}

/* TS 24.008 10.5.1.3: the lower half of an octet comes first, and the place
 * of a third digit of the MNC is filled with 1111 when there is none. */
int
msk_key_id_domain(struct msk_bytes mcc, struct msk_bytes mnc, uint8_t domain[3])
{
    uint8_t c[3];
    uint8_t n[3] = { 0, 0, 15 };

    if (domain == NULL || !digits(mcc, 3, c))
        return MSK_ERR_ARGUMENT;
    if (!digits(mnc, mnc.n == 3 ? 3 : 2, n))
        return MSK_ERR_ARGUMENT;
    domain[0] = (uint8_t)((unsigned)c[1] << 4 | c[0]);
    domain[1] = (uint8_t)((unsigned)n[2] << 4 | c[2]);
    domain[2] = (uint8_t)((unsigned)n[1] << 4 | n[0]);
    return MSK_OK;
}
