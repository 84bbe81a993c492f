/* SPDX-License-Identifier: MIT */
/* options.h - the command line of msk-bmsc. */
#ifndef MSK_BMSC_OPTIONS_H
#define MSK_BMSC_OPTIONS_H

#include "../hosts/address.h"
#include "../records/records.h"
#include "bsf.h"
#include "msk/bmsc.h"

struct options {
    struct bsf_options bsf;
    struct address http, mikey; /* where to listen */
    bool share_http;            /* with other processes */
    uint64_t ttl;               /* hops of multicast, 0: as the system has it */
    const char *interface;      /* it leaves from, or NULL */
    const char *fqdn;
    enum msk_layout layout;
    const char *subscribers, *groups; /* files of JSON lines */
    const char *store;
    enum records_failover failover;
    bool repair;       /* the store, and do nothing else */
    bool registration; /* required */
    enum msk_ack_mode acks;
    uint32_t ack_sample;
    bool auth; /* qop auth is offered as well */
    uint32_t algorithms;
    bool never_push, akma, trace;
    enum msk_ext_position ext;
    uint8_t ext_type; /* 0: the default */
    bool json, quiet, secrets;
    const char *pcap, *keylog;
    struct address metrics;     /* n 0: none */
    const char *node;           /* or NULL */
    uint64_t pushes_per_second; /* 0: what the store takes */
};

/* Reads the command line. False: usage was shown, exit with *status. */
bool options_read(int argc, char **argv, struct options *out, int *status);

#endif
