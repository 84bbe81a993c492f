/* SPDX-License-Identifier: MIT */
/* options.h - the command line of msk-ue. */
#ifndef MSK_UE_OPTIONS_H
#define MSK_UE_OPTIONS_H

#include "../hosts/address.h"
#include "../hosts/secrecy.h"

struct options {
    const char *btid;
    uint8_t ks_naf[32];
    size_t ks_naf_n; /* 32, or 0: MUK and MRK were given */
    struct secrecy_keys keys;
    const char *fqdn;
    const char *bmsc;     /* URL */
    struct address mikey; /* where to listen */
    enum msk_layout layout;
    const char *store;
    const char *announcement, *service; /* or: */
    const char *groups;
    bool auth; /* qop auth is allowed */
    bool json, secrets;
    const char *pcap, *keylog;
};

/* Reads the command line. False: usage was shown, exit with *status. */
bool options_read(int argc, char **argv, struct options *out, int *status);

#endif
