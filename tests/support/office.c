/* SPDX-License-Identifier: MIT */
#include "office.h"

#include <stdlib.h>
#include <string.h>

#include "apart.h"

const uint8_t office_twin_domain[3] = { 0x21, 0x63, 0x55 };
uint32_t office_cells[3];

static int
fill(void *user, uint8_t *out, size_t n)
{
    struct office *o = user;

    record_call(o->record, "fill", 0, &(struct msk_bytes){ out, n }, 1);
    if (++o->draws == o->fail_draw ||
        (o->fails_for_ever && o->draws > o->fail_draw))
        return -1;
    rng_fill(&o->rng, out, n);
    return 0;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    struct office *o = user;
    bool twin = memcmp(group->domain, office_twin_domain, 3) == 0;
    struct msk_key_id id;

    if (!twin && memcmp(group->domain, chip_domain, 3) != 0)
        return NULL;
    for (size_t i = 0; i < o->n_groups; i++) {
        msk_key_group_current(&o->group[i], &id);
        if (id.group == group->group)
            return twin ? &o->twin[i] : &o->group[i];
    }
    return NULL;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_group_id *group)
{
    struct office *o = user;

    check_octets("who", msk_subscriber_id(subscriber), chars(o->who));
    o->questions++;
    return group->group == o->odd_group &&
                   memcmp(group->domain, chip_domain, 3) == 0
               ? o->odd_answer
               : o->answer;
}

static uint16_t
digits(struct msk_bytes service, size_t at)
{
    char text[5] = "";

    memcpy(text, service.p + at, 4);
    return (uint16_t)strtoul(text, NULL, 16);
}

/* The groups in a name: four hexadecimal digits each, "-" for all up to. */
static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    size_t n = 0;

    (void)user;
    for (size_t at = 2; at + 4 <= service.n; at += 5) {
        uint16_t last = digits(service, at), group = last;

        if (at > 2 && service.p[at - 1] == '-')
            group = (uint16_t)(digits(service, at - 5) + 1);
        for (; group <= last; group++) {
            if (service.p[0] != 't' && n++ < cap)
                ids[n - 1] = *GROUP_ID(chip_domain, group);
            if (service.p[0] != 's' && n++ < cap)
                ids[n - 1] = *GROUP_ID(office_twin_domain, group);
        }
    }
    return n;
}

static void
check_name(const char *name, uint8_t number, const char *const *names, size_t n)
{
    assert_true(number < n);
    assert_string_equal(name, names[number]);
}

static void
trace(void *user, const struct msk_bmsc_trace *step)
{
    static const char *const states[] = { "free", "queued", "sent" };
    static const char *const events[] = { "push",  "turn",  "turn plain",
                                          "yield", "spent", "ack",
                                          "newer", "later" };

    (void)user;
    office_cells[step->state] |= 1u << step->event;
    check_name(step->state_name, step->state, states, 3);
    check_name(step->next_name, step->next, states, 3);
    check_name(step->event_name, step->event, events, 8);
}

static void
subscribe(struct msk_subscriber *subscriber, const char *id, uint8_t muk,
          const char *address)
{
    struct msk_subscriber_config c = { .size = sizeof c };

    c.btid = muk_btid(muk);
    c.id = chars(id);
    c.muk = muk_key(muk);
    c.mrk = chars(OFFICE_MRK);
    c.expires = 1000000000;
    c.address = chars(address);
    assert_int_equal(msk_subscriber_init(subscriber, &c), MSK_OK);
}

