/* SPDX-License-Identifier: MIT */
/*
 * A bare loop over a store of examples/records, beside which msk-bmsc is
 * measured: it loads the members of a Key Group and saves each with another
 * octet, so many in a commit, the next ones being loaded meanwhile.
 *
 *   bare_store FILE|postgres:CONNINFO DOMAIN GROUP BATCH MOST
 *
 * Prints how many it has saved, and in how many microseconds.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "records.h"

#define BATCH_MAX 1024u
#define ROOMS 2u

struct room {
    struct records_subscriber *rows;
    struct records_request load, *saves;
    struct records_batch batch;
    bool loads;
};

struct walk {
    struct records *store;
    struct msk_group_id group;
    size_t together, most, seen, saved;
    uint8_t after[MSK_SUBSCRIBER_ID_MAX];
    size_t after_n;
    bool ended, waits; /* nobody is left; a page is loaded */
    struct room rooms[ROOMS];
};

static int64_t
now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
load_next(struct walk *w, struct room *room)
{
    if (w->ended || w->waits || w->seen >= w->most)
        return;
    room->load = (struct records_request){ .kind = RECORDS_MEMBERS,
                                           .key = { w->after, w->after_n },
                                           .group = w->group,
                                           .rows = room->rows,
                                           .cap = w->together };
    room->batch = (struct records_batch){ .requests = &room->load, .n = 1 };
    room->loads = w->waits = true;
    records_begin(w->store, &room->batch);
}

static void
save_page(struct walk *w, struct room *room)
{
    size_t n = room->load.result == RECORDS_OK ? room->load.n : 0;

    room->loads = w->waits = false;
    w->ended = n < w->together;
    if (n == 0)
        return;
    w->seen += n;
    w->after_n = room->rows[n - 1].id_n;
    memcpy(w->after, room->rows[n - 1].id, w->after_n);
    for (size_t i = 0; i < n; i++) {
        room->rows[i].packed[room->rows[i].n - 1] ^= 1;
        room->rows[i].same_btids = true;
        room->saves[i] = (struct records_request){ .kind = RECORDS_SAVE,
                                                   .rows = &room->rows[i] };
    }
    room->batch = (struct records_batch){ .requests = room->saves, .n = n };
}

/* What is over is followed by the next. False: nothing is under way. */
static bool
go_on(struct walk *w)
{
    bool busy = false;

    records_run(w->store);
    for (size_t i = 0; i < ROOMS; i++) {
        struct room *room = &w->rooms[i], *other = &w->rooms[1 - i];

        if (!room->batch.over || room->batch.n == 0)
            continue;
        if (!room->loads)
            w->saved += room->batch.n;
        room->batch.n = 0;
        if (room->loads)
            save_page(w, room);
        if (room->batch.n > 0 && other->batch.n == 0)
            load_next(w, other);
        if (room->batch.n > 0)
            records_begin(w->store, &room->batch);
        else
            load_next(w, room);
    }
    for (size_t i = 0; i < ROOMS; i++)
        busy = busy || w->rooms[i].batch.n > 0;
    return busy;
}

static bool
prepare(struct walk *w)
{
    for (size_t i = 0; i < ROOMS; i++) {
        w->rooms[i].rows = calloc(w->together, sizeof *w->rooms[i].rows);
        w->rooms[i].saves = calloc(w->together, sizeof *w->rooms[i].saves);
        if (w->rooms[i].rows == NULL || w->rooms[i].saves == NULL)
            return false;
    }
    return true;
}

static struct records *
open_postgres(const char *conninfo, char *why)
{
#ifdef HAVE_LIBPQ
    return records_postgres(conninfo, RECORDS_FAILOVER_REFUSE, why);
#else
    (void)conninfo;
    (void)snprintf(why, RECORDS_WHY_MAX, "this is built without libpq");
    return NULL;
#endif
}

static struct records *
open_store(const char *name, char *why)
{
    static const char postgres[] = "postgres:";

    if (strncmp(name, postgres, sizeof postgres - 1) == 0)
        return open_postgres(name + sizeof postgres - 1, why);
    return records_sqlite(name, why);
}

int
main(int argc, char **argv)
{
    static struct walk w;
    char why[RECORDS_WHY_MAX] = "usage";
    unsigned long domain;
    int64_t began;

    if (argc != 6)
        return 2;
    domain = strtoul(argv[2], NULL, 16);
    w.group.domain[0] = (uint8_t)(domain >> 16);
    w.group.domain[1] = (uint8_t)(domain >> 8);
    w.group.domain[2] = (uint8_t)domain;
    w.group.group = (uint16_t)strtoul(argv[3], NULL, 10);
    w.together = strtoul(argv[4], NULL, 10);
    w.most = strtoul(argv[5], NULL, 10);
    w.store = open_store(argv[1], why);
    if (w.store == NULL || w.together == 0 || w.together > BATCH_MAX ||
        !prepare(&w)) {
        (void)fprintf(stderr, "%s\n", why);
        return 2;
    }
    began = now_us();
    for (load_next(&w, &w.rooms[0]); go_on(&w);) {
        struct pollfd p = { 0 };

        p.fd = records_fd(w.store, &p.events);
        (void)poll(&p, 1, 1000);
    }
    printf("%zu %lld\n", w.saved, (long long)(now_us() - began));
    records_close(w.store);
    return 0;
}
