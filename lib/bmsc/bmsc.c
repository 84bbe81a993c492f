/* SPDX-License-Identifier: MIT */
/* What a host makes before its first call: a BM-SC, and outboxes. */
#include "bmsc/bmsc.h"

#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "bmsc/call.h"
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
    b->digest.akma = b->config.akma;
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

/* --- outboxes ------------------------------------------------------------ */

/* How much of everything an outbox has. */
struct outbox_shape {
    size_t effects, items, arena;
};

static struct outbox_shape
shape_of_outbox(size_t messages, bool http)
{
    struct outbox_shape all = { MSK_OUTBOX_EFFECTS, MSK_BODY_ITEMS_MAX,
                                MSK_OUTBOX_ARENA };
    struct outbox_shape few = { messages + MSK_OUTBOX_ENDS, 0,
                                messages * MSK_MIKEY_MAX };

    return http ? all : few;
}

static size_t
size_of_outbox(const struct outbox_shape *shape)
{
    return sizeof(uint64_t) + sizeof(struct msk_outbox) +
           shape->effects * sizeof(struct msk_outbox_effect) +
           shape->items * sizeof(struct msk_body_item) + shape->arena;
}

static bool
take_outbox_limits(struct msk_outbox_limits *mine,
                   const struct msk_outbox_limits *theirs)
{
    return msk_sized_take(mine, sizeof *mine, theirs,
                          MSK_SIZE_UPTO(msk_outbox_limits, http)) &&
           mine->messages >= 1 && mine->messages <= MSK_OUTBOX_MESSAGES_MAX;
}

size_t
msk_outbox_size(const struct msk_outbox_limits *limits)
{
    struct msk_outbox_limits l;
    struct outbox_shape shape;

    if (!take_outbox_limits(&l, limits))
        return 0;
    if (l.http)
        return MSK_OUTBOX_SIZE;
    shape = shape_of_outbox(l.messages, false);
    return size_of_outbox(&shape);
}

static void
lay_out_outbox(struct msk_outbox *outbox, const struct outbox_shape *shape)
{
    memset(outbox, 0, sizeof *outbox);
    outbox->n_most = shape->effects;
    outbox->effect = (struct msk_outbox_effect *)(void *)(outbox + 1);
    outbox->item =
        (struct msk_body_item *)(void *)(outbox->effect + shape->effects);
    outbox->cap = shape->arena;
    outbox->arena = (uint8_t *)(outbox->item + shape->items);
}

int
msk_outbox_init(struct msk_outbox **outbox, void *mem, size_t len,
                const struct msk_outbox_limits *limits)
{
    struct msk_outbox_limits l = { .messages = 1, .http = true };
    struct outbox_shape shape;

    if (outbox == NULL || mem == NULL ||
        (limits != NULL && !take_outbox_limits(&l, limits)))
        return MSK_ERR_ARGUMENT;
    if (len < (limits != NULL ? msk_outbox_size(limits) : MSK_OUTBOX_SIZE))
        return MSK_ERR_SPACE;
    shape = shape_of_outbox(l.messages, l.http);
    *outbox = msk_align(mem);
    lay_out_outbox(*outbox, &shape);
    (*outbox)->http = l.http;
    return MSK_OK;
}

/* MSK_OUTBOX_SIZE holds an outbox for every call, wherever it begins. */
typedef char msk_outbox_fits[sizeof(uint64_t) + sizeof(struct msk_outbox) +
                                         MSK_OUTBOX_EFFECTS *
                                             sizeof(struct msk_outbox_effect) +
                                         MSK_BODY_ITEMS_MAX *
                                             sizeof(struct msk_body_item) +
                                         MSK_OUTBOX_ARENA <=
                                     MSK_OUTBOX_SIZE
                                 ? 1
                                 : -1];
