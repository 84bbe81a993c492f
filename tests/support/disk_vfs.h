/* SPDX-License-Identifier: MIT */
/* disk_vfs.h - lets SQLite work on the disk of disk.h. */
#ifndef TESTS_SUPPORT_DISK_VFS_H
#define TESTS_SUPPORT_DISK_VFS_H

#include <stdbool.h>

/* Registers the VFS under that name. no_sync: it forgets to sync. */
void disk_vfs_register(const char *name);
void disk_vfs_spoil(bool no_sync);

#endif
