/* SPDX-License-Identifier: MIT */
/* pread, lstat and others, also where the compiler is asked for C alone. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "store_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is past the end of the file was never written. */
static int
posix_read(void *user, unsigned slot, uint8_t *out, size_t n)
{
    const struct store_posix *p = user;
    off_t at = (off_t)(slot * p->slot);

    memset(out, 0, n);
    while (n > 0) {
        ssize_t got = pread(p->fd, out, n, at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        out += got;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

static int
posix_write(void *user, unsigned slot, const uint8_t *out, size_t n)
{
    const struct store_posix *p = user;
    off_t at = (off_t)(slot * p->slot);

    while (n > 0) {
        ssize_t put = pwrite(p->fd, out, n, at);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        out += put;
        at += put;
        n -= (size_t)put;
    }
    return 0;
}

static int
posix_sync(void *user)
{
    const struct store_posix *p = user;

    return fsync(p->fd);
}

/* A new file is there after a power cut only when its directory is synced. */
static int
sync_directory(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    int fd, err;

    if (n >= sizeof directory)
        return -1;
    memcpy(directory, path, n);
    directory[n] = '\0';
    if (n == 0)
        (void)strcpy(directory, slash == NULL ? "." : "/");
    fd = open(directory, O_RDONLY);
    if (fd < 0)
        return -1;
    err = fsync(fd);
    (void)close(fd);
    return err;
}

/* A plain file that nobody else may open; it holds keys. */
static bool
is_private(int fd)
{
    struct stat is;

    return fstat(fd, &is) == 0 && S_ISREG(is.st_mode) &&
           (is.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static int
lock(int fd)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, F_SETLK, &whole) == 0)
        return MSK_OK;
    return errno == EACCES || errno == EAGAIN ? MSK_ERR_BUSY : MSK_ERR_STORE;
}

int
store_posix_open(struct store_posix *p, const char *path, size_t slot)
{
    int err;

    if (p == NULL || path == NULL || slot == 0 || slot > INT_MAX / 2)
        return MSK_ERR_ARGUMENT;
    *p = (struct store_posix){
        .io = { p, posix_read, posix_write, posix_sync },
        .slot = slot,
        .fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                   S_IRUSR | S_IWUSR),
    };
    if (p->fd < 0)
        return MSK_ERR_STORE;
    err = is_private(p->fd) ? lock(p->fd) : MSK_ERR_STORE;
    if (err == MSK_OK && sync_directory(path) != 0)
        err = MSK_ERR_STORE;
    if (err != MSK_OK)
        store_posix_close(p);
    return err;
}

void
store_posix_close(struct store_posix *p)
{
    if (p->fd >= 0)
        (void)close(p->fd);
    p->fd = -1;
}
