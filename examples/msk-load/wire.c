/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFER (1 << 24) /* octets; the system gives what it may */
#define AT_ONCE 32
#define TURNS 16

struct envelope {
    struct sockaddr_in peer;
    struct iovec piece;
    union {
        size_t align; /* as struct cmsghdr */
        char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
};

int
wire_open(uint16_t port)
{
    const int on = 1, buffer = BUFFER;
    struct sockaddr_in at = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    at.sin_port = htons(port);
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
        /* Old kernels let root alone; then who it is for must do. */
        (void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
        if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0 &&
            fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
            bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
            return fd;
    }
    perror("UDP");
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* Whose address a datagram came to. False: nobody's. */
static bool
member_of(struct msghdr *m, size_t *member)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    struct in_pktinfo info;
    uint32_t address;

    if (c == NULL || c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
        return false;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    address = ntohl(info.ipi_addr.s_addr);
    *member = address - WIRE_FIRST;
    return address >= WIRE_FIRST && *member < WIRE_MEMBERS_MAX;
}

static void
prepare(struct mmsghdr heads[AT_ONCE], struct envelope all[AT_ONCE],
        uint8_t octets[AT_ONCE][MSK_MIKEY_MAX + 1])
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        all[i].piece = (struct iovec){ octets[i], MSK_MIKEY_MAX + 1 };
        heads[i].msg_hdr =
            (struct msghdr){ .msg_name = &all[i].peer,
                             .msg_namelen = sizeof all[i].peer,
                             .msg_iov = &all[i].piece,
                             .msg_iovlen = 1,
                             .msg_control = &all[i].control,
                             .msg_controllen = sizeof all[i].control };
    }
}

void
wire_receive(int fd, wire_take_fn *take, void *arg)
{
    static uint8_t octets[AT_ONCE][MSK_MIKEY_MAX + 1];
    static struct envelope all[AT_ONCE];
    struct mmsghdr heads[AT_ONCE];
    struct address from;
    size_t member;
    int n = AT_ONCE;

    for (int turn = 0; n == AT_ONCE && turn < TURNS; turn++) {
        prepare(heads, all, octets);
        n = recvmmsg(fd, heads, AT_ONCE, 0, NULL);
        for (int i = 0; i < n; i++)
            if (member_of(&heads[i].msg_hdr, &member) &&
                address_from_socket((struct sockaddr *)&all[i].peer, &from))
                take(arg, member, address_view(&from),
                     (struct msk_bytes){ octets[i], heads[i].msg_len });
    }
}

void
wire_address(size_t member, uint16_t port, struct address *out)
{
    uint32_t ip = WIRE_FIRST + (uint32_t)member;

    out->n = ADDRESS_V4;
    for (int i = 0; i < 4; i++)
        out->octets[i] = (uint8_t)(ip >> (24 - 8 * i));
    address_set_port(out, port);
}

bool
wire_send(int fd, size_t member, struct msk_bytes to, struct msk_bytes message)
{
    struct envelope e = { .piece = { (void *)(uintptr_t)message.p,
                                     message.n } };
    struct msghdr head = { .msg_iov = &e.piece,
                           .msg_iovlen = 1,
                           .msg_control = &e.control,
                           .msg_controllen = sizeof e.control };
    struct in_pktinfo info = { 0 };
    struct cmsghdr *c = CMSG_FIRSTHDR(&head);
    struct sockaddr_storage peer;
    socklen_t len;

    if (!address_to_socket(to, &peer, &len))
        return false;
    info.ipi_spec_dst.s_addr = htonl(WIRE_FIRST + (uint32_t)member);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(c), &info, sizeof info);
    head.msg_name = &peer;
    head.msg_namelen = len;
    return sendmsg(fd, &head, 0) >= 0;
}
