/* SPDX-License-Identifier: MIT */
/* What a BM-SC does for each UE: read its record, push, write the record; and
 * the same for its acknowledgement. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/bmsc.h"

#define FQDN "bmsc.example.com"
#define BTID "I1U8vpY3qJ0hiuZNrke/NQ==@bsf.example.com"
#define NOW 1000000

struct node {
    const struct msk_crypto *crypto;
    struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_key_group group;
    struct msk_subscriber subscriber;
    uint8_t key[64];
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX], out[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n;
    uint8_t ack[MSK_ACK_MAX];
    size_t ack_n;
    uint8_t memory[MSK_BMSC_SIZE], outbox_memory[MSK_OUTBOX_SIZE];
};

static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 };

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    (void)group;
    return &((struct node *)user)->group;
}

/* The first message in the outbox; empty: none. */
static struct msk_bytes
first_message(struct node *b)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_bytes first = { NULL, 0 };

    while (msk_outbox_next(b->outbox, &e))
        if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY && first.n == 0)
            first = e.message;
    return first;
}

static int
run_push(void *state, size_t i)
{
    struct node *b = state;
    size_t n;
    int err = msk_subscriber_unpack(&b->subscriber,
                                    (struct msk_bytes){ b->packed, b->n });

    (void)i;
    if (err == MSK_OK)
        err = msk_bmsc_push(b->bmsc, b, &b->subscriber, &b->group, NOW,
                            b->outbox);
    if (err == MSK_OK)
        err = msk_subscriber_pack(&b->subscriber, b->out, sizeof b->out, &n);
    return err != MSK_OK || first_message(b).n == 0;
}

/* Of that, the record alone. */
static int
run_record(void *state, size_t i)
{
    struct node *b = state;
    size_t n;
    int err = msk_subscriber_unpack(&b->subscriber,
                                    (struct msk_bytes){ b->packed, b->n });

    (void)i;
    return err == MSK_OK
               ? msk_subscriber_pack(&b->subscriber, b->out, sizeof b->out, &n)
               : err;
}

static int
run_ack(void *state, size_t i)
{
    struct node *b = state;
    size_t n;
    int err = msk_subscriber_unpack(&b->subscriber,
                                    (struct msk_bytes){ b->packed, b->n });

    (void)i;
    if (err == MSK_OK)
        err = msk_bmsc_take_ack(b->bmsc, b, &b->subscriber,
                                (struct msk_bytes){ b->ack, b->ack_n }, NOW,
                                b->outbox);
    if (err == MSK_OK)
        err = msk_subscriber_pack(&b->subscriber, b->out, sizeof b->out, &n);
    return err != MSK_OK || msk_subscriber_due(&b->subscriber) != MSK_NEVER;
}

static int
subscribe(struct node *b)
{
    struct msk_subscriber_config c = { .size = sizeof c,
                                       .btid = msk_text(BTID),
                                       .id = msk_text("imsi-1"),
                                       .muk = { b->key, 32 },
                                       .mrk = { b->key + 32, 32 },
                                       .expires = MSK_NEVER,
                                       .address = msk_text("192.0.2.1:2269") };
    struct msk_key_group_config g = { .size = sizeof g,
                                      .id = id,
                                      .streaming = true };
    const struct msk_group_id member = {
        { id.domain[0], id.domain[1], id.domain[2] }, id.group
    };
    int err = msk_subscriber_init(&b->subscriber, &c);

    if (err == MSK_OK)
        err = msk_subscriber_join(&b->subscriber, &member);
    if (err == MSK_OK)
        err = msk_key_group_init(&b->group, &g, &bench_random);
    return err;
}

static int
start(struct node *b)
{
    struct msk_bmsc_config c = { .size = sizeof c,
                                 .layout = MSK_LAYOUT_KEYID,
                                 .fqdn = msk_text(FQDN),
                                 .crypto = b->crypto,
                                 .random = &bench_random,
                                 .find_group = find_group };
    int err = msk_bmsc_init(&b->bmsc, b->memory, sizeof b->memory, &c);

    if (err == MSK_OK)
        err = msk_outbox_init(&b->outbox, b->outbox_memory,
                              sizeof b->outbox_memory, NULL);
    return err == MSK_OK ? subscribe(b) : err;
}

static int
pack(struct node *b)
{
    return msk_subscriber_pack(&b->subscriber, b->packed, sizeof b->packed,
                               &b->n);
}

static void
prepare_push(void *state)
{
    struct node *b = state;

    if (start(b) != MSK_OK || pack(b) != MSK_OK)
        bench_fail("BM-SC", "does not start");
}

/* A push is under way, and here is what the UE says to it. */
static void
prepare_ack(void *state)
{
    struct node *b = state;
    struct msk_message message;
    int err = start(b);

    if (err == MSK_OK)
        err = msk_bmsc_push(b->bmsc, b, &b->subscriber, &b->group, NOW,
                            b->outbox);
    if (err == MSK_OK)
        err = msk_message_read(MSK_LAYOUT_KEYID, first_message(b), &message,
                               NULL);
    if (err == MSK_OK)
        err = msk_verification_make(b->crypto, (struct msk_bytes){ b->key, 32 },
                                    &message, msk_text(BTID), b->ack,
                                    sizeof b->ack, &b->ack_n);
    if (err != MSK_OK || pack(b) != MSK_OK)
        bench_fail("BM-SC", "does not push");
}

static struct bench_op *
add(struct bench *b, const char *name, void (*prepare)(void *state),
    int (*run)(void *state, size_t i), const struct msk_crypto *crypto)
{
    struct node *n = calloc(1, sizeof *n);
    struct bench_op *op = bench_add(b, "libmsk", name, run, n);

    if (n == NULL)
        bench_fail(name, "no memory");
    n->crypto = crypto;
    (void)bench_random.fill(NULL, n->key, sizeof n->key);
    op->prepare = prepare;
    op->provider = &n->crypto;
    return op;
}

void
bench_add_record(struct bench *b)
{
    (void)add(b, "unpack and pack a subscriber", prepare_push, run_record,
              bench_null_crypto());
}

void
bench_add_bmsc(struct bench *b, const struct msk_crypto *crypto)
{
    (void)add(b, "BM-SC pushes to a UE", prepare_push, run_push, crypto);
    bench_add_floor(b);
    (void)add(b, "BM-SC takes an acknowledgement", prepare_ack, run_ack,
              crypto);
    bench_add_floor(b);
}
