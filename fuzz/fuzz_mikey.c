/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are a MIKEY message. Whatever they are,
 *
 *   - every view lies inside them, payload after payload, each of some length;
 *   - what has been read, built again, is what stood there, octet for octet;
 *   - what is built of something else is read;
 *   - what holds a structure inside (map, policy, keys, names) reads and
 *     writes likewise;
 *   - the walk for MBMS and the walk for any payload agree;
 *   - msk_message_read accepts nothing that these walks refuse, and says of the
 *     rest what they say.
 */
#include <stdlib.h>
#include <string.h>

#include "mikey_twice.h"
#include "msk/mbms.h"
#include "target.h"

/* A walk over a message: how far it came, and what it met. */
struct walk {
    struct msk_bytes message;
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload payloads[MSK_MIKEY_PAYLOADS_MAX];
    size_t n;
    int err; /* that ended it; MSK_OK: all was well */
};

typedef int begin_fn(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                     uint32_t allowed, struct msk_mikey_header *header);
typedef int next_fn(struct msk_mikey_cursor *cursor,
                    struct msk_payload *payload);

/* n octets of exactly that size; the end of the program if there are none. */
static uint8_t *
room(size_t n)
{
    uint8_t *p = malloc(n > 0 ? n : 1);

    REQUIRE(p != NULL);
    return p;
}

static bool
equal(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same octets at the same place. */
static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || a.p == b.p);
}

static void
check_inside(struct msk_bytes view, struct msk_bytes whole)
{
    if (view.n == 0)
        return;
    REQUIRE(view.n <= whole.n);
    REQUIRE(view.p >= whole.p);
    REQUIRE((size_t)(view.p - whole.p) <= whole.n - view.n);
}

/* Reads each octet, for those who watch the memory. */
static void
touch(struct msk_bytes view)
{
    static volatile uint8_t sum;

    for (size_t i = 0; i < view.n; i++)
        sum = (uint8_t)(sum + view.p[i]);
}

static void
check_view(struct msk_bytes view, struct msk_bytes whole)
{
    check_inside(view, whole);
    touch(view);
}

/* One payload more: it stands where the one before ended, and consumes. */
static void
check_payload(const struct walk *walk, const struct msk_payload *p, size_t at)
{
    struct msk_bytes whole;

    REQUIRE(p->offset == at);
    REQUIRE(p->length > 0);
    REQUIRE(p->length <= walk->message.n - at);
    REQUIRE(walk->cursor.at == at + p->length);
    whole.p = walk->message.p + p->offset;
    whole.n = p->length;
    check_view(p->data, whole);
    check_view(p->tail, whole);
}

static void
take_walk(struct walk *walk, struct msk_bytes message, uint32_t allowed,
          begin_fn *begin, next_fn *next)
{
    struct msk_payload p;

    memset(walk, 0, sizeof *walk);
    walk->message = message;
    walk->err = begin(&walk->cursor, message, allowed, &walk->header);
    if (walk->err == MSK_OK)
        check_view(walk->header.map, message);
    while (walk->err == MSK_OK) {
        size_t at = walk->cursor.at;

        memset(&p, 0, sizeof p);
        walk->err = next(&walk->cursor, &p);
        if (walk->err != MSK_OK || p.type == MSK_PAYLOAD_LAST)
            break;
        REQUIRE(walk->n < MSK_MIKEY_PAYLOADS_MAX);
        check_payload(walk, &p, at);
        walk->payloads[walk->n++] = p;
    }
    REQUIRE(walk->cursor.at <= message.n);
    REQUIRE(walk->err != MSK_OK || walk->cursor.at == message.n);
    REQUIRE(walk->err == MSK_OK || msk_err_kind(walk->err) == MSK_KIND_DROP);
    if (walk->err == MSK_OK) /* and so in every further call */
        REQUIRE(next(&walk->cursor, &p) == MSK_OK && p.type == 0);
    else if (walk->cursor.at > 0)
        REQUIRE(next(&walk->cursor, &p) == walk->err);
}

/* Builds what the walk has met, into buf; NULL: counts. */
static int
build(const struct walk *walk, uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_mikey_builder builder;

    msk_mikey_build_any(&builder, buf, cap, &walk->header);
    for (size_t i = 0; i < walk->n; i++)
        msk_mikey_build_add_any(&builder, &walk->payloads[i]);
    return msk_mikey_build_end(&builder, len);
}

/* The same with what builds messages of MBMS. */
static int
build_mbms(const struct walk *walk, uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_mikey_builder builder;

    msk_mikey_build(&builder, buf, cap, &walk->header);
    for (size_t i = 0; i < walk->n; i++)
        msk_mikey_build_add(&builder, &walk->payloads[i]);
    return msk_mikey_build_end(&builder, len);
}

