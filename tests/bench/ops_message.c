/* SPDX-License-Identifier: MIT */
/* Messages by themselves: read, built, protected, opened, refused. The MSK
 * message is a full one: KEYID, streaming, SRTP policy, acknowledgement. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/mbms.h"

#define FQDN "bmsc.example.com"
#define BTID "I1U8vpY3qJ0hiuZNrke/NQ==@bsf.example.com"

struct messages {
    const struct msk_crypto *crypto;
    uint8_t octets[64]; /* keys and RAND: views of it */
    struct msk_msk_message msk;
    struct msk_mtk_message mtk;
    struct msk_bytes muk, key;
    struct msk_expected expected;
    struct msk_message read; /* the MSK message */
    uint8_t made[MSK_MIKEY_MAX];
    uint8_t buf[5][MSK_MIKEY_MAX];
    struct msk_bytes full, forged, garbage, ack, traffic;
};

static struct msk_bytes
slice(const struct messages *m, size_t at, size_t n)
{
    return (struct msk_bytes){ m->octets + at, n };
}

static int
run_walk(void *state, size_t i)
{
    const struct messages *m = state;
    struct msk_mikey_cursor cursor;
    struct msk_mikey_header header;
    struct msk_payload payload;
    int err = msk_mikey_begin(&cursor, m->full, MSK_PAYLOADS_MBMS, &header);

    (void)i;
    do
        err = err != MSK_OK ? err : msk_mikey_next(&cursor, &payload);
    while (err == MSK_OK && payload.type != MSK_PAYLOAD_LAST);
    return err;
}

static int
run_read(void *state, size_t i)
{
    const struct messages *m = state;
    struct msk_message message;

    (void)i;
    return msk_message_read(MSK_LAYOUT_KEYID, m->full, &message, NULL);
}

static void
add(struct msk_mikey_builder *b, uint8_t type, uint8_t kind, uint8_t detail,
    struct msk_bytes data)
{
    struct msk_payload payload = {
        .type = type, .kind = kind, .detail = detail, .data = data
    };

    msk_mikey_build_add(b, &payload);
}

/* The same payloads, without anything computed. */
static int
run_build(void *state, size_t i)
{
    struct messages *m = state;
    struct msk_mikey_builder b;
    struct msk_mikey_header header = { .data_type = MSK_DATA_PSK_INIT,
                                       .v = true,
                                       .csb_id = m->msk.csb_id,
                                       .n_cs = 1,
                                       .map = { m->full.p + 10, 9 } };
    size_t len;

    (void)i;
    msk_mikey_build(&b, m->made, sizeof m->made, &header);
    add(&b, MSK_PAYLOAD_EXT, MSK_EXT_KEY_ID, 0, slice(m, 0, 11));
    add(&b, MSK_PAYLOAD_T, MSK_TS_COUNTER, 0, slice(m, 0, 4));
    add(&b, MSK_PAYLOAD_RAND, 0, 0, m->msk.rand);
    add(&b, MSK_PAYLOAD_ID, 0, 0, m->msk.fqdn);
    add(&b, MSK_PAYLOAD_ID, 0, 0, m->msk.btid);
    add(&b, MSK_PAYLOAD_SP, 0, 0, m->msk.sp);
    add(&b, MSK_PAYLOAD_KEMAC, MSK_ENCR_AES_CM_128, MSK_MAC_HMAC_SHA1_160,
        slice(m, 0, 26));
    return msk_mikey_build_end(&b, &len);
}

static int
run_seal(void *state, size_t i)
{
    struct messages *m = state;
    size_t len;

    (void)i;
    return msk_msk_message_make(m->crypto, m->muk, &m->msk, m->made,
                                sizeof m->made, &len);
}

static int
open(struct messages *m, struct msk_bytes octets)
{
    struct msk_message message;
    struct msk_content content;
    int err = msk_message_read(MSK_LAYOUT_KEYID, octets, &message, NULL);

    if (err == MSK_OK)
        err = msk_msk_message_open(m->crypto, m->muk, &message, &content);
    msk_wipe(&content, sizeof content);
    return err;
}

static int
run_open(void *state, size_t i)
{
    struct messages *m = state;

    (void)i;
    return open(m, m->full);
}

static int
run_forged(void *state, size_t i)
{
    struct messages *m = state;

    (void)i;
    return open(m, m->forged) != MSK_ERR_MAC;
}

static int
run_garbage(void *state, size_t i)
{
    struct messages *m = state;

    (void)i;
    return open(m, m->garbage) == MSK_OK;
}

static int
run_ack_make(void *state, size_t i)
{
    struct messages *m = state;
    size_t len;

    (void)i;
    return msk_verification_make(m->crypto, m->muk, &m->read, m->msk.btid,
                                 m->made, sizeof m->made, &len);
}

static int
run_ack_check(void *state, size_t i)
{
    struct messages *m = state;
    struct msk_message message;
    int err = msk_message_read(MSK_LAYOUT_KEYID, m->ack, &message, NULL);

    (void)i;
    return err != MSK_OK
               ? err
               : msk_verification_check(m->crypto, &m->expected, &message);
}

