/* SPDX-License-Identifier: MIT */
/*
 * What was told to be saved is there, whatever happens to a process, a disk, a
 * server; and what could not be saved is told.
 *   test_records_faults ADAPTER: sqlite, postgres
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shelf.h"
#include "support.h"

#define CROWD 64

static struct records_subscriber rows[CROWD], got;
static struct records_request requests[CROWD];
static uint64_t acked[CROWD]; /* the version that was told to be there */

static int
set_up(void **state)
{
    (void)state;
    shelf_open();
    memset(acked, 0, sizeof acked);
    for (int i = 0; i < CROWD; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "u%02d", i);
        make_row(&rows[i], id, id, "x");
        requests[i] =
            (struct records_request){ .kind = RECORDS_SAVE, .rows = &rows[i] };
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    shelf_close();
    return 0;
}

/* All of them once, in one batch; how many failed? */
static unsigned
save_all(void)
{
    unsigned failed = 0;

    ask_all(shelf, requests, CROWD);
    for (int i = 0; i < CROWD; i++) {
        assert_int_not_equal(requests[i].result, RECORDS_NONE);
        if (requests[i].result == RECORDS_OK)
            acked[i] = rows[i].version;
        else
            failed++;
    }
    return failed;
}

/* Nothing that was told is lost; who was told nothing looks what there is. */
static void
load_all(void)
{
    for (int i = 0; i < CROWD; i++) {
        struct records_request q = { .kind = RECORDS_BY_ID,
                                     .key = { rows[i].id, rows[i].id_n },
                                     .rows = &got };
        enum records_result result = ask(shelf, &q);

        assert_int_equal(result, result == RECORDS_NONE && acked[i] == 0
                                     ? RECORDS_NONE
                                     : RECORDS_OK);
        assert_true(result == RECORDS_NONE || got.version >= acked[i]);
        rows[i].version = result == RECORDS_OK ? got.version : 0;
    }
}

/* --- SQLite -------------------------------------------------------------- */

static void
save_until_killed(int told)
{
    for (;;) {
        (void)save_all();
        if (write(told, acked, sizeof acked) != (ssize_t)sizeof acked)
            _exit(1);
    }
}

static void
keeps_what_it_told_when_it_is_killed(void **state)
{
    int ends[2];

    (void)state;
    for (int turn = 0; turn < 5; turn++) {
        pid_t child;

        records_close(shelf);
        shelf = NULL;
        assert_int_equal(pipe(ends), 0);
        child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            shelf = shelf_other();
            save_until_killed(ends[1]);
        }
        (void)close(ends[1]);
        for (int n = 0; n < 3 + turn; n++)
            assert_int_equal(read(ends[0], acked, sizeof acked), sizeof acked);
        pass(turn); /* and somewhere in the next one */
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        while (read(ends[0], acked, sizeof acked) == (ssize_t)sizeof acked)
            ;
        (void)close(ends[0]);
        shelf = shelf_other();
        load_all();
    }
    assert_true(acked[0] > 10);
}