/* Where the type of what follows the walked payloads stands; 0: nowhere. */
static size_t
next_at(const struct walk *walk)
{
    const struct msk_payload *last = walk->payloads + walk->n;

    if (walk->n == 0)
        return 2;
    return last[-1].type == MSK_PAYLOAD_SIGN ? 0 : last[-1].offset;
}

/* The same for what comes before an error. */
static void
check_build(const struct walk *walk)
{
    size_t want = walk->cursor.at, len = 0;
    uint8_t *buf;

    if (want == 0) /* not even a header */
        return;
    buf = room(want);
    REQUIRE(build(walk, NULL, 0, &len) == MSK_OK);
    REQUIRE(len == want);
    REQUIRE(build(walk, buf, want - 1, &len) == MSK_ERR_SPACE);
    REQUIRE(len == want);
    REQUIRE(build(walk, buf, want, &len) == MSK_OK);
    REQUIRE(len == want);
    if (walk->err != MSK_OK && next_at(walk) != 0) {
        REQUIRE(buf[next_at(walk)] == MSK_PAYLOAD_LAST);
        buf[next_at(walk)] = walk->message.p[next_at(walk)];
    }
    REQUIRE(memcmp(buf, walk->message.p, want) == 0);
    free(buf);
}

/* A message of MBMS can be built with either. */
static void
check_build_mbms(const struct walk *mbms)
{
    uint8_t *buf;
    size_t len;

    if (mbms->err != MSK_OK)
        return;
    buf = room(mbms->message.n);
    REQUIRE(build_mbms(mbms, buf, mbms->message.n, &len) == MSK_OK);
    REQUIRE(equal((struct msk_bytes){ buf, len }, mbms->message));
    free(buf);
}

/* The MAC of a KEMAC or V may be left out, to be appended later. */
static bool
lacks_mac(const struct msk_payload *p)
{
    return (p->type == MSK_PAYLOAD_KEMAC && p->detail != MSK_MAC_NULL &&
            p->tail.n == 0) ||
           (p->type == MSK_PAYLOAD_V && p->kind != MSK_MAC_NULL &&
            p->tail.n == 0);
}

/* Changes one field of a payload or of the header, as how says. */
static void
change(struct walk *walk, uint8_t how)
{
    struct msk_payload *p = &walk->payloads[0];
    uint8_t by = how >> 3;

    switch (how & 7) {
    case 0: p->type = by; break;
    case 1: p->kind = (uint8_t)(p->kind + by); break;
    case 2: p->detail = (uint8_t)(p->detail + by); break;
    case 3: p->data.n -= p->data.n < by ? p->data.n : by; break;
    case 4: p->tail.n -= p->tail.n < by ? p->tail.n : by; break;
    case 5: walk->header.n_cs = (uint8_t)(walk->header.n_cs + by); break;
    case 6: walk->header.map_type = by; break;
    default: walk->header.prf = (uint8_t)(walk->header.prf + by * 8); break;
    }
}

/* What the library builds of something else than it has read, it reads. */
static void
check_change(const struct walk *any, uint8_t how)
{
    static struct walk one, again;
    struct msk_bytes built = { NULL, 0 };
    uint8_t *buf;

    if (any->n == 0)
        return;
    one.header = any->header;
    one.payloads[0] = any->payloads[any->n / 2];
    one.n = 1;
    change(&one, how);
    if (build_mbms(&one, NULL, 0, &built.n) == MSK_OK)
        REQUIRE(build(&one, NULL, 0, &built.n) == MSK_OK);
    if (build(&one, NULL, 0, &built.n) != MSK_OK || lacks_mac(&one.payloads[0]))
        return;
    buf = room(built.n);
    built.p = buf;
    REQUIRE(build(&one, buf, built.n, &built.n) == MSK_OK);
    take_walk(&again, built, MSK_PAYLOADS_ANY, msk_mikey_begin_any,
              msk_mikey_next_any);
    REQUIRE(again.err == MSK_OK && again.n == 1);
    REQUIRE(again.payloads[0].type == one.payloads[0].type);
    REQUIRE(again.header.prf == one.header.prf);
    check_build(&again);
    free(buf);
}