void
office_start(struct office *o, enum msk_layout layout,
             void (*change)(struct msk_bmsc_config *config))
{
    memset(o, 0, sizeof *o);
    chip_start(&o->chip, layout, false);
    assert_int_equal(chip_muk(&o->chip, OFFICE_MUK), MSK_OK);
    fake_crypto_start(&o->crypto, 0);
    o->rng.state = 1;
    o->random = (struct msk_random){ sizeof o->random, o, fill };
    o->now = 1000000;
    o->config.size = sizeof o->config;
    o->config.layout = layout;
    o->config.fqdn = msk_text(CHIP_FQDN);
    o->config.crypto = &o->crypto.crypto;
    o->config.random = &o->random;
    fake_xml_start(&o->xml);
    o->answer = MSK_PERMISSION_GRANTED;
    o->config.xml = &o->xml.xml;
    o->config.nonce_key = chars("the key of nonces");
    o->config.authorise = authorise;
    o->config.service_groups = service_groups;
    o->config.find_group = find_group;
    o->config.trace = trace;
    if (change != NULL)
        change(&o->config);
    assert_int_equal(
        msk_bmsc_init(&o->bmsc, o->memory + 1, MSK_BMSC_SIZE, &o->config),
        MSK_OK);
    assert_int_equal(msk_outbox_init(&o->outbox, o->outbox_memory + 1,
                                     MSK_OUTBOX_SIZE, NULL),
                     MSK_OK);
    apart_outbox(o->outbox);
    o->who = "imsi-1";
    subscribe(&o->subscriber, o->who, OFFICE_MUK, "ue");
    subscribe(&o->other, "imsi-2", OFFICE_OTHER_MUK, "ue-2");
}

static void
found(struct office *o, struct msk_key_group *group, const uint8_t domain[3],
      uint16_t name, bool streaming)
{
    struct msk_key_group_config c = { .size = sizeof c };

    memcpy(c.id.domain, domain, 3);
    c.id.group = name;
    c.id.number = 1;
    c.streaming = streaming;
    if (streaming)
        c.sp = hex("0d020001");
    assert_int_equal(msk_key_group_init(group, &c, &o->random), MSK_OK);
}

struct msk_key_group *
office_group_alone(struct office *o, uint16_t group, bool streaming)
{
    int err;

    assert_true(o->n_groups < OFFICE_GROUPS);
    found(o, &o->twin[o->n_groups], office_twin_domain, group, streaming);
    found(o, &o->group[o->n_groups], chip_domain, group, streaming);
    if (!o->alone && o->n_groups < OFFICE_TWINS)
        assert_int_equal(
            msk_subscriber_join(&o->subscriber,
                                GROUP_ID(office_twin_domain, group)),
            MSK_OK);
    err = chip_allow(&o->chip, group, MSK_REQUIRE_NOTHING);
    assert_true(err == MSK_OK || err == MSK_ERR_LIMIT);
    return &o->group[o->n_groups++];
}

struct msk_key_group *
office_group(struct office *o, uint16_t group, bool streaming)
{
    struct msk_key_group *added = office_group_alone(o, group, streaming);

    assert_int_equal(
        msk_subscriber_join(&o->subscriber, GROUP_ID(chip_domain, group)),
        MSK_OK);
    return added;
}

void
office_store(struct office *o)
{
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n;

    assert_int_equal(
        msk_subscriber_pack(&o->subscriber, packed, sizeof packed, &n), MSK_OK);
    msk_subscriber_wipe(&o->subscriber);
    assert_int_equal(msk_subscriber_unpack(&o->subscriber, exact(packed, n)),
                     MSK_OK);
}

/* Copies an answer, which is good until the next call only. */
static void
keep(struct office *o, const struct msk_http_response *from)
{
    struct msk_http_response *to = &o->response;

    assert_int_equal(to->status, 0);
    assert_true(from->n_headers <= 8);
    *to = *from;
    to->headers = o->header;
    to->body = exact(from->body.p, from->body.n);
    for (size_t i = 0; i < to->n_headers; i++) {
        const struct msk_http_header *h = &from->headers[i];

        o->header[i].name = exact(h->name.p, h->name.n);
        o->header[i].value = exact(h->value.p, h->value.n);
    }
}