/* A file that may not grow is a full disk. */
static void
tells_of_a_full_disk_and_goes_on_after(void **state)
{
    struct rlimit old, full;
    unsigned failed = 0;

    (void)state;
    assert_int_equal(save_all(), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    full = old;
    full.rlim_cur = 200000;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    for (int i = 0; i < CROWD; i++)
        rows[i].n = sizeof rows[i].packed;
    for (int turn = 0; turn < 4; turn++) {
        failed += save_all();
        load_all();
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(failed >= CROWD);
    assert_true(records_why(shelf)[0] != '\0');
    load_all();
    assert_int_equal(save_all(), 0);
    load_all();
}

static sqlite3 *
open_file(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(shelf_path(), &db), SQLITE_OK);
    return db;
}

static void
run_sql(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void
fails_for_a_damaged_record_alone(void **state)
{
    struct records_request q[2] = {
        { .kind = RECORDS_BY_ID, .key = msk_text("u01"), .rows = &got },
        { .kind = RECORDS_BY_ID, .key = msk_text("u02"), .rows = &rows[2] },
    };
    sqlite3 *db = open_file();

    (void)state;
    assert_int_equal(save_all(), 0);
    run_sql(db, "UPDATE subscriber SET packed = zeroblob(20000)"
                " WHERE id = CAST('u01' AS BLOB)");
    (void)sqlite3_close(db);
    ask_all(shelf, q, 2);
    assert_int_equal(q[0].result, RECORDS_FAILED);
    assert_int_equal(q[1].result, RECORDS_OK);
}

/* Another process has the file: what reads does not wait for it. */
static void
reads_while_somebody_else_writes(void **state)
{
    sqlite3 *db = open_file();

    (void)state;
    assert_int_equal(save_all(), 0);
    run_sql(db, "BEGIN IMMEDIATE");
    load_all();
    assert_int_equal(save_all(), CROWD);
    load_all();
    run_sql(db, "COMMIT");
    (void)sqlite3_close(db);
    assert_int_equal(save_all(), 0);
}

/* --- PostgreSQL ---------------------------------------------------------- */

static void
run_shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

/* Until it takes everything again. */
static void
recover(void)
{
    for (int i = 0; i < 100; i++) {
        struct records_request q = { .kind = RECORDS_NEXT };

        ask_all(shelf, &q, 1);
        if (q.result != RECORDS_FAILED) {
            load_all();
            if (save_all() == 0)
                return;
        }
        pass(100);
    }
    fail_msg("it does not recover: %s", records_why(shelf));
}

static void
connects_again_when_it_was_cut_off(void **state)
{
    (void)state;
    assert_int_equal(save_all(), 0);
    for (int turn = 0; turn < 3; turn++) {
        run_shell("$PG_AS $PG_BIN/psql -q -h $PGHOST -U $PGUSER -c \"SELECT"
                  " pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                  " pid <> pg_backend_pid() AND backend_type ="
                  " 'client backend'\" postgres >/dev/null");
        (void)save_all();
        recover();
    }
}

/* A crash: what was told to be saved is there. */
static void
keeps_what_it_told_when_the_server_falls(void **state)
{
    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        pid_t child;

        assert_int_equal(save_all(), 0);
        child = fork();
        if (child == 0) {
            pass(20 * turn);
            _exit(system("$PG_AS $PG_BIN/pg_ctl -D $PG_DATA -m immediate"
                         " stop >/dev/null") != 0);
        }
        while (save_all() == 0)
            ;
        (void)waitpid(child, NULL, 0);
        run_shell("cd $PGHOST && $PG_AS $PG_BIN/pg_ctl -D $PG_DATA -l log -w"
                  " -o \"-c listen_addresses= -c"
                  " unix_socket_directories=$PGHOST\" start >/dev/null");
        recover();
    }
}

#define PSQL "$PG_AS $PG_BIN/psql -q -h $PGHOST -U $PGUSER postgres -c "

/* The mark of the store is that of another server, and all have to connect
 * again. */
static void
move_to_another_server(const char *mark)
{
    char command[256];

    (void)snprintf(command, sizeof command,
                   PSQL "\"UPDATE server SET mark = %s\" >/dev/null", mark);
    run_shell(command);
    run_shell(PSQL "\"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE pid <> pg_backend_pid() AND backend_type ="
                   " 'client backend'\" >/dev/null");
    (void)save_all();
}

#ifdef HAVE_LIBPQ
static struct records *
open_postgres(enum records_failover failover, char *why)
{
    return records_postgres("", failover, why);
}
#else
static struct records *
open_postgres(enum records_failover failover, char *why)
{
    (void)failover;
    why[0] = '\0';
    return NULL;
}
#endif

static bool
opens(enum records_failover failover, char *why)
{
    struct records *records = open_postgres(failover, why);

    if (records != NULL)
        records_close(records);
    return records != NULL;
}

/* Does a new connection see that value? Those that there are do from their next
 * command on: the server tells them before it takes a new one. */
static bool
waits_for_standbys(const char *names)
{
    char command[512];

    (void)snprintf(command, sizeof command,
                   PSQL "\"SHOW synchronous_standby_names\" -tA"
                        " | grep -qxF -e '%s'",
                   names);
    return system(command) == 0;
}

/* Does the server wait for the standby that there is? It has read that when
 * this returns. */
static void
wait_for_standbys(const char *names)
{
    char command[512];
    int i = 0;

    (void)snprintf(command, sizeof command,
                   PSQL
                   "\"ALTER SYSTEM SET synchronous_standby_names = '%s'\" -c"
                   " \"SELECT pg_reload_conf()\" >/dev/null",
                   names);
    run_shell(command);
    while (!waits_for_standbys(names) && i++ < 200)
        pass(50);
    assert_true(waits_for_standbys(names));
}

/* A standby that is taken away while the connections stay: from then on nothing
 * that is told to be saved is on two disks. */
static void
saves_nothing_that_no_standby_has(void **state)
{
    char why[RECORDS_WHY_MAX] = "";
    struct records *first = shelf;

    (void)state;
    run_shell(
        "cd $PGHOST && $PG_AS mkdir -p wal && ($PG_AS"
        " $PG_BIN/pg_receivewal -h $PGHOST -U $PGUSER -D wal --synchronous"
        " >/dev/null 2>&1 & echo $! >receives)");
    wait_for_standbys("*");
    shelf = open_postgres(RECORDS_FAILOVER_SYNCHRONOUS, why);
    assert_non_null(shelf);
    assert_int_equal(save_all(), 0);
    wait_for_standbys("");
    for (int i = 0; i < 5; i++, pass(200))
        assert_int_equal(save_all(), CROWD);
    assert_non_null(strstr(records_why(shelf), "waits for no standby"));
    wait_for_standbys("*");
    recover();
    wait_for_standbys("");
    run_shell("kill $(cat $PGHOST/receives)");
    records_close(shelf);
    shelf = first;
}

/* What was committed may be lost: nothing is loaded or saved. */
static void
refuses_another_server(void **state)
{
    char why[RECORDS_WHY_MAX];

    (void)state;
    assert_int_equal(save_all(), 0);
    assert_false(opens(RECORDS_FAILOVER_SYNCHRONOUS, why));
    assert_non_null(strstr(why, "waits for no standby"));
    move_to_another_server("'7 00000001'");
    for (int i = 0; i < 20; i++, pass(100))
        assert_int_equal(save_all(), CROWD);
    assert_non_null(strstr(records_why(shelf), "another server"));
    assert_false(opens(RECORDS_FAILOVER_REFUSE, why));
    assert_non_null(strstr(why, "another server"));
    assert_true(opens(RECORDS_FAILOVER_ACCEPT, why));
    recover(); /* it stands there that this is the server now */
}

#define NODES 4

/* How many of several nodes fail that open it at the same moment? */
static unsigned
open_at_once(void)
{
    char why[RECORDS_WHY_MAX] = "", octet;
    unsigned failed = 0;
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < NODES; i++) {
        if (fork() != 0)
            continue;
        (void)close(ends[1]);
        (void)read(ends[0], &octet, 1);
        status = !opens(RECORDS_FAILOVER_REFUSE, why);
        if (status != 0)
            print_error("%s\n", why);
        _exit(status);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    for (int i = 0; i < NODES; i++) {
        assert_true(wait(&status) > 0);
        failed += status != 0;
    }
    return failed;
}

static void
several_make_the_tables_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        run_shell(PSQL "\"DROP TABLE subscriber, member, key_group, lease,"
                       " secret, job, repair, server\"");
        assert_int_equal(open_at_once(), 0);
    }
    run_shell(PSQL "\"DROP INDEX member_id\" -c \"DROP TABLE repair\"");
    assert_int_equal(open_at_once(), 0);
    recover();
}