static void
check_map(const struct msk_mikey_header *header)
{
    struct msk_bytes rest = header->map, before;
    uint8_t buf[9 + 3 + 127 + 2 + 65535 + 1 + 255];
    struct msk_cs cs;
    size_t len;

    if (header->map_type == MSK_MAP_EMPTY) {
        REQUIRE(msk_cs_get(MSK_MAP_EMPTY, &rest, &cs) == MSK_ERR_UNSUPPORTED);
        return;
    }
    for (unsigned i = 0; i < header->n_cs; i++) {
        before = rest;
        REQUIRE(msk_cs_get(header->map_type, &rest, &cs) == MSK_OK);
        check_view(rest, before);
        check_view(cs.policies, before);
        check_view(cs.data, before);
        check_view(cs.spi, before);
        REQUIRE(msk_cs_put(header->map_type, &cs, buf, sizeof buf, &len) ==
                MSK_OK);
        REQUIRE(len == before.n - rest.n && len > 0);
        REQUIRE(memcmp(buf, before.p, len) == 0);
    }
    REQUIRE(rest.n == 0);
}

/* Keys as they stand in a KEMAC that is not encrypted. */
static void
check_keys(struct msk_bytes rest)
{
    struct msk_bytes before = rest;
    struct msk_key_data key;
    uint8_t *buf = room(rest.n);
    size_t len;

    twice_key(rest);
    while (rest.n > 0 && msk_key_data_get(&rest, &key) == MSK_OK) {
        check_view(rest, before);
        check_view(key.key, before);
        check_view(key.salt, before);
        check_view(key.spi, before);
        check_view(key.valid_from, before);
        check_view(key.valid_to, before);
        REQUIRE(rest.n < before.n);
        REQUIRE(msk_key_data_put(&key, rest.n > 0, buf, before.n - rest.n,
                                 &len) == MSK_OK);
        REQUIRE(len == before.n - rest.n);
        REQUIRE(memcmp(buf, before.p, len) == 0);
        before = rest;
    }
    free(buf);
}

static void
check_validity(const struct msk_payload *dh)
{
    struct msk_key_data key = { .kv = dh->detail & 0x0F };
    uint8_t buf[2 * 256];
    size_t len;

    REQUIRE(msk_key_validity_get(dh->tail, &key) == MSK_OK);
    check_view(key.spi, dh->tail);
    check_view(key.valid_from, dh->tail);
    check_view(key.valid_to, dh->tail);
    REQUIRE(msk_key_validity_put(&key, buf, sizeof buf, &len) == MSK_OK);
    REQUIRE(equal((struct msk_bytes){ buf, len }, dh->tail));
}

/* Parameters fit; a policy whose values can be written reads the same. */
static void
check_policy(struct msk_bytes params)
{
    struct msk_bytes rest = params, value;
    struct msk_srtp_policy policy, again;
    uint8_t buf[3 * MSK_SRTP_PARAMS + 1], type;
    size_t len;

    while (rest.n > 0) {
        REQUIRE(msk_tlv_get(&rest, &type, &value) == MSK_OK);
        check_view(value, params);
        check_view(rest, params);
    }
    if (msk_srtp_policy_get(params, &policy) != MSK_OK ||
        msk_srtp_policy_put(&policy, buf, sizeof buf, &len) != MSK_OK)
        return;
    REQUIRE(msk_srtp_policy_get((struct msk_bytes){ buf, len }, &again) ==
            MSK_OK);
    REQUIRE(memcmp(&policy, &again, sizeof policy) == 0);
}

/* Names read, whether in order or not, written and read again. */
static void
check_names(struct msk_bytes data)
{
    struct msk_ext_key_id ids, again;
    uint8_t *buf = room(data.n);
    size_t len;

    if (msk_ext_key_id_get(data, &ids) == MSK_OK) {
        check_view(ids.domain, data);
        check_view(ids.service, data);
        check_view(ids.traffic, data);
        REQUIRE(msk_ext_key_id_put(&ids, buf, data.n, &len) == MSK_OK);
        REQUIRE(msk_ext_key_id_get((struct msk_bytes){ buf, len }, &again) ==
                MSK_OK);
        REQUIRE(equal(ids.domain, again.domain));
        REQUIRE(equal(ids.service, again.service));
        REQUIRE(equal(ids.traffic, again.traffic));
    }
    free(buf);
}

static void
check_contents(const struct walk *walk)
{
    if (walk->cursor.at > 0)
        check_map(&walk->header);
    for (size_t i = 0; i < walk->n; i++) {
        const struct msk_payload *p = &walk->payloads[i];

        if (p->type == MSK_PAYLOAD_KEMAC && p->kind == MSK_ENCR_NULL)
            check_keys(p->data);
        if (p->type == MSK_PAYLOAD_DH)
            check_validity(p);
        if (p->type == MSK_PAYLOAD_SP)
            check_policy(p->data);
        if (p->type == MSK_PAYLOAD_EXT &&
            (p->kind == MSK_EXT_KEY_ID || p->kind == MSK_EXT_KEY_TYPE))
            check_names(p->data);
    }
}

static bool
same_payload(const struct msk_payload *a, const struct msk_payload *b)
{
    return a->type == b->type && a->kind == b->kind && a->detail == b->detail &&
           a->offset == b->offset && a->length == b->length &&
           same(a->data, b->data) && same(a->tail, b->tail);
}

