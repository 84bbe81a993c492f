/* SPDX-License-Identifier: MIT */
/* Repairs in SQLite. */
#include <string.h>

#include "sqlite_rows.h"

bool
rows_look_barred(struct rows *r, bool *barred)
{
    sqlite3_stmt *s = r->statements[ROWS_BARRED];
    bool fine;

    rows_put(s, 1, r->repairs, r->repairs_n);
    fine = sqlite3_step(s) == SQLITE_ROW;
    *barred = !fine || sqlite3_column_int(s, 0) != 0;
    rows_end(s);
    return fine;
}

static bool
get_note(sqlite3_stmt *s, struct records_note *note)
{
    return rows_get(s, 0, note->octets, sizeof note->octets, &note->n);
}

/* If the transaction fails nobody is the owner, and all is barred here. */
static enum records_result
begin(struct rows *r, const struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_REPAIR];
    bool fine = q->owner.n > 0 && q->owner.n <= sizeof r->repairs;

    if (!fine)
        return RECORDS_FAILED;
    rows_put(s, 1, q->owner.p, q->owner.n);
    rows_put(s, 2, q->note->octets, q->note->n);
    fine = sqlite3_step(s) == SQLITE_ROW && get_note(s, q->note) &&
           sqlite3_step(s) == SQLITE_DONE;
    rows_end(s);
    memcpy(r->repairs, q->owner.p, q->owner.n);
    r->repairs_n = q->owner.n;
    return fine ? RECORDS_OK : RECORDS_FAILED;
}

static enum records_result
go_on(struct rows *r, const struct records_request *q)
{
    bool ends = q->kind == RECORDS_END_REPAIR, fine;
    sqlite3_stmt *s = r->statements[ends ? ROWS_END_REPAIR : ROWS_NOTE_REPAIR];

    rows_put(s, 1, q->owner.p, q->owner.n);
    rows_put(s, 2, q->note->octets, q->note->n);
    fine = sqlite3_step(s) == SQLITE_DONE && sqlite3_changes(r->db) == 1;
    rows_end(s);
    if (fine && ends)
        r->repairs_n = 0;
    return fine ? RECORDS_OK : RECORDS_FAILED;
}

static enum records_result
look(struct rows *r, const struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_LOOK_REPAIR];
    int result = sqlite3_step(s);
    bool fine = result == SQLITE_ROW || result == SQLITE_DONE, open = false;

    q->note->n = 0;
    if (result == SQLITE_ROW) {
        fine = get_note(s, q->note);
        open = sqlite3_column_bytes(s, 1) > 0;
    }
    rows_end(s);
    if (!fine)
        return RECORDS_FAILED;
    return open ? RECORDS_OK : RECORDS_NONE;
}

enum records_result
rows_do_repair(struct rows *r, struct records_request *q)
{
    if (q->kind == RECORDS_REPAIR)
        return begin(r, q);
    if (q->kind == RECORDS_LOOK_REPAIR)
        return look(r, q);
    return go_on(r, q);
}
