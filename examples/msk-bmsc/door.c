/* SPDX-License-Identifier: MIT */
/* accept4 is of Linux and the BSDs. */
#define _GNU_SOURCE
#include "guests.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
    uint64_t ticket;

    if (!address_from_socket((const struct sockaddr *)from, &peer)) {
        (void)close(fd);
        return;
    }
    guest = seats_find(door, &peer);
    ticket = guest->ticket;
    *guest = (struct guest){ .place = WAITS,
                             .fd = fd,
                             .inner = -1,
                             .peer = peer,
                             .ticket = ticket,
                             .order = door->arrived++,
                             .until = door->now + DOOR_REQUEST_MS };
    (void)guest_local(fd, &guest->local);
    door->counts.accepted++;
    door->counts.present++;
    guest_look(door, guest); /* most have said all by now */
    if (guest->ticket == ticket && !guest_listen(door, fd, ticket))
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
    bool idle = guest->place == WAITS && guest->requests > 0 && !guest->heard;

    if (guest->place == LEAVES || idle) {
        guest_forget(door, guest);
        return;
    }
    door->counts.late++;
    if (guest->place == WAITS && guest->heard) {
        guest_turn_away(door, guest, 408);
        return;
    }
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
    uint64_t what = event->data.u64, ticket = what & ~GUEST_INNER;
    struct guest *guest = &door->guests[ticket % DOOR_GUESTS_MAX];

    if (what == LISTENER)
        answer_the_door(door);
    else if (guest->ticket == ticket && guest->place != NOBODY)
        guest_go_on(door, guest, event->events, what != ticket);
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
find(struct door *door, uint64_t ticket)
{
    struct guest *guest = &door->guests[ticket % DOOR_GUESTS_MAX];

    return guest->ticket == ticket && guest->place != LEAVES ? guest : NULL;
}

static struct guest *
find_inside(struct door *door, uint64_t ticket)
{
    struct guest *guest = find(door, ticket);

    return guest != NULL && guest_is_inside(guest) ? guest : NULL;
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

bool
door_answered(struct door *door, uint64_t ticket, bool last)
{
    struct guest *guest = find_inside(door, ticket);

    if (guest == NULL)
        return true;
    guest->place = INSIDE;
    guest->until = door->now + DOOR_REQUEST_MS;
    guest->last = guest->last || last;
    return guest->last;
}

void
door_over(struct door *door, uint64_t ticket)
{
    struct guest *guest = find_inside(door, ticket);

    if (guest != NULL)
        guest_answered(door, guest);
}

bool
door_peer(struct door *door, uint64_t ticket, struct address *out)
{
    const struct guest *guest = find_inside(door, ticket);

    if (guest != NULL)
        *out = guest->peer;
    return guest != NULL;
}

void
door_left(struct door *door, uint64_t ticket)
{
    struct guest *guest = find(door, ticket);

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
    *out = door->local;
}

const struct door_counts *
door_counts(const struct door *door)
{
    return &door->counts;
}

/* [::] is everybody: IPv4 comes as IPv6. */
static bool
set_up(struct door *door, const struct address *at, bool shared)
{
    struct sockaddr_storage to;
    socklen_t len;
    struct epoll_event event = { .events = EPOLLIN };
    int yes = 1, no = 0, share = shared ? 1 : 0;

    event.data.u64 = LISTENER;
    return address_to_socket(address_view(at), &to, &len) &&
           (at->n == ADDRESS_V4 ||
            setsockopt(door->fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) ==
                0) &&
           setsockopt(door->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ==
               0 &&
           setsockopt(door->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) ==
               0 &&
           setsockopt(door->fd, SOL_SOCKET, SO_REUSEPORT, &share,
                      sizeof share) == 0 &&
           bind(door->fd, (struct sockaddr *)&to, len) == 0 &&
           listen(door->fd, SOMAXCONN) == 0 &&
           guest_local(door->fd, &door->local) &&
           epoll_ctl(door->epoll, EPOLL_CTL_ADD, door->fd, &event) == 0;
}

struct door *
door_open(const struct address *at, bool shared, struct msk_bytes fqdn,
          door_enter *enter, door_refused *refused, void *user)
{
    struct door *door = calloc(1, sizeof *door);

    if (door == NULL)
        return NULL;
    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        door->guests[i].ticket = i;
    door->fqdn = fqdn;
    door->enter = enter;
    door->refused = refused;
    door->user = user;
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    door->fd = socket(at->n == ADDRESS_V4 ? AF_INET : AF_INET6,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (door->epoll >= 0 && door->fd >= 0 && set_up(door, at, shared))
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
