/* SPDX-License-Identifier: MIT */
/*
 * The BM-SC, driven by a stream of operations: a UE that asks, acknowledges
 * and lies, a host that pushes, rekeys, rebinds and loses races, a clock that
 * steps, providers that fail.
 *
 * Whatever happens: no counter is sent twice under a MUK, no MTK ID or counter
 * twice under an MSK; a message brings the MSK of its own Key Group, though
 * another one of its number is in another domain, and who joins or parts does
 * so with that one alone; a call that failed leaves nothing to be done; a record
 * survives being stored; one MSK message is in flight; an accepted request is
 * accepted once; nothing but a verified request moves an address; a timer
 * that was run has nothing due; no failure but those that were asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "bmsc/subscriber.h"
#include "fake_xml.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "target.h"
#include "toy_crypto.h"

#define FQDN "bmsc"
#define GROUPS 4
#define MUKS 64
#define SENT 8
#define MESSAGE_MAX 600
#define BODY_MAX 4096

/* Two domains have Key Groups of the same numbers. The first one is streaming;
 * the last one has no MSK until it is rekeyed for the first time. */
static const struct msk_group_id group_ids[GROUPS] = {
    { { 0x21, 0x63, 0x54 }, 1 },
    { { 0x21, 0x63, 0x54 }, 2 },
    { { 0x21, 0x63, 0x53 }, 1 },
    { { 0x21, 0x63, 0x53 }, 2 },
};

struct group {
    bool there;
    struct msk_key_group record;
    uint32_t used; /* the last counter that was sent, of this number */
    uint16_t number, mtk_id;
};

struct bench {
    struct msk_bytes in; /* what is left of the input */
    struct toy_crypto toy;
    struct fake_xml xml;
    struct msk_bmsc_config config;
    struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_subscriber sub;
    struct group group[GROUPS];
    struct msk_pacer pacer;
    msk_time now;
    bool conflict; /* somebody else is faster: the next call does not count */
    uint8_t mood;  /* of authorise */

    unsigned muk;           /* number of the current one */
    uint32_t counter[MUKS]; /* the last that was sent under it; 0: none */
    uint8_t sent[SENT][MESSAGE_MAX];
    size_t sent_n[SENT], at;
    unsigned sent_to[GROUPS], ended[GROUPS]; /* in the last call */

    /* the UE's end of HTTP, and its last request */
    struct msk_digest_client client;
    uint8_t target[64], body[BODY_MAX], value[MSK_HTTP_VALUE_MAX];
    struct msk_http_header header[2];
    struct msk_http_request request;
    bool authorized, accepted;
    int status; /* of the last answer; 0: none */
    bool informed;
};

/* --- the input ----------------------------------------------------------- */

/* Up to most octets as they stand. */
static struct msk_bytes
some(struct bench *b, size_t most)
{
    size_t n = input_octet(&b->in);
    struct msk_bytes view;

    n = n < b->in.n ? n : b->in.n;
    n = n < most ? n : most;
    view = (struct msk_bytes){ b->in.p, n };
    b->in.p += n;
    b->in.n -= n;
    return view;
}

/* --- the host ------------------------------------------------------------ */

static bool
is_same(const struct msk_group_id *a, const struct msk_group_id *b)
{
    return memcmp(a->domain, b->domain, 3) == 0 && a->group == b->group;
}

/* Which one that is; GROUPS: none. */
static size_t
index_of(const struct msk_group_id *group)
{
    size_t i = 0;

    while (i < GROUPS && !is_same(group, &group_ids[i]))
        i++;
    return i;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    struct bench *b = user;
    size_t i = index_of(group);

    return i < GROUPS && b->group[i].there ? &b->group[i].record : NULL;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *sub,
          const struct msk_group_id *group)
{
    static const enum msk_permission answers[] = {
        MSK_PERMISSION_GRANTED,   MSK_PERMISSION_REFUSED,
        MSK_PERMISSION_NO_MSK,    MSK_PERMISSION_PENDING,
        MSK_PERMISSION_GRANTED,   MSK_PERMISSION_NOT_NOW,
        (enum msk_permission) - 7
    };
    struct bench *b = user;

    REQUIRE(msk_subscriber_id(sub).n == 2);
    return b->mood == 0 ? MSK_PERMISSION_GRANTED
                        : answers[(b->mood + 1 + index_of(group)) % 7];
}

