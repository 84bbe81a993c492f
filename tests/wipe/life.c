/* SPDX-License-Identifier: MIT */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msk/base64.h"
#include "msk/bmsc.h"
#include "msk/protect.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "msk/xml_expat.h"
#include "recorder.h"
#include "secrets.h"
#include "stack.h"

#define FQDN "bmsc.example.com"
#define REALM "3GPP-bootstrapping@" FQDN
#define GROUP 7
#define OLD_MAX 16

struct fake_crypto life_crypto;
static const struct msk_crypto *crypto; /* it, and what is made with keys */
size_t life_draws, life_fail_draw;

static enum msk_layout layout;
static uint32_t seed;
static msk_time now;
static struct msk_xml xml;

/* Two bootstrappings: their keys, and what Digest makes of each MRK. */
#define KEY_LEN(which) ((which) == 0 ? 32u : 24u) /* the newer are shorter */
static uint8_t muk[2][32], mrk[2][32], mtk[16], salt[14];
static uint8_t nonce_key[32];
static unsigned bound; /* which of them is in use */
static const char *const btids[] = { "a@bsf.example.com", "b@bsf.example.com" };

static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
static struct msk_ram ram;
static struct msk_store store;
static uint64_t mgvf_memory[MSK_MGVF_SIZE / 8];
static uint64_t ue_memory[MSK_UE_SIZE(1, 1) / 8 + 1];
static struct msk_mgvf *mgvf;
static struct msk_ue *ue;

static uint64_t bmsc_memory[MSK_BMSC_SIZE / 8];
static uint64_t outbox_memory[MSK_OUTBOX_SIZE / 8];
static struct msk_bmsc *bmsc;
static struct msk_outbox *outbox;
static struct msk_subscriber subscriber;
static struct msk_key_group group;

/* What is under way: copies. */
static struct {
    uint8_t octets[65536];
    size_t n;
    struct msk_http_request request;
    struct msk_http_response response;
    struct msk_http_header header[2][16];
    struct msk_bytes push, ack, mtk; /* the last of each */
} post;
static uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
static size_t packed_n;
static uint8_t mtk_message[MSK_MIKEY_MAX];
static size_t mtk_message_n;

/* Keys that an object has no more use for. */
static struct {
    const char *name;
    const void *p;
    size_t n;
    uint8_t key[32];
    size_t key_n;
} old[OLD_MAX];
static size_t n_old;

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

static struct msk_bytes
view(const uint8_t *p, size_t n)
{
    struct msk_bytes b = { p, n };

    return b;
}

/* The call under way draws keys, and what goes with them. */
static bool draws_keys;

/* Octets that look like nothing else. */
static int
draw(void *user, uint8_t *to, size_t n)
{
    (void)user;
    life_draws++;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        to[i] = (uint8_t)(seed >> 24);
    }
    if (draws_keys)
        recorder_note("what was drawn for a key", to, n);
    return life_draws == life_fail_draw ? -1 : 0;
}

static const struct msk_random randomness = { .size = sizeof randomness,
                                              .fill = draw };

static void
forget(const char *name, const void *p, size_t n, const uint8_t *key,
       size_t key_n)
{
    if (n_old == OLD_MAX)
        stop("too many old keys");
    old[n_old].name = name;
    old[n_old].p = p;
    old[n_old].n = n;
    memcpy(old[n_old].key, key, key_n);
    old[n_old++].key_n = key_n;
}

const char *
life_remembers(size_t *from)
{
    while (*from < n_old) {
        size_t i = (*from)++;

        if (secret_is_in(old[i].p, old[i].n, old[i].key, old[i].key_n))
            return old[i].name;
    }
    return NULL;
}

/* --- the post ------------------------------------------------------------- */

static struct msk_bytes
copy(struct msk_bytes of)
{
    struct msk_bytes b = { post.octets + post.n, of.n };

    if (of.n > sizeof post.octets - post.n)
        stop("the post is full");
    if (of.n > 0)
        memcpy(post.octets + post.n, of.p, of.n);
    post.n += of.n;
    return b;
}

static const struct msk_http_header *
copy_headers(const struct msk_http_header *from, size_t n, size_t which)
{
    if (n > 16)
        stop("many headers");
    for (size_t i = 0; i < n; i++) {
        post.header[which][i].name = copy(from[i].name);
        post.header[which][i].value = copy(from[i].value);
    }
    return post.header[which];
}

