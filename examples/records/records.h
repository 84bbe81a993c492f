/* SPDX-License-Identifier: MIT */
/*
 * records.h - the records of a BM-SC in a store of its host: what stands
 * between libmsk and a database. To be copied, with the adapter that fits:
 * memory.c, sqlite.c, postgres.c.
 *
 * Batch first: a batch carries many requests, and each has a result of its
 * own. What a batch saves, and what other batches save that wait at the same
 * time, goes into one transaction and costs one sync of the disk; a conflict
 * concerns the one record that somebody else has replaced, the others are
 * committed. Asynchronous: records_begin takes a batch and returns; when it is
 * done records_run calls `done`, in the thread of the caller. One thread uses
 * a struct records; several threads or processes each open the same store.
 *
 * The order that makes it safe (msk/bmsc.h): load, call the library, save, and
 * only after `done` says RECORDS_OK for the save send what the call wanted to
 * be sent. With any other result throw it away: what was counted was then
 * never shown to anybody.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "msk/key_group.h"
#include "msk/subscriber.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RECORDS_ADDRESS_MAX MSK_PEER_MAX
#define RECORDS_SERVICES_MAX 1024 /* octets of text, with the zero at its end */
#define RECORDS_NAME_MAX 64       /* octets of the name of a lease */
#define RECORDS_JOB_ID 16         /* octets */
#define RECORDS_NOTE_MAX 256      /* octets */
#define RECORDS_WHY_MAX 128

/* A subscriber. Packed as the library does it; the rest is what a store looks
 * it up by, and what is only the host's. */
struct records_subscriber {
    uint64_t version; /* 0: not in the store */
    uint8_t id[MSK_SUBSCRIBER_ID_MAX];
    size_t id_n; /* 1.. */
    uint8_t btid[MSK_BTID_MAX], old_btid[MSK_BTID_MAX];
    size_t btid_n, old_btid_n; /* 1..; 0: there is no old one */
    bool same_btids;           /* as it was loaded: they need not be written,
                                  which costs a third of a save. False as it is
                                  loaded */
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n;
    msk_time due; /* of msk_subscriber_due */
    uint8_t address[RECORDS_ADDRESS_MAX];
    size_t address_n; /* 0: none is configured */
    char services[RECORDS_SERVICES_MAX];
    /* Of which Key Groups is it a member? Written only, not read: the packed
     * record has them. Only where they are other ones than in the store. */
    bool regrouped;
    struct msk_group_id groups[MSK_SUBSCRIBER_GROUPS_MAX];
    size_t n_groups;
};

/* A Key Group. */
struct records_group {
    uint64_t version; /* 0: not in the store */
    struct msk_group_id id;
    uint8_t packed[MSK_KEY_GROUP_PACKED_MAX];
    size_t n;
    char services[RECORDS_SERVICES_MAX];
    /* If this has a name, the group is saved only while that lease is held
     * with that epoch: who lost it writes nothing more. */
    struct msk_bytes fence;
    uint64_t epoch;
};

/*
 * A part of a job: something that is done for all members of a Key Group, a few
 * at a time, by whoever is there. It is a row of the store, so it goes on where
 * it was when the one who worked on it has died.
 */
struct records_job {
    uint8_t id[RECORDS_JOB_ID]; /* of the job: at random */
    uint32_t part;              /* from 1 on */
    uint32_t kind;              /* the host's */
    struct msk_group_id group;
    uint64_t epoch; /* one higher each time that somebody claims it */
    uint8_t at[MSK_SUBSCRIBER_ID_MAX]; /* up to whom it was done, */
    size_t at_n;
    uint8_t last[MSK_SUBSCRIBER_ID_MAX]; /* and who is the last one of it */
    size_t last_n;
    uint64_t members, seen, done; /* members when it began; how many were seen,
                                     and what the host counts */
    bool ended;
};

/* How far a repair is, in octets of who does it. */
struct records_note {
    uint8_t octets[RECORDS_NOTE_MAX];
    size_t n;
};

