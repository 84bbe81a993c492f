/* SPDX-License-Identifier: MIT */
#include "guests.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

void
guest_forget(struct door *door, struct guest *guest)
{
    /* Closing it is not enough as long as the web server has a copy. */
    (void)epoll_ctl(door->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
    (void)close(guest->fd);
    guest->place = NOBODY;
    guest->ticket += DOOR_GUESTS_MAX;
    door->counts.present--;
}

bool
guest_listen(struct door *door, int fd, uint64_t ticket, uint32_t how)
{
    struct epoll_event event = { .events = how };

    event.data.u64 = ticket;
    return epoll_ctl(door->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ||
           (errno == EEXIST &&
            epoll_ctl(door->epoll, EPOLL_CTL_MOD, fd, &event) == 0);
}

/* RFC 9112 9.6: closing at once would reset the connection, and the answer
 * with it, if there is anything that was not read yet. */
void
guest_leave(struct door *door, struct guest *guest)
{
    (void)shutdown(guest->fd, SHUT_WR);
    guest->place = LEAVES;
    guest->until = door->now + LEAVE_MS;
    if (!guest_listen(door, guest->fd, guest->ticket, EPOLLIN))
        guest_forget(door, guest);
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

void
guest_turn_away(struct door *door, struct guest *guest, int status)
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
    guest_leave(door, guest);
}

/* The web server gets a copy of the socket, so that how it is closed stays
 * here. */
static void
let_in(struct door *door, struct guest *guest)
{
    int copy = fcntl(guest->fd, F_DUPFD_CLOEXEC, 0);

    if (copy < 0) {
        guest_forget(door, guest);
        return;
    }
    (void)guest_listen(door, guest->fd, guest->ticket, EPOLLRDHUP | EPOLLET);
    guest->place = INSIDE;
    door->counts.entered++;
    if (!door->enter(door->user, copy, &guest->peer, guest->ticket) &&
        guest->place == INSIDE)
        guest_forget(door, guest);
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

void
guest_look(struct door *door, struct guest *guest, bool ended)
{
    static uint8_t octets[HEAD_MAX];
    struct head_host host = door->host;
    ssize_t n = recv(guest->fd, octets, sizeof octets, MSG_PEEK | MSG_DONTWAIT);
    int told;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        guest_forget(door, guest);
        return;
    }
    guest->heard = true;
    (void)guest_local(guest->fd, &host.local);
    told = head_judge((struct msk_bytes){ octets, (size_t)n }, &host);
    if (told == HEAD_FINE)
        let_in(door, guest);
    else if (told != HEAD_MORE || ended)
        guest_turn_away(door, guest, told != HEAD_MORE ? told : 400);
}

void
guest_throw_away(struct door *door, struct guest *guest)
{
    static uint8_t octets[65536];
    ssize_t n = recv(guest->fd, octets, sizeof octets, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        guest_forget(door, guest);
}