/* The groups whose bits the last octet of the name has. */
static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    size_t n = 0;

    (void)user;
    for (size_t i = 0; i < GROUPS && n < cap; i++)
        if (service.n > 0 && (service.p[service.n - 1] >> i & 1) != 0)
            ids[n++] = group_ids[i];
    return n;
}

static void
name_keys(unsigned muk, char btid[8], uint8_t key[16], uint8_t mrk[16])
{
    (void)snprintf(btid, 8, "b%u", muk);
    memset(key, (int)muk, 16);
    memset(mrk, (int)muk + 128, 16);
}

static int
subscribe(struct bench *b, unsigned muk, bool again)
{
    struct msk_subscriber_config c = { .size = sizeof c };
    uint8_t key[16], mrk[16];
    char btid[8];

    name_keys(muk, btid, key, mrk);
    c.btid = msk_text(btid);
    c.id = msk_text("ue");
    c.muk = (struct msk_bytes){ key, 16 };
    c.mrk = (struct msk_bytes){ mrk, 16 };
    c.expires = b->now + 2000000;
    c.address = msk_text("there");
    c.age = muk;
    return again ? msk_subscriber_rebind(&b->sub, &c)
                 : msk_subscriber_init(&b->sub, &c);
}

static void
add_group(struct bench *b, size_t i)
{
    struct msk_key_group_config c = { .size = sizeof c };

    memcpy(c.id.domain, group_ids[i].domain, 3);
    c.id.group = group_ids[i].group;
    c.id.number = i == 1 ? 0xFFFD : 1;
    c.streaming = i == 0;
    c.seq_high = 20;
    REQUIRE(msk_key_group_init(&b->group[i].record, &c, &b->toy.random) ==
            MSK_OK);
    b->group[i].there = true;
}

/* --- the properties ------------------------------------------------------ */

/* Stored and loaded, it is the same. */
static void
store(struct bench *b)
{
    static uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX],
        again[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n, m;

    REQUIRE(msk_subscriber_pack(&b->sub, packed, sizeof packed, &n) == MSK_OK);
    REQUIRE(msk_subscriber_unpack(&b->sub, (struct msk_bytes){ packed, n }) ==
            MSK_OK);
    REQUIRE(msk_subscriber_pack(&b->sub, again, sizeof again, &m) == MSK_OK);
    REQUIRE(n == m && memcmp(packed, again, n) == 0);
}

/* Is the subscriber one of that group? Each is told once. */
static bool
is_member(const struct bench *b, const struct msk_group_id *id)
{
    struct msk_group_id ids[MSK_SUBSCRIBER_GROUPS_MAX];
    size_t n = msk_subscriber_groups(&b->sub, ids, MSK_SUBSCRIBER_GROUPS_MAX);
    size_t times = 0;

    for (size_t i = 0; i < n; i++)
        times += is_same(&ids[i], id) ? 1 : 0;
    REQUIRE(times <= 1);
    return times == 1;
}

/* Deliveries to all groups but that one. */
static size_t
owed_to_others(const struct msk_subscriber *subscriber,
               const struct msk_group_id *id)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);
    size_t n = 0;

    for (size_t i = 0; i < sub->n_deliveries; i++)
        n += is_same(&sub->delivery[i].group, id) ? 0 : 1;
    return n;
}

static void
check_record(const struct bench *b)
{
    const struct msk_sub *sub = msk_sub_at(&b->sub);
    unsigned in_flight = 0;

    for (size_t i = 0; i < sub->n_deliveries; i++) {
        const struct msk_delivery *d = &sub->delivery[i];

        in_flight += d->state == MSK_DELIVERY_SENT && !d->old_muk ? 1 : 0;
        REQUIRE(d->state != MSK_DELIVERY_FREE);
        REQUIRE(is_member(b, &d->group));
    }
    REQUIRE(in_flight <= 1);
    REQUIRE(b->config.acks != MSK_ACK_NONE || in_flight == 0);
}

