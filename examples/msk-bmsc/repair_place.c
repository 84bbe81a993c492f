/* SPDX-License-Identifier: MIT */
#include "repair_place.h"

#include <string.h>

enum kind { SUBSCRIBERS = 1, GROUPS = 2 };

#define HEAD 17 /* octets: the kind, when it began, how many */
#define GROUP_PLACE 7

static void
put(uint8_t *out, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
}

static uint64_t
get(const uint8_t *p)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | p[i];
    return number;
}

static void
put_group(const struct repair_place *place, uint8_t *out)
{
    memcpy(out, place->after_group.domain, 3);
    out[3] = (uint8_t)(place->after_group.group >> 8);
    out[4] = (uint8_t)place->after_group.group;
    out[5] = (uint8_t)(place->goal >> 8);
    out[6] = (uint8_t)place->goal;
}

static void
get_group(const uint8_t *p, struct repair_place *place)
{
    memcpy(place->after_group.domain, p, 3);
    place->after_group.group = (uint16_t)(p[3] << 8 | p[4]);
    place->goal = (uint16_t)(p[5] << 8 | p[6]);
}

void
repair_place_put(const struct repair_place *place, struct records_note *note)
{
    note->octets[0] = place->in_groups ? GROUPS : SUBSCRIBERS;
    put(note->octets + 1, (uint64_t)place->began);
    put(note->octets + 9, (uint64_t)place->damaged << 32 | place->subscribers);
    note->n = HEAD + (place->in_groups ? GROUP_PLACE : place->after_n);
    if (place->in_groups)
        put_group(place, note->octets + HEAD);
    else
        memcpy(note->octets + HEAD, place->after, place->after_n);
}

bool
repair_place_get(const struct records_note *note, struct repair_place *place)
{
    size_t n;

    memset(place, 0, sizeof *place);
    if (note->n < HEAD)
        return false;
    n = note->n - HEAD;
    place->began = (msk_time)get(note->octets + 1);
    place->subscribers = (uint32_t)get(note->octets + 9);
    place->damaged = (uint32_t)(get(note->octets + 9) >> 32);
    place->in_groups = note->octets[0] == GROUPS;
    if (place->in_groups && n == GROUP_PLACE) {
        get_group(note->octets + HEAD, place);
    } else if (note->octets[0] == SUBSCRIBERS && n <= sizeof place->after) {
        memcpy(place->after, note->octets + HEAD, n);
        place->after_n = n;
    } else {
        return false;
    }
    return true;
}

bool
repair_place_after(const struct records_note *note, uint64_t moment)
{
    struct repair_place place;

    return repair_place_get(note, &place) && moment < (uint64_t)place.began;
}
