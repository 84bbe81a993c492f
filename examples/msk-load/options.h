/* SPDX-License-Identifier: MIT */
#ifndef MSK_LOAD_OPTIONS_H
#define MSK_LOAD_OPTIONS_H

#include "../hosts/address.h"
#include "msk/types.h"

#define OPTIONS_SERVERS_MAX 8
#define OPTIONS_GROUPS_MAX 8

enum what { WHAT_RUN, WHAT_SUBSCRIBERS };

struct options {
    enum what what;
    /* both */
    size_t members;
    uint64_t seed;
    uint16_t port; /* of the MIKEY port of each member */
    /* run */
    struct address servers[OPTIONS_SERVERS_MAX]; /* all in 127/8 */
    size_t n_servers;
    const char *fqdn, *service;
    enum msk_layout layout;
    struct msk_group_id groups[OPTIONS_GROUPS_MAX];
    size_t n_groups;
    bool auth;       /* qop auth as well */
    size_t rate;     /* members that start in a second */
    size_t restarts; /* members restarted in a second */
    size_t seconds;
    size_t connections;
    unsigned lose; /* of 1000 datagrams, each way */
    const char *json, *svg, *pcap;
};

/* False: the program ends now, with *code. */
bool options_read(struct options *o, int argc, char **argv, int *code);

#endif