/* A message is protected with keys that are secrets as well. */
static void
take_mikey(struct msk_bytes octets)
{
    struct msk_protection p = { .crypto = crypto };
    struct msk_message m;

    if (msk_message_read(layout, octets, &m, NULL) != MSK_OK)
        stop("what was sent does not read");
    p.csb_id = m.csb_id;
    p.time = m.counter;
    p.rand = m.rand;
    for (size_t i = 0; i < 2; i++) {
        p.psk = view(muk[i], KEY_LEN(i));
        secrets_add_derived("key of an MSK message", &p);
    }
}

/* An effect of the UE; the last of a kind is what counts. */
static int
ue_next(void)
{
    static struct msk_ue_effect e;

    for (e.size = sizeof e; msk_ue_next(ue, &e);) {
        if (e.kind == MSK_UE_EFFECT_SEND_MIKEY)
            post.ack = copy(e.message);
        if (e.kind != MSK_UE_EFFECT_SEND_HTTP)
            continue;
        post.request = *e.request;
        post.request.method = copy(e.request->method);
        post.request.target = copy(e.request->target);
        post.request.body = copy(e.request->body);
        post.request.headers =
            copy_headers(e.request->headers, e.request->n_headers, 0);
    }
    return MSK_OK;
}

static int
bmsc_next(void)
{
    static struct msk_bmsc_effect e;

    for (e.size = sizeof e; msk_outbox_next(outbox, &e);) {
        if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY)
            post.push = copy(e.message);
        if (e.kind != MSK_BMSC_EFFECT_SEND_HTTP)
            continue;
        post.response = *e.response;
        post.response.body = copy(e.response->body);
        post.response.headers =
            copy_headers(e.response->headers, e.response->n_headers, 1);
    }
    return MSK_OK;
}

static void
bmsc_sent(void)
{
    if (post.push.n > 0)
        take_mikey(post.push);
}

/* --- the BM-SC ------------------------------------------------------------ */

/* RFC 7616 3.4: the password, and H(A1), which is worth as much. */
static void
password_is_secret(const char *btid, struct msk_bytes key)
{
    static const uint8_t digits[] = "0123456789abcdef";
    static const enum msk_hash hashes[] = { MSK_HASH_MD5, MSK_HASH_SHA256 };
    uint8_t password[44 + 1], ha1[MSK_HASH_MAX], hex[2 * MSK_HASH_MAX];
    struct msk_bytes in[] = { msk_text(btid),
                              msk_text(":" REALM ":"),
                              { password, 0 } };

    if (msk_base64_encode(key, password, sizeof password, &in[2].n) != MSK_OK)
        stop("password");
    secrets_add("password", password, in[2].n);
    for (size_t i = 0; i < 2; i++) {
        if (crypto->hash(crypto->user, hashes[i], in, 3, ha1) != 0)
            stop("H(A1)");
        secrets_add("H(A1)", ha1, i == 0 ? 16 : 32);
        for (size_t k = 0; k < sizeof hex; k++)
            hex[k] = digits[ha1[k / 2] >> (k % 2 == 0 ? 4 : 0) & 15];
        secrets_add("H(A1)", hex, i == 0 ? 32 : 64);
    }
}

static void
msk_is_secret(void)
{
    struct msk_bytes key, rand;

    msk_key_group_secrets(&group, &key, &rand);
    secrets_add("MSK", key.p, key.n);
}

static int
make_group(void)
{
    struct msk_key_group_config c = { .size = sizeof c };
    int err;

    draws_keys = true;
    memcpy(c.id.domain, "\x21\x63\x54", 3);
    c.id.group = GROUP;
    c.id.number = 1;
    c.streaming = true;
    err = msk_key_group_init(&group, &c, &randomness);
    draws_keys = false;
    return err;
}

static struct msk_subscriber_config
binding(unsigned which)
{
    struct msk_subscriber_config c = { .size = sizeof c };

    c.btid = msk_text(btids[which]);
    c.id = msk_text("alice");
    c.muk = view(muk[which], KEY_LEN(which));
    c.mrk = view(mrk[which], KEY_LEN(which));
    c.expires = MSK_NEVER;
    c.age = which;
    return c;
}

static int
make_subscriber(void)
{
    struct msk_subscriber_config c = binding(0);

    return msk_subscriber_init(&subscriber, &c);
}

static int
rebind(void)
{
    struct msk_subscriber_config c = binding(1);

    return msk_subscriber_rebind(&subscriber, &c);
}

static void
was_rebound(void)
{
    forget("the MRK before, in the record", &subscriber, sizeof subscriber,
           mrk[0], 32);
}

