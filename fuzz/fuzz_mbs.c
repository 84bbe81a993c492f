/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the JSON of 5G MBS that strangers write (examples/5g), read as
 * each of what it may be. Whatever it is,
 *
 *   - what is refused has a reason, and no key of it stays;
 *   - of what is taken each name, key and number is in its bounds, a Key Group
 *     and an MGV-F take it, and written and read again it is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "mbs_json.h"
#include "msk/store_ram.h"
#include "target.h"
#include "toy_crypto.h"

#define KEYS_MAX 10 /* that mbs_context_write takes */

static struct toy_crypto toy;

/* --- SecurityDescription -------------------------------------------------- */

static void
check_service(const struct msk_service *s, struct msk_bytes all)
{
    REQUIRE(s->n_servers >= 1 && s->n_servers <= MBS_SERVERS_MAX);
    REQUIRE(s->n_flows >= 1 && s->n_flows <= MBS_GROUPS_MAX);
    for (size_t i = 0; i < s->n_servers; i++)
        REQUIRE(s->servers[i].n > 0 && s->servers[i].n < all.n);
    for (size_t i = 0; i < s->n_flows; i++)
        REQUIRE(s->flows[i].group.group != 0 && s->flows[i].id.n > 0);
}

/* A number is what stood there. */
static void
check_seconds(const json_t *value, const char *name, uint32_t taken)
{
    const json_t *back_off = json_object_get(value, "backOffParameters");
    const json_t *seconds = json_object_get(back_off, name);

    REQUIRE(json_integer_value(seconds) == (json_int_t)taken);
}

static bool
same_terms(const struct mbs_service *a, const struct mbs_service *b)
{
    return a->gba_2g == b->gba_2g &&
           a->service.uicc_required == b->service.uicc_required &&
           a->service.offset_time == b->service.offset_time &&
           a->service.random_period == b->service.random_period &&
           a->service.n_servers == b->service.n_servers;
}

static bool
has_group(const struct mbs_service *s, const struct msk_group_id *group)
{
    for (size_t i = 0; i < s->service.n_flows; i++)
        if (memcmp(s->flows[i].group.domain, group->domain, 3) == 0 &&
            s->flows[i].group.group == group->group)
            return true;
    return false;
}

/* A Key Group that stood there twice stands there once. */
static void
check_same(const struct mbs_service *a, const struct mbs_service *b)
{
    REQUIRE(same_terms(a, b));
    for (size_t i = 0; i < a->service.n_servers; i++)
        REQUIRE(a->servers[i].n == b->servers[i].n &&
                memcmp(a->servers[i].p, b->servers[i].p, a->servers[i].n) == 0);
    REQUIRE(b->service.n_flows <= a->service.n_flows);
    for (size_t i = 0; i < a->service.n_flows; i++)
        REQUIRE(has_group(b, &a->flows[i].group));
}

static void
try_service(const json_t *value, struct msk_bytes all)
{
    static struct mbs_service first, again;
    const char *why = mbs_service_read(value, &first);
    json_t *written;

    if (why != NULL) {
        REQUIRE(why[0] != '\0');
        return;
    }
    check_service(&first.service, all);
    check_seconds(value, "offsetTime", first.service.offset_time);
    check_seconds(value, "randomTimePeriod", first.service.random_period);
    written = mbs_service_write(&first.service, first.gba_2g);
    REQUIRE(written != NULL);
    REQUIRE(mbs_service_read(written, &again) == NULL);
    check_same(&first, &again);
    json_decref(written);
}

/* --- MbsSecurityContext --------------------------------------------------- */

static void
check_info(const struct mbs_key_info *k)
{
    REQUIRE(k->id.group != 0 && k->id.number != 0);
    REQUIRE(k->msk_len == 0 || k->msk_len == 16 || k->msk_len == 24 ||
            k->msk_len == 32);
    REQUIRE((k->mtk_id != 0) == (k->mtk.key_len > 0));
    REQUIRE(k->mtk_id != 0xFFFF && k->mtk.key_len <= sizeof k->mtk.key);
    REQUIRE(k->mtk.salt_len == 0 || k->mtk.salt_len == MSK_SALT_MAX);
}