/* Somebody who stands still in a transaction that has changed each table: who
 * starts wants nothing of them that this keeps from it, nor from others. */
static void
opens_beside_a_writer_that_stands_still(void **state)
{
    char why[RECORDS_WHY_MAX];

    (void)state;
    assert_int_equal(save_all(), 0);
    run_shell(PSQL
              "\"BEGIN; LOCK TABLE subscriber, member, key_group, lease,"
              " secret, job, repair, server IN ROW EXCLUSIVE MODE;"
              " SELECT pg_sleep(60)\" >/dev/null 2>&1 &"
              " until " PSQL "\"SELECT 'is ' || 'there' FROM pg_locks WHERE"
              " relation = 'server'::regclass AND mode = 'RowExclusiveLock'\""
              " | grep -q 'is there'; do sleep 0.1; done");
    assert_true(opens(RECORDS_FAILOVER_REFUSE, why));
    assert_int_equal(save_all(), 0);
    run_shell(PSQL "\"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE query LIKE '%pg_sleep(60)%' AND"
                   " pid <> pg_backend_pid()\" >/dev/null");
}

/* A server that is there and says nothing. */
static void
tells_of_a_server_that_is_silent(void **state)
{
    (void)state;
    assert_int_equal(save_all(), 0);
    run_shell("pkill -STOP -P $(head -n 1 $PG_DATA/postmaster.pid)");
    assert_int_equal(save_all(), CROWD);
    assert_string_equal(records_why(shelf), "the server is silent");
    run_shell("pkill -CONT -P $(head -n 1 $PG_DATA/postmaster.pid)");
    recover();
}

int
main(int argc, char *argv[])
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    static const struct CMUnitTest sqlite[] = {
        TEST(keeps_what_it_told_when_it_is_killed),
        TEST(tells_of_a_full_disk_and_goes_on_after),
        TEST(fails_for_a_damaged_record_alone),
        TEST(reads_while_somebody_else_writes),
    };
    static const struct CMUnitTest postgres[] = {
        TEST(connects_again_when_it_was_cut_off),
        TEST(keeps_what_it_told_when_the_server_falls),
        TEST(refuses_another_server),
        TEST(saves_nothing_that_no_standby_has),
        TEST(several_make_the_tables_at_once),
        TEST(opens_beside_a_writer_that_stands_still),
        TEST(tells_of_a_server_that_is_silent),
    };

    if (argc != 2)
        return 2;
    shelf_adapter = argv[1];
    return strcmp(argv[1], "sqlite") == 0
               ? cmocka_run_group_tests(sqlite, NULL, NULL)
               : cmocka_run_group_tests(postgres, NULL, NULL);
}
