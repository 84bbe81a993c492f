/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <string.h>

#include "apart.h"
#include "bmsc/subscriber.h"
#include "msk/mbms.h"
#include "target.h"

/* Too large to be cleared for each input. */
static uint64_t outbox_memory[MSK_OUTBOX_SIZE / sizeof(uint64_t)];
static uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
static uint8_t again[MSK_SUBSCRIBER_PACKED_MAX];
static uint8_t kept[MSK_SUBSCRIBER_PACKED_MAX]; /* of an earlier day */
static size_t kept_n;

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *id)
{
    struct records_bmsc *end = user;

    return id->group == 1 ? &end->group : NULL;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *sub,
          const struct msk_group_id *group)
{
    (void)user;
    (void)sub;
    (void)group;
    return MSK_PERMISSION_GRANTED;
}

static struct msk_subscriber_config
binding(const struct records_bmsc *end, uint8_t btid[1], uint8_t key[16])
{
    struct msk_subscriber_config c = { .size = sizeof c };

    btid[0] = (uint8_t)('a' + end->age % 26);
    memset(key, (int)(end->age % 64), 16);
    c.btid = (struct msk_bytes){ btid, 1 };
    c.id = msk_text("ue");
    c.muk = c.mrk = (struct msk_bytes){ key, 16 };
    c.expires = MSK_NEVER;
    c.address = msk_text("there");
    c.age = end->age;
    return c;
}

void
records_bmsc_start(struct records_bmsc *end, struct records_input *input)
{
    struct msk_bmsc_config c = { .size = sizeof c };
    struct msk_key_group_config g = { .size = sizeof g };
    struct msk_group_id id = records_group(0);
    uint8_t btid[1], key[16];
    struct msk_subscriber_config s;

    memset(end, 0, sizeof *end);
    end->input = input;
    end->now = 1000000;
    kept_n = 0;
    s = binding(end, btid, key);
    c.layout = end->input->layout;
    c.fqdn = msk_text(FQDN);
    c.crypto = &end->input->toy.crypto;
    c.random = &end->input->toy.random;
    c.authorise = authorise;
    c.find_group = find_group;
    REQUIRE(msk_bmsc_init(&end->bmsc, end->memory, sizeof end->memory, &c) ==
            MSK_OK);
    REQUIRE(msk_outbox_init(&end->outbox, outbox_memory, sizeof outbox_memory,
                            NULL) == MSK_OK);
    apart_outbox(end->outbox);
    REQUIRE(msk_subscriber_init(&end->sub, &s) == MSK_OK);
    memcpy(g.id.domain, id.domain, sizeof g.id.domain);
    g.id.group = id.group;
    g.id.number = 1;
    g.seq_high = 20;
    REQUIRE(msk_key_group_init(&end->group, &g, &end->input->toy.random) ==
            MSK_OK);
}

/* It is whole, as it is and packed. */
static void
check_subscriber(const struct msk_subscriber *sub)
{
    static struct msk_subscriber copy;
    size_t n, m;

    REQUIRE(msk_sub_is_whole(msk_sub_at(sub)));
    REQUIRE(msk_subscriber_pack(sub, packed, sizeof packed, &n) == MSK_OK);
    REQUIRE(msk_subscriber_unpack(&copy, (struct msk_bytes){ packed, n }) ==
            MSK_OK);
    REQUIRE(msk_subscriber_pack(&copy, again, sizeof again, &m) == MSK_OK);
    REQUIRE(n == m && memcmp(packed, again, n) == 0);
}

static void
check_group(const struct msk_key_group *group)
{
    static struct msk_key_group copy;
    size_t n, m;

    REQUIRE(msk_key_group_pack(group, packed, sizeof packed, &n) == MSK_OK);
    REQUIRE(msk_key_group_unpack(&copy, (struct msk_bytes){ packed, n }) ==
            MSK_OK);
    REQUIRE(msk_key_group_pack(&copy, again, sizeof again, &m) == MSK_OK);
    REQUIRE(n == m && memcmp(packed, again, n) == 0);
}

/* What a call wants done, or nothing. */
static void
called(struct records_bmsc *end, const struct msk_subscriber *old, int err)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_message m;

    REQUIRE(err != MSK_ERR_ARGUMENT && err != MSK_ERR_SPACE &&
            msk_err_kind(err) != MSK_KIND_FATAL);
    if (err != MSK_OK) {
        REQUIRE(!msk_outbox_next(end->outbox, &e));
        end->sub = *old;
        return;
    }
    check_subscriber(&end->sub);
    while (msk_outbox_next(end->outbox, &e)) {
        if (e.kind != MSK_BMSC_EFFECT_SEND_MIKEY)
            continue;
        REQUIRE(msk_message_read(end->input->layout, e.message, &m, NULL) ==
                MSK_OK);
        REQUIRE(e.message.n <= sizeof end->sent);
        memcpy(end->sent, e.message.p, e.message.n);
        end->sent_n = e.message.n;
    }
}

