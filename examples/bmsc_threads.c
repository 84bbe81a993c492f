/* SPDX-License-Identifier: MIT */
/*
 * bmsc_threads.c - a BM-SC with two threads on one table of subscribers. One
 * takes acknowledgements and does what is due, the other makes a new MSK
 * every minute and pushes it to everybody.
 *
 *   bmsc_threads FQDN UE-ADDRESS KEYFILE
 *
 * The table stands for a database: all that it can do is load a row with its
 * version, and replace a row that still has that version. with_record() is
 * the one place that does so; everything else is a call that it makes. Requests
 * over HTTP would be one more call, made by the threads of a web server.
 */
#include <arpa/inet.h>
#include <pthread.h>

#include "host.h"
#include "msk/bmsc.h"
#include "provider.h"

#define ROWS 16
#define REKEY 60000 /* milliseconds from one MSK to the next */
#define GLANCE 500  /* how long the server sleeps at most */

struct row {
    uint64_t version;
    msk_time due; /* an index, in a database */
    uint8_t btid[MSK_BTID_MAX], packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t btid_n, n;
};

static struct {
    pthread_mutex_t lock;
    struct row rows[ROWS];
    size_t n;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* The Key Group: written by one thread, read by both. */
static struct {
    pthread_mutex_t lock;
    struct msk_key_group group;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Each thread has its own room; the BM-SC and the socket are shared. */
struct worker {
    struct msk_bmsc *bmsc;
    int udp;
    struct row row;
    struct msk_subscriber subscriber;
    struct msk_key_group group; /* a copy of the shared one */
    struct msk_outbox *outbox;
    uint8_t outbox_memory[MSK_OUTBOX_SIZE];
};

static const struct msk_key_group_config key_group = {
    .size = sizeof key_group,
    .id = { { 0x21, 0x63, 0x54 }, 0x68CA, 1 },
};

/* --- the table ----------------------------------------------------------- */

static void
table_load(size_t i, struct row *row)
{
    (void)pthread_mutex_lock(&table.lock);
    *row = table.rows[i];
    (void)pthread_mutex_unlock(&table.lock);
}

/* Compare and swap. False: somebody else was faster, nothing was done. */
static bool
table_replace(size_t i, struct row *row)
{
    bool same;

    (void)pthread_mutex_lock(&table.lock);
    same = table.rows[i].version == row->version++;
    if (same)
        table.rows[i] = *row;
    (void)pthread_mutex_unlock(&table.lock);
    return same;
}

/* The row of a B-TID, or table.n. Without the lock: rows and their B-TIDs are
 * there before the threads and never change. */
static size_t
table_find(struct msk_bytes btid)
{
    size_t i = 0;

    while (i < table.n && (table.rows[i].btid_n != btid.n ||
                           memcmp(table.rows[i].btid, btid.p, btid.n) != 0))
        i++;
    return i;
}

/* --- one call ------------------------------------------------------------ */

static void
send_outbox(const struct worker *w)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    while (msk_outbox_next(w->outbox, &e))
        if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY)
            host_send(w->udp, e.peer, e.message);
        else if (e.kind == MSK_BMSC_EFFECT_DELIVERED ||
                 e.kind == MSK_BMSC_EFFECT_GAVE_UP)
            printf("MSK %04x/%04x %s\n", e.id.group, e.id.number,
                   e.kind == MSK_BMSC_EFFECT_DELIVERED ? "delivered"
                                                       : "given up");
    (void)fflush(stdout);
}

/* A call of the library on the subscriber of *w, with what it takes. */
typedef int call_fn(struct worker *w, const void *arg, msk_time now);

/*
 * Load, call, compare and swap, and only then send. The second one at a row
 * starts again from what the first one left: the messages that it had made
 * were never sent, so that no counter of a MUK goes out twice.
 */
static void
with_record(struct worker *w, size_t i, call_fn *call, const void *arg)
{
    struct row *row = &w->row;
    int err;

    do {
        table_load(i, row);
        err = msk_subscriber_unpack(&w->subscriber,
                                    host_bytes(row->packed, row->n));
        if (err == MSK_OK)
            err = call(w, arg, host_unix_time());
        if (err == MSK_OK)
            err = msk_subscriber_pack(&w->subscriber, row->packed,
                                      sizeof row->packed, &row->n);
        if (err == MSK_OK)
            row->due = msk_subscriber_due(&w->subscriber);
    } while (err == MSK_OK && !table_replace(i, row));
    msk_subscriber_wipe(&w->subscriber);
    msk_wipe(row, sizeof *row);
    if (err == MSK_OK)
        send_outbox(w);
    else
        (void)fprintf(stderr, "bmsc_threads: row %zu: %s\n", i,
                      msk_err_text(err));
}

/* The Key Group as it is now, when the library wants to send its MSK. */
static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    const struct msk_group_id own = msk_key_id_group(&key_group.id);
    struct worker *w = user;

    if (!msk_group_id_equal(group, &own))
        return NULL;
    (void)pthread_mutex_lock(&shared.lock);
    w->group = shared.group;
    (void)pthread_mutex_unlock(&shared.lock);
    return &w->group;
}

static int
push(struct worker *w, const void *group, msk_time now)
{
    return msk_bmsc_push(w->bmsc, w, &w->subscriber, group, now, w->outbox);
}

static int
ack(struct worker *w, const void *message, msk_time now)
{
    return msk_bmsc_take_ack(w->bmsc, w, &w->subscriber,
                             *(const struct msk_bytes *)message, now,
                             w->outbox);
}

