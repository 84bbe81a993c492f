/* SPDX-License-Identifier: MIT */
/*
 * The tables, made where they are not there. CREATE ... IF NOT EXISTS would not
 * do: an index takes a lock on its table before it looks, behind which the
 * saves of all others wait; and of two that begin at once one would fail. So
 * this looks first, and makes what is missing one node after the other.
 */
#include "postgres_link.h"

static const struct statement tables[] = {
    { "subscriber",
      "CREATE TABLE subscriber (id bytea PRIMARY KEY,"
      " version bigint NOT NULL, btid bytea NOT NULL UNIQUE, old_btid bytea,"
      " packed bytea NOT NULL, due bigint, address bytea,"
      " services text NOT NULL)" },
    { "subscriber_old", "CREATE INDEX subscriber_old ON subscriber (old_btid)"
                        " WHERE old_btid IS NOT NULL" },
    { "subscriber_due", "CREATE INDEX subscriber_due ON subscriber (due)"
                        " WHERE due IS NOT NULL" },
    { "member", "CREATE TABLE member (grp bytea NOT NULL, id bytea NOT NULL,"
                " PRIMARY KEY (grp, id))" },
    { "member_id", "CREATE INDEX member_id ON member (id)" },
    { "key_group", "CREATE TABLE key_group (grp bytea PRIMARY KEY,"
                   " version bigint NOT NULL, packed bytea NOT NULL,"
                   " services text NOT NULL)" },
    { "lease", "CREATE TABLE lease (name bytea PRIMARY KEY,"
               " owner bytea NOT NULL, epoch bigint NOT NULL,"
               " until bigint NOT NULL)" },
    { "secret", "CREATE TABLE secret (name bytea PRIMARY KEY,"
                " value bytea NOT NULL)" },
    { "job",
      "CREATE TABLE job (id bytea NOT NULL, part bigint NOT NULL,"
      " kind bigint NOT NULL, grp bytea NOT NULL, epoch bigint NOT NULL,"
      " until bigint NOT NULL, at bytea NOT NULL, last bytea NOT NULL,"
      " members bigint NOT NULL, seen bigint NOT NULL, done bigint NOT NULL,"
      " ended bigint NOT NULL, PRIMARY KEY (id, part))" },
    /* One row at most; without an owner it has ended. */
    { "repair", "CREATE TABLE repair (id bigint PRIMARY KEY,"
                " owner bytea NOT NULL, note bytea NOT NULL)" },
    { "server", "CREATE TABLE server (id bigint PRIMARY KEY,"
                " mark text NOT NULL)" },
};

static const char look[] =
    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relname = $1::text";

/* Who stands still in the middle of a transaction is not waited for. The number
 * is ours: "MSKS". The lock is kept until the commit. */
static const char begin[] = "BEGIN ISOLATION LEVEL READ COMMITTED;"
                            "SET LOCAL lock_timeout = " LINK_LOCK_MS ";"
                            "SELECT pg_advisory_xact_lock(1297304403)";

static bool
run(PGconn *conn, const char *sql)
{
    PGresult *res = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(res);

    PQclear(res);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* How many are missing, of which it makes those that it may; -1: an error. */
static int
go_through(PGconn *conn, bool make)
{
    int missing = 0;

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        PGresult *res =
            PQexecParams(conn, look, 1, NULL, &tables[i].name, NULL, NULL, 0);
        bool fine = PQresultStatus(res) == PGRES_TUPLES_OK;
        bool there = fine && PQntuples(res) > 0;

        PQclear(res);
        if (!fine || (!there && make && !run(conn, tables[i].sql)))
            return -1;
        missing += !there;
    }
    return missing;
}

bool
link_make_tables(PGconn *conn)
{
    int missing = go_through(conn, false);

    if (missing <= 0)
        return missing == 0;
    return run(conn, begin) && go_through(conn, true) >= 0 &&
           run(conn, "COMMIT");
}