enum records_result {
    RECORDS_OK = 1,
    RECORDS_NONE,     /* there is no such record; of several: no more */
    RECORDS_CONFLICT, /* another one has replaced it, has its identity or its
                         B-TID, or holds the lease: load again */
    RECORDS_FAILED    /* the store: records_why. A save may have been written,
                         or not: load again */
};

enum records_kind {
    /* A subscriber by `key`: its identity; its B-TID, which may be the one
     * before the last rebind, if nobody has that now. */
    RECORDS_BY_ID = 1,
    RECORDS_BY_BTID,
    /* Inserts rows[0] (version 0) or replaces it if it still has its version,
     * which is one higher after RECORDS_OK. */
    RECORDS_SAVE,
    /* Those due by `now`, the first ones first. Nobody else is given them
     * before now + `hold`: if they are not saved until then they are due
     * again, so that what a node that died has claimed is done by others. */
    RECORDS_CLAIM,
    /* The members of `group` with identities above `key`, in their order. */
    RECORDS_MEMBERS,
    /* All subscribers with identities above `key`, in their order. */
    RECORDS_AFTER,
    /* Those that have a time, behind the one with the time `now` and the
     * identity `key`, in the order of times and then identities: for a clock
     * that was set back. */
    RECORDS_TIMED,
    /* When the next subscriber is due: `now`; RECORDS_NONE. */
    RECORDS_NEXT,
    /* A Key Group by `group`; those above it in their order (start with
     * zeros), as many as group_row has room for. */
    RECORDS_GROUP,
    RECORDS_GROUP_AFTER,
    RECORDS_SAVE_GROUP,
    /* Takes or renews the lease named `key` for `owner`, for `hold` by the
     * clock of the store: RECORDS_CONFLICT while another one holds it. `epoch`
     * is one higher each time that it gets an owner anew, also the same one
     * after it had run out. */
    RECORDS_LEASE,
    /* Gives it up, if it is `owner`'s. */
    RECORDS_RELEASE,
    /* A secret of all nodes, named `key`, made once: `secret`, of that length,
     * is what is kept if there is none yet, and what is kept already after. */
    RECORDS_SECRET,
    /* Makes a job (id, kind, group) for the members that there are now, in at
     * most `cap` parts. RECORDS_NONE: there are none. */
    RECORDS_BEGIN_JOB,
    /* A part that nobody works on; nobody else is given it for `hold`, by the
     * clock of the store. RECORDS_NONE. */
    RECORDS_CLAIM_JOB,
    /* How far a part is (at, seen, done, ended), and `hold` from now on; 0:
     * somebody else may have it. RECORDS_CONFLICT: somebody else has. */
    RECORDS_SAVE_JOB,
    /* The members, seen and done of all parts of a job. RECORDS_NONE. */
    RECORDS_SUM_JOB,
    /* The same, and the job is gone. RECORDS_NONE: a part has not ended, or
     * another one was faster. */
    RECORDS_END_JOB,
    /* All records are repaired, by `owner`, a name that nobody had before. From
     * when this is committed to the end of the repair nothing is saved, claimed
     * or leased but by this struct records: all else that changes something is
     * RECORDS_FAILED, and what was under way elsewhere has ended before. The
     * store remembers that, whoever dies. If a repair has not ended it is taken
     * over, and its owner is one of the others, as is one who lost their
     * connection; `note` is then the one that was
     * kept, else this one is kept. */
    RECORDS_REPAIR,
    /* Keeps `note`. RECORDS_FAILED: it is not `owner`'s any more. */
    RECORDS_NOTE_REPAIR,
    /* It has ended; `note` is kept as that of the last one. RECORDS_FAILED as
     * above. */
    RECORDS_END_REPAIR,
    /* Has a repair not ended? `note` is its; RECORDS_NONE: `note` is that of the
     * last one that has, empty if there was none. */
    RECORDS_LOOK_REPAIR
};

