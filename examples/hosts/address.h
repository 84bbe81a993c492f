/* SPDX-License-Identifier: MIT */
/*
 * address.h - transport addresses as the hosts use them: packed into the few
 * octets that the library carries around as a peer, and as text.
 */
#ifndef HOSTS_ADDRESS_H
#define HOSTS_ADDRESS_H

#include <sys/socket.h>

#include "msk/types.h"

/* IPv4 or IPv6 and a port: 6 or 18 octets, which is what tells them apart; with
 * the scope of a link-local IPv6 address 22. */
#define ADDRESS_V4 6
#define ADDRESS_V6 18
#define ADDRESS_SCOPED 22
#define ADDRESS_TEXT_MAX 80

struct address {
    uint8_t octets[ADDRESS_SCOPED]; /* IP, scope, then port, in network order */
    size_t n;
};

/* Reads "127.0.0.1:2269", "[::1]:2269" or "[fe80::1%eth0]:2269". False: it is
 * something else, or there is no such interface. */
bool address_parse(const char *text, struct address *out);

/* Writes such text into out; "?" for octets that are no address. */
void address_text(struct msk_bytes packed, char out[ADDRESS_TEXT_MAX]);

struct msk_bytes address_view(const struct address *address);
/* The same without its scope, as it is on the wire. */
struct msk_bytes address_wire(struct msk_bytes packed,
                              uint8_t room[ADDRESS_V6]);

bool address_is_multicast(struct msk_bytes packed);
uint16_t address_port(struct msk_bytes packed);
void address_set_port(struct address *address, uint16_t port);

/* To and from what sockets take. An IPv4 address mapped into IPv6 becomes an
 * IPv4 address. False: another family, or octets that are no address. */
bool address_to_socket(struct msk_bytes packed, struct sockaddr_storage *to,
                       socklen_t *len);
bool address_from_socket(const struct sockaddr *from, struct address *out);

#endif