static void
acknowledge(struct records_bmsc *end)
{
    const struct msk_sub *sub = msk_sub_at(&end->sub);
    struct msk_subscriber old = end->sub;
    uint8_t ack[MSK_ACK_MAX];
    struct msk_message m;
    size_t n;

    if (end->sent_n == 0 || sub->muk.key_len == 0)
        return;
    REQUIRE(msk_message_read(end->input->layout,
                             (struct msk_bytes){ end->sent, end->sent_n }, &m,
                             NULL) == MSK_OK);
    if (msk_verification_make(
            &end->input->toy.crypto,
            (struct msk_bytes){ sub->muk.key, sub->muk.key_len }, &m, m.idr,
            ack, sizeof ack, &n) != MSK_OK)
        return;
    called(end, &old,
           msk_bmsc_take_ack(end->bmsc, end, &end->sub,
                             (struct msk_bytes){ ack, n }, end->now,
                             end->outbox));
}

static void
make_mtk(struct records_bmsc *end)
{
    static const uint8_t key[32];
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_bmsc_mtk mtk = { .size = sizeof mtk };
    struct msk_key_group_msk current = { .size = sizeof current };
    struct msk_message m;
    size_t n;

    (void)msk_key_group_reserve(&end->group,
                                1 + input_octet(&end->input->in) % 8u);
    if (!msk_key_group_get(&end->group, MSK_ROLE_CURRENT, &current))
        return;
    mtk.key = (struct msk_bytes){ key, current.msk.n };
    if (msk_key_group_streaming(&end->group))
        mtk.salt = (struct msk_bytes){ key, 14 };
    for (int i = 0; i < 8; i++) {
        if (msk_bmsc_make_mtk(end->bmsc, &end->group, &mtk, octets,
                              sizeof octets, &n) != MSK_OK)
            break;
        REQUIRE(msk_message_read(end->input->layout,
                                 (struct msk_bytes){ octets, n }, &m,
                                 NULL) == MSK_OK);
        REQUIRE(m.mtk_id <= current.seq_high);
    }
    check_group(&end->group);
}

/* Both records, damaged or those of an earlier day: refused, or lived with. */
static void
read_back(struct records_bmsc *end)
{
    static struct msk_subscriber sub;
    static struct msk_key_group group;
    uint8_t what = input_octet(&end->input->in);
    size_t n;

    if (what % 2 == 0) {
        REQUIRE(msk_key_group_pack(&end->group, packed, sizeof packed, &n) ==
                MSK_OK);
        n = records_damage(end->input, packed, n, MSK_KEY_GROUP_PACKED_MAX);
        if (msk_key_group_unpack(&group, (struct msk_bytes){ packed, n }) ==
            MSK_OK) {
            check_group(&group);
            end->group = group;
        }
        return;
    }
    REQUIRE(msk_subscriber_pack(&end->sub, packed, sizeof packed, &n) ==
            MSK_OK);
    if (what % 16 == 1) {
        memcpy(kept, packed, n);
        kept_n = n;
    } else if (what % 16 == 3 && kept_n > 0) {
        memcpy(packed, kept, kept_n);
        n = kept_n;
    } else {
        n = records_damage(end->input, packed, n, sizeof packed);
    }
    if (msk_subscriber_unpack(&sub, (struct msk_bytes){ packed, n }) != MSK_OK)
        return;
    check_subscriber(&sub);
    end->sub = sub;
}

static void
change_group(struct records_bmsc *end, uint8_t what)
{
    int err = MSK_OK;

    switch (what % 3) {
    case 0:
        err = msk_key_group_rekey(&end->group, &end->input->toy.random);
        break;
    case 1:
        err = msk_key_group_prepare(&end->group, NULL, &end->input->toy.random);
        break;
    default: err = msk_key_group_switch(&end->group); break;
    }
    REQUIRE(err == MSK_OK || err == MSK_ERR_STATE);
    check_group(&end->group);
}

static void
rebind(struct records_bmsc *end)
{
    uint8_t btid[1], key[16];
    struct msk_subscriber_config s;
    int err;

    end->age += input_octet(&end->input->in) % 3;
    s = binding(end, btid, key);
    err = msk_subscriber_rebind(&end->sub, &s);
    REQUIRE(err == MSK_OK || err == MSK_ERR_OLD_KEY || err == MSK_ERR_CONFLICT);
    check_subscriber(&end->sub);
}

void
records_bmsc_step(struct records_bmsc *end)
{
    struct msk_subscriber old = end->sub;
    uint8_t what = input_octet(&end->input->in);
    struct msk_group_id id = records_group(what / 16);

    switch (what % 12) {
    case 0:
        called(end, &old,
               msk_bmsc_push(end->bmsc, end, &end->sub, &end->group, end->now,
                             end->outbox));
        break;
    case 1:
        called(end, &old,
               msk_bmsc_pull(end->bmsc, end, &end->sub, &end->group, end->now,
                             end->outbox));
        break;
    case 2:
    case 3:
        end->now += what < 0x80 ? 1000u * what : 0;
        called(
            end, &old,
            msk_bmsc_timer(end->bmsc, end, &end->sub, end->now, end->outbox));
        break;
    case 4: acknowledge(end); break;
    case 5: make_mtk(end); break;
    case 6: change_group(end, what / 16); break;
    case 7: rebind(end); break;
    case 8: (void)msk_subscriber_join(&end->sub, &id); break;
    case 9: msk_subscriber_part(&end->sub, &id); break;
    default: read_back(end); break;
    }
    check_subscriber(&end->sub);
}
