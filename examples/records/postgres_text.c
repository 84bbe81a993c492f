/* SPDX-License-Identifier: MIT */
/*
 * The SQL: what PostgreSQL 15 takes and, by their manuals, others that speak
 * its protocol. No extension, no function of our own.
 */
#include "postgres_link.h"

/* Identity and timeline: a server that was promoted begins a new one, and one
 * that was restored elsewhere has another identity. */
#define MARK                                                        \
    "(SELECT system_identifier FROM pg_control_system()) || ' ' ||" \
    " left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)"
#define COMMITS                                                       \
    "set_config('synchronous_commit', CASE"                           \
    " current_setting('synchronous_commit') WHEN 'remote_apply' THEN" \
    " 'remote_apply' ELSE 'on' END, false)"
#define LOOK(take)                                                            \
    "WITH here AS (SELECT " MARK " AS mark, " COMMITS " AS commits,"          \
    " current_setting('synchronous_standby_names') AS standbys)"              \
    " INSERT INTO server AS k (id, mark) SELECT 1, mark FROM here"            \
    " ON CONFLICT (id) DO UPDATE SET mark = CASE WHEN " take " THEN"          \
    " excluded.mark ELSE k.mark END RETURNING mark, (SELECT mark FROM here)," \
    " (SELECT standbys FROM here), (SELECT commits FROM here)"

const char *const link_look[] = {
    [RECORDS_FAILOVER_REFUSE] = LOOK("false"),
    [RECORDS_FAILOVER_SYNCHRONOUS] =
        LOOK("(SELECT standbys FROM here) <> '' AND split_part(k.mark, ' ', 1)"
             " = split_part(excluded.mark, ' ', 1) AND"
             " k.mark <= excluded.mark"),
    [RECORDS_FAILOVER_ACCEPT] = LOOK("true"),
};

#define ROW                                                            \
    "s.version, s.id, s.btid, s.old_btid, s.packed, s.due, s.address," \
    " s.services"
#define PART "1000" /* members, of a part; more if there were too many parts */
#define NOW "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
/* The Key Groups of $9, five octets each. */
#define LISTED                                                     \
    "SELECT substring($9::bytea FROM 5 * k + 1 FOR 5) AS grp FROM" \
    " generate_series(0, length($9::bytea) / 5 - 1) AS k"
#define FENCE                                                           \
    "($5::bytea IS NULL OR EXISTS (SELECT 1 FROM lease WHERE name = $5" \
    " AND epoch = $6::bigint))"
#define SET                                                              \
    "SET version = version + 1, btid = $3::bytea, old_btid = $4::bytea," \
    " packed = $5::bytea, due = $6::bigint, address = $7::bytea,"        \
    " services = $8::text WHERE id = $2::bytea AND version = $1::bigint"
#define VALUES                                                          \
    "INSERT INTO subscriber (version, id, btid, old_btid, packed, due," \
    " address, services) VALUES ($1::bigint + 1, $2::bytea, $3::bytea," \
    " $4::bytea, $5::bytea, $6::bigint, $7::bytea, $8::text)"           \
    " ON CONFLICT DO NOTHING"