/* The UE has acknowledged under the new MUK. */
static void
muk_was_shown(void)
{
    forget("the MUK before, in the record", &subscriber, sizeof subscriber,
           muk[0], KEY_LEN(0));
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *of,
          const struct msk_group_id *id)
{
    (void)user;
    (void)of;
    (void)id;
    return MSK_PERMISSION_GRANTED;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *id)
{
    (void)user;
    return id->group == GROUP ? &group : NULL;
}

static size_t
groups_of(void *user, struct msk_bytes service, struct msk_group_id *ids,
          size_t cap)
{
    struct msk_key_id id;

    (void)user;
    (void)service;
    msk_key_group_current(&group, &id);
    if (cap > 0) {
        memcpy(ids->domain, id.domain, sizeof ids->domain);
        ids->group = id.group;
    }
    return 1;
}

static int
make_bmsc(void)
{
    struct msk_bmsc_config c = { .size = sizeof c };

    c.layout = layout;
    c.fqdn = msk_text(FQDN);
    c.crypto = crypto;
    c.random = &randomness;
    c.xml = &xml;
    c.nonce_key = view(nonce_key, sizeof nonce_key);
    c.registration = layout == MSK_LAYOUT_KEYID;
    c.authorise = authorise;
    c.find_group = find_group;
    c.service_groups = groups_of;
    return msk_bmsc_init(&bmsc, bmsc_memory, sizeof bmsc_memory, &c);
}

static int
make_outbox(void)
{
    return msk_outbox_init(&outbox, outbox_memory, sizeof outbox_memory, NULL);
}

static int
answer(void)
{
    return msk_bmsc_answer(bmsc, NULL, &subscriber, &post.request,
                           msk_text("ue"), now, outbox);
}

static int
push(void)
{
    return msk_bmsc_push(bmsc, NULL, &subscriber, &group, now, outbox);
}

static int
pull(void)
{
    return msk_bmsc_pull(bmsc, NULL, &subscriber, &group, now, outbox);
}

static int
bmsc_timer(void)
{
    now += 10000;
    return msk_bmsc_timer(bmsc, NULL, &subscriber, now, outbox);
}

static int
take_ack(void)
{
    return msk_bmsc_take_ack(bmsc, NULL, &subscriber, post.ack, now, outbox);
}

static int
rekey(void)
{
    int err;

    draws_keys = true;
    err = msk_key_group_rekey(&group, &randomness);
    draws_keys = false;
    return err;
}

/* The current MSK before the last change is the previous one now; the one that
 * was current before that is gone. */
static uint8_t msk_before[16], msk_long_before[16];
static unsigned rekeyed;

static void
was_rekeyed(void)
{
    if (++rekeyed > 1)
        forget("the MSK long before, in the record", &group, sizeof group,
               msk_long_before, sizeof msk_long_before);
    msk_is_secret();
}

static int
note_msk(void)
{
    struct msk_bytes key, rand;

    msk_key_group_secrets(&group, &key, &rand);
    (void)rand;
    memcpy(msk_long_before, msk_before, sizeof msk_before);
    memcpy(msk_before, key.p, sizeof msk_before);
    return MSK_OK;
}

static int
reserve(void)
{
    return msk_key_group_reserve(&group, 1);
}

static int
make_mtk(void)
{
    struct msk_bmsc_mtk made = { .size = sizeof made,
                                 .key = view(mtk, 16),
                                 .salt = view(salt, 14) };

    return msk_bmsc_make_mtk(bmsc, &group, &made, mtk_message,
                             sizeof mtk_message, &mtk_message_n);
}

static void
mtk_is_protected(void)
{
    struct msk_protection p = { .crypto = crypto };
    struct msk_message m;

    if (msk_message_read(layout, view(mtk_message, mtk_message_n), &m, NULL) !=
        MSK_OK)
        stop("the MTK message does not read");
    msk_key_group_secrets(&group, &p.psk, &p.rand);
    p.csb_id = m.csb_id;
    p.time = m.counter;
    secrets_add_derived("key of an MTK message", &p);
}

static int
pack_subscriber(void)
{
    return msk_subscriber_pack(&subscriber, packed, sizeof packed, &packed_n);
}

static int
unpack_subscriber(void)
{
    return msk_subscriber_unpack(&subscriber, view(packed, packed_n));
}

static int
pack_group(void)
{
    return msk_key_group_pack(&group, packed, sizeof packed, &packed_n);
}

static int
unpack_group(void)
{
    return msk_key_group_unpack(&group, view(packed, packed_n));
}

