/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL: fine. */
static const char *
why_not(const struct stat *is)
{
    if (S_ISLNK(is->st_mode))
        return "is a symbolic link";
    if (!S_ISREG(is->st_mode))
        return "is no plain file";
    if (is->st_uid != geteuid())
        return "belongs to somebody else";
    if ((is->st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return "is open to others; chmod 600";
    return is->st_nlink > 1 ? "has a second name" : NULL;
}

static int
refuse(const char *path, const char *why, int fd)
{
    (void)fprintf(stderr, "%s: %s\n", path, why);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* One that is there. O_NONBLOCK: a pipe would wait for its other end. */
static int
open_old(const char *path, int how)
{
    int fd = open(path, how | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const char *why = errno == ELOOP ? "is a symbolic link" : strerror(errno);
    struct stat is;

    if (fd >= 0)
        why = fstat(fd, &is) == 0 ? why_not(&is) : strerror(errno);
    return why == NULL ? fd : refuse(path, why, fd);
}

/* One that is not there yet. -1 and EEXIST: it is. */
static int
open_new(const char *path)
{
    return open(path,
                O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                S_IRUSR | S_IWUSR);
}

int
private_open(const char *path, bool anew)
{
    int fd = open_new(path);

    if (fd >= 0)
        return fd;
    if (errno != EEXIST)
        return refuse(path, strerror(errno), -1);
    fd = open_old(path, O_RDWR | O_APPEND);
    if (fd >= 0 && anew && ftruncate(fd, 0) != 0)
        return refuse(path, strerror(errno), fd);
    return fd;
}

bool
private_make(const char *path)
{
    int fd = open_new(path);
    struct stat is;
    const char *why;

    if (fd >= 0) {
        (void)close(fd);
        return true;
    }
    if (errno != EEXIST)
        why = strerror(errno);
    else
        why = lstat(path, &is) == 0 ? why_not(&is) : strerror(errno);
    if (why != NULL)
        (void)refuse(path, why, -1);
    return why == NULL;
}

FILE *
private_read(const char *path)
{
    int fd = open_old(path, O_RDONLY);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

    if (fd >= 0 && file == NULL)
        (void)refuse(path, strerror(errno), fd);
    return file;
}
