/* SPDX-License-Identifier: MIT */
/*
 * old_caller.c - a program that was compiled against the headers of version
 * 0.1 and runs with today's library. Its structs end where they ended then;
 * all that the library knows of that is `size`, and it must
 *   - read no field beyond size: what the caller does not have is zero,
 *   - write no octet beyond size: what the caller does not have is lost,
 *   - leave size itself alone,
 *   - refuse a size that was never one.
 * The structs of 0.1 are written out here by hand; a real old program simply
 * includes its old header. After each stands a guard, which shows who is right.
 *
 * The same rule holds for a field that is added: it begins at or after the old
 * sizeof. One that fits into the padding at the end of the old struct would
 * be inside `size` of callers who never set it.
 */
#include "host.h"
#include "msk/mgvf.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "provider.h"

#define GUARD 0xA5

/* struct msk_mgvf_result, as 0.1 had it. */
struct old_result {
    size_t size;
    enum msk_outcome outcome;
    struct msk_key_id id;
    bool has_interval;
    uint16_t seq_low, seq_high;
    bool has_deleted;
    struct msk_key_id deleted;
    struct msk_bytes acknowledgement;
    struct msk_bytes btid;
    uint16_t mtk_id;
    struct msk_bytes key, salt, sp;
};

/* struct msk_ue_hooks, as 0.1 had it. */
struct old_hooks {
    size_t size;
    void (*send_mikey)(void *, struct msk_bytes, struct msk_bytes);
    void (*send_http)(void *, const struct msk_http_request *);
    void (*on_msk)(void *, const struct msk_msk_event *);
    void (*on_mtk)(void *, const struct msk_mtk_event *);
    void (*on_msk_deleted)(void *, const struct msk_key_id *);
    void (*on_bootstrap_needed)(void *, enum msk_reason);
    void (*on_leave)(void *, const struct msk_leave_event *);
    void (*on_result)(void *, const struct msk_result_event *);
    void (*trace)(void *, const struct msk_trace *);
    void (*keylog)(void *, const struct msk_keylog *);
};

static const char fqdn[] = "bmsc.example.org";
static const char btid[] = "dGhlLVJBTkQ@bsf.example.org";
static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x68CA, 1 };
static const uint8_t muk[32] = "a secret that everybody can read";

static bool
untouched(const uint8_t *guard, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (guard[i] != GUARD)
            return false;
    return true;
}

/* An MSK message, as any BM-SC sends it. */
static int
make_push(uint32_t counter, uint8_t *buf, size_t cap, size_t *len)
{
    static const uint8_t msk[16] = "an MSK", rand[16] = "not random";
    const struct msk_msk_message m = {
        .size = sizeof m,
        .layout = MSK_LAYOUT_KEYID,
        .content = MSK_CONTENT_MSK,
        .id = id,
        .fqdn = msk_text(fqdn),
        .btid = msk_text(btid),
        .rand = { rand, sizeof rand },
        .counter = counter,
        .v = true,
        .key = { msk, sizeof msk },
        .seq_high = 0xFFFE,
    };

    return msk_msk_message_make(host_crypto(), host_bytes(muk, sizeof muk), &m,
                                buf, cap, len);
}

/* A struct for the library to fill. Returns what msk_mgvf_process did. */
static int
process(struct msk_mgvf *mgvf, uint32_t counter, struct old_result *result)
{
    uint8_t push[MSK_MIKEY_MAX];
    size_t len = 0;
    struct msk_mgvf_input input = { .size = sizeof input };
    int err = make_push(counter, push, sizeof push, &len);

    input.layout = MSK_LAYOUT_KEYID;
    input.message = host_bytes(push, len);
    return err != MSK_OK
               ? err
               : msk_mgvf_process(mgvf, &input,
                                  (struct msk_mgvf_result *)(void *)result);
}

