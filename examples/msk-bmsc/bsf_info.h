/* SPDX-License-Identifier: MIT */
/* bsf_info.h - what a BSF is asked, and what it answers: BootstrappingInfo of
 * TS 29.309 as JSON. */
#ifndef MSK_BMSC_BSF_INFO_H
#define MSK_BMSC_BSF_INFO_H

#include "../hosts/secrecy.h"
#include "msk/subscriber.h"

struct bsf_info {
    char impi[MSK_SUBSCRIBER_ID_MAX + 1]; /* or the B-TID, if it has none */
    struct secrecy_keys keys; /* of MBMS, in the ME or on the UICC */
    msk_time expires;         /* MSK_NEVER: it was not said */
    uint64_t age;             /* when it was bootstrapped, in ms */
};

/* The question as text: free it. NULL: no memory, or no name that may stand in
 * JSON. */
char *bsf_info_ask(struct msk_bytes btid, const char *fqdn);

/* Reads an answer. NULL: fine, else why not. now: Unix time, of an answer that
 * does not say when it was. Wipe *out. */
const char *bsf_info_read(const char *body, size_t n, struct msk_bytes btid,
                          msk_time now, struct bsf_info *out);

#endif
