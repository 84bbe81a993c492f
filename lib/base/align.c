/* SPDX-License-Identifier: MIT */
#include "base/align.h"

#include "msk/types.h"

void *
msk_align(void *mem)
{
    size_t over = (uintptr_t)mem % sizeof(uint64_t);

    return (uint8_t *)mem + (over == 0 ? 0 : sizeof(uint64_t) - over);
}
