/* SPDX-License-Identifier: MIT */
#include "guests.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "refusal.h"

/* Octets that are looked at, or moved, at a time. */
static uint8_t hands[65536];

void
guest_forget(struct door *door, struct guest *guest)
{
    (void)close(guest->fd);
    if (guest->inner >= 0)
        (void)close(guest->inner);
    guest->inner = -1;
    free(guest->rest);
    guest->rest = NULL;
    guest->place = NOBODY;
    guest->ticket += DOOR_GUESTS_MAX;
    door->counts.present--;
}

bool
guest_listen(const struct door *door, int fd, uint64_t what)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };

    event.data.u64 = what;
    return epoll_ctl(door->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* It is full: says so when it has room again. */
static void
await_room(const struct door *door, int fd, uint64_t what)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
                                           EPOLLET };

    event.data.u64 = what;
    (void)epoll_ctl(door->epoll, EPOLL_CTL_MOD, fd, &event);
}

bool
guest_local(int fd, struct address *out)
{
    struct sockaddr_storage local;
    socklen_t len = sizeof local;

    out->n = 0;
    return getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
           address_from_socket((struct sockaddr *)&local, out);
}

/* --- between the street and the web server ------------------------------- */

enum moved {
    MOVED_ALL, /* that there is for now */
    MOVED_FULL,
    MOVED_END
};

static enum moved
trouble(enum moved later)
{
    return errno == EAGAIN || errno == EINTR ? later : MOVED_END;
}

/* Sends n octets that were looked at, and takes those that found room. */
static enum moved
pass(int from, int to, size_t n, size_t *left)
{
    ssize_t sent = send(to, hands, n, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent < 0)
        return trouble(MOVED_FULL);
    if (recv(from, hands, (size_t)sent, MSG_DONTWAIT) != sent)
        return MOVED_END;
    *left -= (size_t)sent;
    return (size_t)sent < n ? MOVED_FULL : MOVED_ALL;
}

/* Moves up to *left octets. What finds no room stays where it is. */
static enum moved
move(int from, int to, size_t *left)
{
    enum moved moved = MOVED_ALL;

    while (moved == MOVED_ALL && *left > 0) {
        size_t most = *left < sizeof hands ? *left : sizeof hands;
        ssize_t n = recv(from, hands, most, MSG_PEEK | MSG_DONTWAIT);

        if (n == 0)
            return MOVED_END;
        if (n < 0)
            return trouble(MOVED_ALL);
        moved = pass(from, to, (size_t)n, left);
    }
    return moved;
}

/* What there is no room for on the street waits in memory: it is of one read
 * at most, since no more is read until it has left. */
static enum moved
speak(struct guest *guest, const uint8_t *p, size_t n)
{
    ssize_t sent = send(guest->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent < 0 && trouble(MOVED_FULL) == MOVED_END)
        return MOVED_END;
    if (sent < 0)
        sent = 0;
    guest->rest_n = n - (size_t)sent;
    if (guest->rest_n == 0)
        return MOVED_ALL;
    if (guest->rest == NULL)
        guest->rest = malloc(sizeof hands);
    if (guest->rest == NULL)
        return MOVED_END;
    memmove(guest->rest, p + sent, guest->rest_n);
    return MOVED_FULL;
}

static enum moved
move_answer(const struct door *door, struct guest *guest)
{
    enum moved moved = MOVED_ALL;
    ssize_t n = sizeof hands;

    if (guest->rest_n > 0)
        moved = speak(guest, guest->rest, guest->rest_n);
    while (moved == MOVED_ALL && guest->inner >= 0 &&
           n == (ssize_t)sizeof hands) {
        n = recv(guest->inner, hands, sizeof hands, MSG_DONTWAIT);
        if (n < 0)
            moved = trouble(MOVED_ALL);
        else
            moved = n > 0 ? speak(guest, hands, (size_t)n) : MOVED_END;
    }
    if (moved == MOVED_FULL)
        await_room(door, guest->fd, guest->ticket);
    return moved;
}

/* Where it ends too early there is nothing to answer; of a body that says
 * itself how long it is the web server knows. */
static void
move_request(struct door *door, struct guest *guest)
{
    enum moved moved = move(guest->fd, guest->inner, &guest->left);

    if (moved == MOVED_FULL)
        await_room(door, guest->inner, guest->ticket | GUEST_INNER);
    if (moved != MOVED_END)
        return;
    if (guest->left <= HEAD_MAX + MSK_HTTP_BODY_MAX) {
        guest_forget(door, guest);
        return;
    }
    (void)shutdown(guest->inner, SHUT_WR);
    guest->left = 0;
}

/* RFC 9112 9.6: closing at once would reset the connection, and the answer
 * with it, if there is anything that was not read yet. */
static void
see_off(struct door *door, struct guest *guest)
{
    if (guest->inner >= 0)
        (void)close(guest->inner);
    guest->inner = -1;
    (void)shutdown(guest->fd, SHUT_WR);
    guest->until = door->now + LEAVE_MS;
}

