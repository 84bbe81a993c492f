/* SPDX-License-Identifier: MIT */
/* udp.h - the MIKEY port of a host. */
#ifndef HOSTS_UDP_H
#define HOSTS_UDP_H

#include "address.h"

/* A UDP socket bound to `at`, that never blocks and is closed on exec. -1:
 * there is none, and the reason was told. */
int udp_open(const struct address *at);

/* Where a socket is bound. */
bool udp_local(int fd, struct address *out);

/* Sends one datagram. MIKEY survives a lost one. False: it was not sent. */
bool udp_send(int fd, struct msk_bytes peer, struct msk_bytes message);

/* The next datagram, in buf, and where it came from. False: there is none.
 * What is longer than cap comes with cap + 1 octets, so that it is refused
 * and not cut: buf has room for these. */
bool udp_receive(int fd, uint8_t *buf, size_t cap, struct msk_bytes *message,
                 struct address *from);

#endif
