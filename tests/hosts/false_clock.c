/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD. The clock is an hour behind as soon as there is the file that
 * $MSK_SET_BACK names. And as if the machine was slow, however fast it is, each
 * look at the clock takes $MSK_LOOK milliseconds.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
pass(struct timespec *t, long ms)
{
    static long passed; /* every process that looks has one thread */
    long long ns;

    passed += ms;
    ns = t->tv_nsec + passed % 1000 * 1000000LL;
    t->tv_sec += passed / 1000 + (long)(ns / 1000000000);
    t->tv_nsec = (long)(ns % 1000000000);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
    const char *path = getenv("MSK_SET_BACK"), *look = getenv("MSK_LOOK");
    long told = syscall(SYS_clock_gettime, clock, t);

    if (told != 0)
        return -1;
    if (clock == CLOCK_REALTIME && path != NULL && access(path, F_OK) == 0)
        t->tv_sec -= 3600;
    if (clock != CLOCK_REALTIME && look != NULL)
        pass(t, atol(look));
    return 0;
}
