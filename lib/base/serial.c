/* SPDX-License-Identifier: MIT */
#include "base/serial.h"

/* RFC 1982 3.2, "s1 is greater than s2", with SERIAL_BITS 32. */
bool
msk_serial_newer(uint32_t a, uint32_t b)
{
    const uint32_t half = (uint32_t)1 << 31;

    return a > b ? a - b < half : b - a > half;
}
