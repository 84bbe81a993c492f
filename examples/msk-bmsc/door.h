/* SPDX-License-Identifier: MIT */
/*
 * door.h - what stands between the internet and the web server. It accepts
 * connections, on IPv4 and IPv6 alike, and lets a request in when its whole
 * head waits in one and head.h finds it good; so somebody who drips octets
 * never costs more than a socket. The web server has a socket of its own, and
 * gets that request and not one octet more: each head of a connection is judged
 * like its first.
 *
 * Each request has so long, from its first octet to its answer, a connection
 * has so many of them, and so long between two. An address (of IPv6: a /64) has
 * so many connections, and there are so many at all; when there is no room one
 * that rests gives way, and then the oldest.
 */
#ifndef MSK_BMSC_DOOR_H
#define MSK_BMSC_DOOR_H

#include "head.h"

#define DOOR_GUESTS_MAX 1000u
#define DOOR_PER_ADDRESS_MAX 128u
#define DOOR_REQUEST_MS 10000u
#define DOOR_IDLE_MS 5000u
#define DOOR_REQUESTS_MAX 100u /* on a connection */

struct door;

/*
 * Lets one in, for all its requests: fd is the web server's from now on, and
 * closed when it is done with it; then it calls door_left with that ticket.
 * False: fd was closed.
 */
typedef bool door_enter(void *user, int fd, uint64_t ticket);

/* Somebody was turned away with that HTTP status. */
typedef void door_refused(void *user, const struct address *peer, int status);

struct door_counts {
    uint64_t accepted, entered, refused; /* entered: requests; refused: with
                                            an error */
    uint64_t late, gave_way;             /* no time left; no room left */
    uint64_t present;                    /* now */
};

/* Listens; shared: where others do as well, and the system gives each of them a
 * part of the connections. fqdn stays good. NULL: it cannot, and the reason was
 * told. */
struct door *door_open(const struct address *at, bool shared,
                       struct msk_bytes fqdn, door_enter *enter,
                       door_refused *refused, void *user);
void door_close(struct door *door);

void door_local(const struct door *door, struct address *out);
const struct door_counts *door_counts(const struct door *door);

/* What to poll for input, and for how long at most, in milliseconds. */
int door_fd(const struct door *door);
int door_timeout(const struct door *door, int ms);

/* Does what there is to do at `now`, a clock that is never set. */
void door_run(struct door *door, msk_time now);

/* Where the connection comes from. False: it is gone. */
bool door_peer(struct door *door, uint64_t ticket, struct address *out);

/* The request that came in there is being worked on: its time is over when it
 * is answered, and not before; and who has one is the last to give way. */
void door_taken(struct door *door, uint64_t ticket);
/* It is answered, which may take as long as a request. last: no other one is
 * wanted. True: no other one comes, and the answer has to say so. */
bool door_answered(struct door *door, uint64_t ticket, bool last);
/* The web server has written all of the answer, and waits for another request,
 * or ends. */
void door_over(struct door *door, uint64_t ticket);

/* The web server is done with a connection. */
void door_left(struct door *door, uint64_t ticket);

#endif