static bool
fills_no_more_than_the_old_result(struct msk_mgvf *mgvf)
{
    struct {
        struct old_result result;
        uint8_t guard[sizeof(struct msk_mgvf_result)];
    } old = { .result = { .size = sizeof old.result } };
    int err;

    memset(old.guard, GUARD, sizeof old.guard);
    err = process(mgvf, 1, &old.result);
    return err == MSK_OK && old.result.size == sizeof old.result &&
           old.result.outcome == MSK_OUTCOME_STORED &&
           msk_key_id_equal(&old.result.id, &id) &&
           old.result.acknowledgement.n > 0 &&
           untouched(old.guard, sizeof old.guard);
}

/* A size that forgets the end of 0.1's struct, and one that was never set. */
static bool
refuses_what_was_never_a_result(struct msk_mgvf *mgvf)
{
    struct old_result result = { .size = offsetof(struct old_result, sp) };
    struct old_result unset = { .size = 0 };

    return process(mgvf, 2, &result) == MSK_ERR_ARGUMENT &&
           process(mgvf, 2, &unset) == MSK_ERR_ARGUMENT &&
           result.outcome == 0 && unset.outcome == 0;
}

/* A struct for the library to read: the guard would be hooks that nobody
 * wrote, and the first call of one would crash. */
static bool
calls_no_hook_after_the_old_ones(struct msk_mgvf *mgvf)
{
    static uint8_t mem[MSK_UE_SIZE(1, 1)];
    static struct {
        struct old_hooks hooks;
        uint8_t guard[sizeof(struct msk_ue_hooks)];
    } old = { .hooks = { .size = sizeof old.hooks } };
    const struct msk_ue_config config = {
        .size = sizeof config,
        .layout = MSK_LAYOUT_KEYID,
        .fqdn = msk_text(fqdn),
        .mgvf = mgvf,
        .crypto = host_crypto(),
        .hooks = (const struct msk_ue_hooks *)(const void *)&old.hooks,
        .limits = { 1, 1 },
    };
    const struct msk_ue_keys keys = { .size = sizeof keys,
                                      .btid = msk_text(btid),
                                      .muk = { muk, sizeof muk } };
    struct msk_ue *ue = NULL;
    int err;

    memset(old.guard, GUARD, sizeof old.guard);
    err = msk_ue_init(&ue, mem, sizeof mem, &config, NULL);
    if (err == MSK_OK)
        err = msk_ue_set_keys(ue, &keys, 0);
    msk_ue_wipe(ue);
    return err == MSK_OK && untouched(old.guard, sizeof old.guard);
}

static int
init(struct msk_mgvf **mgvf)
{
    static uint8_t mem[MSK_MGVF_SIZE];
    static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
    static struct msk_ram ram;
    static struct msk_store store;
    const struct msk_mgvf_config config = { .size = sizeof config,
                                            .crypto = host_crypto(),
                                            .store = &store };
    const struct msk_muk named = { .size = sizeof named,
                                   .fqdn = msk_text(fqdn),
                                   .btid = msk_text(btid),
                                   .key = { muk, sizeof muk } };
    const struct msk_group_id group = msk_key_id_group(&id);
    int err = msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, 1));

    if (err == MSK_OK)
        err = msk_mgvf_init(mgvf, mem, sizeof mem, &config);
    if (err == MSK_OK)
        err = msk_mgvf_set_muk(*mgvf, &named);
    if (err == MSK_OK)
        err = msk_mgvf_allow(*mgvf, msk_text(fqdn), &group, MSK_REQUIRE_BOTH);
    return err;
}

static bool
tell(const char *what, bool good)
{
    printf("%s: %s\n", what, good ? "yes" : "NO");
    return good;
}

int
main(void)
{
    struct msk_mgvf *mgvf = NULL;
    bool good = init(&mgvf) == MSK_OK;

    good = good &&
           tell("fills no more than the old result",
                fills_no_more_than_the_old_result(mgvf)) &&
           tell("refuses what was never a result",
                refuses_what_was_never_a_result(mgvf)) &&
           tell("calls no hook after the old ones",
                calls_no_hook_after_the_old_ones(mgvf));
    return good ? 0 : 1;
}
