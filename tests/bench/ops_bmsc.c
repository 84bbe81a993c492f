/* SPDX-License-Identifier: MIT */
/* What a BM-SC does for each UE: read its record, push, write the record; the
 * same for its acknowledgement, and for its MSK request. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "msk/xml_expat.h"

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
    struct msk_xml xml;
    struct msk_http_request request;
    struct msk_http_header header[2];
    uint8_t body[512], value[MSK_HTTP_VALUE_MAX];
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

/* All that the library does for a POST: who asks, its record, the answer with
 * its Authentication-Info, the MSK message after it, the record. */
static int
run_request(void *state, size_t i)
{
    struct node *b = state;
    struct msk_bmsc_effect e = { .size = sizeof e };
    uint8_t btid[MSK_BTID_MAX];
    size_t n;
    int err = msk_digest_server_btid(&b->request, btid, sizeof btid, &n);

    (void)i;
    if (err == MSK_OK)
        err = msk_subscriber_unpack(&b->subscriber,
                                    (struct msk_bytes){ b->packed, b->n });
    if (err == MSK_OK)
        err = msk_bmsc_answer(b->bmsc, b, &b->subscriber, &b->request,
                              msk_text("192.0.2.1:2269"), NOW + 1, b->outbox);
    if (err == MSK_OK)
        err = msk_subscriber_pack(&b->subscriber, b->out, sizeof b->out, &n);
    return err != MSK_OK || !msk_outbox_next(b->outbox, &e) ||
           e.response->status != 200 || first_message(b).n == 0;
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
                                 .xml = &b->xml,
                                 .nonce_key = { b->key, 32 },
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

/* The header of the answer to a request. */
static int
take_challenge(struct node *b, struct msk_digest_client *client)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    enum msk_challenge what;
    int err = msk_bmsc_answer(b->bmsc, b, &b->subscriber, &b->request,
                              msk_text(""), NOW, b->outbox);

    if (err == MSK_OK && !msk_outbox_next(b->outbox, &e))
        err = MSK_ERR_MISSING;
    return err == MSK_OK
               ? msk_digest_client_challenge(client, e.response, false, &what)
               : err;
}

/* One item, for the current MSK. */
static int
ask(struct node *b)
{
    struct msk_body_item item = { .msk_id = { 0x18, 0xCF, 0, 0 } };

    memcpy(item.domain, id.domain, sizeof item.domain);
    b->header[0].name = msk_text("Content-Type");
    b->header[0].value = msk_body_media_type(MSK_BODY_MSK_REQUEST);
    b->request.size = sizeof b->request;
    b->request.method = msk_text("POST");
    b->request.target = msk_text("/keymanagement?requesttype=msk-request");
    b->request.headers = b->header;
    b->request.n_headers = 1;
    b->request.body.p = b->body;
    return msk_body_write(MSK_BODY_MSK_REQUEST, &item, 1, b->body,
                          sizeof b->body, &b->request.body.n);
}

static int
authorise(struct node *b)
{
    const struct msk_digest_client_config c = { .size = sizeof c,
                                                .crypto = b->crypto,
                                                .random = &bench_random,
                                                .fqdn = msk_text(FQDN) };
    const struct msk_credentials who = { msk_text(BTID), { b->key + 32, 32 } };
    struct msk_digest_client client;
    int err = msk_digest_client_init(&client, &c);

    if (err == MSK_OK)
        err = take_challenge(b, &client);
    b->header[1].name = msk_text("Authorization");
    b->header[1].value.p = b->value;
    if (err == MSK_OK)
        err = msk_digest_client_authorise(&client, &who, &b->request, b->value,
                                          MSK_HTTP_VALUE_MAX,
                                          &b->header[1].value.n);
    b->request.n_headers = 2;
    return err;
}

static void
prepare_request(void *state)
{
    struct node *b = state;
    int err = msk_xml_expat_init(&b->xml, NULL);

    if (err == MSK_OK)
        err = start(b);
    if (err == MSK_OK)
        err = ask(b);
    if (err == MSK_OK)
        err = authorise(b);
    if (err != MSK_OK || pack(b) != MSK_OK)
        bench_fail("BM-SC", "is not asked");
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
    (void)add(b, "BM-SC answers an MSK request", prepare_request, run_request,
              crypto);
    bench_add_floor(b);
}
