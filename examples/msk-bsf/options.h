/* SPDX-License-Identifier: MIT */
#ifndef MSK_BSF_OPTIONS_H
#define MSK_BSF_OPTIONS_H

#include "../hosts/address.h"

#define NAFS_MAX 64 /* that may have keys */

struct options {
    struct address ub, nbsp; /* nbsp.n is 0: nobody may have keys */
    const char *fqdn;
    const char *subscribers; /* file, or NULL */
    const char *store;
    const char *nafs[NAFS_MAX];
    size_t n_nafs;
    uint64_t lifetime; /* of keys, in seconds */
    bool json, secrets, trace;
    const char *pcap;
};

/* Reads the command line. False: usage was shown, exit with *status. */
bool options_read(int argc, char **argv, struct options *out, int *status);

#endif
