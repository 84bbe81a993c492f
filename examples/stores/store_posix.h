/* SPDX-License-Identifier: MIT */
/* store_posix.h - the medium of store_file.h in a file: two slots, one after
 * the other. */
#ifndef STORE_POSIX_H
#define STORE_POSIX_H

#include "store_file.h"

#ifdef __cplusplus
extern "C" {
#endif

struct store_posix {
    struct store_io io; /* for store_file_open */
    size_t slot;        /* octets of a slot */
    int fd;             /* -1: closed */
};

/*
 * Opens the file, or makes one that only its owner may read, with slots of so
 * many octets. One process has it open at a time; it is opened once in it,
 * since closing any descriptor of the file gives the lock away.
 * MSK_ERR_ARGUMENT; MSK_ERR_BUSY: another process has it; MSK_ERR_STORE: also
 * when the path is a symbolic link, no plain file, or one that others may open.
 */
int store_posix_open(struct store_posix *p, const char *path, size_t slot);

void store_posix_close(struct store_posix *p);

#ifdef __cplusplus
}
#endif

#endif