/* --- the UE --------------------------------------------------------------- */

static int
make_mgvf(void)
{
    struct msk_mgvf_config c = { .size = sizeof c };

    c.crypto = crypto;
    c.store = &store;
    return msk_mgvf_init(&mgvf, mgvf_memory, sizeof mgvf_memory, &c);
}

static int
make_ue(void)
{
    struct msk_ue_config c = { .size = sizeof c };

    c.layout = layout;
    c.fqdn = msk_text(FQDN);
    c.mgvf = mgvf;
    c.crypto = crypto;
    c.xml = &xml;
    c.random = &randomness;
    c.limits.groups = c.limits.services = 1;
    return msk_ue_init(&ue, ue_memory, sizeof ue_memory, &c, NULL);
}

static int
set_keys(void)
{
    struct msk_ue_keys k = { .size = sizeof k };

    k.btid = msk_text(btids[bound]);
    k.muk = view(muk[bound], KEY_LEN(bound));
    k.mrk = view(mrk[bound], KEY_LEN(bound));
    k.age = bound;
    return msk_ue_set_keys(ue, &k, now);
}

/* The MUK is the MGV-F's from then on. */
static void
keys_are_set(void)
{
    forget("a MUK, in the session", ue_memory, sizeof ue_memory, muk[bound],
           KEY_LEN(bound));
    if (bound == 1)
        forget("the MRK before, in the session", ue_memory, sizeof ue_memory,
               mrk[0], KEY_LEN(0));
    bound = 1;
}

static int
start(void)
{
    struct msk_bytes server = msk_text(FQDN);
    struct msk_flow flow = { .id = msk_text("239.1.1.1/5000") };
    struct msk_service s = { .size = sizeof s };

    memcpy(flow.group.domain, "\x21\x63\x54", 3);
    flow.group.group = GROUP;
    s.id = msk_text("news");
    s.servers = &server;
    s.n_servers = 1;
    s.flows = &flow;
    s.n_flows = 1;
    s.confidentiality = s.integrity = MSK_SWITCH_OFF;
    return msk_ue_start(ue, &s, now);
}

static int
ask(void)
{
    struct msk_key_id id;

    msk_key_group_current(&group, &id);
    id.number = 0;
    return msk_ue_request(ue, &id, 1, now);
}

static int
missed(void)
{
    static const uint8_t mki[] = { 0, GROUP, 0x7F, 0xFF, 0, 1 };

    return msk_ue_missed(ue, msk_text("news"), msk_text("239.1.1.1/5000"),
                         view(mki, sizeof mki), now);
}

static int
ue_timer(void)
{
    now += 2000;
    return msk_ue_timer(ue, now);
}

/* It was told in the call before. */
static void
mtk_is_told(void)
{
    forget("an MTK, in the session", ue_memory, sizeof ue_memory, mtk, 16);
    forget("the salt of an MTK, in the session", ue_memory, sizeof ue_memory,
           salt, 14);
}

static int
take_answer(void)
{
    return msk_ue_take_response(ue, &post.response, now);
}

static int
take_nothing(void)
{
    return msk_ue_take_response(ue, NULL, now);
}

static int
take_push(void)
{
    return msk_ue_receive(ue, post.push, msk_text("bmsc"), now);
}

static int
take_mtk(void)
{
    return msk_ue_receive(ue, view(mtk_message, mtk_message_n),
                          msk_text("bmsc"), now);
}

static int
leave(void)
{
    return msk_ue_stop(ue, msk_text("news"), now);
}

/* --- the life ------------------------------------------------------------- */

#define STEP(name, call)         \
    {                            \
        name, call, NULL, MSK_OK \
    }
#define THEN(name, call, after)   \
    {                             \
        name, call, after, MSK_OK \
    }

/* A request of the UE is answered: with 401, or 200 and a push. */
#define ANSWERED                                               \
    STEP("take the request", ue_next), STEP("answer", answer), \
        THEN("take the answer", bmsc_next, bmsc_sent),         \
        STEP("be answered", take_answer),                      \
        STEP("take what follows from it", ue_next)

/* A push arrives, and its acknowledgement. */
#define DELIVERED                                                            \
    STEP("be pushed", take_push), STEP("take the acknowledgement", ue_next), \
        STEP("be acknowledged", take_ack),                                   \
        THEN("take what follows", bmsc_next, bmsc_sent)