/* A message with an MSK brings that of its Key Group. */
static void
check_msk(struct bench *b, const struct msk_message *m, unsigned muk)
{
    struct msk_key_group_msk held = { .size = sizeof held };
    struct msk_group_id group = msk_key_id_group(&m->id);
    const struct msk_key_group *record = find_group(b, &group);
    struct msk_content content;
    uint8_t key[16], mrk[16];
    char btid[8];
    bool found = false;

    name_keys(muk, btid, key, mrk);
    REQUIRE(msk_msk_message_open(&b->toy.crypto, (struct msk_bytes){ key, 16 },
                                 m, &content) == MSK_OK);
    REQUIRE(record != NULL);
    b->sent_to[index_of(&group)]++;
    if (content.kind != MSK_CONTENT_MSK)
        return;
    REQUIRE(is_member(b, &group));
    for (int role = 0; role < 3 && !found; role++)
        found =
            msk_key_group_get(record, (enum msk_key_group_role)role, &held) &&
            held.id.number == m->id.number;
    REQUIRE(found && held.msk.n == content.key_len &&
            memcmp(held.msk.p, content.key, content.key_len) == 0);
}

static void
check_mikey(struct bench *b, const struct msk_bmsc_effect *e)
{
    struct msk_bytes address = msk_subscriber_address(&b->sub);
    struct msk_message m;
    unsigned muk;
    char btid[8] = "";

    REQUIRE(e->peer.n == address.n &&
            memcmp(e->peer.p, address.p, address.n) == 0);
    REQUIRE(msk_message_read(b->config.layout, e->message, &m, NULL) == MSK_OK);
    REQUIRE(m.kind == MSK_MESSAGE_MSK && m.idr.n < sizeof btid);
    memcpy(btid, m.idr.p, m.idr.n);
    muk = (unsigned)strtoul(btid + 1, NULL, 10);
    REQUIRE(muk < MUKS && m.counter > b->counter[muk]);
    REQUIRE(m.counter != UINT32_MAX);
    b->counter[muk] = m.counter;
    check_msk(b, &m, muk);
    REQUIRE(!m.v || b->config.acks != MSK_ACK_NONE);
    REQUIRE(e->message.n <= MESSAGE_MAX);
    memcpy(b->sent[b->at % SENT], e->message.p, e->message.n);
    b->sent_n[b->at++ % SENT] = e->message.n;
}

static void
take_answer(struct bench *b, const struct msk_http_response *r)
{
    b->status = r->status;
    REQUIRE(r->status >= 100 && r->status <= 599);
    for (size_t i = 0; i < r->n_headers; i++)
        if (r->headers[i].name.n == 19)
            b->informed = true;
    if (r->status == 401) {
        enum msk_challenge what;

        REQUIRE(r->n_headers == 2 && r->body.n == 0);
        (void)msk_digest_client_challenge(&b->client, r, b->authorized, &what);
        b->authorized = false; /* the client has another nonce now */
    }
}

/* Does what the outbox says. */
static void
drain(struct bench *b)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    memset(b->sent_to, 0, sizeof b->sent_to);
    memset(b->ended, 0, sizeof b->ended);
    for (size_t i = 0; msk_outbox_next(b->outbox, &e); i++)
        switch (e.kind) {
        case MSK_BMSC_EFFECT_SEND_MIKEY: check_mikey(b, &e); break;
        case MSK_BMSC_EFFECT_SEND_HTTP:
            REQUIRE(i == 0 && b->status == 0);
            take_answer(b, e.response);
            break;
        case MSK_BMSC_EFFECT_JOINED: REQUIRE(is_member(b, &e.group)); break;
        case MSK_BMSC_EFFECT_PARTED: REQUIRE(!is_member(b, &e.group)); break;
        case MSK_BMSC_EFFECT_DELIVERED:
        case MSK_BMSC_EFFECT_GAVE_UP:
            REQUIRE(index_of(&e.group) < GROUPS);
            b->ended[index_of(&e.group)]++;
            break;
        }
}

/* Commits what a call has left, or not. True: it counts. */
static bool
settle(struct bench *b, const struct msk_subscriber *before, int err)
{
    bool failed = b->toy.fail_at != 0 && b->toy.calls >= b->toy.fail_at;
    struct msk_bmsc_effect e = { .size = sizeof e };
    bool counts = err == MSK_OK && !b->conflict;

    b->toy.fail_at = 0;
    b->conflict = false;
    REQUIRE(err != MSK_ERR_ARGUMENT && err != MSK_ERR_SPACE);
    if (err == MSK_ERR_CRYPTO || err == MSK_ERR_RANDOM)
        REQUIRE(failed);
    if (err == MSK_OK)
        store(b);
    else
        REQUIRE(!msk_outbox_next(b->outbox, &e));
    if (!counts) {
        memcpy(&b->sub, before, sizeof b->sub);
        return false;
    }
    check_record(b);
    drain(b);
    return true;
}

