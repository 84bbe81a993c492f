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
    WAITS,  /* for a head */
    INSIDE, /* the web server has its request, or a part of it */
    SERVED, /* the same, and it is being worked on */
    LEAVES  /* was answered; what it still says is thrown away */
};

struct guest {
    enum place place;
    int fd;                     /* to the street */
    int inner;                  /* to the web server; -1: it has not met it */
    bool heard;                 /* it said something, as it WAITS */
    bool more;                  /* there is something behind its request */
    bool ended;                 /* and no more comes after what is there */
    size_t left;                /* octets of its request on the street */
    uint8_t *rest;              /* of its answer, which found no room, */
    size_t rest_n;              /* and so many octets of that */
    bool last;                  /* no other request comes after this one */
    unsigned requests;          /* that it was let in with */
    struct address peer, local; /* it, and where it came to */
    uint64_t ticket; /* grows; modulo DOOR_GUESTS_MAX it is the index */
    uint64_t order;  /* of arrival */
    msk_time until;
};

struct door {
    int fd, epoll;
    struct msk_bytes fqdn;
    struct address local;
    door_enter *enter;
    door_refused *refused;
    void *user;
    msk_time now, ticked;
    uint64_t arrived;
    struct door_counts counts;
    struct guest guests[DOOR_GUESTS_MAX];
};

/* --- guests.c ------------------------------------------------------------ */

/* Has the web server its request? */
static inline bool
guest_is_inside(const struct guest *guest)
{
    return guest->place == INSIDE || guest->place == SERVED;
}

/* Closes its sockets; the seat is free. */
void guest_forget(struct door *door, struct guest *guest);

/* Looks at what came, and leaves it in the socket. */
void guest_look(struct door *door, struct guest *guest);

/* A socket of it has such events (epoll_ctl(2)), on the street or inner. */
void guest_go_on(struct door *door, struct guest *guest, uint32_t events,
                 bool inner);

/* Its request is answered: it may have another one, or is the last. */
void guest_answered(struct door *door, struct guest *guest);

/* It was answered: what it still says is thrown away until it closes. */
void guest_leave(struct door *door, struct guest *guest);

/* Answers with an error, and no more. */
void guest_turn_away(struct door *door, struct guest *guest, int status);

/* Tells the loop of that each time that something comes to fd. */
bool guest_listen(const struct door *door, int fd, uint64_t what);
#define GUEST_INNER ((uint64_t)1 << 63) /* in what: of its inner socket */

/* Where a socket is, or nowhere. */
bool guest_local(int fd, struct address *out);

/* --- seats.c ------------------------------------------------------------- */

/* A seat for somebody from there; who has it gives way. */
struct guest *seats_find(struct door *door, const struct address *peer);

/* No more sockets: one of ours makes room for a new one. False: none can. */
bool seats_clear(struct door *door);

#endif