const struct life_step life_steps[] = {
    THEN("make a Key Group", make_group, msk_is_secret),
    STEP("make a subscriber", make_subscriber),
    STEP("make a BM-SC", make_bmsc),
    STEP("make an outbox", make_outbox),
    STEP("make an MGV-F", make_mgvf),
    STEP("make a session", make_ue),
    THEN("set keys", set_keys, keys_are_set),
    STEP("start", start),
    ANSWERED,
    ANSWERED,
    DELIVERED,
    STEP("reserve", reserve),
    THEN("make an MTK message", make_mtk, mtk_is_protected),
    STEP("take an MTK message", take_mtk),
    STEP("take the MTK", ue_next),
    { "take it once more", take_mtk, NULL, MSK_ERR_REPLAY },
    THEN("see traffic", missed, mtk_is_told),
    STEP("take the request", ue_next),
    STEP("wait", ue_timer),
    ANSWERED,
    DELIVERED,
    STEP("look", note_msk),
    THEN("re-key", rekey, was_rekeyed),
    STEP("push", push),
    THEN("take what is lost", bmsc_next, bmsc_sent),
    STEP("push again", bmsc_timer),
    THEN("take the push", bmsc_next, bmsc_sent),
    DELIVERED,
    STEP("look", note_msk),
    THEN("re-key", rekey, was_rekeyed),
    STEP("push", push),
    THEN("take the push", bmsc_next, bmsc_sent),
    DELIVERED,
    STEP("pull", pull),
    THEN("take the pull", bmsc_next, bmsc_sent),
    STEP("be pulled", take_push),
    ANSWERED,
    DELIVERED,
    STEP("pack", pack_subscriber),
    STEP("unpack", unpack_subscriber),
    STEP("pack the group", pack_group),
    STEP("unpack the group", unpack_group),
    THEN("rebind", rebind, was_rebound),
    THEN("set new keys", set_keys, keys_are_set),
    STEP("take nothing", ue_next),
    STEP("ask", ask),
    STEP("take the request", ue_next),
    STEP("wait", ue_timer),
    ANSWERED,
    DELIVERED,
    THEN("ask in vain", ask, muk_was_shown),
    STEP("take the request", ue_next),
    STEP("wait", ue_timer),
    STEP("take the request", ue_next),
    STEP("have no answer", take_nothing),
    STEP("take nothing", ue_next),
    STEP("leave", leave),
    STEP("take the end", ue_next),
    STEP("wait", ue_timer),
};
const size_t life_n = sizeof life_steps / sizeof life_steps[0];

void
life_begin(enum msk_layout which)
{
    layout = which;
    seed = 77;
    now = 1000000;
    bound = 0;
    n_old = 0;
    secrets_forget_all();
    fake_crypto_start(&life_crypto, 0);
    crypto = recorder_start(&life_crypto.crypto);
    life_draws = life_fail_draw = 0;
    for (size_t i = 0; i < 2; i++) {
        (void)draw(NULL, muk[i], 32);
        (void)draw(NULL, mrk[i], 32);
        secrets_add("MUK", muk[i], KEY_LEN(i));
        secrets_add("MRK", mrk[i], KEY_LEN(i));
        password_is_secret(btids[i], view(mrk[i], KEY_LEN(i)));
    }
    (void)draw(NULL, mtk, 16);
    (void)draw(NULL, salt, 14);
    (void)draw(NULL, nonce_key, sizeof nonce_key);
    secrets_add("key of nonces", nonce_key, sizeof nonce_key);
    secrets_add("MTK", mtk, 16);
    secrets_add("salt of an MTK", salt, 14);
    memset(&post, 0, sizeof post);
    memset(&subscriber, 0, sizeof subscriber);
    memset(&group, 0, sizeof group);
    rekeyed = 0;
    if (msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, 1)) !=
            MSK_OK ||
        msk_xml_expat_init(&xml, NULL) != MSK_OK)
        stop("store or XML");
}

bool
life_end(void)
{
    msk_ue_wipe(ue);
    if (mgvf != NULL)
        msk_mgvf_wipe(mgvf);
    msk_subscriber_wipe(&subscriber);
    msk_key_group_wipe(&group);
    msk_bmsc_wipe(bmsc);
    ue = NULL;
    mgvf = NULL;
    bmsc = NULL;
    return is_nothing(ue_memory, sizeof ue_memory) &&
           is_nothing(mgvf_memory, sizeof mgvf_memory) &&
           is_nothing(&subscriber, sizeof subscriber) &&
           is_nothing(&group, sizeof group) &&
           is_nothing(bmsc_memory, sizeof bmsc_memory);
}
