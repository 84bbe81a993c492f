/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD. The clock is an hour behind as soon as there is the file that
 * $MSK_SET_BACK names. And as if the machine was slow, time runs $MSK_HASTE
 * times as fast.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
hurry(struct timespec *t, long haste)
{
    long ns = t->tv_nsec * haste;

    t->tv_sec = t->tv_sec * haste + ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
    const char *path = getenv("MSK_SET_BACK"), *haste = getenv("MSK_HASTE");
    long told = syscall(SYS_clock_gettime, clock, t);

    if (told != 0)
        return -1;
    if (clock == CLOCK_REALTIME && path != NULL && access(path, F_OK) == 0)
        t->tv_sec -= 3600;
    if (clock != CLOCK_REALTIME && haste != NULL)
        hurry(t, atol(haste));
    return 0;
}
