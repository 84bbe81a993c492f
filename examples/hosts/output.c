/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct {
    int fd; /* 0: not looked at yet */
    enum { PLAIN, OWN, SOCKET, SHARED } kind;
    size_t begin, n; /* what waits */
    unsigned long dropped;
    bool gathers;
    char buf[OUTPUT_MAX];
} out;

/*
 * Not to wait is a property of an open file, and that of stdout is shared with
 * others, a shell perhaps: a pipe or a terminal is opened once more, for us
 * alone. A plain file never makes anybody wait.
 */
static void
look(void)
{
    struct stat is;

    out.fd = STDOUT_FILENO;
    if (fstat(out.fd, &is) != 0 || S_ISREG(is.st_mode))
        return;
    out.kind = S_ISSOCK(is.st_mode) ? SOCKET : SHARED;
    if (out.kind == SHARED) {
        int fd = open("/proc/self/fd/1",
                      O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        if (fd > STDERR_FILENO) {
            out.fd = fd;
            out.kind = OWN;
        }
    }
}

/* Is there room for a piece, which is what a pipe takes at once? */
static bool
has_room(int ms)
{
    struct pollfd p = { .fd = out.fd, .events = POLLOUT };

    return poll(&p, 1, ms) > 0;
}

static ssize_t
put(const char *p, size_t n)
{
    if (out.kind == SOCKET)
        return send(out.fd, p, n, MSG_DONTWAIT);
    if (out.kind == SHARED && !has_room(0))
        return -1;
    if (out.kind == SHARED && n > PIPE_BUF)
        n = PIPE_BUF;
    return write(out.fd, p, n);
}

bool
output_flush(void)
{
    ssize_t put_n = 1;

    if (out.fd == 0)
        look();
    while (out.n > 0 && put_n > 0) {
        put_n = put(out.buf + out.begin, out.n);
        if (put_n > 0) {
            out.begin += (size_t)put_n;
            out.n -= (size_t)put_n;
        }
    }
    if (out.n == 0)
        out.begin = 0;
    return out.n == 0;
}

static bool
fits(size_t n, bool many)
{
    return out.n + n <= sizeof out.buf - (many ? OUTPUT_KEPT : 0);
}

void
output_line(const char *line, size_t n, bool many)
{
    if (!fits(n, many))
        (void)output_flush();
    if (!fits(n, many)) {
        out.dropped++;
        return;
    }
    if (n > sizeof out.buf - out.n - out.begin) {
        memmove(out.buf, out.buf + out.begin, out.n);
        out.begin = 0;
    }
    memcpy(out.buf + out.begin + out.n, line, n);
    out.n += n;
    (void)output_go_on();
}

void
output_gather(void)
{
    out.gathers = true;
}

bool
output_go_on(void)
{
    return (!out.gathers || out.n >= OUTPUT_PIECE || out.dropped > 0) &&
           output_flush();
}

unsigned long
output_dropped(void)
{
    unsigned long n = out.dropped;

    out.dropped = 0;
    return n;
}

static int64_t
clock_ms(void)
{
    struct timespec t = { 0, 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A reader who reads is given all of that time, however little fits at once. */
void
output_end(int ms)
{
    int64_t end = clock_ms() + ms;

    while (!output_flush() && clock_ms() < end)
        (void)has_room(10);
}
