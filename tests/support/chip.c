/* SPDX-License-Identifier: MIT */
#include "chip.h"

#include <stdio.h>
#include <string.h>

#include "provider.h"

const uint8_t chip_domain[3] = { 0x21, 0x63, 0x54 };
const uint8_t chip_other_domain[3] = { 0x21, 0x63, 0x55 };

struct msk_bytes
chip_fqdn(const struct chip *chip)
{
    return chars(chip->server == 0 ? CHIP_FQDN : CHIP_OTHER_FQDN);
}

static const uint8_t *
domain_of(const struct chip *chip)
{
    return chip->domain == 0 ? chip_domain : chip_other_domain;
}

struct msk_group_id
chip_group(const struct chip *chip, uint16_t group)
{
    struct msk_group_id id = { { 0, 0, 0 }, group };

    memcpy(id.domain, domain_of(chip), sizeof id.domain);
    return id;
}

static struct msk_bytes
fill(uint8_t octet, size_t n)
{
    uint8_t *p = room(n);

    memset(p, octet, n);
    return (struct msk_bytes){ p, n };
}

struct msk_bytes
muk_key(uint8_t muk)
{
    return fill(muk, 32);
}

struct msk_bytes
muk_btid(uint8_t muk)
{
    char text[8];

    (void)snprintf(text, sizeof text, "btid-%02x", muk);
    return chars(text);
}

/* Memory of the worst alignment, filled with what memory is filled with. */
void
chip_restart(struct chip *chip)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = &chip->crypto.crypto;
    config.store = &chip->store.store;
    memset(chip->memory, 0xA5, sizeof chip->memory);
    check_int(
        "init",
        msk_mgvf_init(&chip->mgvf, chip->memory + 1, MSK_MGVF_SIZE, &config),
        MSK_OK);
}

void
chip_start(struct chip *chip, enum msk_layout layout, bool later)
{
    memset(chip, 0, sizeof *chip);
    chip->layout = layout;
    fake_crypto_start(&chip->crypto, 0);
    fake_store_start(&chip->store);
    chip->store.later = later;
    chip_restart(chip);
}

int
chip_finish(struct chip *chip, int err)
{
    chip->result.size = sizeof chip->result;
    while (err == MSK_PENDING) {
        chip->waits++;
        assert_true(chip->store.waiting);
        err = fake_store_answer(&chip->store);
        err = msk_mgvf_complete(chip->mgvf, chip->store.token, err,
                                &chip->result);
    }
    assert_int_equal(chip->crypto.open, 0);
    return err;
}

int
chip_receive(struct chip *chip, struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    memset(&chip->result, 0, sizeof chip->result);
    chip->result.size = sizeof chip->result;
    input.layout = chip->layout;
    input.fqdn = chip_fqdn(chip);
    input.message = message;
    return chip_finish(chip,
                       msk_mgvf_process(chip->mgvf, &input, &chip->result));
}

static void
check_one_held(struct chip *chip, uint16_t group, const char *want,
               const char *file, int line)
{
    struct msk_held held;
    char got[128] = "", one[40], mtk[8];

    assert_int_equal(chip_held(chip, group, &held), MSK_OK);
    for (size_t i = 0; i < held.n; i++) {
        const struct msk_held_msk *m = &held.msk[i];

        (void)snprintf(mtk, sizeof mtk, m->has_mtk ? "%u" : "-",
                       (unsigned)m->mtk_id);
        (void)snprintf(one, sizeof one, "%s%u %u..%u %s", i > 0 ? ", " : "",
                       (unsigned)m->number, (unsigned)m->seq_low,
                       (unsigned)m->seq_high, mtk);
        (void)strcat(got, one);
    }
    if (strcmp(got, want) == 0)
        return;
    print_error("held: got \"%s\", want \"%s\"\n", got, want);
    _fail(file, line);
}

/* --- the third server ----------------------------------------------------- */

#define THIRD chars("bmsc.example.net")
#define TWIN_KEY 0xE3
#define TWIN_HELD "1 2..100 -"

/* No test sees it work that counts calls or has one of them fail. */
struct quiet {
    bool later;
    size_t calls, commits, delayed, fail_at; /* of the store */
    struct fake_crypto crypto;
    struct msk_mgvf_result result;
    size_t waits;
    int domain;
};

