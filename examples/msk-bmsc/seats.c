/* SPDX-License-Identifier: MIT */
#include "guests.h"

#include <string.h>

/* Of an IPv6 address a host has the last 64 bits to itself. */
static bool
is_neighbour(const struct address *a, const struct address *b)
{
    return a->n == b->n &&
           memcmp(a->octets, b->octets, a->n == ADDRESS_V4 ? 4 : 8) == 0;
}

/* A guest that leaves goes first, then one that was answered and has not asked
 * again, and last one that will be answered soon. */
static int
rank(const struct guest *guest)
{
    if (guest->place == LEAVES)
        return 0;
    if (guest->place == WAITS && guest->requests > 0 && !guest->heard)
        return 1;
    return guest->place == SERVED ? 3 : 2;
}

/* Of the same rank the one goes that came first. */
static bool
goes_before(const struct guest *a, const struct guest *b)
{
    if (b == NULL || rank(a) != rank(b))
        return b == NULL || rank(a) < rank(b);
    return a->order < b->order;
}

static void
push_out(struct door *door, struct guest *guest)
{
    if (guest->place != LEAVES)
        door->counts.gave_way++;
    guest_forget(door, guest);
}

struct guest *
seats_find(struct door *door, const struct address *peer)
{
    struct guest *empty = NULL, *oldest = NULL, *neighbour = NULL;
    size_t neighbours = 0;

    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++) {
        struct guest *guest = &door->guests[i];

        if (guest->place == NOBODY) {
            empty = guest;
            continue;
        }
        if (goes_before(guest, oldest))
            oldest = guest;
        if (!is_neighbour(&guest->peer, peer))
            continue;
        neighbours++;
        if (goes_before(guest, neighbour))
            neighbour = guest;
    }
    if (neighbours >= DOOR_PER_ADDRESS_MAX)
        empty = neighbour;
    else if (empty == NULL)
        empty = oldest;
    if (empty->place != NOBODY)
        push_out(door, empty);
    return empty;
}

bool
seats_clear(struct door *door)
{
    struct guest *oldest = NULL;

    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        if (door->guests[i].place != NOBODY &&
            goes_before(&door->guests[i], oldest))
            oldest = &door->guests[i];
    if (oldest != NULL)
        push_out(door, oldest);
    return oldest != NULL;
}