/* --- operations ---------------------------------------------------------- */

/* Sends the request of the bench. */
static void
ask(struct bench *b, bool changed)
{
    struct msk_subscriber before = b->sub;
    bool replay = b->accepted && !changed;
    const struct msk_credentials *mine = NULL;
    struct msk_credentials c;
    uint8_t key[16], mrk[16];
    char btid[8], peer[2] = "a";
    int err;

    peer[0] = (char)('a' + input_octet(&b->in) % 4);
    b->status = 0;
    b->informed = false;
    err = msk_bmsc_answer(b->bmsc, b, &b->sub, &b->request,
                          msk_text(input_octet(&b->in) % 8 == 0 ? "" : peer),
                          b->now, b->outbox);
    name_keys(b->muk, btid, key, mrk);
    c = (struct msk_credentials){ msk_text(btid), { mrk, 16 } };
    mine = &c;
    if (err == MSK_OK && !changed && !replay && b->authorized && !b->conflict) {
        struct msk_http_response answer = { .size = 0 };
        struct msk_bmsc_effect e = { .size = sizeof e };

        /* What verified is verified by the UE, too. */
        REQUIRE(msk_outbox_next(b->outbox, &e) &&
                e.kind == MSK_BMSC_EFFECT_SEND_HTTP);
        answer = *e.response;
        if (answer.status == 200)
            REQUIRE(msk_digest_client_verify(&b->client, mine,
                                             b->request.target,
                                             &answer) == MSK_OK);
        /* From the start once more. */
        b->sub = before;
        b->toy.fail_at = 0;
        err = msk_bmsc_answer(b->bmsc, b, &b->sub, &b->request, msk_text(peer),
                              b->now, b->outbox);
    }
    if (!settle(b, &before, err))
        return;
    REQUIRE(b->status != 0);
    if (replay)
        REQUIRE(b->status == 401);
    if (b->informed)
        b->accepted = true;
    else
        REQUIRE(memcmp(msk_sub_at(&b->sub)->address,
                       msk_sub_at(&before)->address, MSK_PEER_MAX) == 0);
}

/* The which-th group from 1 on; 0, and one too many: a number that none has. */
static void
name_group(struct msk_body_item *item, uint8_t which)
{
    bool is_one = which > 0 && which <= GROUPS;
    const struct msk_group_id *id = &group_ids[is_one ? which - 1 : 0];

    memcpy(item->domain, id->domain, 3);
    item->msk_id[1] = is_one ? (uint8_t)id->group : which;
}

static size_t
take_items(struct bench *b, enum msk_procedure p, struct msk_body_item *items)
{
    size_t n = 1 + input_octet(&b->in) % 6;

    memset(items, 0, n * sizeof *items);
    for (size_t i = 0; i < n; i++) {
        uint8_t what = input_octet(&b->in);

        name_group(&items[i], what % (GROUPS + 2));
        items[i].domain[2] ^= what == 0x55 ? 1 : 0;
        items[i].msk_id[3] = what / 64;
        if (p != MSK_PROCEDURE_MSK_REQUEST)
            items[i].service = (struct msk_bytes){
                (const uint8_t *)"0123456789abcdef" + what % 16, 1
            };
    }
    return n;
}

