/* SPDX-License-Identifier: MIT */
/* accept4 is of Linux and the BSDs. */
#define _GNU_SOURCE
#include "guests.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ACCEPT_AT_ONCE 256
#define EVENTS_AT_ONCE 256
#define TICK_MS 50u /* how exact deadlines are */
#define LISTENER UINT64_MAX

static void
welcome(struct door *door, int fd, const struct sockaddr_storage *from)
{
    struct address peer;
    struct guest *guest;

    if (!address_from_socket((const struct sockaddr *)from, &peer)) {
        (void)close(fd);
        return;
    }
    guest = seats_find(door, &peer);
    guest->place = WAITS;
    guest->fd = fd;
    guest->heard = false;
    guest->peer = peer;
    guest->order = door->arrived++;
    guest->until = door->now + DOOR_REQUEST_MS;
    door->counts.accepted++;
    door->counts.present++;
    if (guest_listen(door, fd, guest->ticket, EPOLLIN | EPOLLRDHUP | EPOLLET))
        guest_look(door, guest, false); /* most have said all by now */
    else
        guest_forget(door, guest);
}

static void
answer_the_door(struct door *door)
{
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(door->fd, (struct sockaddr *)&from, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            welcome(door, fd, &from);
        else if (errno == EAGAIN ||
                 ((errno == EMFILE || errno == ENFILE || errno == ENOBUFS) &&
                  !seats_clear(door)))
            return;
    }
}

/* --- time ---------------------------------------------------------------- */

static void
end_of_time(struct door *door, struct guest *guest)
{
    if (guest->place == LEAVES) {
        guest_forget(door, guest);
        return;
    }
    door->counts.late++;
    if (guest->place == WAITS && guest->heard) {
        guest_turn_away(door, guest, 408);
        return;
    }
    if (guest_is_inside(guest))
        (void)shutdown(guest->fd, SHUT_RDWR);
    guest_forget(door, guest);
}

static void
tick(struct door *door)
{
    if (door->now - door->ticked < TICK_MS)
        return;
    door->ticked = door->now;
    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        if (door->guests[i].place != NOBODY &&
            door->guests[i].until <= door->now)
            end_of_time(door, &door->guests[i]);
}

/* --- the whole ----------------------------------------------------------- */

static void
happened(struct door *door, const struct epoll_event *event)
{
    struct guest *guest;

    if (event->data.u64 == LISTENER) {
        answer_the_door(door);
        return;
    }
    guest = &door->guests[event->data.u64 % DOOR_GUESTS_MAX];
    if (guest->ticket != event->data.u64) /* it left meanwhile */
        return;
    if (guest->place == WAITS)
        guest_look(door, guest, (event->events & (EPOLLRDHUP | EPOLLHUP)) != 0);
    else if (guest->place == LEAVES)
        guest_throw_away(door, guest);
    else if (guest->until > door->now + LEAVE_MS)
        guest->until = door->now + LEAVE_MS; /* it will say no more */
}

void
door_run(struct door *door, msk_time now)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n = epoll_wait(door->epoll, events, EVENTS_AT_ONCE, 0);

    door->now = now;
    for (int i = 0; i < n; i++)
        happened(door, &events[i]);
    tick(door);
}

/* NULL: it is gone, or leaves. */
static struct guest *
find_inside(struct door *door, uint64_t ticket)
{
    struct guest *guest = &door->guests[ticket % DOOR_GUESTS_MAX];

    return guest->ticket == ticket && guest_is_inside(guest) ? guest : NULL;
}

void
door_taken(struct door *door, uint64_t ticket)
{
    struct guest *guest = find_inside(door, ticket);

    if (guest == NULL)
        return;
    guest->place = SERVED;
    guest->until = MSK_NEVER;
}

void
door_answered(struct door *door, uint64_t ticket)
{
    struct guest *guest = find_inside(door, ticket);

    if (guest == NULL)
        return;
    guest->place = INSIDE;
    if (guest->until == MSK_NEVER)
        guest->until = door->now + DOOR_REQUEST_MS;
}

void
door_left(struct door *door, uint64_t ticket)
{
    struct guest *guest = find_inside(door, ticket);

    if (guest != NULL)
        guest_leave(door, guest);
}

int
door_fd(const struct door *door)
{
    return door->epoll;
}

int
door_timeout(const struct door *door, int ms)
{
    return door->counts.present > 0 && ms > (int)TICK_MS ? (int)TICK_MS : ms;
}

void
door_local(const struct door *door, struct address *out)
{
    *out = door->host.local;
}

const struct door_counts *
door_counts(const struct door *door)
{
    return &door->counts;
}

/* [::] is everybody: IPv4 comes as IPv6. */
static bool
set_up(struct door *door, const struct address *at)
{
    struct sockaddr_storage to;
    socklen_t len;
    int yes = 1, no = 0;

    return address_to_socket(address_view(at), &to, &len) &&
           (at->n == ADDRESS_V4 ||
            setsockopt(door->fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) ==
                0) &&
           setsockopt(door->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ==
               0 &&
           bind(door->fd, (struct sockaddr *)&to, len) == 0 &&
           listen(door->fd, SOMAXCONN) == 0 &&
           guest_local(door->fd, &door->host.local) &&
           guest_listen(door, door->fd, LISTENER, EPOLLIN);
}

struct door *
door_open(const struct address *at, struct msk_bytes fqdn, door_enter *enter,
          door_refused *refused, void *user)
{
    struct door *door = calloc(1, sizeof *door);

    if (door == NULL)
        return NULL;
    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        door->guests[i].ticket = i;
    door->host.fqdn = fqdn;
    door->enter = enter;
    door->refused = refused;
    door->user = user;
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    door->fd = socket(at->n == ADDRESS_V4 ? AF_INET : AF_INET6,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (door->epoll >= 0 && door->fd >= 0 && set_up(door, at))
        return door;
    perror("HTTP");
    door_close(door);
    return NULL;
}

void
door_close(struct door *door)
{
    if (door == NULL)
        return;
    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        if (door->guests[i].place != NOBODY)
            guest_forget(door, &door->guests[i]);
    if (door->fd >= 0)
        (void)close(door->fd);
    if (door->epoll >= 0)
        (void)close(door->epoll);
    free(door);
}
