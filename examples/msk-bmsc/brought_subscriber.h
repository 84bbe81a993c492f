/* SPDX-License-Identifier: MIT */
/* brought_subscriber.h - what a line of JSON says of a subscriber. */
#ifndef MSK_BMSC_BROUGHT_SUBSCRIBER_H
#define MSK_BMSC_BROUGHT_SUBSCRIBER_H

#include "../hosts/secrecy.h"
#include "brought.h"

/* What a line says. */
struct brought_subscriber {
    enum brought_state state;
    char btid[MSK_BTID_MAX + 1], impi[MSK_SUBSCRIBER_ID_MAX + 1];
    uint8_t ks_naf[32]; /* or K_AF, which is used alike */
    size_t ks_naf_n;
    bool drawn; /* the keys are, of who has none yet */
    struct secrecy_keys keys;
    json_int_t expires, age;
    struct address address;
    char services[RECORDS_SERVICES_MAX];
};

/* NULL, or why it is not taken; then there may be keys in it. */
const char *brought_subscriber_take(const struct host *h, const json_t *object,
                                    struct brought_subscriber *s);

#endif
