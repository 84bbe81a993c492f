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

/* A number from 0 to n - 1 (n above 0). MSK_ERR_RANDOM. */
int msk_bmsc_draw(const struct msk_bmsc *bmsc, uint32_t n, uint32_t *out);

#endif
