/* SPDX-License-Identifier: MIT */
#include "apart.h"

#include <stdlib.h>
#include <string.h>

#define TABLES 3

struct table {
    void *home, *block;
    size_t n;
};

struct owner {
    const void *object;
    struct table table[TABLES];
    struct owner *next;
};

static struct owner *owners; /* which are never freed: they can be reached */

static void *
some(size_t n)
{
    void *p = malloc(n);

    if (p == NULL && n > 0)
        abort();
    return p;
}

static struct owner *
owner_of(const void *object)
{
    struct owner *o = owners;

    while (o != NULL && o->object != object)
        o = o->next;
    if (o != NULL)
        return o;
    o = some(sizeof *o);
    memset(o, 0, sizeof *o);
    o->object = object;
    o->next = owners;
    owners = o;
    return o;
}

static void *
move(struct table *t, void *home, size_t n)
{
    free(t->block);
    t->home = home;
    t->n = n;
    t->block = some(n);
    if (n > 0)
        memcpy(t->block, home, n);
    return t->block;
}

static void *
move_back(const struct table *t)
{
    if (t->n > 0)
        memcpy(t->home, t->block, t->n);
    return t->home;
}

void
apart_session(struct msk_ue *ue)
{
    struct table *t = owner_of(ue)->table;

    ue->groups = move(&t[0], ue->groups, ue->n_groups * sizeof *ue->groups);
    ue->services =
        move(&t[1], ue->services, ue->n_services * sizeof *ue->services);
    ue->flows = move(&t[2], ue->flows, ue->n_flows * sizeof *ue->flows);
}

void
apart_session_end(struct msk_ue *ue)
{
    const struct table *t = owner_of(ue)->table;

    ue->groups = move_back(&t[0]);
    ue->services = move_back(&t[1]);
    ue->flows = move_back(&t[2]);
}

/* The arena begins where the items end. */
void
apart_outbox(struct msk_outbox *outbox)
{
    struct table *t = owner_of(outbox)->table;
    size_t items = (size_t)(outbox->arena - (uint8_t *)outbox->item);

    outbox->effect =
        move(&t[0], outbox->effect, outbox->n_most * sizeof *outbox->effect);
    outbox->item = move(&t[1], outbox->item, items);
    outbox->arena = move(&t[2], outbox->arena, outbox->cap);
}