static int
run_mtk_make(void *state, size_t i)
{
    struct messages *m = state;
    size_t len;

    (void)i;
    return msk_mtk_message_make(m->crypto, m->key, &m->mtk, m->made,
                                sizeof m->made, &len);
}

static int
run_mtk_open(void *state, size_t i)
{
    struct messages *m = state;
    struct msk_message message;
    struct msk_mtk mtk;
    int err = msk_message_read(MSK_LAYOUT_KEYID, m->traffic, &message, NULL);

    (void)i;
    if (err == MSK_OK)
        err = msk_mtk_message_open(m->crypto, m->key, m->msk.rand, &message,
                                   &mtk);
    msk_wipe(&mtk, sizeof mtk);
    return err;
}

static void
describe(struct messages *m)
{
    static const uint8_t sp[] = { 13, 2, 0, 1 };
    const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 };

    (void)bench_random.fill(NULL, m->octets, sizeof m->octets);
    m->muk = slice(m, 0, 32);
    m->key = slice(m, 32, 16);
    m->msk = (struct msk_msk_message){ .size = sizeof m->msk,
                                       .layout = MSK_LAYOUT_KEYID,
                                       .content = MSK_CONTENT_MSK,
                                       .id = id,
                                       .fqdn = msk_text(FQDN),
                                       .btid = msk_text(BTID),
                                       .rand = slice(m, 48, 16),
                                       .csb_id = 0x01020304,
                                       .counter = 7,
                                       .v = true,
                                       .streaming = true,
                                       .sp = { sp, sizeof sp },
                                       .key = m->key,
                                       .seq_high = 0x100 };
    m->mtk = (struct msk_mtk_message){ .size = sizeof m->mtk,
                                       .layout = MSK_LAYOUT_KEYID,
                                       .id = id,
                                       .mtk_id = 1,
                                       .rand = m->msk.rand,
                                       .csb_id = 1,
                                       .counter = 1,
                                       .key = slice(m, 8, 16),
                                       .salt = slice(m, 0, 14) };
    m->expected = (struct msk_expected){ .size = sizeof m->expected,
                                         .layout = MSK_LAYOUT_KEYID,
                                         .muk = m->muk,
                                         .rand = m->msk.rand,
                                         .csb_id = m->msk.csb_id,
                                         .domain = { 0 },
                                         .fqdn = m->msk.fqdn,
                                         .btid = m->msk.btid };
}

/* The messages that are read, each made by the library and altered. */
static int
write_down(struct messages *m)
{
    size_t len = 0;
    int err = msk_msk_message_make(m->crypto, m->muk, &m->msk, m->buf[0],
                                   MSK_MIKEY_MAX, &len);

    m->full = (struct msk_bytes){ m->buf[0], len };
    memcpy(m->buf[1], m->buf[0], len);
    m->buf[1][len - 1] ^= 1;
    m->forged = (struct msk_bytes){ m->buf[1], len };
    (void)bench_random.fill(NULL, m->buf[2], len);
    m->garbage = (struct msk_bytes){ m->buf[2], len };
    if (err == MSK_OK)
        err = msk_message_read(MSK_LAYOUT_KEYID, m->full, &m->read, NULL);
    if (err == MSK_OK)
        err = msk_verification_make(m->crypto, m->muk, &m->read, m->msk.btid,
                                    m->buf[3], MSK_MIKEY_MAX, &len);
    m->ack = (struct msk_bytes){ m->buf[3], len };
    if (err == MSK_OK)
        err = msk_mtk_message_make(m->crypto, m->key, &m->mtk, m->buf[4],
                                   MSK_MIKEY_MAX, &len);
    m->traffic = (struct msk_bytes){ m->buf[4], len };
    return err;
}

static void
add_protected(struct bench *b, const char *name,
              int (*run)(void *state, size_t i), struct messages *m)
{
    bench_add(b, "libmsk", name, run, m)->provider = &m->crypto;
    bench_add_floor(b);
}

static struct messages *
make_messages(const struct msk_crypto *crypto)
{
    struct messages *m = calloc(1, sizeof *m);

    if (m == NULL)
        bench_fail("messages", "no memory");
    m->crypto = crypto;
    describe(m);
    if (write_down(m) != MSK_OK)
        bench_fail("messages", "cannot be made");
    return m;
}

void
bench_add_reading(struct bench *b)
{
    struct messages *m = make_messages(bench_null_crypto());

    bench_add(b, "libmsk", "walk", run_walk, m);
    bench_add(b, "libmsk", "read", run_read, m);
    bench_add(b, "libmsk", "build", run_build, m);
    bench_add(b, "libmsk", "reject garbage", run_garbage, m);
    bench_add_walk(b, m->full);
}

void
bench_add_messages(struct bench *b, const struct msk_crypto *crypto)
{
    struct messages *m = make_messages(crypto);

    add_protected(b, "seal", run_seal, m);
    add_protected(b, "open", run_open, m);
    add_protected(b, "reject forged", run_forged, m);
    add_protected(b, "make acknowledgement", run_ack_make, m);
    add_protected(b, "check acknowledgement", run_ack_check, m);
    add_protected(b, "make MTK message", run_mtk_make, m);
    add_protected(b, "open MTK message", run_mtk_open, m);
}