/* What a UE makes of it. */
static void
check_import(const struct mbs_key_info *k)
{
    static uint8_t memory[MSK_MGVF_SIZE];
    static struct msk_ram_record records[MSK_MGVF_RECORDS(0, 1)];
    static struct msk_ram ram;
    struct msk_mgvf_config config = { .size = sizeof config,
                                      .crypto = &toy.crypto };
    struct msk_import import;
    struct msk_store store;
    struct msk_mgvf *mgvf;

    REQUIRE(mbs_key_info_import(k, &import) == (k->msk_len > 0));
    if (k->msk_len == 0)
        return;
    REQUIRE(msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(0, 1)) ==
            MSK_OK);
    config.store = &store;
    REQUIRE(msk_mgvf_init(&mgvf, memory, sizeof memory, &config) == MSK_OK);
    REQUIRE(msk_mgvf_import_msk(mgvf, &import) == MSK_OK);
    msk_mgvf_wipe(mgvf);
    msk_store_ram_wipe(&ram);
}

/* An MBSTF that has the MSK before it goes on to this one. */
static void
check_next(struct msk_key_group *group, const struct mbs_key_info *k)
{
    static const uint8_t rand[16] = { 1 };
    struct mbs_key_info after = *k;
    struct msk_key_group_next next;
    struct msk_key_id now;

    after.id.number = (uint16_t)(k->id.number + 1);
    after.msk[0] ^= 1;
    if (after.id.number == 0)
        return;
    REQUIRE(mbs_key_info_next(&after, rand, &next));
    REQUIRE(msk_key_group_prepare(group, &next, NULL) == MSK_OK);
    REQUIRE(msk_key_group_switch(group) == MSK_OK);
    msk_key_group_current(group, &now);
    REQUIRE(now.number == after.id.number);
}

/* What an MBSTF makes of it, and an MBSF says of that. */
static void
check_group(const struct mbs_key_info *k)
{
    static struct msk_key_group group;
    struct msk_key_group_config config;
    struct mbs_key_info again;

    REQUIRE(mbs_key_info_group(k, &config) == (k->msk_len > 0));
    if (k->msk_len == 0)
        return;
    REQUIRE(msk_key_group_init(&group, &config, &toy.random) == MSK_OK);
    REQUIRE(mbs_key_info_of(&group, MSK_ROLE_CURRENT, k->expires, &again));
    REQUIRE(memcmp(&again.id, &k->id, sizeof k->id) == 0 &&
            again.msk_len == k->msk_len && again.expires == k->expires &&
            memcmp(again.msk, k->msk, k->msk_len) == 0);
    REQUIRE(!mbs_key_info_of(&group, MSK_ROLE_NEXT, 0, &again));
    check_next(&group, k);
    msk_key_group_wipe(&group);
}

static void
check_written(const struct mbs_key_info *keys, size_t n)
{
    static struct mbs_key_info again[KEYS_MAX];
    json_t *written = mbs_context_write(keys, n);
    size_t m = 0;

    REQUIRE(written != NULL);
    REQUIRE(mbs_context_read(written, again, KEYS_MAX, &m) == NULL && m == n);
    REQUIRE(memcmp(again, keys, n * sizeof *keys) == 0);
    json_decref(written);
}

static void
try_context(const json_t *value)
{
    static const struct mbs_key_info zeros[KEYS_MAX];
    static struct mbs_key_info keys[KEYS_MAX];
    const char *why;
    size_t n = 0;

    memset(keys, 0, sizeof keys);
    why = mbs_context_read(value, keys, KEYS_MAX, &n);
    REQUIRE(n <= KEYS_MAX);
    if (why != NULL) {
        REQUIRE(why[0] != '\0' && memcmp(keys, zeros, sizeof keys) == 0);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        check_info(&keys[i]);
        check_import(&keys[i]);
        check_group(&keys[i]);
    }
    check_written(keys, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value = json_loadb(
        (const char *)data, size,
        JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

    toy_crypto_start(&toy, 0);
    try_service(value, (struct msk_bytes){ data, size });
    try_context(value);
    json_decref(value);
    return 0;
}
