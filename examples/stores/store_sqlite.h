/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite.h - a struct msk_store in an SQLite database, to be copied into
 * a host, with store_sqlite_db.[ch]. Write-ahead log with synchronous=FULL: what
 * is answered is durable.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "msk/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The statements it keeps. */
enum store_sqlite_statement {
    STORE_SQLITE_LOAD,
    STORE_SQLITE_EACH,
    STORE_SQLITE_BEGIN,
    STORE_SQLITE_NEXT,
    STORE_SQLITE_INSERT,
    STORE_SQLITE_UPDATE,
    STORE_SQLITE_DELETE,
    STORE_SQLITE_COMMIT,
    STORE_SQLITE_ROLLBACK,
    STORE_SQLITE_STATEMENTS
};

/* Fields are the store's. */
struct store_sqlite {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_SQLITE_STATEMENTS];
    bool is_relaxed; /* commits may be lost now */
};

/*
 * Opens the database, or makes one that only its owner may read. vfs: NULL,
 * or the name of a VFS of SQLite's. pages: the most pages of 4096 octets it
 * may grow to, 0: no limit. s and store stay good as long as it is used. No
 * other connection can use the database meanwhile. The store never answers
 * MSK_PENDING.
 * MSK_ERR_ARGUMENT; MSK_ERR_BUSY: somebody else has it open; MSK_ERR_RECORD:
 * it is damaged, of a later version, or no database of this store;
 * MSK_ERR_STORE: also, without a vfs, when the path is a symbolic link, no
 * plain file, or one that others may open.
 */
int store_sqlite_open(struct msk_store *store, struct store_sqlite *s,
                      const char *path, const char *vfs, int pages);

/* Makes delayed commits durable, and leaves nothing of deleted records in the
 * database or its log (as far as the medium overwrites at all).
 * MSK_ERR_STORE. */
int store_sqlite_scrub(struct store_sqlite *s);

void store_sqlite_close(struct store_sqlite *s);

#ifdef __cplusplus
}
#endif

#endif
