/* SPDX-License-Identifier: MIT */
/* Which lines of the library a test program comes to: the compiler calls this in
 * each block of it. What it notes is a file that processes share, so that one
 * that is killed has said what it did. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM 0x400000 /* octets of the library, at most */

void __sanitizer_cov_trace_pc(void);

extern const char __ehdr_start __attribute__((visibility("hidden")));

static uint8_t *notes;

__attribute__((constructor)) static void
open_notes(void)
{
    const char *name = getenv("MSK_TRACED");
    int file = name == NULL ? -1 : open(name, O_RDWR | O_CREAT, 0644);

    if (file < 0 || ftruncate(file, ROOM) != 0)
        return;
    notes = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (notes == MAP_FAILED)
        notes = NULL;
    (void)close(file);
}

void
__sanitizer_cov_trace_pc(void)
{
    uintptr_t at = (uintptr_t)__builtin_return_address(0);

    at -= (uintptr_t)&__ehdr_start;
    if (notes != NULL && at < ROOM)
        notes[at] = 1;
}
