/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <string.h>

void
query_prepare(struct query *q, sqlite3 *db, const char *sql)
{
    q->statement = NULL;
    q->at = 0;
    q->rc = sqlite3_prepare_v2(db, sql, -1, &q->statement, NULL);
}

void
query_put_octets(struct query *q, const void *p, size_t n)
{
    if (q->rc == SQLITE_OK)
        q->rc = sqlite3_bind_blob64(q->statement, ++q->at, p, n, SQLITE_STATIC);
}

void
query_put_text(struct query *q, const char *text)
{
    query_put_octets(q, text, strlen(text));
}

void
query_put_number(struct query *q, uint64_t number)
{
    if (number > INT64_MAX) /* MSK_NEVER */
        number = INT64_MAX;
    if (q->rc == SQLITE_OK)
        q->rc =
            sqlite3_bind_int64(q->statement, ++q->at, (sqlite3_int64)number);
}

int
query_run(struct query *q)
{
    if (q->rc == SQLITE_OK)
        q->rc = sqlite3_step(q->statement);
    (void)sqlite3_finalize(q->statement);
    return q->rc == SQLITE_DONE ? MSK_OK : MSK_ERR_STORE;
}

int
query_first_row(struct query *q)
{
    if (q->rc == SQLITE_OK)
        q->rc = sqlite3_step(q->statement);
    q->at = 0;
    if (q->rc == SQLITE_ROW)
        return MSK_OK;
    return q->rc == SQLITE_DONE ? MSK_ERR_MISSING : MSK_ERR_STORE;
}

int
query_get_octets(struct query *q, uint8_t *out, size_t n)
{
    int column = q->at++;
    const void *p = sqlite3_column_blob(q->statement, column);
    size_t got = (size_t)sqlite3_column_bytes(q->statement, column);

    if (got == n && p != NULL)
        memcpy(out, p, n);
    return got == n || got == 0 ? MSK_OK : MSK_ERR_STORE;
}

uint64_t
query_get_number(struct query *q)
{
    return (uint64_t)sqlite3_column_int64(q->statement, q->at++);
}

int
query_get_name(struct query *q, char *out, size_t cap)
{
    int column = q->at++;
    const void *p = sqlite3_column_blob(q->statement, column);
    size_t n = (size_t)sqlite3_column_bytes(q->statement, column);

    if (p == NULL || n >= cap)
        return MSK_ERR_STORE;
    memcpy(out, p, n);
    out[n] = '\0';
    return MSK_OK;
}
