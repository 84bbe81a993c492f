/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

/* Rounds: who used it in these uses it again. More than can begin between the
 * load of a name and the call that asks for it once more. */
#define OFTEN 8u

static int
compare(const struct msk_group_id *a, const struct msk_group_id *b)
{
    int order = memcmp(a->domain, b->domain, sizeof a->domain);

    return order != 0 ? order : (a->group > b->group) - (a->group < b->group);
}

/* Where it is, or where it belongs. */
static size_t
place_of(const struct groups *g, const struct msk_group_id *id)
{
    size_t low = 0, high = g->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&g->all[middle]->row.id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct group *
find(const struct groups *g, const struct msk_group_id *id)
{
    size_t at = place_of(g, id);

    return at < g->n && compare(&g->all[at]->row.id, id) == 0 ? g->all[at]
                                                              : NULL;
}

static bool
make_room(struct groups *g)
{
    size_t cap = g->cap > 0 ? 2 * g->cap : 16;
    struct group **all;

    if (g->n < g->cap)
        return true;
    all = realloc(g->all, cap * sizeof(struct group *));
    if (all == NULL)
        return false;
    g->all = all;
    g->cap = cap;
    return true;
}

/* NULL: no memory. */
static struct group *
find_or_make(struct groups *g, const struct msk_group_id *id)
{
    struct group *group = find(g, id);
    size_t at;

    if (group != NULL)
        return group;
    group = make_room(g) ? calloc(1, sizeof *group) : NULL;
    if (group == NULL)
        return NULL;
    at = place_of(g, id);
    if (at < g->n)
        memmove(&g->all[at + 1], &g->all[at],
                (g->n - at) * sizeof(struct group *));
    g->all[at] = group;
    g->n++;
    group->row.id = *id;
    return group;
}

static void
let_go(struct group *group)
{
    msk_key_group_wipe(&group->keys);
    msk_wipe(&group->row, sizeof group->row);
    msk_wipe(&group->loaded, sizeof group->loaded);
    free(group);
}

/* A name that no group has is forgotten: a UE may name many. */
static void
forget_names(struct groups *g)
{
    size_t kept = 0;

    for (size_t i = 0; i < g->n; i++)
        if (g->all[i]->found != RECORDS_OK && g->all[i]->asked == 0 &&
            g->all[i]->used + OFTEN < g->stamp)
            let_go(g->all[i]);
        else
            g->all[kept++] = g->all[i];
    g->n = kept;
}

/* --- in a call ----------------------------------------------------------- */

void
groups_begin(struct groups *g, uint64_t stamp)
{
    g->at_least = stamp;
    g->lacks = g->failed = g->damaged = false;
}

const struct group *
groups_find(struct groups *g, const struct msk_group_id *id)
{
    struct group *group = find_or_make(g, id);

    if (group == NULL) {
        g->failed = true;
        return NULL;
    }
    group->used = g->stamp;
    if (group->since < g->at_least) {
        g->lacks = true;
        return NULL;
    }
    g->failed |= group->found == RECORDS_FAILED;
    g->damaged |= group->damaged;
    return group->found == RECORDS_OK ? group : NULL;
}

const struct group *
groups_next(struct groups *g, size_t *at)
{
    g->list_used = g->stamp;
    g->lacks |= g->list_since < g->at_least;
    g->failed |= g->list_failed;
    while (!g->lacks && *at < g->n) {
        const struct group *group = g->all[(*at)++];

        if (group->found == RECORDS_OK)
            return group;
        g->lacks |= group->asked != 0 && group->since < g->at_least;
    }
    return NULL;
}

/* --- loads --------------------------------------------------------------- */

static bool
is_recent(const struct groups *g, uint64_t used)
{
    return used > 0 && used + OFTEN >= g->stamp;
}

/* The next page of the list, if somebody walks over it. */
static bool
want_list(struct groups *g, uint64_t stamp, bool often,
          struct records_request *request)
{
    bool wanted = often ? is_recent(g, g->list_used)
                        : g->list_used == g->stamp && g->list_since < stamp;

    if (g->list_loads || (!wanted && !g->list_open))
        return false;
    if (!g->list_open) {
        memset(&g->after, 0, sizeof g->after);
        g->list_began = g->stamp;
    }
    g->list_open = g->list_loads = true;
    *request = (struct records_request){ .kind = RECORDS_GROUP_AFTER,
                                         .group = g->after,
                                         .group_row = g->page,
                                         .cap = GROUPS_PAGE };
    return true;
}

size_t
groups_wanted(struct groups *g, uint64_t stamp, bool often,
              struct records_request *requests, size_t cap)
{
    size_t n = 0;

    if (often)
        forget_names(g);
    if (cap > 0 && want_list(g, stamp, often, &requests[0]))
        n++;
    for (size_t i = 0; i < g->n && n < cap; i++) {
        struct group *group = g->all[i];

        if (group->asked != 0 || group->since >= stamp ||
            !(often ? is_recent(g, group->used) : group->used == g->stamp))
            continue;
        group->asked = g->stamp;
        requests[n++] = (struct records_request){ .kind = RECORDS_GROUP,
                                                  .group = group->row.id,
                                                  .group_row = &group->loaded };
    }
    return n;
}

/* What is in group->row now has `result`. */
static void
take(struct group *group, enum records_result result, uint64_t since)
{
    struct msk_bytes packed = { group->row.packed, group->row.n };

    group->found = result;
    group->since = since;
    group->damaged = result == RECORDS_OK &&
                     msk_key_group_unpack(&group->keys, packed) != MSK_OK;
    if (group->damaged)
        group->found = RECORDS_FAILED;
}

static void
take_page(struct groups *g, const struct records_request *request)
{
    size_t n = request->result == RECORDS_OK ? request->n : 0;

    g->list_loads = false;
    g->list_failed = request->result == RECORDS_FAILED;
    for (size_t i = 0; i < n; i++) {
        struct group *group = find_or_make(g, &g->page[i].id);

        g->list_failed |= group == NULL;
        if (group == NULL || group->asked != 0)
            continue;
        group->row = g->page[i];
        take(group, RECORDS_OK, g->list_began);
    }
    if (n > 0)
        g->after = g->page[n - 1].id;
    g->list_open = n == GROUPS_PAGE;
    if (!g->list_open)
        g->list_since = g->list_began;
    msk_wipe(g->page, n * sizeof g->page[0]);
}

void
groups_take(struct groups *g, const struct records_request *request)
{
    struct group *group;

    if (request->kind == RECORDS_GROUP_AFTER) {
        take_page(g, request);
        return;
    }
    group = find(g, &request->group);
    if (group == NULL)
        return;
    if (request->result == RECORDS_OK)
        group->row = group->loaded;
    msk_wipe(group->loaded.packed, sizeof group->loaded.packed);
    take(group, request->result, group->asked);
    group->asked = 0;
}

void
groups_end(struct groups *g)
{
    for (size_t i = 0; i < g->n; i++)
        let_go(g->all[i]);
    free(g->all);
    memset(g, 0, sizeof *g);
}