void
office_empty(struct office *o)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    o->effects = 0;
    o->sent = o->delivered = o->gave_up = o->joined = o->parted = 0;
    memset(&o->response, 0, sizeof o->response);
    while (msk_outbox_next(o->outbox, &e)) {
        assert_true(o->effects < OFFICE_EFFECTS);
        o->kind[o->effects++] = e.kind;
        switch (e.kind) {
        case MSK_BMSC_EFFECT_SEND_MIKEY:
            check_octets("peer", e.peer,
                         msk_subscriber_address(&o->subscriber));
            assert_true(o->sent < OFFICE_SENT);
            o->id[o->sent] = e.id;
            o->message[o->sent++] = exact(e.message.p, e.message.n);
            break;
        case MSK_BMSC_EFFECT_SEND_HTTP: keep(o, e.response); break;
        case MSK_BMSC_EFFECT_DELIVERED: o->delivered++; break;
        case MSK_BMSC_EFFECT_GAVE_UP: o->gave_up++; break;
        case MSK_BMSC_EFFECT_JOINED: o->joined++; break;
        case MSK_BMSC_EFFECT_PARTED:
            o->parted++;
            o->why = e.why;
            break;
        }
    }
}

/* What a call leaves: a new record, or the one from before it. */
static int
settle(struct office *o, const struct msk_subscriber *before, int err)
{
    if (err != MSK_OK)
        o->subscriber = *before;
    else
        office_store(o);
    office_empty(o);
    if (err != MSK_OK)
        assert_int_equal(o->effects, 0);
    return err;
}

int
office_push(struct office *o, const struct msk_key_group *group)
{
    struct msk_subscriber before = o->subscriber;

    return settle(
        o, &before,
        msk_bmsc_push(o->bmsc, o, &o->subscriber, group, o->now, o->outbox));
}

int
office_push_msk(struct office *o, const struct msk_key_group *group,
                enum msk_key_group_role role)
{
    struct msk_subscriber before = o->subscriber;

    return settle(o, &before,
                  msk_bmsc_push_msk(o->bmsc, o, &o->subscriber, group, role,
                                    o->now, o->outbox));
}

int
office_pull(struct office *o, const struct msk_key_group *group)
{
    struct msk_subscriber before = o->subscriber;

    return settle(
        o, &before,
        msk_bmsc_pull(o->bmsc, o, &o->subscriber, group, o->now, o->outbox));
}

int
office_timer(struct office *o)
{
    struct msk_subscriber before = o->subscriber;

    return settle(
        o, &before,
        msk_bmsc_timer(o->bmsc, o, &o->subscriber, o->now, o->outbox));
}

int
office_ack(struct office *o, struct msk_bytes message)
{
    struct msk_subscriber before = o->subscriber;

    return settle(o, &before,
                  msk_bmsc_take_ack(o->bmsc, o, &o->subscriber, message, o->now,
                                    o->outbox));
}

int
office_http(struct office *o, const struct msk_http_request *request,
            struct msk_bytes peer)
{
    struct msk_subscriber before = o->subscriber;

    return settle(o, &before,
                  msk_bmsc_answer(o->bmsc, o,
                                  o->unknown ? NULL : &o->subscriber, request,
                                  peer, o->now, o->outbox));
}

int
office_arrives(struct office *o, size_t i)
{
    int err = chip_receive(&o->chip, o->message[i]);
    struct msk_bytes ack = o->chip.result.acknowledgement;

    o->ack = (struct msk_bytes){ NULL, 0 };
    if (err == MSK_OK && ack.n > 0)
        o->ack = exact(ack.p, ack.n);
    return err;
}

void
office_fail(struct office *o, int what, size_t n, bool for_ever)
{
    o->draws = 0;
    o->crypto.calls = 0;
    o->fail_draw = what == 0 ? n : 0;
    o->fails_for_ever = what == 0 && n > 0 && for_ever;
    o->crypto.fail_at = what == 1 ? n : 0;
    o->crypto.for_ever = what == 1 && n > 0 && for_ever;
}

struct msk_bytes
office_packed(const struct office *o)
{
    uint8_t *buf = room(MSK_SUBSCRIBER_PACKED_MAX);
    size_t n;

    assert_int_equal(
        msk_subscriber_pack(&o->subscriber, buf, MSK_SUBSCRIBER_PACKED_MAX, &n),
        MSK_OK);
    return exact(buf, n);
}