/* A request as a UE makes it. */
static void
op_request(struct bench *b)
{
    static const enum msk_body_kind kinds[] = { 0, MSK_BODY_REGISTER,
                                                MSK_BODY_DEREGISTER,
                                                MSK_BODY_MSK_REQUEST };
    const uint8_t how = input_octet(&b->in);
    const enum msk_procedure p = how % 4 == 0 ? MSK_PROCEDURE_MSK_REQUEST
                                              : (enum msk_procedure)(how % 4);
    struct msk_body_item items[6];
    struct msk_credentials c;
    uint8_t key[16], mrk[16];
    char btid[8];
    size_t n = take_items(b, p, items), len;

    name_keys(b->muk, btid, key, mrk);
    c = (struct msk_credentials){ msk_text(btid), { mrk, 16 } };
    memset(&b->request, 0, sizeof b->request);
    b->request.size = sizeof b->request;
    b->request.method = msk_text("POST");
    REQUIRE(msk_http_target(p, (struct msk_bytes){ NULL, 0 }, b->target,
                            sizeof b->target, &len) == MSK_OK);
    b->request.target = (struct msk_bytes){ b->target, len };
    REQUIRE(msk_body_write(kinds[p], items, n, b->body, sizeof b->body, &len) ==
            MSK_OK);
    if (how >= 0xF0) /* a body that the UE itself got wrong */
        len -= how & 0x0Fu;
    b->request.body = (struct msk_bytes){ b->body, len };
    b->header[0].name = msk_text("Content-Type");
    b->header[0].value = msk_body_media_type(kinds[p]);
    b->request.headers = b->header;
    b->request.n_headers = 1;
    b->toy.fail_at = 0;
    b->authorized =
        msk_digest_client_authorise(&b->client, &c, &b->request, b->value,
                                    sizeof b->value, &len) == MSK_OK;
    if (b->authorized)
        b->header[b->request.n_headers++] =
            (struct msk_http_header){ msk_text("Authorization"),
                                      { b->value, len } };
    b->accepted = false;
    ask(b, false);
}

/* The last request, with one octet of it changed or none. */
static void
op_request_again(struct bench *b)
{
    uint8_t where = input_octet(&b->in) % 4, at = input_octet(&b->in),
            by = input_octet(&b->in);
    size_t value_n = b->request.n_headers > 1 ? b->header[1].value.n : 0;

    if (b->request.size == 0)
        return;
    if (where == 1 && value_n > 0)
        b->value[(at * 2u + by % 2) % value_n] ^= by;
    if (where == 2 && b->request.body.n > 0)
        b->body[(at * 2u + by % 2) % b->request.body.n] ^= by;
    if (where == 3)
        b->target[at % b->request.target.n] ^= by;
    if (where != 0)
        b->authorized = b->authorized && by == 0;
    ask(b, where != 0 && by != 0);
    if (where != 0 && by != 0)
        b->accepted = false;
}

/* A request as nobody makes it. */
static void
op_request_raw(struct bench *b)
{
    struct msk_bytes value = some(b, sizeof b->value), body = some(b, BODY_MAX);

    memset(&b->request, 0, sizeof b->request);
    b->request.size = sizeof b->request;
    b->request.method = msk_text("POST");
    (void)snprintf((char *)b->target, sizeof b->target, "%s",
                   "/keymanagement?requesttype=msk-request");
    b->request.target = msk_text((const char *)b->target);
    if (value.n > 0)
        memcpy(b->value, value.p, value.n);
    if (body.n > 0)
        memcpy(b->body, body.p, body.n);
    b->header[0] =
        (struct msk_http_header){ msk_text("Content-Type"),
                                  msk_body_media_type(MSK_BODY_MSK_REQUEST) };
    b->header[1] = (struct msk_http_header){ msk_text("Authorization"),
                                             { b->value, value.n } };
    b->request.headers = b->header;
    b->request.n_headers = 2;
    b->request.body = (struct msk_bytes){ b->body, body.n };
    b->authorized = false;
    ask(b, true);
    b->accepted = false;
}

/* The acknowledgement of one of the last messages, with an octet changed. */
static void
op_ack(struct bench *b)
{
    size_t i = input_octet(&b->in) % SENT, len;
    uint8_t at = input_octet(&b->in), by = input_octet(&b->in), key[16],
            mrk[16], ack[MSK_ACK_MAX];
    struct msk_subscriber before = b->sub;
    struct msk_message m;
    char btid[8] = "";

    if (b->sent_n[i] == 0)
        return;
    REQUIRE(msk_message_read(b->config.layout,
                             (struct msk_bytes){ b->sent[i], b->sent_n[i] }, &m,
                             NULL) == MSK_OK);
    memcpy(btid, m.idr.p, m.idr.n);
    name_keys((unsigned)strtoul(btid + 1, NULL, 10), btid, key, mrk);
    b->toy.fail_at = 0;
    REQUIRE(msk_verification_make(&b->toy.crypto, (struct msk_bytes){ key, 16 },
                                  &m, m.idr, ack, sizeof ack, &len) == MSK_OK);
    ack[at % len] ^= by;
    (void)settle(b, &before,
                 msk_bmsc_take_ack(b->bmsc, b, &b->sub,
                                   (struct msk_bytes){ ack, len }, b->now,
                                   b->outbox));
}