static int
timer(struct worker *w, const void *nothing, msk_time now)
{
    (void)nothing;
    return msk_bmsc_timer(w->bmsc, w, &w->subscriber, now, w->outbox);
}

/* --- the two threads ----------------------------------------------------- */

static void *
serve(void *arg)
{
    struct worker *w = arg;
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;
    struct msk_bytes message, btid;
    size_t i;

    for (msk_time now = 0;; now = host_unix_time()) {
        for (i = 0; i < table.n; i++) {
            table_load(i, &w->row);
            if (w->row.due <= now)
                with_record(w, i, timer, NULL);
        }
        /* The other thread may make something due: never sleep for long. */
        if (!host_wait(w->udp, 0, GLANCE))
            continue;
        message = host_receive(w->udp, buf, sizeof buf, &from);
        if (msk_bmsc_ack_btid(w->bmsc, message, &btid) == MSK_OK &&
            (i = table_find(btid)) < table.n)
            with_record(w, i, ack, &message);
    }
    return NULL; /* never */
}

static void
share(const struct msk_key_group *group)
{
    (void)pthread_mutex_lock(&shared.lock);
    shared.group = *group;
    (void)pthread_mutex_unlock(&shared.lock);
}

/* The Key Group has one writer, this thread, and dies with it. One that lives
 * on is a record like those of the subscribers: commit it, then push. */
static int
roll(struct worker *w)
{
    struct msk_key_group group;
    struct msk_pacer pacer;
    msk_time wait;
    int err = msk_key_group_init(&group, &key_group, &host_random);

    share(&group);
    msk_pacer_init(&pacer, 50, 10, host_unix_time());
    while (err == MSK_OK) {
        for (size_t i = 0; i < table.n; i++) {
            while ((wait = msk_pacer_take(&pacer, host_unix_time())) > 0)
                (void)host_wait(-1, 0, wait);
            with_record(w, i, push, &group);
        }
        (void)host_wait(-1, 0, REKEY);
        err = msk_key_group_rekey(&group, &host_random);
        share(&group);
    }
    msk_key_group_wipe(&group);
    return err;
}

/* --- setting up ---------------------------------------------------------- */

/* Before the threads start: no lock. */
static int
add_subscriber(const char *keyfile, const struct sockaddr_in *ue)
{
    const struct msk_group_id group = msk_key_id_group(&key_group.id);
    struct msk_subscriber_config config = { .size = sizeof config,
                                            .expires = MSK_NEVER };
    struct msk_subscriber subscriber;
    struct row *row = &table.rows[table.n];
    struct host_keys keys;
    int err = host_keys(&keys, keyfile);

    config.id = msk_text("subscriber-1");
    config.address = host_bytes(ue, sizeof *ue);
    if (err == MSK_OK) {
        config.btid = keys.btid;
        config.muk = keys.muk;
        config.mrk = keys.mrk;
        memcpy(row->btid, keys.btid.p, keys.btid.n);
        row->btid_n = keys.btid.n;
        err = msk_subscriber_init(&subscriber, &config);
    }
    if (err == MSK_OK)
        err = msk_subscriber_join(&subscriber, &group);
    if (err == MSK_OK)
        err = msk_subscriber_pack(&subscriber, row->packed, sizeof row->packed,
                                  &row->n);
    if (err == MSK_OK) {
        row->due = msk_subscriber_due(&subscriber);
        table.n++;
    }
    msk_subscriber_wipe(&subscriber);
    msk_wipe(&keys, sizeof keys);
    return err;
}

/* It only pushes: no HTTP, and so nothing that HTTP needs. */
static int
init_workers(struct worker w[2], const char *fqdn)
{
    static uint8_t memory[MSK_BMSC_SIZE];
    const struct msk_bmsc_config config = { .size = sizeof config,
                                            .layout = MSK_LAYOUT_KEYID,
                                            .fqdn = msk_text(fqdn),
                                            .crypto = host_crypto(),
                                            .random = &host_random,
                                            .find_group = find_group };
    int err = msk_bmsc_init(&w[0].bmsc, memory, sizeof memory, &config);

    w[0].udp = host_udp(INADDR_ANY, 0);
    w[1].bmsc = w[0].bmsc;
    w[1].udp = w[0].udp;
    if (w[0].udp < 0)
        err = MSK_ERR_STATE;
    for (size_t i = 0; i < 2 && err == MSK_OK; i++)
        err = msk_outbox_init(&w[i].outbox, w[i].outbox_memory,
                              sizeof w[i].outbox_memory, NULL);
    return err;
}

int
main(int argc, char **argv)
{
    static struct worker w[2];
    struct sockaddr_in ue = { .sin_family = AF_INET,
                              .sin_port = htons(MSK_MBMS_PORT) };
    pthread_t server;
    int err;

    if (argc != 4 || inet_pton(AF_INET, argv[2], &ue.sin_addr) != 1)
        return 2;
    err = init_workers(w, argv[1]);
    if (err == MSK_OK)
        err = add_subscriber(argv[3], &ue);
    if (err == MSK_OK && pthread_create(&server, NULL, serve, &w[0]) != 0)
        err = MSK_ERR_STATE;
    if (err == MSK_OK)
        err = roll(&w[1]); /* and so until it is killed */
    (void)fprintf(stderr, "bmsc_threads: %s\n", msk_err_text(err));
    return 1;
}
