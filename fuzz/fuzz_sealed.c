/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what comes after a MAC verified. Two octets that say how, then a
 * message. Whatever they are,
 *
 *   - a message that opens is one that sealing its plain text makes again;
 *   - with a MAC made for it, it opens, and a procedure that takes it never
 *     says that its MAC does not verify; of what it brings, lengths are right;
 *   - with one bit changed it does not open;
 *   - what acknowledges it is accepted, and is not with one bit changed;
 *   - a call of the provider that fails is returned, and opens nothing.
 *
 * The first octet chooses the provider, that of the build or one that is fast
 * and protects nothing, the length of the key, and which call fails; the
 * second the bit.
 */
#include <stdlib.h>
#include <string.h>

#include "msk/mbms.h"
#include "msk/protect.h"
#include "provider.h"
#include "target.h"
#include "toy_crypto.h"

#define BTID "b@bsf.example.com"
#define FQDN "bmsc.example.com"

static uint8_t psk[65];
static const uint8_t stored_rand[16] = { 1, 2, 3 };

/* A message, and what its payloads say of its protection. */
struct sealed {
    uint8_t *octets; /* of the heap, in a block of their number */
    size_t n;
    struct msk_protection protection;
    struct msk_payload last;
};

static struct msk_bytes
view(const uint8_t *p, size_t n)
{
    struct msk_bytes b = { p, n };

    return b;
}

/* In a block of exactly its size, so that a sanitizer sees its end. */
static uint8_t *
copy(const uint8_t *p, size_t n)
{
    uint8_t *block = malloc(n > 0 ? n : 1);

    REQUIRE(block != NULL);
    if (n > 0)
        memcpy(block, p, n);
    return block;
}

static void
take(struct sealed *s, const struct msk_payload *p)
{
    s->last = *p;
    if (p->type == MSK_PAYLOAD_RAND)
        s->protection.rand = p->data;
    if (p->type != MSK_PAYLOAD_T)
        return;
    s->protection.time = 0;
    for (size_t i = 0; i < p->data.n; i++)
        s->protection.time = s->protection.time << 8 | p->data.p[i];
}

/* True: it is a message whose last payload has a MAC. */
static bool
parse(struct sealed *s)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload p;
    int err;

    memset(&header, 0, sizeof header);
    err = msk_mikey_begin(&cursor, view(s->octets, s->n), MSK_PAYLOADS_MBMS,
                          &header);

    memset(&s->last, 0, sizeof s->last);
    s->protection.rand = view(stored_rand, sizeof stored_rand);
    while (err == MSK_OK) {
        err = msk_mikey_next(&cursor, &p);
        if (err != MSK_OK || p.type == MSK_PAYLOAD_LAST)
            break;
        take(s, &p);
    }
    s->protection.prf = header.prf;
    s->protection.csb_id = header.csb_id;
    return err == MSK_OK &&
           (s->last.type == MSK_PAYLOAD_KEMAC || s->last.type == MSK_PAYLOAD_V);
}

static int
open(const struct sealed *s, uint8_t *plain)
{
    return msk_kemac_open(&s->protection, view(s->octets, s->n), &s->last,
                          plain, s->last.data.n);
}

/* Sealing what was opened gives the same octets. */
static void
check_again(const struct sealed *s, const uint8_t *plain)
{
    uint8_t *again = copy(s->octets, s->n);
    size_t len = s->n - s->last.tail.n;

    memset(again + (len - 1 - s->last.data.n), 0x5A, s->last.data.n);
    REQUIRE(msk_kemac_seal(&s->protection, s->last.kind, s->last.detail,
                           view(plain, s->last.data.n), again, s->n,
                           &len) == MSK_OK);
    REQUIRE(len == s->n && memcmp(again, s->octets, len) == 0);
    free(again);
}

/* Opens it as it is. */
static int
check_open(const struct sealed *s)
{
    uint8_t *plain;
    int err;

    if (s->last.type != MSK_PAYLOAD_KEMAC)
        return MSK_ERR_KIND;
    plain = copy(s->octets, s->last.data.n);
    err = open(s, plain);
    if (err == MSK_OK)
        check_again(s, plain);
    free(plain);
    return err;
}

/* The MAC that its last payload wants; false: that is none we compute. In a
 * KEMAC it is over the message alone, as V's is without identities and T. */