static void
op_ack_raw(struct bench *b)
{
    struct msk_bytes message = some(b, 255), btid;
    struct msk_subscriber before = b->sub;

    (void)msk_bmsc_ack_btid(b->bmsc, message, &btid);
    (void)settle(
        b, &before,
        msk_bmsc_take_ack(b->bmsc, b, &b->sub, message, b->now, b->outbox));
}

/* What was pushed is on its way, was sent or has ended, unless the host let it
 * be; and what others are owed
 * ends only when that is told. */
static void
check_pushed(const struct bench *b, const struct msk_subscriber *before,
             const struct msk_group_id *id)
{
    size_t now = owed_to_others(&b->sub, id);
    size_t mine = msk_sub_at(&b->sub)->n_deliveries - now, ended = 0;

    REQUIRE(b->mood != 0 || mine > 0 || b->sent_to[index_of(id)] > 0 ||
            b->ended[index_of(id)] > 0);
    for (size_t i = 0; i < GROUPS; i++)
        ended += i == index_of(id) ? 0 : b->ended[i];
    REQUIRE(owed_to_others(before, id) == now + ended);
}

static void
op_push(struct bench *b, bool pull)
{
    uint8_t what = input_octet(&b->in);
    struct group *g = &b->group[what % GROUPS];
    enum msk_key_group_role role = (enum msk_key_group_role)(what / 64 % 3);
    struct msk_subscriber before = b->sub;
    int err;

    if (!g->there)
        return;
    err =
        pull ? msk_bmsc_pull(b->bmsc, b, &b->sub, &g->record, b->now, b->outbox)
             : msk_bmsc_push_msk(b->bmsc, b, &b->sub, &g->record, role, b->now,
                                 b->outbox);
    REQUIRE(pull || !b->config.never_push || err != MSK_OK);
    if (settle(b, &before, err) && !pull)
        check_pushed(b, &before, &group_ids[what % GROUPS]);
}

/* All that the pacer gives at one moment is at most the burst; and who waits
 * for as long as it says may go. */
static void
pace(struct bench *b)
{
    struct msk_bytes btid = msk_subscriber_btid(&b->sub);
    struct msk_pacer later;
    uint32_t n = 0;
    msk_time wait = 0;

    while ((wait = msk_pacer_take(&b->pacer, b->now)) == 0)
        REQUIRE(++n <= b->pacer.burst);
    REQUIRE(wait <= 1000);
    later = b->pacer;
    REQUIRE(msk_pacer_take(&later, b->now + wait) == 0);
    REQUIRE(msk_pacer_slot(btid, wait) < wait);
}

static void
op_timer(struct bench *b)
{
    struct msk_subscriber before = b->sub;
    int err = msk_bmsc_timer(b->bmsc, b, &b->sub, b->now, b->outbox);

    REQUIRE(err == MSK_OK || b->toy.fail_at != 0);
    if (settle(b, &before, err))
        REQUIRE(msk_subscriber_due(&b->sub) > b->now);
    pace(b);
}

/* Time goes on, or to the next timer, or back. */
static void
op_clock(struct bench *b)
{
    uint8_t how = input_octet(&b->in);
    msk_time due = msk_subscriber_due(&b->sub);

    if (how < 100)
        b->now += how * 100u;
    else if (how < 200)
        b->now = due != MSK_NEVER && due > b->now ? due : b->now + 1;
    else if (how < 250)
        b->now += (how - 199u) * 50000u;
    else
        b->now -= b->now > 500000 ? 300000 : 0;
}

/* An MSK that was made elsewhere. */
static int
prepare(struct bench *b, struct group *g, uint8_t what)
{
    struct msk_key_group_next n = { .size = sizeof n };
    uint8_t msk[16], rand[16];

    memset(msk, what, sizeof msk);
    memset(rand, what ^ 0x80, sizeof rand);
    n.number = (uint16_t)(g->number + what % 8);
    n.msk = (struct msk_bytes){ msk, sizeof msk };
    n.rand = (struct msk_bytes){ rand, sizeof rand };
    n.seq_high = 20;
    return msk_key_group_prepare(&g->record, what % 2 == 0 ? &n : NULL,
                                 &b->toy.random);
}

