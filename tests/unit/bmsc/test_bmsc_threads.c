/* SPDX-License-Identifier: MIT */
/*
 * Two threads, one struct msk_bmsc, many records: each call loads a record
 * with its version, and commits it only if nobody was faster. What was
 * committed never repeats a counter. tests/gates/tsan runs this as well.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "apart.h"
#include "fake_xml.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "provider.h"
#include "support.h"

#define FQDN "bmsc.example.com"
#define RECORDS 6
#define GROUPS 2
#define ROUNDS 3000
#define KEPT 4

static const uint8_t domain[3] = { 0x21, 0x63, 0x54 };

/* The table stands for a database. */
static struct {
    pthread_mutex_t lock;
    struct {
        uint64_t version;
        uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
        size_t n;
        uint32_t counter; /* the last one that was committed */
        uint8_t sent[KEPT][MSK_MIKEY_MAX];
        size_t sent_n[KEPT], at;
    } row[RECORDS];
    struct msk_key_group group[GROUPS];
    size_t repeated, conflicts, sent, delivered, granted, bad;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct msk_bmsc *bmsc; /* one for both */

struct worker {
    struct rng rng;
    struct msk_random random;
    struct msk_key_group group; /* a copy, for find_group */
    struct msk_subscriber sub;
    struct msk_outbox *outbox;
    uint8_t outbox_memory[MSK_OUTBOX_SIZE];
    struct msk_digest_client client[RECORDS];
    struct msk_http_header header[2];
    struct msk_http_request request;
    uint8_t target[64], body[1024], value[MSK_HTTP_VALUE_MAX];
};

/* The numbers of the BM-SC come from one source, which has a lock. */
static struct rng shared_rng;
static pthread_mutex_t rng_lock = PTHREAD_MUTEX_INITIALIZER;

static int
fill_shared(void *user, uint8_t *out, size_t n)
{
    (void)user;
    (void)pthread_mutex_lock(&rng_lock);
    rng_fill(&shared_rng, out, n);
    (void)pthread_mutex_unlock(&rng_lock);
    return 0;
}

static int
fill_own(void *user, uint8_t *out, size_t n)
{
    rng_fill(user, out, n);
    return 0;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    struct worker *w = user;

    if (memcmp(group->domain, domain, 3) != 0 || group->group == 0 ||
        group->group > GROUPS)
        return NULL;
    (void)pthread_mutex_lock(&table.lock);
    w->group = table.group[group->group - 1];
    (void)pthread_mutex_unlock(&table.lock);
    return &w->group;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *sub,
          const struct msk_group_id *group)
{
    (void)user;
    (void)sub;
    return group->group <= GROUPS ? MSK_PERMISSION_GRANTED
                                  : MSK_PERMISSION_REFUSED;
}

static void
name(size_t i, char btid[8], uint8_t key[16])
{
    (void)snprintf(btid, 8, "btid-%zu", i);
    memset(key, (int)i + 1, 16);
}

/* --- calls --------------------------------------------------------------- */

static void
take_answer(struct worker *w, size_t i, const struct msk_http_response *r)
{
    enum msk_challenge what;

    if (r->status == 401)
        (void)msk_digest_client_challenge(&w->client[i], r,
                                          w->request.n_headers > 1, &what);
    else if (r->status == 200)
        table.granted++;
}

/* With the lock: what is told of a commit is told in the order of commits. */
static void
send_all(struct worker *w, size_t i)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_message m;

    while (msk_outbox_next(w->outbox, &e)) {
        if (e.kind == MSK_BMSC_EFFECT_SEND_HTTP)
            take_answer(w, i, e.response);
        table.delivered += e.kind == MSK_BMSC_EFFECT_DELIVERED ? 1 : 0;
        if (e.kind != MSK_BMSC_EFFECT_SEND_MIKEY)
            continue;
        if (msk_message_read(MSK_LAYOUT_KEYID, e.message, &m, NULL) != MSK_OK)
            table.bad++;
        if (m.counter <= table.row[i].counter)
            table.repeated++;
        table.row[i].counter = m.counter;
        memcpy(table.row[i].sent[table.row[i].at % KEPT], e.message.p,
               e.message.n);
        table.row[i].sent_n[table.row[i].at++ % KEPT] = e.message.n;
        table.sent++;
    }
}

