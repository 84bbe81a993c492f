/* SPDX-License-Identifier: MIT */
/*
 * groups.h - the Key Groups that calls ask for. A call cannot wait for a load:
 * it is told that there is none, and made again when the group is there. So
 * each call sees every group as it was in the store after the call had begun
 * to be worked on.
 */
#ifndef MSK_BMSC_GROUPS_H
#define MSK_BMSC_GROUPS_H

#include "../records/records.h"

#define GROUPS_PAGE 64u

/* What a store loads has a place of its own: it may be written to, by another
 * thread, while a call reads the row. */
struct group {
    struct records_group row, loaded;
    struct msk_key_group keys;
    enum records_result found; /* RECORDS_NONE: there is no such group */
    bool damaged;              /* it was loaded, and cannot be read */
    uint64_t since;            /* the stamp when its load began */
    uint64_t used;             /* when it was asked for */
    uint64_t asked;            /* of the load that is under way; 0: none is */
};

struct groups {
    struct group **all; /* in the order of their names */
    size_t n, cap;
    uint64_t stamp; /* one more for each round */
    /* All that there are, page by page. */
    struct records_group page[GROUPS_PAGE];
    struct msk_group_id after;
    uint64_t list_began, list_since, list_used;
    bool list_open, list_loads, list_failed; /* pages are left; one is loaded */
    /* The call at hand: */
    uint64_t at_least;  /* what was loaded before that stamp is too old */
    bool lacks, failed; /* a group is not loaded; could not be loaded */
    bool damaged;       /* that one never will be: it cannot be read */
};

/* A call begins; what was loaded from `stamp` on will do. */
void groups_begin(struct groups *g, uint64_t stamp);

/* A group, in a call. NULL: none, or g->lacks, or g->failed. */
const struct group *groups_find(struct groups *g,
                                const struct msk_group_id *id);

/* The next group of all, in order; start with *at 0. NULL: no more, or
 * g->lacks, or g->failed. */
const struct group *groups_next(struct groups *g, size_t *at);

/* Requests for what was asked for and is too old; `often`: and for what the
 * last rounds have used. They are handed to groups_take when they are done. */
size_t groups_wanted(struct groups *g, uint64_t stamp, bool often,
                     struct records_request *requests, size_t cap);
void groups_take(struct groups *g, const struct records_request *request);

void groups_end(struct groups *g);

#endif
