/* SPDX-License-Identifier: MIT */
#include "daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int
daemon_signals(void)
{
    sigset_t set;

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigemptyset(&set) != 0 ||
        sigaddset(&set, SIGTERM) != 0 || sigaddset(&set, SIGINT) != 0 ||
        sigaddset(&set, SIGHUP) != 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int
daemon_signal(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof info) == (ssize_t)sizeof info
               ? (int)info.ssi_signo
               : 0;
}

/* A path, or with @ in front a name that is in no file system. */
static socklen_t
address_of(const char *path, struct sockaddr_un *out)
{
    size_t n = strlen(path);

    memset(out, 0, sizeof *out);
    out->sun_family = AF_UNIX;
    if ((path[0] != '/' && path[0] != '@') || n >= sizeof out->sun_path)
        return 0;
    memcpy(out->sun_path, path, n);
    if (path[0] == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void
daemon_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to;
    socklen_t len = path != NULL ? address_of(path, &to) : 0;
    int fd;

    if (len == 0)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
                 len);
    (void)close(fd);
}

/* Twice in the time that is given; 0: nobody waits for it. */
static msk_time
period(void)
{
    const char *text = getenv("WATCHDOG_USEC");
    char *end;
    unsigned long long us = text != NULL ? strtoull(text, &end, 10) : 0;

    return us > 0 && *end == '\0' ? (msk_time)us / 2000 : 0;
}

msk_time
daemon_alive(msk_time now)
{
    static msk_time next;
    msk_time every = period();

    if (every == 0)
        return MSK_NEVER;
    if (now >= next) {
        daemon_notify("WATCHDOG=1");
        next = now + every;
    }
    return next;
}
