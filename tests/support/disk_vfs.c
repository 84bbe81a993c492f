/* SPDX-License-Identifier: MIT */
#include "disk_vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "disk.h"

struct handle {
    sqlite3_file base; /* first: SQLite knows no more */
    size_t file;
    char name[32];
    bool deleted_when_closed;
};

static bool no_sync;

static struct handle *
handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

static int
vfs_close(sqlite3_file *file)
{
    const struct handle *h = handle_of(file);

    if (h->deleted_when_closed)
        disk_delete(h->name, false);
    return SQLITE_OK;
}

static int
vfs_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    size_t got = disk_read(handle_of(file)->file, (size_t)at, out, (size_t)n);

    return got < (size_t)n ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int
vfs_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    disk_write(handle_of(file)->file, (size_t)at, p, (size_t)n);
    return SQLITE_OK;
}

static int
vfs_truncate(sqlite3_file *file, sqlite3_int64 n)
{
    disk_truncate(handle_of(file)->file, (size_t)n);
    return SQLITE_OK;
}

static int
vfs_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    if (!no_sync)
        disk_sync(handle_of(file)->file);
    return SQLITE_OK;
}

static int
vfs_size(sqlite3_file *file, sqlite3_int64 *n)
{
    *n = (sqlite3_int64)disk_size(handle_of(file)->file);
    return SQLITE_OK;
}

/* There is one connection: nobody to lock out. */
static int
vfs_lock(sqlite3_file *file, int kind)
{
    (void)file;
    (void)kind;
    return SQLITE_OK;
}

static int
vfs_is_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int
vfs_control(sqlite3_file *file, int what, void *arg)
{
    (void)file;
    (void)what;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int
vfs_sector(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

/* As that of SQLite for POSIX: a cut harms nothing but what is written. */
static int
vfs_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_lock,
    .xCheckReservedLock = vfs_is_reserved,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_traits,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
         int *out_flags)
{
    struct handle *h = handle_of(file);

    (void)vfs;
    h->base.pMethods = NULL;
    if (name == NULL || strlen(name) >= sizeof h->name)
        return SQLITE_CANTOPEN;
    h->file = disk_find(name, (flags & SQLITE_OPEN_CREATE) != 0);
    if (h->file == DISK_NO_FILE)
        return SQLITE_CANTOPEN;
    strcpy(h->name, name);
    h->deleted_when_closed = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    h->base.pMethods = &methods;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (disk_find(name, false) == DISK_NO_FILE)
        return SQLITE_IOERR_DELETE_NOENT;
    disk_delete(name, sync != 0 && !no_sync);
    return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    size_t file = disk_find(name, false);

    (void)vfs;
    *out = file != DISK_NO_FILE &&
           (flags != SQLITE_ACCESS_EXISTS || disk_size(file) > 0);
    return SQLITE_OK;
}

static int
vfs_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    if (strlen(name) >= (size_t)n)
        return SQLITE_CANTOPEN;
    strcpy(out, name);
    return SQLITE_OK;
}

/* The same each time, so that a failure can be had again. */
static int
vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    static struct rng r;

    (void)vfs;
    rng_fill(&r, (uint8_t *)out, (size_t)n);
    return n;
}

static int
vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int
vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2460000.5;
    return SQLITE_OK;
}

static int
vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    (void)n;
    (void)out;
    return 0;
}

void
disk_vfs_spoil(bool spoiled)
{
    no_sync = spoiled;
}

void
disk_vfs_register(const char *name)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = (int)sizeof(struct handle),
        .mxPathname = 30,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
    };

    vfs.zName = name;
    assert_int_equal(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
}