static int
ask(struct worker *w, size_t i, msk_time now)
{
    struct msk_body_item item;
    struct msk_credentials c;
    uint8_t key[16];
    char btid[8];
    size_t n;

    memset(&item, 0, sizeof item);
    memcpy(item.domain, domain, 3);
    item.msk_id[1] = (uint8_t)(1 + rng_below(&w->rng, GROUPS + 1));
    name(i, btid, key);
    c = (struct msk_credentials){ msk_text(btid), { key, 16 } };
    (void)msk_http_target(MSK_PROCEDURE_MSK_REQUEST,
                          (struct msk_bytes){ NULL, 0 }, w->target,
                          sizeof w->target, &n);
    w->request = (struct msk_http_request){ .size = sizeof w->request,
                                            .method = msk_text("POST"),
                                            .target = { w->target, n },
                                            .headers = w->header,
                                            .n_headers = 1 };
    (void)msk_body_write(MSK_BODY_MSK_REQUEST, &item, 1, w->body,
                         sizeof w->body, &n);
    w->request.body = (struct msk_bytes){ w->body, n };
    w->header[0] =
        (struct msk_http_header){ msk_text("Content-Type"),
                                  msk_body_media_type(MSK_BODY_MSK_REQUEST) };
    if (msk_digest_client_authorise(&w->client[i], &c, &w->request, w->value,
                                    sizeof w->value, &n) == MSK_OK)
        w->header[w->request.n_headers++] =
            (struct msk_http_header){ msk_text("Authorization"),
                                      { w->value, n } };
    return msk_bmsc_answer(bmsc, w, &w->sub, &w->request, msk_text("ue"), now,
                           w->outbox);
}

static int
acknowledge(struct worker *w, size_t i, msk_time now)
{
    uint8_t message[MSK_MIKEY_MAX], ack[MSK_ACK_MAX], key[16];
    size_t k = rng_below(&w->rng, KEPT), n, len = 0;
    struct msk_message m;
    char btid[8];

    (void)pthread_mutex_lock(&table.lock);
    n = table.row[i].sent_n[k];
    memcpy(message, table.row[i].sent[k], n);
    (void)pthread_mutex_unlock(&table.lock);
    name(i, btid, key);
    if (n == 0 ||
        msk_message_read(MSK_LAYOUT_KEYID, (struct msk_bytes){ message, n }, &m,
                         NULL) != MSK_OK ||
        msk_verification_make(host_crypto(), (struct msk_bytes){ key, 16 }, &m,
                              m.idr, ack, sizeof ack, &len) != MSK_OK)
        return MSK_ERR_NOT_MINE;
    return msk_bmsc_take_ack(bmsc, w, &w->sub, (struct msk_bytes){ ack, len },
                             now, w->outbox);
}

static int
push(struct worker *w, msk_time now)
{
    struct msk_group_id id = { { 0x21, 0x63, 0x54 },
                               (uint16_t)(1 + rng_below(&w->rng, GROUPS)) };
    struct msk_key_group group;

    (void)find_group(w, &id);
    group = w->group;
    return msk_bmsc_push(bmsc, w, &w->sub, &group, now, w->outbox);
}

static int
call(struct worker *w, size_t i, msk_time now)
{
    switch (rng_below(&w->rng, 4)) {
    case 0: return ask(w, i, now);
    case 1: return acknowledge(w, i, now);
    case 2: return push(w, now);
    default: return msk_bmsc_timer(bmsc, w, &w->sub, now, w->outbox);
    }
}

