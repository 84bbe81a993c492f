/* SPDX-License-Identifier: MIT */
#include "writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

#define HOLD_MS 10000 /* who says nothing for so long has died */
#define RENEW_MS 3000
#define AT_ONCE 64u /* that are given up */

void
writers_name(struct host *h, const char *node)
{
    char *name = h->writers.node, machine[WRITERS_NODE_MAX / 2] = "";
    char port[ADDRESS_TEXT_MAX];

    if (node == NULL && gethostname(machine, sizeof machine - 1) == 0) {
        address_text(address_view(&h->mikey), port);
        (void)snprintf(name, WRITERS_NODE_MAX, "%s %s", machine, port);
        return;
    }
    (void)snprintf(name, WRITERS_NODE_MAX, "%s", node != NULL ? node : "");
}

static void
put_name(const struct msk_group_id *id, uint8_t *name)
{
    memcpy(name, "mtk ", 4);
    memcpy(name + 4, id->domain, sizeof id->domain);
    name[4 + sizeof id->domain] = (uint8_t)(id->group >> 8);
    name[5 + sizeof id->domain] = (uint8_t)id->group;
}

static struct writer *
find(const struct writers *ws, const uint8_t *name)
{
    for (size_t i = 0; i < ws->n; i++)
        if (memcmp(ws->all[i].name, name, WRITERS_LEASE) == 0)
            return &ws->all[i];
    return NULL;
}

static bool
make_room(struct writers *ws)
{
    size_t cap = ws->cap > 0 ? 2 * ws->cap : 16;
    struct writer *all;

    if (ws->n < ws->cap)
        return true;
    all = realloc(ws->all, cap * sizeof *all);
    if (all == NULL)
        return false;
    ws->all = all;
    ws->cap = cap;
    return true;
}

/* NULL: no memory. */
static struct writer *
find_or_make(struct writers *ws, const struct msk_group_id *id)
{
    uint8_t name[WRITERS_LEASE];
    struct writer *writer;

    put_name(id, name);
    writer = find(ws, name);
    if (writer != NULL || !make_room(ws))
        return writer;
    writer = &ws->all[ws->n++];
    *writer = (struct writer){ .epoch = 0 };
    memcpy(writer->name, name, sizeof name);
    return writer;
}

static struct records_request
lease(const struct writers *ws, const struct writer *writer,
      enum records_kind kind)
{
    return (struct records_request){ .kind = kind,
                                     .key = { writer->name, WRITERS_LEASE },
                                     .owner = msk_text(ws->node),
                                     .hold = HOLD_MS };
}

enum records_result
writers_take(struct host *h, struct records_group *row)
{
    struct writer *writer = find_or_make(&h->writers, &row->id);
    struct records_request q;
    msk_time asked = event_monotonic();

    if (writer == NULL)
        return RECORDS_FAILED;
    if (asked >= writer->renew) {
        q = lease(&h->writers, writer, RECORDS_LEASE);
        if (store_ask(h, &q) != RECORDS_OK)
            return q.result;
        writer->epoch = q.epoch;
        writer->renew = asked + RENEW_MS;
    }
    row->fence = (struct msk_bytes){ writer->name, WRITERS_LEASE };
    row->epoch = writer->epoch;
    return RECORDS_OK;
}

void
writers_doubt(struct host *h, const struct records_group *row)
{
    uint8_t name[WRITERS_LEASE];
    struct writer *writer;

    put_name(&row->id, name);
    writer = find(&h->writers, name);
    if (writer != NULL)
        writer->renew = 0;
}

void
writers_let_go(struct host *h)
{
    struct records_request requests[AT_ONCE];
    struct writers *ws = &h->writers;
    size_t n;

    for (size_t done = 0; done < ws->n; done += n) {
        n = ws->n - done < AT_ONCE ? ws->n - done : AT_ONCE;
        for (size_t i = 0; i < n; i++)
            requests[i] = lease(ws, &ws->all[done + i], RECORDS_RELEASE);
        (void)store_do(h, requests, n);
    }
    free(ws->all);
    ws->all = NULL;
    ws->n = ws->cap = 0;
}
