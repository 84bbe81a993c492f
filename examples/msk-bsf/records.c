/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <stdio.h>
#include <string.h>

#include "../hosts/private.h"
#include "../provider.h"
#include "query.h"

static const char schema[] =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=ON;"
    "CREATE TABLE IF NOT EXISTS subscribers("
    " impi BLOB PRIMARY KEY, k BLOB NOT NULL, opc BLOB NOT NULL,"
    " amf BLOB NOT NULL, sqn INTEGER NOT NULL, asked INTEGER NOT NULL,"
    " rand BLOB NOT NULL, autn BLOB NOT NULL, xres BLOB NOT NULL,"
    " ks BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS bootstrapped("
    " btid BLOB PRIMARY KEY, impi BLOB NOT NULL, rand BLOB NOT NULL,"
    " ks BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS of_whom ON bootstrapped(impi, created);"
    /* Whose card does GBA_U. */
    "CREATE TABLE IF NOT EXISTS cards(impi BLOB PRIMARY KEY) WITHOUT ROWID;";

bool
records_open(struct records *r, const char *path)
{
    char *why = NULL;
    int rc;

    r->db = NULL;
    if (!private_make(path))
        return false;
    rc = sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(r->db, schema, NULL, NULL, &why);
    if (rc != SQLITE_OK) {
        (void)fprintf(stderr, "%s: %s\n", path,
                      why != NULL ? why : sqlite3_errmsg(r->db));
        sqlite3_free(why);
        records_close(r);
    }
    return rc == SQLITE_OK;
}

void
records_close(struct records *r)
{
    (void)sqlite3_close(r->db);
    r->db = NULL;
}

/* --- subscribers ---------------------------------------------------------- */

static int
simple(struct records *r, const char *sql)
{
    struct query q;

    query_prepare(&q, r->db, sql);
    return query_run(&q);
}

static int
add_card(struct records *r, const char *impi)
{
    struct query q;

    query_prepare(&q, r->db, "INSERT INTO cards VALUES(?)");
    query_put_text(&q, impi);
    return query_run(&q);
}

static int
add(struct records *r, const struct subscription *s, uint64_t sqn, bool *added)
{
    struct query q;
    int err;

    query_prepare(&q, r->db,
                  "INSERT INTO subscribers VALUES(?,?,?,?,?,0,x'',x'',x'',x'')"
                  " ON CONFLICT DO NOTHING");
    query_put_text(&q, s->impi);
    query_put_octets(&q, s->milenage.k, sizeof s->milenage.k);
    query_put_octets(&q, s->milenage.opc, sizeof s->milenage.opc);
    query_put_octets(&q, s->amf, sizeof s->amf);
    query_put_number(&q, sqn);
    err = query_run(&q);
    *added = err == MSK_OK && sqlite3_changes(r->db) > 0;
    return *added && s->gba_u ? add_card(r, s->impi) : err;
}

int
records_add(struct records *r, const struct subscription *s, uint64_t sqn,
            bool *added)
{
    int err = simple(r, "BEGIN IMMEDIATE");

    *added = false;
    if (err != MSK_OK)
        return err;
    err = add(r, s, sqn, added);
    if (err == MSK_OK)
        err = simple(r, "COMMIT");
    if (err != MSK_OK)
        (void)simple(r, "ROLLBACK");
    return err;
}

static int
get_subscriber(struct query *q, struct subscriber *out)
{
    struct subscription *s = &out->subscription;
    struct vector *v = &out->vector;
    int err;

    s->milenage.crypto = host_crypto();
    err = query_get_name(q, s->impi, sizeof s->impi);
    if (err == MSK_OK)
        err = query_get_octets(q, s->milenage.k, sizeof s->milenage.k);
    if (err == MSK_OK)
        err = query_get_octets(q, s->milenage.opc, sizeof s->milenage.opc);
    if (err == MSK_OK)
        err = query_get_octets(q, s->amf, sizeof s->amf);
    out->sqn = query_get_number(q);
    out->asked = query_get_number(q);
    if (err == MSK_OK)
        err = query_get_octets(q, v->challenge.rand, sizeof v->challenge.rand);
    if (err == MSK_OK)
        err = query_get_octets(q, v->challenge.autn, sizeof v->challenge.autn);
    if (err == MSK_OK)
        err = query_get_octets(q, v->xres, sizeof v->xres);
    if (err == MSK_OK)
        err = query_get_octets(q, v->ks, sizeof v->ks);
    s->gba_u = query_get_number(q) != 0;
    return err;
}

int
records_subscriber(struct records *r, struct msk_bytes impi,
                   struct subscriber *out)
{
    struct query q;
    int err;