static bool
repair(struct sealed *s, const struct msk_v_input *rest)
{
    struct msk_v_input input = *rest;
    uint8_t alg = s->last.type == MSK_PAYLOAD_V ? s->last.kind : s->last.detail;
    uint8_t mac[32];
    size_t len;

    input.message = view(s->octets, s->n - s->last.tail.n);
    if (msk_v_mac_make(&s->protection, alg, &input, mac, sizeof mac, &len) !=
        MSK_OK)
        return false;
    REQUIRE(s->last.tail.n == len &&
            len == (alg == MSK_MAC_HMAC_SHA1_160 ? 20 : 32));
    memcpy(s->octets + input.message.n, mac, s->last.tail.n);
    return true;
}

/* With one bit of it changed it opens no more. */
static void
check_flip(const struct sealed *s, uint8_t which)
{
    struct sealed flipped = *s;
    size_t bit = (size_t)which * 131 % (8 * s->n);

    flipped.octets = copy(s->octets, s->n);
    flipped.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (parse(&flipped))
        REQUIRE(check_open(&flipped) != MSK_OK);
    free(flipped.octets);
}

/* What acknowledges it, and what does not. */
static void
check_ack(const struct sealed *s, const struct msk_message *request,
          enum msk_layout layout, uint8_t which)
{
    struct msk_expected e = { .size = sizeof e };
    struct msk_message ack;
    uint8_t buf[MSK_ACK_MAX];
    size_t len, bit;

    e.layout = layout;
    e.muk = s->protection.psk;
    e.rand = request->rand;
    e.csb_id = request->csb_id;
    memcpy(e.domain, request->id.domain, sizeof e.domain);
    e.fqdn = request->idi;
    e.btid = request->idr.n > 0 ? request->idr : msk_text(BTID);
    REQUIRE(msk_verification_make(s->protection.crypto, e.muk, request,
                                  msk_text(BTID), buf, sizeof buf,
                                  &len) == MSK_OK);
    REQUIRE(msk_message_read(layout, view(buf, len), &ack, NULL) == MSK_OK);
    REQUIRE(msk_verification_check(s->protection.crypto, &e, &ack) == MSK_OK);
    bit = (size_t)which * 131 % (8 * len);
    buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (msk_message_read(layout, view(buf, len), &ack, NULL) == MSK_OK)
        REQUIRE(msk_verification_check(s->protection.crypto, &e, &ack) !=
                MSK_OK);
}

static bool
is_key_length(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}

static void
check_msk(const struct sealed *s, const struct msk_message *message,
          enum msk_layout layout, uint8_t which)
{
    struct msk_content content;
    int err;

    if (s->protection.psk.n > MSK_MUK_MAX)
        return;
    err = msk_msk_message_open(s->protection.crypto, s->protection.psk, message,
                               &content);
    REQUIRE(err != MSK_ERR_MAC);
    if (err != MSK_OK) {
        REQUIRE(msk_err_kind(err) == MSK_KIND_DROP);
        return;
    }
    if (content.kind == MSK_CONTENT_MSK)
        REQUIRE(is_key_length(content.key_len) && message->id.number != 0);
    else
        REQUIRE(content.key_len == 0);
    if (content.kind != MSK_CONTENT_PULL)
        REQUIRE(content.seq_high != 0xFFFF);
    check_ack(s, message, layout, which);
}

static void
check_mtk(const struct sealed *s, const struct msk_message *message)
{
    struct msk_mtk mtk;
    int err;

    if (!is_key_length(s->protection.psk.n))
        return;
    err = msk_mtk_message_open(s->protection.crypto, s->protection.psk,
                               s->protection.rand, message, &mtk);
    REQUIRE(err != MSK_ERR_MAC);
    if (err != MSK_OK) {
        REQUIRE(msk_err_kind(err) == MSK_KIND_DROP);
        return;
    }
    REQUIRE(is_key_length(mtk.key_len));
    REQUIRE(mtk.salt_len == 0 || mtk.salt_len == 14);
}

/* A message that it is: the procedures take it or say what is wrong. */
static void
check_procedures(const struct sealed *s, uint8_t which)
{
    static const enum msk_layout layouts[] = { MSK_LAYOUT_CSB,
                                               MSK_LAYOUT_KEYID };
    struct msk_message message;

    for (size_t i = 0; i < 2; i++) {
        if (msk_message_read(layouts[i], view(s->octets, s->n), &message,
                             NULL) != MSK_OK)
            continue;
        if (message.kind == MSK_MESSAGE_MSK)
            check_msk(s, &message, layouts[i], which);
        if (message.kind == MSK_MESSAGE_MTK)
            check_mtk(s, &message);
    }
}

