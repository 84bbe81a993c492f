/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite_db.h - the part of store_sqlite.c that opens a database, sees
 * whose it is and sets it up; to be copied with it.
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include "store_sqlite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong, in the words of msk/store.h. */
int store_sqlite_db_error(int code);

int store_sqlite_db_execute(struct store_sqlite *s, const char *text);

/* The first column of the first row. */
int store_sqlite_db_ask(struct store_sqlite *s, const char *text,
                        sqlite3_int64 *answer);

/* Makes the file, for its owner alone: SQLite would let others read a file that
 * it makes, and would follow a link. False: it is a symbolic link, no plain
 * file, or open to others. */
bool store_sqlite_db_make_private(const char *path);

/* Opens the database, if it is one of this store. *fresh: nothing was ever done
 * with it. */
int store_sqlite_db_attach(struct store_sqlite *s, const char *path,
                           const char *vfs, bool *fresh);

/* Makes it durable, and the tables of a fresh one. pages: 0: no limit. */
int store_sqlite_db_set_up(struct store_sqlite *s, bool fresh, int pages);

#ifdef __cplusplus
}
#endif

#endif