    memset(out, 0, sizeof *out);
    query_prepare(&q, r->db,
                  "SELECT impi,k,opc,amf,sqn,asked,rand,autn,xres,ks,"
                  "impi IN (SELECT impi FROM cards)"
                  " FROM subscribers WHERE impi=?");
    query_put_octets(&q, impi.p, impi.n);
    err = query_first_row(&q);
    if (err == MSK_OK)
        err = get_subscriber(&q, out);
    (void)sqlite3_finalize(q.statement);
    return err;
}

int
records_challenged(struct records *r, const struct subscriber *s)
{
    const struct vector *v = &s->vector;
    struct query q;

    query_prepare(
        &q, r->db,
        "UPDATE subscribers SET sqn=?,asked=?,rand=?,autn=?,xres=?,ks=?"
        " WHERE impi=?");
    query_put_number(&q, s->sqn);
    query_put_number(&q, s->asked);
    query_put_octets(&q, v->challenge.rand, sizeof v->challenge.rand);
    query_put_octets(&q, v->challenge.autn, sizeof v->challenge.autn);
    query_put_octets(&q, v->xres, sizeof v->xres);
    query_put_octets(&q, v->ks, sizeof v->ks);
    query_put_text(&q, s->subscription.impi);
    return query_run(&q);
}

/* --- what was bootstrapped ------------------------------------------------ */

/* Of one name, and when the newest was made. */
static int
newest(struct records *r, const char *impi, msk_time *created)
{
    struct query q;
    int err;

    query_prepare(
        &q, r->db,
        "SELECT coalesce(max(created),0) FROM bootstrapped WHERE impi=?");
    query_put_text(&q, impi);
    err = query_first_row(&q);
    if (err == MSK_OK)
        *created = query_get_number(&q);
    (void)sqlite3_finalize(q.statement);
    return err;
}

static int
forget_old(struct records *r, const char *impi, msk_time now)
{
    struct query q;

    query_prepare(
        &q, r->db,
        "DELETE FROM bootstrapped WHERE expires<=?1 OR (impi=?2 AND created"
        "<(SELECT max(created) FROM bootstrapped WHERE impi=?2))");
    query_put_number(&q, now);
    query_put_text(&q, impi);
    return query_run(&q);
}

static int
insert(struct records *r, const struct subscriber *s,
       const struct msk_ub_info *info, msk_time created)
{
    const struct vector *v = &s->vector;
    struct query q;

    query_prepare(&q, r->db, "INSERT INTO bootstrapped VALUES(?,?,?,?,?,?)");
    query_put_octets(&q, info->btid, info->btid_len);
    query_put_text(&q, s->subscription.impi);
    query_put_octets(&q, v->challenge.rand, sizeof v->challenge.rand);
    query_put_octets(&q, v->ks, sizeof v->ks);
    query_put_number(&q, created);
    query_put_number(&q, info->expires);
    return query_run(&q);
}

static int
close_challenge(struct records *r, const char *impi)
{
    struct query q;

    query_prepare(
        &q, r->db,
        "UPDATE subscribers SET asked=0,rand=x'',autn=x'',xres=x'',ks=x''"
        " WHERE impi=?");
    query_put_text(&q, impi);
    return query_run(&q);
}

int
records_bootstrapped(struct records *r, const struct subscriber *s,
                     const struct msk_ub_info *info, msk_time now,
                     msk_time *created)
{
    const char *impi = s->subscription.impi;
    msk_time last = 0;
    int err = simple(r, "BEGIN IMMEDIATE");

    if (err != MSK_OK)
        return err;
    err = newest(r, impi, &last);
    *created = now > last ? now : last + 1;
    if (err == MSK_OK)
        err = forget_old(r, impi, now);
    if (err == MSK_OK)
        err = insert(r, s, info, *created);
    if (err == MSK_OK)
        err = close_challenge(r, impi);
    if (err == MSK_OK)
        err = simple(r, "COMMIT");
    if (err != MSK_OK)
        (void)simple(r, "ROLLBACK");
    return err;
}

int
records_find(struct records *r, const char *btid, msk_time now,
             struct bootstrapped *out)
{
    struct query q;
    int err;

    memset(out, 0, sizeof *out);
    query_prepare(&q, r->db,
                  "SELECT impi,rand,ks,created,expires,"
                  "impi IN (SELECT impi FROM cards) FROM bootstrapped"
                  " WHERE btid=? AND expires>?");
    query_put_text(&q, btid);
    query_put_number(&q, now);
    err = query_first_row(&q);
    if (err == MSK_OK)
        err = query_get_name(&q, out->impi, sizeof out->impi);
    if (err == MSK_OK)
        err = query_get_octets(&q, out->rand, sizeof out->rand);
    if (err == MSK_OK)
        err = query_get_octets(&q, out->ks, sizeof out->ks);
    if (err == MSK_OK) {
        out->created = query_get_number(&q);
        out->expires = query_get_number(&q);
        out->gba_u = query_get_number(&q) != 0;
    }
    (void)sqlite3_finalize(q.statement);
    return err;
}
