/* SPDX-License-Identifier: MIT */
#ifndef MSK_GBA_OPTIONS_H
#define MSK_GBA_OPTIONS_H

#include "../card/uicc.h"
#include "../msk-ue/server.h"

#define NAFS_MAX 8 /* BM-SCs that keys are made for at once */

struct options {
    const char *usim;
    const char *reader; /* of the card that it is on, or NULL */
    char pin[UICC_PIN_MAX + 1];
    const char *url, *fqdn; /* of the BSF; its name, or NULL */
    struct server bsf;      /* what both say */
    const char *nafs[NAFS_MAX];
    size_t n_nafs;
    const char *out; /* file, or NULL */
    const char *cacert;
    uint64_t timeout; /* for an answer, in seconds */
    bool json, secrets;
    const char *pcap;
};

/* Reads the command line. False: usage was shown, exit with *status. */
bool options_read(int argc, char **argv, struct options *out, int *status);

#endif
