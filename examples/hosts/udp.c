/* SPDX-License-Identifier: MIT */
#include "udp.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define BUFFER (1 << 22) /* octets; the system gives what it may */

static bool
set_up(int fd, const struct address *at)
{
    int buffer = BUFFER;
    struct sockaddr_storage to;
    socklen_t len;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    return address_to_socket(address_view(at), &to, &len) &&
           fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           bind(fd, (struct sockaddr *)&to, len) == 0;
}

int
udp_open(const struct address *at)
{
    int fd = socket(at->n == ADDRESS_V6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

    if (fd >= 0 && set_up(fd, at))
        return fd;
    perror("UDP");
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

bool
udp_local(int fd, struct address *out)
{
    struct sockaddr_storage local;
    socklen_t len = sizeof local;

    return getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
           address_from_socket((struct sockaddr *)&local, out);
}

bool
udp_send(int fd, struct msk_bytes peer, struct msk_bytes message)
{
    struct sockaddr_storage to;
    socklen_t len;

    return address_to_socket(peer, &to, &len) &&
           sendto(fd, message.p, message.n, 0, (struct sockaddr *)&to, len) >=
               0;
}

bool
udp_receive(int fd, uint8_t *buf, size_t cap, struct msk_bytes *message,
            struct address *from)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    ssize_t n = recvfrom(fd, buf, cap + 1, 0, (struct sockaddr *)&peer, &len);

    message->p = buf;
    message->n = n > 0 ? (size_t)n : 0;
    return n >= 0 && address_from_socket((struct sockaddr *)&peer, from);
}
