/* SPDX-License-Identifier: MIT */
/* desk.h - what stands for hardware on the desk: one file, and a console. */
#ifndef DESK_H
#define DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens the file for both; one that is not there is made, of n octets 0xFF. */
bool desk_file_open(const char *path, size_t n);

/* All n octets, and when it comes back the desk has them. */
bool desk_file_read(size_t at, uint8_t *out, size_t n);
bool desk_file_write(size_t at, const uint8_t *p, size_t n);

/* The next octet that comes from the console; -1: none comes any more. */
int desk_octet(void);

#endif
