/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <string.h>

#include "mgvf/record.h"
#include "msk/mbms.h"
#include "target.h"

#define OTHER "other.example.com"

/* Too large to be cleared for each input. */
static uint8_t before[sizeof(struct msk_ram_record) * FAKE_STORE_RECORDS];
static struct msk_ram_record earlier[FAKE_STORE_RECORDS];

static struct msk_bytes
server(uint8_t what)
{
    return msk_text(what % 4 == 3 ? OTHER : FQDN);
}

static struct msk_ram_record *
any_record(struct records_mgvf *end)
{
    size_t n = 0, which = input_octet(&end->input->in);

    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        n += end->store.records[i].version != 0 ? 1 : 0;
    if (n == 0)
        return NULL;
    which %= n;
    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        if (end->store.records[i].version != 0 && which-- == 0)
            return &end->store.records[i];
    return NULL;
}

static void
op_damage(struct records_mgvf *end)
{
    struct msk_ram_record *record = any_record(end), *other;

    if (record != NULL)
        record->value_len = records_damage(
            end->input, record->value, record->value_len, sizeof record->value);
    other = input_octet(&end->input->in) % 8 == 0 ? any_record(end) : NULL;
    if (record == NULL || other == NULL)
        return;
    memcpy(record->value, other->value, sizeof record->value);
    record->value_len = other->value_len;
}

/* The store is that of an earlier day, which is kept. */
static void
op_day(struct records_mgvf *end)
{
    if (input_octet(&end->input->in) % 2 == 0)
        memcpy(earlier, end->store.records, sizeof earlier);
    else
        memcpy(end->store.records, earlier, sizeof earlier);
}

static void
restart(struct records_mgvf *end)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = &end->input->toy.crypto;
    config.store = &end->store.store;
    REQUIRE(msk_mgvf_init(&end->mgvf, end->memory, sizeof end->memory,
                          &config) == MSK_OK);
}

static bool
store_is_same(const struct records_mgvf *end)
{
    return memcmp(before, fake_store_view(&end->store).p, sizeof before) == 0;
}

void
records_mgvf_start(struct records_mgvf *end, struct records_input *input)
{
    memset(end, 0, sizeof *end);
    memset(earlier, 0, sizeof earlier);
    end->input = input;
    fake_store_start(&end->store);
    restart(end);
}

/* What every call must keep to. */
static void
ended(struct records_mgvf *end, int err)
{
    enum msk_err_kind kind = msk_err_kind(err);

    REQUIRE(err != MSK_PENDING && err != MSK_ERR_ARGUMENT &&
            err != MSK_ERR_BUSY && err != MSK_ERR_STATE);
    REQUIRE(kind != MSK_KIND_FATAL || err == MSK_ERR_RECORD);
    if (err == MSK_ERR_RECORD)
        REQUIRE(store_is_same(end));
}

static void
check_held(struct records_mgvf *end, const struct msk_group_id *id)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_released released = { .size = sizeof released };
    int err = msk_mgvf_held(end->mgvf, id, &held);

    ended(end, err);
    REQUIRE(store_is_same(end));
    if (err != MSK_OK)
        return;
    REQUIRE(held.n <= MSK_HELD_MAX);
    for (size_t i = 0; i < held.n; i++)
        for (size_t k = 0; k < i; k++)
            REQUIRE(held.msk[i].number != held.msk[k].number);
    err = msk_mgvf_released(end->mgvf, id, &released);
    ended(end, err);
    REQUIRE(err == MSK_OK && store_is_same(end));
    REQUIRE(released.n <= MSK_RELEASED_MAX);
    for (size_t i = 0; i < released.n; i++)
        REQUIRE(released.mtk[i].mtk.key_len <= MSK_KEY_MAX);
}

static void
give_muk(struct records_mgvf *end)
{
    struct msk_muk muk = { .size = sizeof muk };
    uint8_t what = input_octet(&end->input->in), key[16],
            btid[1] = { (uint8_t)('a' + what % 8) };

    memset(key, what % 8, sizeof key);
    muk.fqdn = server(what / 8);
    muk.btid = (struct msk_bytes){ btid, 1 };
    muk.key = (struct msk_bytes){ key, sizeof key };
    muk.age = what / 32;
    ended(end, msk_mgvf_set_muk(end->mgvf, &muk));
}