static void
op_rekey(struct bench *b)
{
    uint8_t what = input_octet(&b->in);
    struct group *g = &b->group[what % GROUPS];
    int err;

    b->toy.fail_at = 0;
    if (!g->there) {
        add_group(b, what % GROUPS);
        return;
    }
    switch (what / GROUPS % 4) {
    case 0: err = msk_key_group_rekey(&g->record, &b->toy.random); break;
    case 1: err = msk_key_group_switch(&g->record); break;
    default: err = prepare(b, g, input_octet(&b->in)); break;
    }
    REQUIRE(err == MSK_OK || msk_err_kind(err) == MSK_KIND_CALLER);
}

/* MTK messages: what was reserved and lost the race is never made. */
static void
op_mtk(struct bench *b)
{
    static const uint8_t key[16], salt[14];
    struct group *g = &b->group[input_octet(&b->in) % GROUPS];
    struct msk_bmsc_mtk mtk = { .size = sizeof mtk, .key = { key, 16 } };
    uint8_t n = input_octet(&b->in), buf[MESSAGE_MAX],
            packed[MSK_KEY_GROUP_PACKED_MAX];
    struct msk_key_group before = g->record;
    struct msk_message m;
    size_t len;

    mtk.salt = (struct msk_bytes){ salt, g == b->group ? 14 : 0 };
    if (!g->there)
        return;
    if ((n & 1) != 0 &&
        msk_key_group_reserve(&g->record, 1 + n / 32) == MSK_OK &&
        b->conflict) {
        g->record = before;
        b->conflict = false;
    }
    if ((n & 2) != 0) { /* after a crash */
        REQUIRE(msk_key_group_pack(&g->record, packed, sizeof packed, &len) ==
                MSK_OK);
        REQUIRE(msk_key_group_unpack(
                    &g->record, (struct msk_bytes){ packed, len }) == MSK_OK);
    }
    b->toy.fail_at = 0;
    while (msk_bmsc_make_mtk(b->bmsc, &g->record, &mtk, buf, sizeof buf,
                             &len) == MSK_OK) {
        REQUIRE(msk_message_read(b->config.layout,
                                 (struct msk_bytes){ buf, len }, &m,
                                 NULL) == MSK_OK);
        if (m.id.number != g->number) {
            REQUIRE(m.id.number > g->number);
            g->used = 0;
            g->mtk_id = 0;
        }
        g->number = m.id.number;
        REQUIRE(m.counter > g->used && m.mtk_id > g->mtk_id);
        REQUIRE(m.mtk_id == mtk.mtk_id && m.mtk_id <= 20);
        g->used = m.counter;
        g->mtk_id = m.mtk_id;
        if ((n & 4) != 0)
            break;
    }
}

/* Joined or parted, and nothing happens to another group. */
static void
join(struct bench *b, const struct msk_group_id *id, bool wanted)
{
    const size_t owed = owed_to_others(&b->sub, id);
    bool was[GROUPS];
    int err = MSK_OK;

    for (size_t i = 0; i < GROUPS; i++)
        was[i] = is_member(b, &group_ids[i]);
    if (wanted)
        err = msk_subscriber_join(&b->sub, id);
    else
        msk_subscriber_part(&b->sub, id);
    for (size_t i = 0; err == MSK_OK && i < GROUPS; i++)
        REQUIRE(is_member(b, &group_ids[i]) ==
                (&group_ids[i] == id ? wanted : was[i]));
    REQUIRE(owed_to_others(&b->sub, id) == owed);
}

static void
op_host(struct bench *b)
{
    uint8_t what = input_octet(&b->in);
    const struct msk_group_id *id = &group_ids[what / 8 % GROUPS];

    switch (what % 8) {
    case 0: join(b, id, true); break;
    case 1: join(b, id, false); break;
    case 2: msk_subscriber_reauth(&b->sub); break;
    case 3: msk_subscriber_rebootstrap(&b->sub); break;
    case 4: b->mood = what / 8; break;
    case 5: b->conflict = true; break;
    case 6: b->toy.fail_at = b->toy.calls + 1 + what / 8; break;
    default:
        if (b->muk + 1 < MUKS)
            REQUIRE(subscribe(b, ++b->muk, true) == MSK_OK);
        break;
    }
    store(b);
    check_record(b);
}

/* A record as nobody packs it: refused, or packed again as it was; and calls
 * on it come to an end. */
