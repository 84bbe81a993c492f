/* SPDX-License-Identifier: MIT */
/* file.h - the store of a software MGV-F in a file. */
#ifndef MSKTOOL_FILE_H
#define MSKTOOL_FILE_H

#include "store_file.h"
#include "store_posix.h"
#include "tool.h"

/* Room for some 60 records. */
#define FILE_SLOT 65536

struct file {
    struct store_posix posix;
    struct store_file store_file;
    uint8_t memory[STORE_FILE_MEMORY(FILE_SLOT)];
    struct msk_store store;
};

/* Opens the store in a file, which is made if it is not there. TOOL_OK, or the
 * status to exit with. *file stays where it is until close_file. */
int open_file(struct file *file, const char *path);
void close_file(struct file *file);

#endif
