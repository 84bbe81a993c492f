/* SPDX-License-Identifier: MIT */
/*
 * keylog.h - a file of keys, for tools that look into a capture. One a line,
 * all in hex:
 *
 *   MIKEY_MUK BTID KEY
 *   MIKEY_MSK DOMAIN GROUP NUMBER RAND KEY
 *   MIKEY_MTK DOMAIN GROUP NUMBER MTKID KEY SALT      ("-": no salt)
 */
#ifndef HOSTS_KEYLOG_H
#define HOSTS_KEYLOG_H

#include <stdio.h>

#include "msk/ue.h"

/* Opens path for appending, as a private file; NULL path: *file is
 * NULL and nothing is logged. False: it cannot be, and
 * the reason was told. */
bool keylog_open(FILE **file, const char *path);

void keylog_write(FILE *file, const struct msk_keylog *key);

#endif
