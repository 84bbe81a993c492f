/* SPDX-License-Identifier: MIT */
/*
 * private.h - files of keys, and of what was said under them. They are made
 * for their owner alone (0600). One that is there already is used only if it
 * is a plain file of this user that is closed to everybody else, under one
 * name, and no symbolic link: anybody who could put something else there could
 * read keys, or have another file overwritten.
 */
#ifndef HOSTS_PRIVATE_H
#define HOSTS_PRIVATE_H

#include <stdbool.h>
#include <stdio.h>

/* Opens path for writing at its end; with `anew` what it held goes first.
 * -1: refused, and the reason was told on stderr. */
int private_open(const char *path, bool anew);

/* Makes path, if it is not there, or looks at it, for a library that opens it
 * by its name. It is not opened for that: to close a file gives away what
 * locks the process has on it. False: refused, and the reason was told. */
bool private_make(const char *path);

/* Opens path, which is there, for reading. NULL: refused, and the reason was
 * told. */
FILE *private_read(const char *path);

#endif
