/* SPDX-License-Identifier: MIT */
/*
 * host.h - what every host on POSIX brings along: time, randomness, a UDP
 * socket, files. None of it is part of the library.
 */
#ifndef HOST_H
#define HOST_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "msk/crypto.h"

static inline struct msk_bytes
host_bytes(const void *p, size_t n)
{
    struct msk_bytes b = { p, n };

    return b;
}

/* --- randomness and time ------------------------------------------------- */

/* A struct msk_random's fill: the generator of the kernel. */
static inline int
host_fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    while (n > 0) {
        ssize_t got = getrandom(out, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        out += got;
        n -= (size_t)got;
    }
    return 0;
}

static const struct msk_random host_random = { .size = sizeof host_random,
                                               .fill = host_fill };

static inline msk_time
host_clock(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (msk_time)t.tv_sec * 1000 + (msk_time)t.tv_nsec / 1000000;
}

/* For a UE: a clock that is never set. */
static inline msk_time
host_now(void)
{
    return host_clock(CLOCK_MONOTONIC);
}

/* For a BM-SC: the same on all nodes, and after a restart. */
static inline msk_time
host_unix_time(void)
{
    return host_clock(CLOCK_REALTIME);
}

/* Waits from now until there is input on fd (-1: there never is), but not
 * longer than until due. True: there is input. */
static inline bool
host_wait(int fd, msk_time now, msk_time due)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int wait = INT_MAX;

    if (due == MSK_NEVER)
        wait = -1;
    else if (due <= now)
        wait = 0;
    else if (due - now < INT_MAX)
        wait = (int)(due - now);
    return poll(&p, 1, wait) > 0;
}

/* --- datagrams: a peer is a struct sockaddr_in --------------------------- */

/* A UDP socket on address:port (host order; port 0: any). -1: there is none,
 * and the reason was told. */
static inline int
host_udp(uint32_t address, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    at.sin_addr.s_addr = htonl(address);
    at.sin_port = htons(port);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    perror("UDP");
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* MIKEY survives a lost datagram: a failure is told, and that is all. */
static inline void
host_send(int fd, struct msk_bytes peer, struct msk_bytes message)
{
    struct sockaddr_in to;

    if (peer.n != sizeof to)
        return;
    memcpy(&to, peer.p, sizeof to);
    if (sendto(fd, message.p, message.n, 0, (struct sockaddr *)&to, sizeof to) <
        0)
        perror("sendto");
}

/* The next datagram, in buf. Empty: there is none, or what came is an ICMP
 * error of an earlier send. */
static inline struct msk_bytes
host_receive(int fd, uint8_t *buf, size_t cap, struct sockaddr_in *from)
{
    socklen_t len = sizeof *from;
    ssize_t n = recvfrom(fd, buf, cap, 0, (struct sockaddr *)from, &len);

    return host_bytes(buf, n > 0 ? (size_t)n : 0);
}

/* --- files --------------------------------------------------------------- */

/* As much of a file as there is room for; 0: none of it. Without stdio, whose
 * buffer would keep the keys. */
static inline size_t
host_file(const char *path, uint8_t *out, size_t cap)
{
    int fd = open(path, O_RDONLY);
    size_t n = 0;

    if (fd < 0)
        return 0;
    while (n < cap) {
        ssize_t got = read(fd, out + n, cap - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    (void)close(fd);
    return n;
}

/* A key file, as a bootstrapping run would write it: MUK and MRK of 32 octets
 * each, then the B-TID. Wipe it after use. */
struct host_keys {
    struct msk_bytes muk, mrk, btid; /* views into octets */
    uint8_t octets[64 + MSK_BTID_MAX];
};

static inline int
host_keys(struct host_keys *keys, const char *path)
{
    size_t n = host_file(path, keys->octets, sizeof keys->octets);

    if (n <= 64)
        return MSK_ERR_ARGUMENT;
    keys->muk = host_bytes(keys->octets, 32);
    keys->mrk = host_bytes(keys->octets + 32, 32);
    keys->btid = host_bytes(keys->octets + 64, n - 64);
    return MSK_OK;
}

#endif
