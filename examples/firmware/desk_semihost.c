/* SPDX-License-Identifier: MIT */
/*
 * By semihosting, of picolibc. Not by its stdio: "r+" appends there; nor by
 * SYS_READC, which QEMU 7.2 answers with zeros on a Cortex-M.
 */
#include <semihost.h>
#include <string.h>

#include "desk.h"

static int file;

bool
desk_file_write(size_t at, const uint8_t *p, size_t n)
{
    return sys_semihost_seek(file, at) == 0 &&
           sys_semihost_write(file, p, n) == 0; /* octets left */
}

bool
desk_file_read(size_t at, uint8_t *out, size_t n)
{
    return sys_semihost_seek(file, at) == 0 &&
           sys_semihost_read(file, out, n) == 0;
}

static bool
make(const char *path, size_t n)
{
    uint8_t blank[256];
    size_t at, part;

    memset(blank, 0xFF, sizeof blank);
    file = sys_semihost_open(path, SH_OPEN_W_PLUS_B);
    for (at = 0; file >= 0 && at < n; at += part) {
        part = n - at < sizeof blank ? n - at : sizeof blank;
        if (!desk_file_write(at, blank, part))
            return false;
    }
    return file >= 0;
}

bool
desk_file_open(const char *path, size_t n)
{
    file = sys_semihost_open(path, SH_OPEN_R_PLUS_B);
    return file >= 0 || make(path, n);
}

int
desk_octet(void)
{
    static int console = -1;
    uint8_t octet;

    if (console < 0)
        console = sys_semihost_open(":tt", SH_OPEN_R);
    return console >= 0 && sys_semihost_read(console, &octet, 1) == 0 ? octet
                                                                      : -1;
}