/* What the walk for MBMS has met, the other has met too; it ended with the
 * same error unless there is more that the other knows. */
static void
check_agreement(const struct walk *mbms, const struct walk *any)
{
    REQUIRE(mbms->n <= any->n);
    for (size_t i = 0; i < mbms->n; i++)
        REQUIRE(same_payload(&mbms->payloads[i], &any->payloads[i]));
    if (mbms->cursor.at > 0) {
        REQUIRE(mbms->header.csb_id == any->header.csb_id);
        REQUIRE(mbms->header.map_type == any->header.map_type);
        REQUIRE(same(mbms->header.map, any->header.map));
    }
    if (mbms->err == MSK_ERR_PAYLOAD || mbms->err == MSK_ERR_UNSUPPORTED)
        return;
    REQUIRE(mbms->err == any->err);
    REQUIRE(mbms->n == any->n);
    REQUIRE(mbms->cursor.at == any->cursor.at);
}

/* A type that is not allowed is refused at the first payload that has it. */
static void
check_allowed(const struct walk *any)
{
    static struct walk less;
    const struct msk_payload *p = &any->payloads[any->n / 2];

    if (any->n == 0)
        return;
    take_walk(&less, any->message, MSK_PAYLOADS_ANY & ~MSK_PAYLOAD_BIT(p->type),
              msk_mikey_begin_any, msk_mikey_next_any);
    REQUIRE(less.err == MSK_ERR_PAYLOAD);
    REQUIRE(less.n <= any->n / 2);
    REQUIRE(any->payloads[less.n].type == p->type);
}

static void
check_message(const struct msk_message *m, struct msk_bytes octets)
{
    REQUIRE(same(m->octets, octets));
    REQUIRE(m->kind >= MSK_MESSAGE_MSK && m->kind <= MSK_MESSAGE_VERIFICATION);
    check_view(m->rand, octets);
    check_view(m->idi, octets);
    check_view(m->idr, octets);
    check_view(m->sp, octets);
    check_view(m->protection.data, octets);
    check_view(m->protection.tail, octets);
    REQUIRE(m->protection.tail.n == 20);
    REQUIRE(m->protection.offset + m->protection.length == octets.n);
    REQUIRE(m->rand.n <= MSK_RAND_MAX && m->sp.n <= MSK_SP_MAX);
}

/* Reads the message in one layout, and peeks; both say the same. */
static int
read_layout(enum msk_layout layout, const struct walk *mbms,
            struct msk_message *m)
{
    struct msk_fault fault = { 0, 0 };
    struct msk_peek peek;
    int err = msk_message_read(layout, mbms->message, m, &fault);

    REQUIRE(msk_mikey_peek(layout, mbms->message, &peek) == err);
    if (err == MSK_OK) {
        REQUIRE(mbms->err == MSK_OK);
        check_message(m, mbms->message);
        twice_message(m, &mbms->header, mbms->payloads, mbms->n);
        check_view(peek.fqdn, mbms->message);
        check_view(peek.btid, mbms->message);
        REQUIRE(peek.kind == m->kind);
        return err;
    }
    REQUIRE(msk_err_kind(err) == MSK_KIND_DROP);
    REQUIRE(fault.offset <= mbms->message.n);
    return err;
}

/* Both layouts take the same verification messages, and nothing else. */
static void
check_layouts(const struct walk *mbms)
{
    struct msk_message csb, keyid;
    int in_csb = read_layout(MSK_LAYOUT_CSB, mbms, &csb);
    int in_keyid = read_layout(MSK_LAYOUT_KEYID, mbms, &keyid);
    bool acks = (in_csb == MSK_OK && csb.kind == MSK_MESSAGE_VERIFICATION) ||
                (in_keyid == MSK_OK && keyid.kind == MSK_MESSAGE_VERIFICATION);

    if (acks)
        REQUIRE(in_csb == in_keyid && csb.kind == keyid.kind);
    else
        REQUIRE(in_csb != MSK_OK || in_keyid != MSK_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct walk any, mbms;
    struct msk_bytes message = { data, size };

    take_walk(&any, message, MSK_PAYLOADS_ANY, msk_mikey_begin_any,
              msk_mikey_next_any);
    take_walk(&mbms, message, MSK_PAYLOADS_MBMS, msk_mikey_begin,
              msk_mikey_next);
    check_build(&any);
    check_build_mbms(&mbms);
    check_change(&any, size > 0 ? data[size - 1] : 0);
    check_contents(&any);
    check_agreement(&mbms, &any);
    check_allowed(&any);
    check_layouts(&mbms);
    return 0;
}
