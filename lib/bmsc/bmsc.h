/* SPDX-License-Identifier: MIT */
/* bmsc/bmsc.h - what is inside a struct msk_bmsc. It never changes. */
#ifndef MSK_BMSC_BMSC_H
#define MSK_BMSC_BMSC_H

#include "msk/bmsc.h"

#define MSK_NONCE_KEY_MAX 64

struct msk_bmsc {
    struct msk_bmsc_config config; /* with every default filled in */
    struct msk_digest_server digest;
    bool has_http;
    bool confirms;
    uint8_t fqdn[MSK_FQDN_MAX];
    uint8_t nonce_key[MSK_NONCE_KEY_MAX];
};

#endif