static void
begin_quiet(struct chip *chip, struct quiet *before)
{
    before->later = chip->store.later;
    before->calls = chip->store.calls;
    before->commits = chip->store.commits;
    before->delayed = chip->store.delayed;
    before->fail_at = chip->store.fail_at;
    before->crypto = chip->crypto;
    before->result = chip->result;
    before->waits = chip->waits;
    before->domain = chip->domain;
    chip->store.later = false;
    chip->store.fail_at = chip->crypto.fail_at = 0;
    chip->crypto.record = NULL;
    chip->domain = 1;
}

static void
end_quiet(struct chip *chip, const struct quiet *before)
{
    chip->store.later = before->later;
    chip->store.fail_at = before->fail_at;
    chip->store.calls = before->calls;
    chip->store.commits = before->commits;
    chip->store.delayed = before->delayed;
    chip->crypto = before->crypto;
    chip->result = before->result;
    chip->waits = before->waits;
    chip->domain = before->domain;
}

/* Does the third server do what server 0 does? */
static bool
has_third(const struct chip *chip)
{
    return !chip->alone && chip->domain == 0 && chip->server == 0;
}

static int
set_muk(struct chip *chip, struct msk_bytes fqdn, uint8_t muk, uint8_t value,
        uint64_t age)
{
    struct msk_muk m = { .size = sizeof m };

    m.fqdn = fqdn;
    m.btid = muk_btid(muk);
    m.key = muk_key(value);
    m.age = age;
    return chip_finish(chip, msk_mgvf_set_muk(chip->mgvf, &m));
}

/* Of the same name, another value, and a greater age. It may be held already. */
static void
set_third_muk(struct chip *chip, uint8_t muk)
{
    struct quiet before;

    begin_quiet(chip, &before);
    (void)set_muk(chip, THIRD, muk, (uint8_t)~muk, 1000u + muk);
    end_quiet(chip, &before);
}

static size_t
find_twin(const struct chip *chip, uint16_t group)
{
    size_t i = 0;

    while (i < chip->twins && chip->twin[i] != group)
        i++;
    return i;
}

static void
import_twin(struct chip *chip, uint16_t group)
{
    const struct msk_group_id id = chip_group(chip, group);
    struct msk_import m = { .size = sizeof m };

    memcpy(m.id.domain, id.domain, sizeof id.domain);
    m.id.group = group;
    m.id.number = 1;
    m.key = fill(TWIN_KEY, 16);
    m.rand = fill(TWIN_KEY, 16);
    m.seq_low = 2;
    m.seq_high = 100;
    check_int("twin", chip_import(chip, &m), MSK_OK);
}

/* In domain 0 an owner that asks for nothing; in domain 1 the only one. */
static void
make_twin(struct chip *chip, uint16_t group)
{
    struct msk_group_id id = chip_group(chip, group);
    struct msk_group_id other;
    struct quiet before;
    int err;

    begin_quiet(chip, &before);
    other = chip_group(chip, group);
    err = msk_mgvf_allow(chip->mgvf, THIRD, &id, MSK_REQUIRE_NOTHING);
    check_int("third owner", err, MSK_OK);
    err = msk_mgvf_allow(chip->mgvf, THIRD, &other, MSK_REQUIRE_BOTH);
    check_int("twin", err, MSK_OK);
    import_twin(chip, group);
    end_quiet(chip, &before);
    chip->twin[chip->twins++] = group;
}

/* It leaves before server 0 does, who then is the last owner. */
static void
leave_twin(struct chip *chip, uint16_t group)
{
    struct msk_group_id id = chip_group(chip, group);
    struct quiet before;

    begin_quiet(chip, &before);
    check_int("third leaves", msk_mgvf_forget(chip->mgvf, THIRD, &id), MSK_OK);
    end_quiet(chip, &before);
}

static void
check_twins(struct chip *chip, const char *file, int line)
{
    struct quiet before;

    begin_quiet(chip, &before);
    for (size_t i = 0; i < chip->twins; i++)
        check_one_held(chip, chip->twin[i], TWIN_HELD, file, line);
    end_quiet(chip, &before);
}

/* --- calls ---------------------------------------------------------------- */

int
chip_muk(struct chip *chip, uint8_t muk)
{
    if (has_third(chip))
        set_third_muk(chip, muk);
    return set_muk(chip, chip_fqdn(chip), muk, muk, muk);
}

