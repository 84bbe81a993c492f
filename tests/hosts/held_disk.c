/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD. As long as there is the file that $MSK_HOLD names no sync of
 * a file ends, as on a disk that takes its time; and the file that $MSK_HELD
 * names is made when one waits. Nor does a sleep end then, as SQLite does where
 * another process writes, and the file that $MSK_BUSY names is made. Where there
 * is the file that $MSK_DIE names the process is killed instead of sending a
 * datagram. With a number in $MSK_DIE_AT it is killed instead of that commit,
 * counted from 1: a sync of a file, or what it says to PostgreSQL; with $MSK_STOP
 * it is stopped, before that transaction begins.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int
is_there(const char *name)
{
    const char *path = getenv(name);

    return path != NULL && access(path, F_OK) == 0;
}

static void
die_at_its_turn(void)
{
    static int commits;
    const char *at = getenv("MSK_DIE_AT");

    if (at != NULL && ++commits == atoi(at))
        (void)raise(getenv("MSK_STOP") != NULL ? SIGSTOP : SIGKILL);
}

/* As long as it is held; the file says so. */
static void
hold(const char *name)
{
    const struct timespec ms = { 0, 1000000 };
    const char *path = getenv(name);

    if (path != NULL && is_there("MSK_HOLD"))
        (void)close(open(path, O_CREAT | O_WRONLY, 0600));
    while (is_there("MSK_HOLD"))
        (void)syscall(SYS_nanosleep, &ms, NULL);
}

static int
hold_and_sync(long call, int fd)
{
    die_at_its_turn();
    hold("MSK_HELD");
    return (int)syscall(call, fd);
}

int
fsync(int fd)
{
    return hold_and_sync(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
    return hold_and_sync(SYS_fdatasync, fd);
}

ssize_t
send(int fd, const void *octets, size_t n, int flags)
{
    /* A whole word of SQL, which ends with zero: not READ COMMITTED. */
    const char *word = getenv("MSK_STOP") != NULL ? "\0BEGIN " : "COMMIT\0";

    if (memmem(octets, n, word, 7) != NULL)
        die_at_its_turn();
    return syscall(SYS_sendto, fd, octets, n, flags, NULL, 0);
}

int
nanosleep(const struct timespec *time, struct timespec *left)
{
    hold("MSK_BUSY");
    return (int)syscall(SYS_nanosleep, time, left);
}

int
usleep(useconds_t us)
{
    const struct timespec time = { us / 1000000, us % 1000000 * 1000L };

    return nanosleep(&time, NULL);
}

static void
die_if_told(void)
{
    if (is_there("MSK_DIE"))
        (void)raise(SIGKILL);
}

int
sendmmsg(int fd, struct mmsghdr *packets, unsigned n, int flags)
{
    die_if_told();
    return (int)syscall(SYS_sendmmsg, fd, packets, n, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *packet, int flags)
{
    die_if_told();
    return syscall(SYS_sendmsg, fd, packet, flags);
}
