/* SPDX-License-Identifier: MIT */
/* base/serial.h - counters of 32 bits that may pass their maximum (RFC 1982,
 * as TS 33.246 6.4.3 asks). */
#ifndef MSK_BASE_SERIAL_H
#define MSK_BASE_SERIAL_H

#include "msk/types.h"

/* True when a is greater than b in serial number arithmetic. False when they
 * are equal, and when they are exactly 2^31 apart: undefined is "not newer". */
bool msk_serial_newer(uint32_t a, uint32_t b);

#endif