int
chip_allow(struct chip *chip, uint16_t group, enum msk_require require)
{
    const struct msk_group_id id = chip_group(chip, group);

    if (has_third(chip) && chip->twins < CHIP_TWINS &&
        find_twin(chip, group) == chip->twins)
        make_twin(chip, group);
    return chip_finish(
        chip, msk_mgvf_allow(chip->mgvf, chip_fqdn(chip), &id, require));
}

int
chip_forget(struct chip *chip, uint16_t group)
{
    const struct msk_group_id id = chip_group(chip, group);

    if (has_third(chip) && find_twin(chip, group) < chip->twins)
        leave_twin(chip, group);
    return chip_finish(chip, msk_mgvf_forget(chip->mgvf, chip_fqdn(chip), &id));
}

int
chip_forget_all(struct chip *chip)
{
    chip->twins = 0;
    return chip_finish(chip, msk_mgvf_forget_all(chip->mgvf));
}

int
chip_held(struct chip *chip, uint16_t group, struct msk_held *held)
{
    const struct msk_group_id id = chip_group(chip, group);

    memset(held, 0xA5, sizeof *held);
    held->size = sizeof *held;
    return chip_finish(chip, msk_mgvf_held(chip->mgvf, &id, held));
}

int
chip_released(struct chip *chip, uint16_t group, struct msk_released *released)
{
    const struct msk_group_id id = chip_group(chip, group);

    memset(released, 0xA5, sizeof *released);
    released->size = sizeof *released;
    return chip_finish(chip, msk_mgvf_released(chip->mgvf, &id, released));
}

int
chip_import(struct chip *chip, const struct msk_import *msk)
{
    return chip_finish(chip, msk_mgvf_import_msk(chip->mgvf, msk));
}

static struct msk_bytes
made(int err, uint8_t *buf, size_t len)
{
    check_int("make", err, MSK_OK);
    return exact(buf, len);
}

static void
fill_in(const struct chip *chip, struct parcel p, struct msk_msk_message *m)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = chip->layout;
    m->content = p.content != 0 ? p.content : MSK_CONTENT_MSK;
    memcpy(m->id.domain, domain_of(chip), sizeof m->id.domain);
    m->id.group = p.group;
    m->id.number = p.number;
    m->fqdn = chip_fqdn(chip);
    m->btid = muk_btid(p.muk);
    m->rand = fill((uint8_t)(p.key + 1), 16);
    m->csb_id = 0x01020304;
    m->counter = p.counter;
    m->v = p.v;
    m->streaming = p.sp != NULL;
    m->sp = hex(p.sp != NULL ? p.sp : "");
    if (m->content == MSK_CONTENT_MSK)
        m->key = fill(p.key, p.key_len != 0 ? p.key_len : 16);
    m->seq_low = p.low;
    m->seq_high = p.low == 0 && p.high == 0 ? 0xFFFE : p.high;
}

struct msk_bytes
msk_message_of(const struct chip *chip, struct parcel p)
{
    uint8_t *buf = room(MSK_MIKEY_MAX);
    struct msk_msk_message m;
    size_t len = 0;
    int err;

    fill_in(chip, p, &m);
    err = msk_msk_message_make(host_crypto(), muk_key(p.muk), &m, buf,
                               MSK_MIKEY_MAX, &len);
    return made(err, buf, len);
}

struct msk_bytes
mtk_message_of(const struct chip *chip, struct ticket t)
{
    uint8_t *buf = room(MSK_MIKEY_MAX);
    struct msk_mtk_message m = { .size = sizeof m };
    size_t len = 0;
    int err;

    m.layout = chip->layout;
    memcpy(m.id.domain, domain_of(chip), sizeof m.id.domain);
    m.id.group = t.group;
    m.id.number = t.number;
    m.mtk_id = t.mtk_id;
    m.rand = fill((uint8_t)(t.key + 1), 16);
    m.with_rand = chip->mtk_rand;
    m.csb_id = 0x05060708;
    m.counter = t.counter;
    m.key = fill(t.mtk, 16);
    if (t.streaming)
        m.salt = fill((uint8_t)(t.mtk + 1), MSK_SALT_MAX);
    err = msk_mtk_message_make(host_crypto(), fill(t.key, 16), &m, buf,
                               MSK_MIKEY_MAX, &len);
    return made(err, buf, len);
}

void
chip_check_held(struct chip *chip, uint16_t group, const char *want,
                const char *file, int line)
{
    check_one_held(chip, group, want, file, line);
    check_twins(chip, file, line);
}
