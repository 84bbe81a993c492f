/* SPDX-License-Identifier: MIT */
/*
 * guests.h - inside of the door: those who came in from the street, one by one
 * (guests.c), and the seats that there are for them (seats.c).
 */
#ifndef MSK_BMSC_GUESTS_H
#define MSK_BMSC_GUESTS_H

#include "door.h"

#define LEAVE_MS 1000u /* for what is still under way; RFC 9112 9.6 */

enum place {
    NOBODY,
    WAITS,  /* for its head */
    INSIDE, /* the web server has a copy of the socket */
    SERVED, /* the same, and its request is being worked on */
    LEAVES  /* was answered; what it still says is thrown away */
};

struct guest {
    enum place place;
    int fd;
    bool heard; /* it said something */
    struct address peer;
    uint64_t ticket; /* grows; modulo DOOR_GUESTS_MAX it is the index */
    uint64_t order;  /* of arrival */
    msk_time until;
};

struct door {
    int fd, epoll;
    struct head_host host;
    door_enter *enter;
    door_refused *refused;
    void *user;
    msk_time now, ticked;
    uint64_t arrived;
    struct door_counts counts;
    struct guest guests[DOOR_GUESTS_MAX];
};

/* --- guests.c ------------------------------------------------------------ */

/* Has the web server a copy of the socket? */
static inline bool
guest_is_inside(const struct guest *guest)
{
    return guest->place == INSIDE || guest->place == SERVED;
}

/* Closes the socket; the seat is free. */
void guest_forget(struct door *door, struct guest *guest);

/* Tells the loop of that when fd has such events (epoll_ctl(2)). */
bool guest_listen(struct door *door, int fd, uint64_t ticket, uint32_t how);

/* It was answered: what it still says is thrown away until it closes. */
void guest_leave(struct door *door, struct guest *guest);

/* Answers with an error, and no more. */
void guest_turn_away(struct door *door, struct guest *guest, int status);

/* Looks at what came, and leaves it in the socket. ended: no more comes. */
void guest_look(struct door *door, struct guest *guest, bool ended);

/* Of one that leaves. */
void guest_throw_away(struct door *door, struct guest *guest);

/* Where a socket is, or nowhere. */
bool guest_local(int fd, struct address *out);

/* --- seats.c ------------------------------------------------------------- */

/* A seat for somebody from there; who has it gives way. */
struct guest *seats_find(struct door *door, const struct address *peer);

/* No more sockets: one of ours makes room for a new one. False: none can. */
bool seats_clear(struct door *door);

#endif
