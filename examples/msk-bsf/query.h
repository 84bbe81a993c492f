/* SPDX-License-Identifier: MIT */
/* query.h - one statement of SQLite: what is bound to it, and what comes. The
 * first thing that goes wrong stays, and the end of it says so. */
#ifndef MSK_BSF_QUERY_H
#define MSK_BSF_QUERY_H

#include <sqlite3.h>

#include "msk/types.h"

struct query {
    sqlite3_stmt *statement;
    int at; /* the parameter bound last; then the column that is next */
    int rc;
};

void query_prepare(struct query *q, sqlite3 *db, const char *sql);

/* The next parameter; what p points to stays good until the end. A number of
 * SQLite has a sign, which MSK_NEVER has no need of. */
void query_put_octets(struct query *q, const void *p, size_t n);
void query_put_text(struct query *q, const char *text);
void query_put_number(struct query *q, uint64_t number);

/* Runs what returns no row, and ends it. MSK_ERR_STORE. */
int query_run(struct query *q);

/* Steps to the one row; sqlite3_finalize ends it. MSK_ERR_MISSING: there is
 * none; MSK_ERR_STORE. */
int query_first_row(struct query *q);

/* The next column: exactly n octets, or none where nothing was written yet; a
 * text shorter than cap. MSK_ERR_STORE: something else. */
int query_get_octets(struct query *q, uint8_t *out, size_t n);
int query_get_name(struct query *q, char *out, size_t cap);
uint64_t query_get_number(struct query *q);

#endif