/* An answer of a UE: its MAC runs over identities that are not in it. */
static void
check_verification(struct sealed *s)
{
    struct msk_expected e = { .size = sizeof e };
    struct msk_v_input rest = { .message = { NULL, 0 } };
    struct msk_message message;
    uint8_t t[4];

    if (s->protection.psk.n > MSK_MUK_MAX ||
        msk_message_read(MSK_LAYOUT_KEYID, view(s->octets, s->n), &message,
                         NULL) != MSK_OK)
        return;
    e.layout = MSK_LAYOUT_KEYID;
    e.muk = s->protection.psk;
    e.rand = s->protection.rand;
    e.csb_id = message.csb_id;
    e.fqdn = msk_text(FQDN);
    e.btid = message.idr.n > 0 ? message.idr : msk_text(BTID);
    for (size_t i = 0; i < sizeof t; i++)
        t[i] = (uint8_t)(message.counter >> (24 - 8 * i));
    rest.identity_i = e.fqdn;
    rest.identity_r = e.btid;
    rest.timestamp = view(t, sizeof t);
    if (!repair(s, &rest))
        return;
    REQUIRE(msk_verification_check(s->protection.crypto, &e, &message) ==
            MSK_OK);
    s->octets[s->n - 1] ^= 1;
    REQUIRE(msk_verification_check(s->protection.crypto, &e, &message) ==
            MSK_ERR_MAC);
}

static void
check_repaired(struct sealed *s, uint8_t which)
{
    struct msk_v_input rest = { .message = { NULL, 0 } };
    int err;

    if (s->last.type == MSK_PAYLOAD_V) {
        check_verification(s);
        return;
    }
    if (!repair(s, &rest))
        return;
    err = check_open(s);
    REQUIRE(err == MSK_OK || err == MSK_ERR_NULL_ALG ||
            err == MSK_ERR_UNSUPPORTED);
    check_procedures(s, which);
    check_flip(s, which);
}

/* Opens and seals it with a provider of which one call fails, from 1. */
static void
check_failing(const struct sealed *s, unsigned at, uint8_t which)
{
    struct toy_crypto toy;
    struct sealed mine = *s;
    struct msk_v_input input = { .message = { NULL, 0 } };
    uint8_t key[32];
    size_t len = s->n - s->last.tail.n;
    int err;

    toy_crypto_start(&toy, 0);
    toy.fail_at = at;
    mine.protection.crypto = &toy.crypto;
    mine.octets = copy(s->octets, s->n);
    input.message = view(s->octets, len);
    if (s->last.type == MSK_PAYLOAD_KEMAC)
        err =
            msk_kemac_seal(&mine.protection, s->last.kind, s->last.detail,
                           view(psk, len > 9 ? 9 : 0), mine.octets, s->n, &len);
    else
        err = msk_v_mac_check(&mine.protection, s->last.kind, &input,
                              s->last.tail);
    REQUIRE((err == MSK_ERR_CRYPTO) == (toy.calls >= at));
    toy.calls = 0;
    err = msk_mikey_derive(&mine.protection, (enum msk_derived)(which % 9),
                           which, key, sizeof key);
    REQUIRE((err == MSK_ERR_CRYPTO) == (toy.calls >= at));
    free(mine.octets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t psk_lengths[] = { 16, 32, 31, 65 };
    struct sealed s = { .octets = NULL };
    struct toy_crypto toy;

    if (size < 2)
        return 0;
    toy_crypto_start(&toy, 0);
    for (size_t i = 0; i < sizeof psk; i++)
        psk[i] = (uint8_t)i;
    s.octets = copy(data + 2, size - 2);
    s.n = size - 2;
    s.protection.crypto = data[0] & 1 ? host_crypto() : &toy.crypto;
    s.protection.allow_null = (data[0] & 2) != 0;
    s.protection.psk = view(psk, psk_lengths[data[0] >> 2 & 3]);
    if (parse(&s)) {
        check_open(&s);
        check_repaired(&s, data[1]);
        if (data[0] >> 4 > 0)
            check_failing(&s, data[0] >> 4, data[1]);
    }
    free(s.octets);
    return 0;
}