/* One request. What a kind does not name above is not looked at. */
struct records_request {
    enum records_kind kind;
    enum records_result result; /* when it is done */
    struct msk_bytes key;
    struct msk_group_id group;
    struct records_subscriber *rows; /* in or out */
    size_t cap, n;                   /* rows that there is room for, and are
                                        filled; cap 0 counts as 1 */
    struct records_group *group_row; /* in or out; of GROUP_AFTER cap of them */
    struct records_job *job;         /* in or out */
    struct records_note *note;       /* in or out */
    msk_time now, hold;              /* milliseconds */
    struct msk_bytes owner;
    uint64_t epoch;
    uint8_t *secret;
    size_t secret_n;
};

/* A batch: the caller's, with all that it points to, until it is done. Its
 * loads see what was committed before it began, not what it saves. */
struct records_batch {
    struct records_request *requests;
    size_t n;
    void (*done)(void *user, struct records_batch *batch); /* or NULL */
    void *user;
    bool over; /* it is done */
    /* The adapter's, while it is under way. */
    struct records_batch *next;
    size_t open;
};

/* An open store; the adapters make them. */
struct records;

struct records_ops {
    void (*begin)(struct records *records, struct records_batch *batch);
    int (*fd)(struct records *records, short *events);
    void (*run)(struct records *records);
    void (*close)(struct records *records);
    const char *(*why)(const struct records *records);
};

struct records {
    const struct records_ops *ops;
};

/* Takes a batch. Never calls `done`. */
static inline void
records_begin(struct records *records, struct records_batch *batch)
{
    batch->over = false;
    records->ops->begin(records, batch);
}

/* What to poll, and for which events (poll(2)), before records_run has
 * something to do; -1: nothing, run it in each turn of the loop. Ask anew each
 * time. */
static inline int
records_fd(struct records *records, short *events)
{
    return records->ops->fd(records, events);
}

/* Goes on with what is under way, without waiting, and calls `done` for each
 * batch that is done; that may begin others. To be called once a second at
 * least. */
static inline void
records_run(struct records *records)
{
    records->ops->run(records);
}

/* Ends it. What is under way is lost: `done` is not called any more, and what
 * was to be saved may be written or not. */
static inline void
records_close(struct records *records)
{
    records->ops->close(records);
}

/* Why something failed last, as text for an event. */
static inline const char *
records_why(const struct records *records)
{
    return records->ops->why(records);
}

/* Begins a batch and waits for it, for at most so many milliseconds: at a
 * start, in a tool, in a test. False: it is not done, and still under way. */
bool records_wait(struct records *records, struct records_batch *batch,
                  int milliseconds);

/* --- the adapters -------------------------------------------------------- */

/* Nothing outlives the process. NULL: no memory. */
struct records *records_memory(void);

/* A file, made if there is none: WAL, each commit synced. A thread of its own
 * writes, so that what comes while the disk is at work shares the next sync.
 * NULL: why (RECORDS_WHY_MAX octets) says the reason. */
struct records *records_sqlite(const char *path, char *why);

/* What to do when another server has become the primary than the one that was
 * used last. A standby may lack what the one before had told to be saved. */
enum records_failover {
    /* It is not taken: everything fails until the one before is back. */
    RECORDS_FAILOVER_REFUSE = 0,
    /* It is taken, since a commit waits for a standby and only one that has
     * all of them is made the primary; a server that waits for no standby
     * (synchronous_standby_names) is not taken, nor one that this process has
     * seen another one follow. */
    RECORDS_FAILOVER_SYNCHRONOUS,
    /* It is taken, whatever it is: counters may have gone back, and somebody
     * has made that good. */
    RECORDS_FAILOVER_ACCEPT
};

/* PostgreSQL by what libpq calls a connection string; the environment counts
 * as there (PGHOST ...). Makes the tables that are not there. Only a primary is
 * taken; which one it is stands in the store, and another one is taken as
 * `failover` says, at the start and whenever it connects again. A commit is on
 * the disk of the server, whatever its default is. Connects again by itself;
 * until then everything fails at once. NULL: why says the reason. */
struct records *records_postgres(const char *conninfo,
                                 enum records_failover failover, char *why);

#ifdef __cplusplus
}
#endif

#endif
