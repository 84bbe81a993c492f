/* SPDX-License-Identifier: MIT */
/*
 * bring.h - subscribers and Key Groups from JSON: files at the start, lines on
 * stdin later. They make records; a record that is there keeps its keys,
 * counters and RAND (decision 2), and takes what is only the host's: services
 * and address. Many go together: who is known and the same costs a load among
 * others, and nothing is written.
 */
#ifndef MSK_BMSC_BRING_H
#define MSK_BMSC_BRING_H

#include "../hosts/input.h"
#include "../records/records.h"

#define BRING_MAX 256u

struct host;

enum bring_result {
    BRING_DONE,
    BRING_LESS,  /* but some not, of which it was told why */
    BRING_WRONG, /* one of them */
    BRING_AGAIN  /* the store failed: try again, nothing is lost */
};

/* bring_subscribers.c, bring_groups.c: takes one, to be brought with others;
 * there is room for BRING_MAX. NULL, or why not. */
input_json_take bring_take_subscriber, bring_take_group;
/* Brings what was taken. Others are served meanwhile. */
enum bring_result bring_subscribers(struct host *h);
enum bring_result bring_groups(struct host *h);

/* One line of stdin. NULL, or why not. */
const char *bring_one(struct host *h, const char *json, bool subscriber);

/* A file, as far as it was read. */
struct bring_file {
    struct input_file file; /* none is open: there is nothing to do */
    bool subscribers;       /* or Key Groups */
    enum input_next next;   /* what stands behind those that were taken */
    unsigned lines[BRING_MAX];
    size_t n; /* that were taken, and where they stand */
};

/* False: the reason was told. */
bool bring_open(struct bring_file *file, const char *path, bool subscribers);
void bring_close(struct bring_file *file);
/* Brings the next ones. *again: the store failed, try again. WRONG: it was told
 * what. */
enum input_next bring_some(struct host *h, struct bring_file *file,
                           bool *again);

/* Both files at the start. False: the reason was told. */
bool bring_files(struct host *h);

#endif
