/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "desk.h"

static FILE *file;

bool
desk_file_write(size_t at, const uint8_t *p, size_t n)
{
    return fseek(file, (long)at, SEEK_SET) == 0 && fwrite(p, 1, n, file) == n &&
           fflush(file) == 0;
}

bool
desk_file_read(size_t at, uint8_t *out, size_t n)
{
    return fseek(file, (long)at, SEEK_SET) == 0 && fread(out, 1, n, file) == n;
}

static bool
make(const char *path, size_t n)
{
    file = fopen(path, "w+b");
    for (size_t i = 0; file != NULL && i < n; i++)
        if (fputc(0xFF, file) == EOF)
            return false;
    return file != NULL && fflush(file) == 0;
}

bool
desk_file_open(const char *path, size_t n)
{
    file = fopen(path, "r+b");
    return file != NULL || make(path, n);
}

int
desk_octet(void)
{
    return getchar();
}
