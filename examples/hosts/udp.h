/* SPDX-License-Identifier: MIT */
/* udp.h - the MIKEY port of a host. */
#ifndef HOSTS_UDP_H
#define HOSTS_UDP_H

#include "address.h"

/*
 * A UDP socket bound to `at`, that never blocks and is closed on exec; [::]
 * takes IPv4 as well. When that is a multicast address its group is joined, on
 * the interface of that name, or NULL: on the one that the system chooses.
 * -1: there is none, and the reason was told.
 */
int udp_open(const struct address *at, const char *interface);

/* How multicast leaves a socket: how many hops it may go, 1 to 255, 0: as the
 * system has it; and from which interface, or NULL. False: it cannot be, and
 * the reason was told. */
bool udp_multicast(int fd, int hops, const char *interface);

/* Where a socket is bound. */
bool udp_local(int fd, struct address *out);

/* Sends one datagram. MIKEY survives a lost one. False: it was not sent. */
bool udp_send(int fd, struct msk_bytes peer, struct msk_bytes message);

/* Sends many. One that the system does not take is not sent; when it has no
 * room it is waited for, for a moment. */
struct udp_message {
    struct msk_bytes to, octets;
    bool sent;
};
void udp_send_many(int fd, struct udp_message *messages, size_t n);

/* The next datagram, in buf, and where it came from. False: there is none.
 * What is longer than cap comes with cap + 1 octets, so that it is refused
 * and not cut: buf has room for these. */
bool udp_receive(int fd, uint8_t *buf, size_t cap, struct msk_bytes *message,
                 struct address *from);

#endif
