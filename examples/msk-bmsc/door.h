/* SPDX-License-Identifier: MIT */
/*
 * door.h - what stands between the internet and the web server. It accepts
 * connections, on IPv4 and IPv6 alike, and lets one in when a whole head that
 * head.h finds good waits in it; so somebody who drips octets never costs more
 * than a socket. The octets stay in the socket for the web server to read.
 *
 * Each connection has so long in all, from its beginning to its end, and
 * serves one request. An address (of IPv6: a /64) has so many, and there are
 * so many at all; when there is no room the oldest gives way.
 */
#ifndef MSK_BMSC_DOOR_H
#define MSK_BMSC_DOOR_H

#include "head.h"

#define DOOR_GUESTS_MAX 1000u
#define DOOR_PER_ADDRESS_MAX 128u
#define DOOR_REQUEST_MS 10000u

struct door;

/*
 * Lets one in: fd is the web server's from now on, and closed when it is done
 * with it; then it calls door_left with that ticket. False: fd was closed.
 */
typedef bool door_enter(void *user, int fd, const struct address *peer,
                        uint64_t ticket);

/* Somebody was turned away with that HTTP status. */
typedef void door_refused(void *user, const struct address *peer, int status);

struct door_counts {
    uint64_t accepted, entered, refused; /* refused: with an error */
    uint64_t late, gave_way;             /* no time left; no room left */
    uint64_t present;                    /* now */
};

/* Listens. fqdn stays good. NULL: it cannot, and the reason was told. */
struct door *door_open(const struct address *at, struct msk_bytes fqdn,
                       door_enter *enter, door_refused *refused, void *user);
void door_close(struct door *door);

void door_local(const struct door *door, struct address *out);
const struct door_counts *door_counts(const struct door *door);

/* What to poll for input, and for how long at most, in milliseconds. */
int door_fd(const struct door *door);
int door_timeout(const struct door *door, int ms);

/* Does what there is to do at `now`, a clock that is never set. */
void door_run(struct door *door, msk_time now);

/* The request that came in there is being worked on: its time is over when it
 * is answered, and not before; and who has one is the last to give way. Then
 * the answer has as long as a request. */
void door_taken(struct door *door, uint64_t ticket);
void door_answered(struct door *door, uint64_t ticket);

/* The web server is done with a connection. */
void door_left(struct door *door, uint64_t ticket);

#endif
