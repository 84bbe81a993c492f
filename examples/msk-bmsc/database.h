/* SPDX-License-Identifier: MIT */
/*
 * database.h - the records of a BM-SC in SQLite: subscribers and Key Groups as
 * the library packs them, each with a version. A record is replaced only if it
 * still has the version it was loaded with, so several processes may share a
 * file. A commit is durable when it returns. Where another process keeps the
 * file locked, a commit waits for a moment once, and then fails at once until
 * one succeeds again; what is only read is there all the time.
 */
#ifndef MSK_BMSC_DATABASE_H
#define MSK_BMSC_DATABASE_H

#include <sqlite3.h>

#include "../hosts/address.h"
#include "msk/bmsc.h"

#define SERVICES_MAX 1024 /* octets of a list of services, as JSON */

/* A subscriber: found by its identity (IMPI) or by its B-TID. */
struct subscriber_row {
    sqlite3_int64 version; /* 0: not there yet */
    uint8_t id[MSK_SUBSCRIBER_ID_MAX];
    size_t id_n;
    uint8_t btid[MSK_BTID_MAX], old_btid[MSK_BTID_MAX];
    size_t btid_n, old_btid_n;
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n;
    msk_time due;
    struct address address;      /* configured for pushes; n 0: learned */
    char services[SERVICES_MAX]; /* a JSON array; "": all */
};

struct group_row {
    sqlite3_int64 version;
    uint8_t domain[3];
    uint16_t group;
    uint8_t packed[MSK_KEY_GROUP_PACKED_MAX];
    size_t n;
    char services[SERVICES_MAX]; /* a JSON array; "": of all services */
};

enum database_result {
    DATABASE_OK,
    DATABASE_NONE,     /* no such row; for a walk: no more */
    DATABASE_CONFLICT, /* somebody else replaced it: load again */
    DATABASE_FAILED    /* see database.why */
};

struct database {
    sqlite3 *db;
    sqlite3_stmt *by_btid, *by_old_btid, *by_id, *due, *each, *insert, *update;
    sqlite3_stmt *group, *each_group, *insert_group, *update_group;
    sqlite3_stmt *get_key, *put_key;
    bool busy;         /* somebody else kept it locked, the last time */
    uint64_t failures; /* since the start */
    char why[128];     /* the last one */
};

/* Opens or makes the file (hosts/private.h). False: the reason was told. */
bool database_open(struct database *d, const char *path);
/* From now on others are served meanwhile: no lock is waited for, to speak
 * of. */
void database_serve(struct database *d);
void database_close(struct database *d);

/* Makes one commit of many. */
enum database_result database_begin(struct database *d);
enum database_result database_commit(struct database *d);

/* A secret of the whole BM-SC, made once: n octets under a name. fresh: n
 * octets to keep if there is none yet. */
enum database_result database_key(struct database *d, const char *name,
                                  const uint8_t *fresh, uint8_t *out, size_t n);

enum database_result database_by_btid(struct database *d, struct msk_bytes btid,
                                      struct subscriber_row *row);
/* The same for the B-TID before the last rebind. */
enum database_result database_by_old_btid(struct database *d,
                                          struct msk_bytes btid,
                                          struct subscriber_row *row);
enum database_result database_by_id(struct database *d, struct msk_bytes id,
                                    struct subscriber_row *row);

/* The one that was due first, of those due by now. */
enum database_result database_due(struct database *d, msk_time now,
                                  struct subscriber_row *row);
/* When the next one is due; MSK_NEVER. */
msk_time database_next(struct database *d);

/* The subscriber after `id` in the order of identities; start with none. */
enum database_result database_each(struct database *d, struct msk_bytes id,
                                   struct subscriber_row *row);

/* Inserts (version 0) or replaces a row and moves its version on. */
enum database_result database_save(struct database *d,
                                   struct subscriber_row *row);

enum database_result database_group(struct database *d, const uint8_t domain[3],
                                    uint16_t group, struct group_row *row);
/* The group after (domain, group); start with zeros. */
enum database_result database_each_group(struct database *d,
                                         const uint8_t domain[3],
                                         uint16_t group, struct group_row *row);
enum database_result database_save_group(struct database *d,
                                         struct group_row *row);

#endif
