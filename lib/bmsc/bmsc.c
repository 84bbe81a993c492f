/* SPDX-License-Identifier: MIT */
#include "bmsc/bmsc.h"

#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mbms/layout.h"

#define RETRIES_MAX 7 /* with the first one, MSK_COUNTERS_MAX messages */
#define RETRY 2000
#define RETRY_MAX 3600000 /* an hour; the last interval is 128 of them */

static bool
is_bmsc_config(const struct msk_bmsc_config *c)
{
    bool layout = c->layout == MSK_LAYOUT_CSB || c->layout == MSK_LAYOUT_KEYID;
    bool ext =
        (c->ext == MSK_EXT_AFTER_HDR || c->ext == MSK_EXT_BEFORE_KEMAC) &&
        msk_layout_ext_type(c->layout, c->ext_type) != 0;
    bool acks = c->acks == MSK_ACK_ALL || c->acks == MSK_ACK_NONE ||
                (c->acks == MSK_ACK_SAMPLED && c->ack_sample > 0);
    bool confirm = c->confirm == MSK_CONFIRM_DEFAULT ||
                   c->confirm == MSK_CONFIRM_ON ||
                   c->confirm == MSK_CONFIRM_OFF;

    return layout && ext && acks && msk_octets_fit(c->fqdn, 1, MSK_FQDN_MAX) &&
           c->crypto != NULL && c->random != NULL && c->random->fill != NULL &&
           c->find_group != NULL && confirm && c->retry <= RETRY_MAX &&
           c->spacing <= (c->retry != 0 ? c->retry : RETRY) &&
           c->retries <= RETRIES_MAX && c->unanswered <= UINT8_MAX &&
           (c->nonce_key.n == 0 ||
            msk_octets_fit(c->nonce_key, 16, MSK_NONCE_KEY_MAX));
}

static void
fill_defaults(struct msk_bmsc_config *c)
{
    if (c->retry == 0)
        c->retry = RETRY;
    if (c->spacing == 0)
        c->spacing = c->retry / 8 > 0 ? c->retry / 8 : 1;
    if (c->retries == 0)
        c->retries = 4;
    if (c->unanswered == 0)
        c->unanswered = 3;
}

static void
set_digest(struct msk_bmsc *b)
{
    b->digest.size = sizeof b->digest;
    b->digest.crypto = b->config.crypto;
    b->digest.random = b->config.random;
    b->digest.fqdn = b->config.fqdn;
    b->digest.nonce_key = b->config.nonce_key;
    b->digest.qop = b->config.qop;
    b->digest.algorithms = b->config.algorithms;
    b->has_http = b->config.nonce_key.n > 0 && b->config.xml != NULL;
}

size_t
msk_bmsc_size(void)
{
    return MSK_BMSC_SIZE;
}

int
msk_bmsc_init(struct msk_bmsc **bmsc, void *mem, size_t len,
              const struct msk_bmsc_config *config)
{
    struct msk_bmsc_config c;
    struct msk_bmsc *b;

    if (bmsc == NULL || mem == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_bmsc_config, spacing)) ||
        !is_bmsc_config(&c))
        return MSK_ERR_ARGUMENT;
    if (len < MSK_BMSC_SIZE)
        return MSK_ERR_SPACE;
    fill_defaults(&c);
    b = msk_align(mem);
    memset(b, 0, sizeof *b);
    memcpy(b->fqdn, c.fqdn.p, c.fqdn.n);
    c.fqdn.p = b->fqdn;
    if (c.nonce_key.n > 0)
        memcpy(b->nonce_key, c.nonce_key.p, c.nonce_key.n);
    c.nonce_key.p = b->nonce_key;
    b->config = c;
    b->confirms = c.confirm == MSK_CONFIRM_DEFAULT
                      ? c.layout == MSK_LAYOUT_CSB
                      : c.confirm == MSK_CONFIRM_ON;
    set_digest(b);
    *bmsc = b;
    return MSK_OK;
}

void
msk_bmsc_wipe(struct msk_bmsc *bmsc)
{
    if (bmsc != NULL)
        msk_secret_wipe(bmsc, sizeof *bmsc);
}

/* MSK_BMSC_SIZE holds one, wherever it begins. */
typedef char msk_bmsc_fits
    [sizeof(struct msk_bmsc) + sizeof(uint64_t) <= MSK_BMSC_SIZE ? 1 : -1];
