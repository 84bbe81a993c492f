/* SPDX-License-Identifier: MIT */
/*
 * capture.h - writes what a host sends and receives as a pcapng file, for
 * Wireshark: datagrams as they were, HTTP as it was said, under IP, UDP and
 * TCP headers made up for it. So no libpcap and no root is needed.
 */
#ifndef HOSTS_CAPTURE_H
#define HOSTS_CAPTURE_H

#include <stdio.h>

#include "address.h"

/* How much each end of a connection has said. */
struct capture_stream {
    struct address client, server;
    uint32_t seq[2];
};

#define CAPTURE_STREAMS 64 /* connections that are remembered */

struct capture {
    FILE *file; /* NULL: nothing is written */
    struct capture_stream streams[CAPTURE_STREAMS];
    size_t next; /* the one that is forgotten next */
};

/* Opens path, as a private file (it shows B-TIDs, and whatever was said), and
 * what it held goes; NULL path: a capture that writes nothing. False: it cannot be
 * written, and the reason was told. */
bool capture_open(struct capture *capture, const char *path);
void capture_close(struct capture *capture);

/* One datagram. */
void capture_udp(struct capture *capture, struct msk_bytes from,
                 struct msk_bytes to, struct msk_bytes message);

/* What one end of a connection said: a request, or a response. */
void capture_tcp(struct capture *capture, struct msk_bytes client,
                 struct msk_bytes server, struct msk_bytes said, bool request);

#endif