const struct statement link_statements[] = {
    { "waits", "SELECT current_setting('synchronous_standby_names')" },
    /* An error, which takes the transaction with it. Until that ends it has the
     * table, so that a repair that begins waits for it. */
    { "barred", "SELECT 1 / (coalesce((SELECT owner FROM repair), ''::bytea)"
                " = $1::bytea)::int" },
    { "begin_repair", "LOCK TABLE repair IN ACCESS EXCLUSIVE MODE" },
    { "repair",
      "INSERT INTO repair AS r (id, owner, note) VALUES (1, $1::bytea,"
      " $2::bytea) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner,"
      " note = CASE WHEN r.owner = ''::bytea THEN excluded.note ELSE r.note END"
      " RETURNING note" },
    { "note_repair", "UPDATE repair SET note = $2::bytea"
                     " WHERE owner = $1::bytea RETURNING note" },
    { "end_repair", "UPDATE repair SET owner = '', note = $2::bytea"
                    " WHERE owner = $1::bytea RETURNING note" },
    { "look_repair", "SELECT note, owner FROM repair" },
    { "by_id", "SELECT " ROW " FROM subscriber s WHERE id = $1::bytea" },
    { "by_btid",
      "(SELECT " ROW ", 0 AS o FROM subscriber s WHERE btid = $1::bytea)"
      " UNION ALL (SELECT " ROW ", 1 AS o FROM subscriber s"
      " WHERE old_btid = $1::bytea ORDER BY id LIMIT 1) ORDER BY o LIMIT 1" },
    { "insert", "WITH u AS (" VALUES " RETURNING id), i AS (INSERT INTO member"
                " (grp, id) SELECT l.grp, u.id FROM u, (" LISTED ") l"
                " ON CONFLICT DO NOTHING) SELECT 1 FROM u" },
    { "update", "UPDATE subscriber " SET " RETURNING 1" },
    { "regroup", "WITH u AS (UPDATE subscriber " SET " RETURNING id),"
                 " d AS (DELETE FROM member WHERE id IN (SELECT id FROM u)"
                 " AND grp NOT IN (" LISTED ")), i AS (INSERT INTO member"
                 " (grp, id) SELECT l.grp, u.id FROM u, (" LISTED ") l"
                 " ON CONFLICT DO NOTHING) SELECT 1 FROM u" },
    { "claim", "UPDATE subscriber AS s SET due = $3::bigint FROM (SELECT id"
               " FROM subscriber WHERE due <= $1::bigint ORDER BY due"
               " LIMIT $2::bigint FOR UPDATE SKIP LOCKED) c"
               " WHERE s.id = c.id RETURNING " ROW },
    { "members", "SELECT " ROW " FROM member m JOIN subscriber s"
                 " ON s.id = m.id WHERE m.grp = $1::bytea"
                 " AND m.id > $2::bytea ORDER BY m.id LIMIT $3::bigint" },
    { "after", "SELECT " ROW " FROM subscriber s WHERE id > $1::bytea"
               " ORDER BY id LIMIT $2::bigint" },
    { "timed", "SELECT " ROW " FROM subscriber s WHERE due IS NOT NULL"
               " AND (due, id) > ($1::bigint, $2::bytea)"
               " ORDER BY due, id LIMIT $3::bigint" },
    { "next", "SELECT min(due) FROM subscriber WHERE due IS NOT NULL" },
    { "group", "SELECT version, grp, packed, services FROM key_group"
               " WHERE grp = $1::bytea" },
    { "group_after", "SELECT version, grp, packed, services FROM key_group"
                     " WHERE grp > $1::bytea ORDER BY grp"
                     " LIMIT $2::bigint" },
    { "insert_group",
      "INSERT INTO key_group (version, grp, packed, services)"
      " SELECT $1::bigint + 1, $2::bytea, $3::bytea, $4::text WHERE " FENCE
      " ON CONFLICT DO NOTHING RETURNING 1" },
    { "update_group",
      "UPDATE key_group SET version = version + 1, packed = $3::bytea,"
      " services = $4::text WHERE grp = $2::bytea AND version = $1::bigint"
      " AND " FENCE " RETURNING 1" },
    { "lease",
      "INSERT INTO lease AS l (name, owner, epoch, until) VALUES ($1::bytea,"
      " $2::bytea, 1, " NOW " + $3::bigint) ON CONFLICT (name) DO UPDATE"
      " SET owner = excluded.owner, epoch = CASE WHEN l.until > " NOW
      " THEN l.epoch ELSE l.epoch + 1 END, until = excluded.until"
      " WHERE l.owner = excluded.owner OR l.until <= " NOW " RETURNING epoch" },
    { "release", "UPDATE lease SET until = 0 WHERE name = $1::bytea"
                 " AND owner = $2::bytea RETURNING 1" },
    { "secret", "INSERT INTO secret AS k (name, value) VALUES ($1::bytea,"
                " $2::bytea) ON CONFLICT (name) DO UPDATE SET value = k.value"
                " RETURNING value" },
    /* The last one of each part, and the last one of the part before. */
    { "begin_job",
      "WITH t AS (SELECT id, row_number() OVER (ORDER BY id) AS r, ntile("
      "(SELECT least($4::bigint, 1 + count(*) / " PART ")::int FROM member"
      " WHERE grp = $3::bytea)) OVER (ORDER BY id) AS part FROM member"
      " WHERE grp = $3::bytea), e AS (SELECT id, r, part, lead(part)"
      " OVER (ORDER BY r) AS next FROM t)"
      " INSERT INTO job SELECT $1::bytea, part, $2::bigint, $3::bytea, 0, 0,"
      " coalesce(lag(id) OVER (ORDER BY r), ''::bytea), id,"
      " r - coalesce(lag(r) OVER (ORDER BY r), 0), 0, 0, 0 FROM e"
      " WHERE next IS NULL OR next <> part RETURNING 1" },
    { "claim_job",
      "UPDATE job AS j SET epoch = j.epoch + 1, until = " NOW " + $1::bigint"
      " FROM (SELECT id, part FROM job WHERE until <= " NOW " AND ended = 0"
      " ORDER BY part, until, id LIMIT 1 FOR UPDATE SKIP LOCKED) c"
      " WHERE j.id = c.id AND j.part = c.part RETURNING j.id, j.part, j.kind,"
      " j.grp, j.epoch, j.at, j.last, j.members, j.seen, j.done" },
    { "save_job", "UPDATE job SET until = " NOW " + $4::bigint,"
                  " at = $5::bytea, seen = $6::bigint, done = $7::bigint,"
                  " ended = $8::bigint WHERE id = $1::bytea"
                  " AND part = $2::bigint AND epoch = $3::bigint RETURNING 1" },
    { "sum_job", "SELECT members, seen, done FROM job WHERE id = $1::bytea" },
    { "end_job", "DELETE FROM job WHERE id = $1::bytea AND NOT EXISTS"
                 " (SELECT 1 FROM job WHERE id = $1::bytea AND ended = 0)"
                 " RETURNING members, seen, done" },
};

const size_t link_statements_n =
    sizeof link_statements / sizeof link_statements[0];
