/* SPDX-License-Identifier: MIT */
#include "file.h"

int
open_file(struct file *file, const char *path)
{
    int err = store_posix_open(&file->posix, path, FILE_SLOT);

    if (err != MSK_OK)
        return fail_msk(err, path);
    err = store_file_open(&file->store, &file->store_file, &file->posix.io,
                          file->memory, FILE_SLOT, 0);
    if (err == MSK_OK)
        return TOOL_OK;
    store_posix_close(&file->posix);
    return fail_msk(err, path);
}

void
close_file(struct file *file)
{
    store_file_wipe(&file->store_file);
    store_posix_close(&file->posix);
}
