/* SPDX-License-Identifier: MIT */
/* What a host pays beside the library: a datagram sent, a record committed.
 * The commits go to files in the current folder and wait for its medium. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "msk/store_ram.h"
#include "stores/store_posix.h"
#include "stores/store_sqlite.h"

#define VALUE 300 /* octets: about what a subscriber takes */
#define SLOT STORE_FILE_SLOT(4, 2048)
#define COMMITS 4 /* in a round */

static int
run_send(void *state, size_t i)
{
    static const uint8_t message[250];
    const int *fd = state;

    (void)i;
    return send(fd[0], message, sizeof message, 0) != sizeof message;
}

/* What was sent is thrown away, so that there is room for more. */
static void
drain(void *state)
{
    uint8_t buf[512];
    const int *fd = state;

    while (recv(fd[1], buf, sizeof buf, MSG_DONTWAIT) > 0)
        ;
}

/* Two sockets on loopback; what the first sends arrives at the second. */
static void
add_send(struct bench *b)
{
    static int fd[2];
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof to;
    struct bench_op *op =
        bench_add(b, "beside", "send a datagram of 250 octets", run_send, fd);

    fd[0] = socket(AF_INET, SOCK_DGRAM, 0);
    fd[1] = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd[0] < 0 || fd[1] < 0 ||
        bind(fd[1], (struct sockaddr *)&to, sizeof to) != 0 ||
        getsockname(fd[1], (struct sockaddr *)&to, &n) != 0 ||
        connect(fd[0], (struct sockaddr *)&to, sizeof to) != 0)
        bench_fail("UDP", "no socket");
    op->prepare = drain;
    op->round = BENCH_ROUND;
}

static int
run_commit(void *state, size_t i)
{
    const struct msk_store *store = state;
    static struct msk_stored loaded;
    struct msk_change change = { .key = { (const uint8_t *)"key", 3 } };
    int err = store->load(store->user, 1, change.key, &loaded);

    loaded.value[0] = (uint8_t)i;
    change.value = (struct msk_bytes){ loaded.value, VALUE };
    change.version = loaded.version;
    return err == MSK_OK ? store->commit(store->user, 1, &change, 1) : err;
}

static void
add_commit(struct bench *b, const char *name, struct msk_store *store, int err,
           bool waits)
{
    struct bench_op *op = bench_add(b, "beside", name, run_commit, store);

    if (err != MSK_OK)
        bench_fail(name, msk_err_text(err));
    op->waits = waits;
    op->round = waits ? COMMITS : 0;
}

static void
add_ram(struct bench *b)
{
    static struct msk_store store;
    static struct msk_ram ram;
    static struct msk_ram_record records[4];

    add_commit(b, "commit to store_ram", &store,
               msk_store_ram_init(&store, &ram, records, 4), false);
}

static void
add_file(struct bench *b)
{
    static struct msk_store store;
    static struct store_posix medium;
    static struct store_file file;
    static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
    int err = store_posix_open(&medium, "bench.store", SLOT);

    if (err == MSK_OK)
        err = store_file_open(&store, &file, &medium.io, memory, SLOT, 0);
    add_commit(b, "commit to store_file", &store, err, true);
}

static void
add_sqlite(struct bench *b)
{
    static struct msk_store store;
    static struct store_sqlite sqlite;

    add_commit(b, "commit to store_sqlite", &store,
               store_sqlite_open(&store, &sqlite, "bench.sqlite", NULL, 0),
               true);
}

void
bench_add_system(struct bench *b)
{
    add_send(b);
    add_ram(b);
    add_file(b);
    add_sqlite(b);
}
