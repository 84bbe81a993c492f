/* SPDX-License-Identifier: MIT */
/* accept4 is of Linux and the BSDs. */
#define _GNU_SOURCE
#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define ACCEPT_AT_ONCE 256
#define EVENTS_AT_ONCE 256
#define LEAVE_MS 1000u /* for what is still under way; RFC 9112 9.6 */
#define TICK_MS 50u    /* how exact deadlines are */
#define LISTENER UINT64_MAX

enum place {
    NOBODY,
    WAITS,  /* for its head */
    INSIDE, /* the web server has a copy of the socket */
    LEAVES  /* was answered; what it still says is thrown away */
};

struct guest {
    enum place place;
    int fd;
    bool heard; /* it said something */
    struct address peer;
    uint64_t ticket; /* grows; modulo DOOR_GUESTS_MAX it is the index */
    uint64_t order;  /* of arrival */
    msk_time until;
};

struct door {
    int fd, epoll;
    struct head_host host;
    door_enter *enter;
    door_refused *refused;
    void *user;
    msk_time now, ticked;
    uint64_t arrived;
    struct door_counts counts;
    struct guest guests[DOOR_GUESTS_MAX];
};

/* --- one guest ----------------------------------------------------------- */

static void
forget(struct door *door, struct guest *guest)
{
    /* Closing it is not enough as long as the web server has a copy. */
    (void)epoll_ctl(door->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
    (void)close(guest->fd);
    guest->place = NOBODY;
    guest->ticket += DOOR_GUESTS_MAX;
    door->counts.present--;
}

static bool
listen_to(struct door *door, int fd, uint64_t ticket, uint32_t how)
{
    struct epoll_event event = { .events = how };

    event.data.u64 = ticket;
    return epoll_ctl(door->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ||
           (errno == EEXIST &&
            epoll_ctl(door->epoll, EPOLL_CTL_MOD, fd, &event) == 0);
}

/* RFC 9112 9.6: closing at once would reset the connection, and the answer
 * with it, if there is anything that was not read yet. */
static void
let_leave(struct door *door, struct guest *guest)
{
    (void)shutdown(guest->fd, SHUT_WR);
    guest->place = LEAVES;
    guest->until = door->now + LEAVE_MS;
    if (!listen_to(door, guest->fd, guest->ticket, EPOLLIN))
        forget(door, guest);
}

static const char *
words_of(int status)
{
    switch (status) {
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 505: return "HTTP Version Not Supported";
    default: return "Bad Request";
    }
}

static void
turn_away(struct door *door, struct guest *guest, int status)
{
    char date[40], text[256];
    time_t now = time(NULL);
    struct tm tm;
    int n;

    if (gmtime_r(&now, &tm) == NULL ||
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
        date[0] = '\0';
    n = snprintf(text, sizeof text,
                 "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n"
                 "Content-Length: 0\r\n\r\n",
                 status, words_of(status), date);
    (void)send(guest->fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    door->counts.refused++;
    door->refused(door->user, &guest->peer, status);
    let_leave(door, guest);
}

/* The web server gets a copy of the socket, so that how it is closed stays
 * here. */
static void
let_in(struct door *door, struct guest *guest)
{
    int copy = fcntl(guest->fd, F_DUPFD_CLOEXEC, 0);

    if (copy < 0) {
        forget(door, guest);
        return;
    }
    (void)listen_to(door, guest->fd, guest->ticket, EPOLLRDHUP | EPOLLET);
    guest->place = INSIDE;
    door->counts.entered++;
    if (!door->enter(door->user, copy, &guest->peer, guest->ticket) &&
        guest->place == INSIDE)
        forget(door, guest);
}

/* Where a socket is, or nowhere. */
static bool
find_local(int fd, struct address *out)
{
    struct sockaddr_storage local;
    socklen_t len = sizeof local;

    out->n = 0;
    return getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
           address_from_socket((struct sockaddr *)&local, out);
}

/* Looks at what came, and leaves it in the socket. ended: no more comes. */
static void
look(struct door *door, struct guest *guest, bool ended)
{
    static uint8_t octets[HEAD_MAX];
    struct head_host host = door->host;
    ssize_t n = recv(guest->fd, octets, sizeof octets, MSG_PEEK | MSG_DONTWAIT);
    int told;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        forget(door, guest);
        return;
    }
    guest->heard = true;
    (void)find_local(guest->fd, &host.local);
    told = head_judge((struct msk_bytes){ octets, (size_t)n }, &host);
    if (told == HEAD_FINE)
        let_in(door, guest);
    else if (told != HEAD_MORE || ended)
        turn_away(door, guest, told != HEAD_MORE ? told : 400);
}

static void
throw_away(struct door *door, struct guest *guest)
{
    static uint8_t octets[65536];
    ssize_t n = recv(guest->fd, octets, sizeof octets, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        forget(door, guest);
}

/* --- room ---------------------------------------------------------------- */

/* Of an IPv6 address a host has the last 64 bits to himself. */
static bool
is_neighbour(const struct address *a, const struct address *b)
{
    return a->n == b->n &&
           memcmp(a->octets, b->octets, a->n == ADDRESS_V4 ? 4 : 8) == 0;
}

/* Whoever was answered goes first, then who has been here longest. */
static bool
goes_before(const struct guest *a, const struct guest *b)
{
    if (b == NULL || (a->place == LEAVES) != (b->place == LEAVES))
        return b == NULL || a->place == LEAVES;
    return a->order < b->order;
}

static void
push_out(struct door *door, struct guest *guest)
{
    if (guest->place == INSIDE) /* the web server sees it */
        (void)shutdown(guest->fd, SHUT_RDWR);
    if (guest->place != LEAVES)
        door->counts.gave_way++;
    forget(door, guest);
}

/* A seat for somebody from there. */
static struct guest *
seat(struct door *door, const struct address *peer)
{
    struct guest *empty = NULL, *oldest = NULL, *neighbour = NULL;
    size_t neighbours = 0;

    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++) {
        struct guest *guest = &door->guests[i];

        if (guest->place == NOBODY) {
            empty = guest;
            continue;
        }
        if (goes_before(guest, oldest))
            oldest = guest;
        if (!is_neighbour(&guest->peer, peer))
            continue;
        neighbours++;
        if (goes_before(guest, neighbour))
            neighbour = guest;
    }
    if (neighbours >= DOOR_PER_ADDRESS_MAX)
        empty = neighbour;
    else if (empty == NULL)
        empty = oldest;
    if (empty->place != NOBODY)
        push_out(door, empty);
    return empty;
}

static void
welcome(struct door *door, int fd, const struct sockaddr_storage *from)
{
    struct address peer;
    struct guest *guest;

    if (!address_from_socket((const struct sockaddr *)from, &peer)) {
        (void)close(fd);
        return;
    }
    guest = seat(door, &peer);
    guest->place = WAITS;
    guest->fd = fd;
    guest->heard = false;
    guest->peer = peer;
    guest->order = door->arrived++;
    guest->until = door->now + DOOR_REQUEST_MS;
    door->counts.accepted++;
    door->counts.present++;
    if (listen_to(door, fd, guest->ticket, EPOLLIN | EPOLLRDHUP | EPOLLET))
        look(door, guest, false); /* most have said all by now */
    else
        forget(door, guest);
}

/* No more sockets: one of ours makes room for who knocks. */
static bool
make_room(struct door *door)
{
    struct guest *oldest = NULL;

    for (size_t i = 0; i < DOOR_GUESTS_MAX; i++)
        if (door->guests[i].place != NOBODY &&
            goes_before(&door->guests[i], oldest))
            oldest = &door->guests[i];
    if (oldest != NULL)
        push_out(door, oldest);
    return oldest != NULL;
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
                  !make_room(door)))
            return;
    }
}

/* --- time ---------------------------------------------------------------- */

static void
end_of_time(struct door *door, struct guest *guest)
{
    if (guest->place == LEAVES) {
        forget(door, guest);
        return;
    }
    door->counts.late++;
    if (guest->place == WAITS && guest->heard) {
        turn_away(door, guest, 408);
        return;
    }
    if (guest->place == INSIDE)
        (void)shutdown(guest->fd, SHUT_RDWR);
    forget(door, guest);
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
        look(door, guest, (event->events & (EPOLLRDHUP | EPOLLHUP)) != 0);
    else if (guest->place == LEAVES)
        throw_away(door, guest);
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

void
door_left(struct door *door, uint64_t ticket)
{
    struct guest *guest = &door->guests[ticket % DOOR_GUESTS_MAX];

    if (guest->ticket == ticket && guest->place == INSIDE)
        let_leave(door, guest);
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
           find_local(door->fd, &door->host.local) &&
           listen_to(door, door->fd, LISTENER, EPOLLIN);
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
            forget(door, &door->guests[i]);
    if (door->fd >= 0)
        (void)close(door->fd);
    if (door->epoll >= 0)
        (void)close(door->epoll);
    free(door);
}
