/* SPDX-License-Identifier: MIT */
/*
 * address.h - transport addresses as the hosts use them: packed into the few
 * octets that the library carries around as a peer, and as text.
 */
#ifndef HOSTS_ADDRESS_H
#define HOSTS_ADDRESS_H

#include <sys/socket.h>

#include "msk/types.h"

/* IPv4 or IPv6 and a port: 6 or 18 octets, which is what tells them apart. */
#define ADDRESS_V4 6
#define ADDRESS_V6 18
#define ADDRESS_TEXT_MAX 64

struct address {
    uint8_t octets[ADDRESS_V6]; /* IP, then port, as on the wire */
    size_t n;
};

/* Reads "127.0.0.1:2269" or "[::1]:2269". False: it is something else. */
bool address_parse(const char *text, struct address *out);

/* Writes such text into out; "?" for octets that are no address. */
void address_text(struct msk_bytes packed, char out[ADDRESS_TEXT_MAX]);

struct msk_bytes address_view(const struct address *address);
uint16_t address_port(struct msk_bytes packed);
void address_set_port(struct address *address, uint16_t port);

/* To and from what sockets take. An IPv4 address mapped into IPv6 becomes an
 * IPv4 address. False: another family, or octets that are no address. */
bool address_to_socket(struct msk_bytes packed, struct sockaddr_storage *to,
                       socklen_t *len);
bool address_from_socket(const struct sockaddr *from, struct address *out);

#endif
