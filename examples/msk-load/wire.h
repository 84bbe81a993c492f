/* SPDX-License-Identifier: MIT */
/*
 * wire.h - the MIKEY port of a whole crowd: one socket, an address of 127/8
 * for each member. Nothing comes in from, and nothing goes out to, elsewhere.
 */
#ifndef MSK_LOAD_WIRE_H
#define MSK_LOAD_WIRE_H

#include "../hosts/address.h"

#define WIRE_FIRST 0x7F100001u /* 127.16.0.1, the address of member 0 */
#define WIRE_MEMBERS_MAX 8000000u

/* -1: there is none, and the reason was told. */
int wire_open(uint16_t port);

/* Takes a datagram that came for a member; from: 6 octets, which wire_send
 * takes. Views good for the call. */
typedef void wire_take_fn(void *arg, size_t member, struct msk_bytes from,
                          struct msk_bytes message);

/* Hands all that came to take, but no more than some hundreds at once. */
void wire_receive(int fd, wire_take_fn *take, void *arg);

/* Where that member takes MIKEY. */
void wire_address(size_t member, uint16_t port, struct address *out);

/* Sends as that member. False: it was not sent. */
bool wire_send(int fd, size_t member, struct msk_bytes to,
               struct msk_bytes message);

#endif
