/* SPDX-License-Identifier: MIT */
/* sendmmsg is of Linux and the BSDs. */
#define _GNU_SOURCE
#include "udp.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 64u
#define ROOM_MS 20       /* until the system has room again */
#define BUFFER (1 << 22) /* octets; the system gives what it may */

static int
family_of(int fd)
{
    int family = AF_UNSPEC;
    socklen_t len = sizeof family;

    (void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
    return family;
}

/* 0: the system chooses. */
static bool
find_interface(const char *name, unsigned *index)
{
    *index = name != NULL ? if_nametoindex(name) : 0;
    return name == NULL || *index != 0;
}

/* Others may listen to the group as well. */
static bool
join(int fd, const struct address *group, unsigned index)
{
    struct ip_mreqn v4 = { .imr_ifindex = (int)index };
    struct ipv6_mreq v6 = { .ipv6mr_interface = index };

    if (group->n == ADDRESS_V4) {
        memcpy(&v4.imr_multiaddr, group->octets, 4);
        return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &v4, sizeof v4) ==
               0;
    }
    memcpy(&v6.ipv6mr_multiaddr, group->octets, 16);
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &v6, sizeof v6) == 0;
}

static bool
set_up(int fd, const struct address *at, const char *interface)
{
    bool multicast = address_is_multicast(address_view(at));
    const int on = 1, off = 0, buffer = BUFFER;
    struct sockaddr_storage to;
    unsigned index;
    socklen_t len;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (at->n != ADDRESS_V4)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    return address_to_socket(address_view(at), &to, &len) &&
           find_interface(interface, &index) &&
           fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           (!multicast ||
            setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0) &&
           bind(fd, (struct sockaddr *)&to, len) == 0 &&
           (!multicast || join(fd, at, index));
}

int
udp_open(const struct address *at, const char *interface)
{
    int fd = socket(at->n == ADDRESS_V4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);

    if (fd >= 0 && set_up(fd, at, interface))
        return fd;
    perror("UDP");
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* A socket of IPv6 may send to both. */
bool
udp_multicast(int fd, int hops, const char *interface)
{
    bool v6 = family_of(fd) == AF_INET6, fine;
    struct ip_mreqn from = { .imr_ifindex = 0 };
    unsigned index;

    fine = find_interface(interface, &index);
    from.imr_ifindex = (int)index;
    if (fine && hops > 0)
        fine = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops,
                          sizeof hops) == 0 &&
               (!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
                                  sizeof hops) == 0);
    if (fine && index > 0)
        fine = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &from,
                          sizeof from) == 0 &&
               (!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
                                  sizeof index) == 0);
    if (!fine)
        perror(interface != NULL ? interface : "multicast");
    return fine;
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

/* --- many ---------------------------------------------------------------- */

#ifndef HAVE_SENDMMSG
struct mmsghdr {
    struct msghdr msg_hdr;
    unsigned msg_len;
};

static int
sendmmsg(int fd, struct mmsghdr *packets, unsigned n, int flags)
{
    unsigned i = 0;

    while (i < n && sendmsg(fd, &packets[i].msg_hdr, flags) >= 0)
        i++;
    return i > 0 || n == 0 ? (int)i : -1;
}
#endif

/* Sends a row of packets that are addressed. Returns how many of them, from
 * the first one on. */
static unsigned
send_some(int fd, struct mmsghdr *packets, unsigned n)
{
    struct pollfd room = { .fd = fd, .events = POLLOUT };
    int sent = sendmmsg(fd, packets, n, MSG_DONTWAIT);

    if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS) &&
        poll(&room, 1, ROOM_MS) == 1)
        sent = sendmmsg(fd, packets, n, MSG_DONTWAIT);
    return sent > 0 ? (unsigned)sent : 0;
}

static void
send_row(int fd, struct udp_message *messages, unsigned n)
{
    struct sockaddr_storage to[AT_ONCE];
    struct iovec octets[AT_ONCE];
    struct mmsghdr packets[AT_ONCE];
    unsigned sent = 0;

    memset(packets, 0, sizeof packets);
    for (unsigned i = 0; i < n; i++) {
        struct msghdr *head = &packets[i].msg_hdr;
        socklen_t len = 0;

        octets[i].iov_base = (void *)(uintptr_t)messages[i].octets.p;
        octets[i].iov_len = messages[i].octets.n;
        if (address_to_socket(messages[i].to, &to[i], &len))
            head->msg_name = &to[i];
        head->msg_namelen = len;
        head->msg_iov = &octets[i];
        head->msg_iovlen = 1;
    }
    while (sent < n) { /* one that cannot be sent holds up no other */
        unsigned some = send_some(fd, packets + sent, n - sent);

        for (unsigned i = sent; i < sent + some; i++)
            messages[i].sent = true;
        sent += some > 0 ? some : 1;
    }
}

void
udp_send_many(int fd, struct udp_message *messages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        messages[i].sent = false;
    for (size_t i = 0; i < n; i += AT_ONCE)
        send_row(fd, messages + i,
                 (unsigned)(n - i < AT_ONCE ? n - i : AT_ONCE));
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
