/* SPDX-License-Identifier: MIT */
/*
 * output.h - lines to stdout by a loop that must not wait for their reader:
 * what cannot be written at once is kept, up to OUTPUT_MAX octets; lines that
 * find no room are dropped, counted, and that is told.
 */
#ifndef HOSTS_OUTPUT_H
#define HOSTS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_MAX 1048576

/* Takes a line of n octets, its end included, and writes what it can. many: one
 * that each of many subscribers causes; these leave OUTPUT_KEPT octets to all
 * others, so that how something ended is told however much that was. */
#define OUTPUT_KEPT 131072
void output_line(const char *line, size_t n, bool many);

/* From now on lines wait for output_flush, as long as there are less than
 * OUTPUT_PIECE octets: for a loop that tells much in each turn. */
#define OUTPUT_PIECE 32768
void output_gather(void);

/* Writes what it can, unless lines gather. True: nothing is left. */
bool output_go_on(void);

/* Writes what it can. True: nothing is left. Call it in each turn of a loop,
 * and turn again soon as long as it is false. */
bool output_flush(void);

/* How many lines were dropped since it was last asked. */
unsigned long output_dropped(void);

/* At the end of a program: the reader has so many milliseconds more. */
void output_end(int ms);

#endif