void
guest_leave(struct door *door, struct guest *guest)
{
    guest->place = LEAVES;
    guest->until = door->now + DOOR_REQUEST_MS;
    if (move_answer(door, guest) != MOVED_FULL)
        see_off(door, guest);
}

/* --- turned away --------------------------------------------------------- */

void
guest_turn_away(struct door *door, struct guest *guest, int status)
{
    char text[REFUSAL_MAX];
    size_t n = refusal_write(status, text);

    (void)send(guest->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    door->counts.refused++;
    door->refused(door->user, &guest->peer, status);
    guest->place = LEAVES;
    see_off(door, guest);
}

/* --- let in -------------------------------------------------------------- */

/* The web server gets one end of a pair of sockets, and sees of the street
 * what was judged, and no octet more. */
static bool
meet(struct door *door, struct guest *guest)
{
    int pair[2];

    if (guest->inner >= 0)
        return true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) != 0)
        return false;
    guest->inner = pair[0];
    if (guest_listen(door, pair[0], guest->ticket | GUEST_INNER))
        return door->enter(door->user, pair[1], guest->ticket);
    (void)close(pair[1]);
    return false;
}

/* The head is good, and in our hands, with what is behind it: n octets. */
static void
let_in(struct door *door, struct guest *guest, const struct head_frame *frame,
       size_t n)
{
    guest->place = INSIDE;
    guest->left = frame->n;
    guest->more = n > frame->n;
    guest->last = frame->last || ++guest->requests >= DOOR_REQUESTS_MAX;
    door->counts.entered++;
    if (!meet(door, guest) ||
        pass(guest->fd, guest->inner, guest->more ? frame->n : n,
             &guest->left) == MOVED_END)
        guest_forget(door, guest);
    else
        move_request(door, guest);
}

void
guest_look(struct door *door, struct guest *guest)
{
    struct head_host host = { .fqdn = door->fqdn, .local = guest->local };
    struct head_frame frame;
    ssize_t n = recv(guest->fd, hands, HEAD_MAX, MSG_PEEK | MSG_DONTWAIT);
    int told;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        guest_forget(door, guest);
        return;
    }
    if (!guest->heard && guest->requests > 0)
        guest->until = door->now + DOOR_REQUEST_MS;
    guest->heard = true;
    told = head_judge((struct msk_bytes){ hands, (size_t)n }, &host, &frame);
    if (told == HEAD_FINE)
        let_in(door, guest, &frame, (size_t)n);
    else if (told != HEAD_MORE || guest->ended)
        guest_turn_away(door, guest, told != HEAD_MORE ? told : 400);
}

/* --- and then ------------------------------------------------------------ */

static void
throw_away(struct door *door, struct guest *guest)
{
    ssize_t n;

    if (guest->inner >= 0 && move_answer(door, guest) != MOVED_FULL)
        see_off(door, guest);
    do
        n = recv(guest->fd, hands, sizeof hands, MSG_DONTWAIT);
    while (n == (ssize_t)sizeof hands);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        guest_forget(door, guest);
}

void
guest_answered(struct door *door, struct guest *guest)
{
    enum moved moved = move_answer(door, guest);

    if (guest->last || guest->left > 0 || moved == MOVED_END)
        return; /* the web server ends it */
    guest->place = WAITS;
    guest->heard = false;
    guest->until = door->now + DOOR_IDLE_MS;
    if ((guest->more || guest->ended) && moved == MOVED_ALL)
        guest_look(door, guest);
}

/* The street has said something, or has room. */
static void
hear(struct door *door, struct guest *guest, uint32_t events)
{
    guest->more = guest->more || (events & EPOLLIN) != 0;
    if ((events & EPOLLOUT) != 0)
        (void)move_answer(door, guest);
    if (guest->left > 0)
        move_request(door, guest);
    if (guest->ended && guest->place == INSIDE &&
        guest->until > door->now + LEAVE_MS)
        guest->until = door->now + LEAVE_MS; /* it will say no more */
}

/* The web server has said something, or has closed its end. */
static void
hear_inner(struct door *door, struct guest *guest, uint32_t events)
{
    bool ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;

    if (guest->place == WAITS && !ended)
        return; /* its answer was moved when it was all there */
    if (move_answer(door, guest) == MOVED_END || ended)
        guest_leave(door, guest);
    else if (guest->left > 0)
        move_request(door, guest);
}

void
guest_go_on(struct door *door, struct guest *guest, uint32_t events, bool inner)
{
    if (!inner && (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        guest->ended = true;
    if (guest->place == LEAVES)
        throw_away(door, guest);
    else if (inner)
        hear_inner(door, guest, events);
    else if (guest_is_inside(guest))
        hear(door, guest, events);
    else if (guest->place == WAITS &&
             (guest->rest_n == 0 || move_answer(door, guest) == MOVED_ALL))
        guest_look(door, guest);
}
