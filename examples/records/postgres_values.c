/* SPDX-License-Identifier: MIT */
/* Values of a statement in the binary form of the protocol, and of a result. */
#include <string.h>

#include "postgres_rows.h"

void
value_put(struct parameters *p, const void *octets, size_t n)
{
    p->values[p->n] = octets != NULL ? octets : "";
    p->lengths[p->n] = (int)n;
    p->n++;
}

void
value_put_if(struct parameters *p, const void *octets, size_t n)
{
    value_put(p, octets, n);
    if (n == 0)
        p->values[p->n - 1] = NULL;
}

void
value_put_number(struct parameters *p, uint64_t number)
{
    uint8_t *out = p->numbers[p->n];

    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
    value_put(p, out, 8);
}

void
value_put_group(struct parameters *p, const struct msk_group_id *id,
                uint8_t *out)
{
    memcpy(out, id->domain, 3);
    out[3] = (uint8_t)(id->group >> 8);
    out[4] = (uint8_t)id->group;
    value_put(p, out, GROUP_KEY);
}

bool
value_get(const PGresult *res, int row, int column, void *out, size_t cap,
          size_t *n)
{
    *n = (size_t)PQgetlength(res, row, column);
    if (*n > cap)
        return false;
    if (*n > 0)
        memcpy(out, PQgetvalue(res, row, column), *n);
    return true;
}

uint64_t
value_get_number(const PGresult *res, int row, int column)
{
    uint8_t octets[8] = { 0 };
    uint64_t number = 0;
    size_t n;

    if (!value_get(res, row, column, octets, sizeof octets, &n) || n != 8)
        return 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | octets[i];
    return number;
}