/* Load, call, compare and swap, and only then send. */
static void
with_record(struct worker *w, size_t i, msk_time now)
{
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    uint64_t version;
    size_t n;
    int err;

    (void)pthread_mutex_lock(&table.lock);
    version = table.row[i].version;
    n = table.row[i].n;
    memcpy(packed, table.row[i].packed, n);
    (void)pthread_mutex_unlock(&table.lock);
    err = msk_subscriber_unpack(&w->sub, (struct msk_bytes){ packed, n });
    if (err == MSK_OK)
        err = call(w, i, now);
    if (err == MSK_OK)
        err = msk_subscriber_pack(&w->sub, packed, sizeof packed, &n);
    if (err != MSK_OK)
        return;
    (void)pthread_mutex_lock(&table.lock);
    if (table.row[i].version == version) {
        table.row[i].version++;
        table.row[i].n = n;
        memcpy(table.row[i].packed, packed, n);
        send_all(w, i);
    } else {
        table.conflicts++;
    }
    (void)pthread_mutex_unlock(&table.lock);
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    msk_time now = 1000000;

    for (size_t i = 0; i < ROUNDS; i++) {
        with_record(w, rng_below(&w->rng, RECORDS), now);
        now += rng_below(&w->rng, 400);
        if (i % 500 != 0)
            continue;
        (void)pthread_mutex_lock(&table.lock);
        if (msk_key_group_rekey(&table.group[i / 500 % GROUPS], &w->random) !=
            MSK_OK)
            table.bad++;
        (void)pthread_mutex_unlock(&table.lock);
    }
    return NULL;
}

/* --- the table ----------------------------------------------------------- */

static void
fill_table(const struct msk_random *random)
{
    for (size_t i = 0; i < RECORDS; i++) {
        struct msk_subscriber_config c = { .size = sizeof c };
        struct msk_subscriber s;
        uint8_t key[16];
        char btid[8];

        name(i, btid, key);
        c.btid = msk_text(btid);
        c.id = msk_text(btid);
        c.muk = (struct msk_bytes){ key, 16 };
        c.mrk = c.muk;
        c.expires = MSK_NEVER;
        assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
        assert_int_equal(msk_subscriber_pack(&s, table.row[i].packed,
                                             MSK_SUBSCRIBER_PACKED_MAX,
                                             &table.row[i].n),
                         MSK_OK);
    }
    for (uint16_t g = 0; g < GROUPS; g++) {
        struct msk_key_group_config c = { .size = sizeof c };

        memcpy(c.id.domain, domain, 3);
        c.id.group = (uint16_t)(g + 1);
        c.id.number = 1;
        assert_int_equal(msk_key_group_init(&table.group[g], &c, random),
                         MSK_OK);
    }
}

static void
hire(struct worker *w, uint64_t seed)
{
    w->rng.state = seed;
    w->random = (struct msk_random){ sizeof w->random, &w->rng, fill_own };
    assert_int_equal(msk_outbox_init(&w->outbox, w->outbox_memory,
                                     sizeof w->outbox_memory, NULL),
                     MSK_OK);
    apart_outbox(w->outbox);
    for (size_t i = 0; i < RECORDS; i++)
        assert_int_equal(
            msk_digest_client_init(&w->client[i],
                                   &(struct msk_digest_client_config){
                                       sizeof(struct msk_digest_client_config),
                                       host_crypto(), &w->random,
                                       msk_text(FQDN), 0, 0 }),
            MSK_OK);
}

static void
shares_one_bm_sc_between_threads(void **state)
{
    static uint8_t memory[MSK_BMSC_SIZE];
    static struct worker worker[2];
    const struct msk_random random = { sizeof random, NULL, fill_shared };
    struct msk_bmsc_config c = { .size = sizeof c };
    static struct fake_xml xml;
    pthread_t thread[2];
    struct rng seed;

    (void)state;
    rng_start(&seed, 1);
    shared_rng.state = rng_next(&seed);
    fake_xml_start(&xml);
    c.layout = MSK_LAYOUT_KEYID;
    c.fqdn = msk_text(FQDN);
    c.crypto = host_crypto();
    c.random = &random;
    c.xml = &xml.xml;
    c.nonce_key = msk_text("the key of nonces");
    c.authorise = authorise;
    c.find_group = find_group;
    assert_int_equal(msk_bmsc_init(&bmsc, memory, sizeof memory, &c), MSK_OK);
    fill_table(&random);
    for (size_t i = 0; i < 2; i++)
        hire(&worker[i], rng_next(&seed));
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, &worker[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    print_message("%zu sent, %zu delivered, %zu granted, %zu conflicts\n",
                  table.sent, table.delivered, table.granted, table.conflicts);
    assert_int_equal(table.repeated + table.bad, 0);
    assert_true(table.sent > 100 && table.delivered > 10 && table.granted > 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_one_bm_sc_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