static void
op_unpack(struct bench *b)
{
    static uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX],
        again[MSK_SUBSCRIBER_PACKED_MAX];
    uint8_t at_high = input_octet(&b->in), at = input_octet(&b->in),
            by = input_octet(&b->in);
    struct msk_subscriber s;
    struct msk_key_group g;
    size_t n, m, where;

    REQUIRE(msk_subscriber_pack(&b->sub, packed, sizeof packed, &n) == MSK_OK);
    where = ((size_t)at_high << 8 | at) % n;
    packed[where] ^= by;
    if (msk_subscriber_unpack(&s, (struct msk_bytes){ packed, n }) == MSK_OK) {
        REQUIRE(msk_subscriber_pack(&s, again, sizeof again, &m) == MSK_OK);
        REQUIRE(n == m && memcmp(packed, again, n) == 0);
        (void)msk_bmsc_timer(b->bmsc, b, &s, b->now, b->outbox);
    }
    REQUIRE(msk_key_group_pack(&b->group[0].record, packed, sizeof packed,
                               &n) == MSK_OK);
    packed[where % n] ^= by;
    if (msk_key_group_unpack(&g, (struct msk_bytes){ packed, n }) == MSK_OK) {
        REQUIRE(msk_key_group_pack(&g, again, sizeof again, &m) == MSK_OK);
        REQUIRE(n == m && memcmp(packed, again, n) == 0);
    }
}

/* --- the bench ----------------------------------------------------------- */

static void
configure(struct bench *b)
{
    static uint8_t memory[MSK_BMSC_SIZE], outbox_memory[MSK_OUTBOX_SIZE];
    uint8_t how = input_octet(&b->in);

    b->config.size = sizeof b->config;
    b->config.layout = (how & 1) != 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    b->config.ext = (how & 2) != 0 ? MSK_EXT_BEFORE_KEMAC : MSK_EXT_AFTER_HDR;
    if ((how & 1) != 0 && how / 8 % 4 >= 2)
        b->config.ext_type = MSK_EXT_KEY_TYPE;
    b->config.registration = (how & 4) != 0;
    b->config.never_push = how % 64 == 63;
    b->config.acks = (enum msk_ack_mode)(how / 8 % 3);
    b->config.ack_sample = 2;
    b->config.retries = how / 32;
    b->config.fqdn = msk_text(FQDN);
    b->config.crypto = &b->toy.crypto;
    b->config.random = &b->toy.random;
    b->config.xml = &b->xml.xml;
    b->config.nonce_key = msk_text("the key of nonces");
    b->config.authorise = authorise;
    b->config.find_group = find_group;
    b->config.service_groups = service_groups;
    REQUIRE(msk_bmsc_init(&b->bmsc, memory, sizeof memory, &b->config) ==
            MSK_OK);
    REQUIRE(msk_outbox_init(&b->outbox, outbox_memory, sizeof outbox_memory,
                            NULL) == MSK_OK);
    apart_outbox(b->outbox);
    msk_pacer_init(&b->pacer, 7 + 3u * how, how / 16, b->now);
}

static void
step(struct bench *b)
{
    switch (input_octet(&b->in) % 13) {
    case 0: op_request(b); break;
    case 1: op_request_again(b); break;
    case 2: op_request_raw(b); break;
    case 3: op_ack(b); break;
    case 4: op_ack_raw(b); break;
    case 5: op_push(b, false); break;
    case 6: op_push(b, true); break;
    case 7: op_timer(b); break;
    case 8: op_clock(b); break;
    case 9: op_rekey(b); break;
    case 10: op_mtk(b); break;
    case 11: op_host(b); break;
    default: op_unpack(b); break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench b;

    memset(&b, 0, sizeof b);
    b.in = (struct msk_bytes){ data, size };
    b.now = 1000000;
    toy_crypto_start(&b.toy, size);
    fake_xml_start(&b.xml);
    configure(&b);
    REQUIRE(msk_digest_client_init(&b.client,
                                   &(struct msk_digest_client_config){
                                       sizeof(struct msk_digest_client_config),
                                       &b.toy.crypto, &b.toy.random,
                                       msk_text(FQDN), 0, 0 }) == MSK_OK);
    for (size_t i = 0; i + 1 < GROUPS; i++)
        add_group(&b, i);
    REQUIRE(subscribe(&b, 0, false) == MSK_OK);
    while (b.in.n > 0)
        step(&b);
    return 0;
}