static void
take(struct records_mgvf *end, struct msk_bytes fqdn, struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    int err;

    input.layout = end->input->layout;
    input.fqdn = fqdn;
    input.message = message;
    memset(&end->result, 0, sizeof end->result);
    end->result.size = sizeof end->result;
    err = msk_mgvf_process(end->mgvf, &input, &end->result);
    ended(end, err);
    if (err != MSK_OK)
        REQUIRE(end->result.outcome == 0 && end->result.key.n == 0 &&
                end->result.acknowledgement.n == 0);
    else
        REQUIRE(end->result.key.n <= MSK_KEY_MAX);
}

static void
take_msk(struct records_mgvf *end)
{
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t which = input_octet(&end->input->in),
            what = input_octet(&end->input->in), key[16], muk[16], rand[16];
    uint8_t btid[1] = { (uint8_t)('a' + what % 8) };
    struct msk_group_id id = records_group(which);
    size_t n;

    memset(muk, what % 8, sizeof muk);
    memset(key, 0x40 + what / 64, sizeof key);
    memset(rand, 0x80 + what / 64, sizeof rand);
    m.layout = end->input->layout;
    m.content = MSK_CONTENT_MSK;
    memcpy(m.id.domain, id.domain, sizeof id.domain);
    m.id.group = id.group;
    m.id.number = (uint16_t)(1 + what / 64);
    m.fqdn = server(what / 8);
    m.btid = (struct msk_bytes){ btid, 1 };
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.csb_id = 1;
    m.counter = end->counter += 1 + which / 64u;
    m.v = true;
    m.key = (struct msk_bytes){ key, sizeof key };
    m.seq_high = 20;
    REQUIRE(msk_msk_message_make(&end->input->toy.crypto,
                                 (struct msk_bytes){ muk, sizeof muk }, &m,
                                 octets, sizeof octets, &n) == MSK_OK);
    take(end, m.fqdn, (struct msk_bytes){ octets, n });
}

static void
take_mtk(struct records_mgvf *end)
{
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t which = input_octet(&end->input->in),
            what = input_octet(&end->input->in), msk[16], key[16], rand[16];
    struct msk_group_id id = records_group(which);
    size_t n;

    memset(msk, 0x40 + what / 64, sizeof msk);
    memset(rand, 0x80 + what / 64, sizeof rand);
    memset(key, what, sizeof key);
    m.layout = end->input->layout;
    memcpy(m.id.domain, id.domain, sizeof id.domain);
    m.id.group = id.group;
    m.id.number = (uint16_t)(1 + what / 64);
    m.mtk_id = (uint16_t)(1 + what % 24);
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.csb_id = 1;
    m.counter = 1 + what % 24u;
    m.key = (struct msk_bytes){ key, sizeof key };
    REQUIRE(msk_mtk_message_make(&end->input->toy.crypto,
                                 (struct msk_bytes){ msk, sizeof msk }, &m,
                                 octets, sizeof octets, &n) == MSK_OK);
    take(end, server(which / 8), (struct msk_bytes){ octets, n });
}

void
records_mgvf_forget(struct records_mgvf *end)
{
    REQUIRE(msk_mgvf_forget_all(end->mgvf) == MSK_OK);
    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        REQUIRE(end->store.records[i].version == 0);
}

void
records_mgvf_step(struct records_mgvf *end)
{
    uint8_t what = input_octet(&end->input->in), which;
    struct msk_group_id id;

    memcpy(before, fake_store_view(&end->store).p, sizeof before);
    switch (what % 10) {
    case 0: give_muk(end); break;
    case 1:
    case 2: take_msk(end); break;
    case 3: take_mtk(end); break;
    case 4:
        which = input_octet(&end->input->in);
        id = records_group(which);
        ended(end, msk_mgvf_allow(end->mgvf, server(which / 8), &id,
                                  (enum msk_require)(which / 64)));
        break;
    case 5:
        which = input_octet(&end->input->in);
        id = records_group(which);
        ended(end, msk_mgvf_forget(end->mgvf, server(which / 8), &id));
        break;
    case 6:
        id = records_group(input_octet(&end->input->in));
        check_held(end, &id);
        break;
    case 7: op_damage(end); break;
    case 8: op_day(end); break;
    default:
        if (what >= 0xF0)
            records_mgvf_forget(end);
        else
            restart(end);
        break;
    }
}
