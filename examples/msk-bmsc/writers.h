/* SPDX-License-Identifier: MIT */
/*
 * writers.h - one node at a time makes the MTK messages of a Key Group, and so
 * of an MSK: the one that has a lease for it. It commits a counter with the
 * epoch of that lease, and whoever has lost the lease commits none.
 */
#ifndef MSK_BMSC_WRITERS_H
#define MSK_BMSC_WRITERS_H

#include "../records/records.h"

#define WRITERS_NODE_MAX 160 /* octets of the name of a node */
#define WRITERS_LEASE 9      /* and of that of a lease */

struct host;

/* A lease of this node. */
struct writer {
    uint8_t name[WRITERS_LEASE];
    uint64_t epoch;
    msk_time renew; /* then; monotonic */
};

struct writers {
    char node[WRITERS_NODE_MAX]; /* whose leases these are */
    struct writer *all;
    size_t n, cap;
};

/* The name of this node: as it is given, or with NULL that of the machine and
 * the port of its MIKEY messages. */
void writers_name(struct host *h, const char *node);

/* Takes the lease of the Key Group of a row, unless it is held, and sets the
 * fence of the row, which is good until the next one is taken.
 * RECORDS_CONFLICT: another node has it; RECORDS_FAILED. */
enum records_result writers_take(struct host *h, struct records_group *row);

/* What the fence has refused is another node's, or has changed: asks the store
 * the next time. */
void writers_doubt(struct host *h, const struct records_group *row);

/* At the end: others may have all of them. */
void writers_let_go(struct host *h);

#endif
