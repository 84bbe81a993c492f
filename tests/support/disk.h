/* SPDX-License-Identifier: MIT */
/*
 * disk.h - a disk in memory that keeps a log of what was done to it, and
 * can become what a power cut at any octet of that log would leave.
 *
 * What was synced is there. Of the rest, in order: all that came before the
 * cut. Out of order: any pieces of what was not synced, in any order, with
 * garbage where a file grew. Always: garbage in the octet in flight. Names
 * appear and vanish in their order; a synced file has its name.
 */
#ifndef TESTS_SUPPORT_DISK_H
#define TESTS_SUPPORT_DISK_H

#include "support.h"

#define DISK_NO_FILE SIZE_MAX

/* An empty disk that keeps a log. */
void disk_start(void);

/* A file, or DISK_NO_FILE. make: it is made if it is not there. */
size_t disk_find(const char *name, bool make);

void disk_delete(const char *name, bool sync);
size_t disk_size(size_t file);
void disk_write(size_t file, size_t at, const uint8_t *p, size_t n);
void disk_truncate(size_t file, size_t n);
void disk_sync(size_t file);

/* As much of a file as there is; zeros after its end. Returns how much. */
size_t disk_read(size_t file, size_t at, uint8_t *out, size_t n);

/* How many syncs there are in the log. */
size_t disk_syncs(void);

/* Logs that something was told to the world. */
void disk_mark(void);

/* The log ends; it has so many places for a cut. */
size_t disk_stop(void);

/* How many marks come before a place; *edge: it is the first or last octet of
 * a write. */
size_t disk_marks(size_t where, bool *edge);

/* The disk is what a cut there leaves. */
void disk_cut(size_t where, bool in_order, struct rng *r);

#endif
