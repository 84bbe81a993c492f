/* SPDX-License-Identifier: MIT */
/* A whole UE takes what the BM-SC sends: session, MGV-F, store in RAM. The MSK
 * message is acknowledged, the MTK is handed to the host. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/store_ram.h"
#include "msk/ue.h"

#define FQDN "bmsc.example.com"
#define BTID "I1U8vpY3qJ0hiuZNrke/NQ==@bsf.example.com"

struct ue {
    const struct msk_crypto *crypto;
    struct msk_ue *session;
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record records[4];
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t memory[MSK_UE_SIZE(2, 1)];
    uint8_t muk[32], msk[16], rand[16], mtk[30];
    uint8_t message[BENCH_ROUND][MSK_MIKEY_MAX];
    size_t n[BENCH_ROUND];
    unsigned long told; /* hooks that were called */
};

static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 };

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    (void)peer;
    (void)message;
    ((struct ue *)user)->told++;
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    (void)mtk;
    ((struct ue *)user)->told++;
}

static const struct msk_ue_hooks hooks = { .size = sizeof hooks,
                                           .send_mikey = send_mikey,
                                           .on_mtk = on_mtk };

static int
make_session(struct ue *u)
{
    struct msk_mgvf_config mgvf = { .size = sizeof mgvf,
                                    .crypto = u->crypto,
                                    .store = &u->store };
    struct msk_ue_config c = { .size = sizeof c,
                               .layout = MSK_LAYOUT_KEYID,
                               .fqdn = msk_text(FQDN),
                               .crypto = u->crypto,
                               .hooks = &hooks,
                               .limits = { 2, 1 } };
    int err = msk_store_ram_init(&u->store, &u->ram, u->records, 4);

    if (err == MSK_OK)
        err = msk_mgvf_init(&c.mgvf, u->mgvf_memory, sizeof u->mgvf_memory,
                            &mgvf);
    if (err == MSK_OK)
        err = msk_ue_init(&u->session, u->memory, sizeof u->memory, &c, u);
    return err;
}

static int
join(struct ue *u)
{
    static const struct msk_bytes server = { (const uint8_t *)FQDN,
                                             sizeof FQDN - 1 };
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = msk_text(BTID),
                                .muk = { u->muk, sizeof u->muk } };
    struct msk_flow flow = { .id = msk_text("239.1.2.3/5004"),
                             .group = msk_key_id_group(&id) };
    struct msk_service service = { .size = sizeof service,
                                   .id = msk_text("urn:bench"),
                                   .servers = &server,
                                   .n_servers = 1,
                                   .flows = &flow,
                                   .n_flows = 1 };
    int err = msk_ue_set_keys(u->session, &keys, 1);

    return err == MSK_OK ? msk_ue_start(u->session, &service, 1) : err;
}

static int
make_msk(struct ue *u, uint32_t counter, uint8_t *buf, size_t *n)
{
    const struct msk_msk_message m = { .size = sizeof m,
                                       .layout = MSK_LAYOUT_KEYID,
                                       .content = MSK_CONTENT_MSK,
                                       .id = id,
                                       .fqdn = msk_text(FQDN),
                                       .btid = msk_text(BTID),
                                       .rand = { u->rand, sizeof u->rand },
                                       .csb_id = 1,
                                       .counter = counter,
                                       .v = true,
                                       .streaming = true,
                                       .key = { u->msk, sizeof u->msk },
                                       .seq_high = 0xFFFE };

    return msk_msk_message_make(u->crypto,
                                (struct msk_bytes){ u->muk, sizeof u->muk }, &m,
                                buf, MSK_MIKEY_MAX, n);
}

static int
make_mtk(struct ue *u, uint32_t counter, uint8_t *buf, size_t *n)
{
    const struct msk_mtk_message m = { .size = sizeof m,
                                       .layout = MSK_LAYOUT_KEYID,
                                       .id = id,
                                       .mtk_id = (uint16_t)counter,
                                       .rand = { u->rand, sizeof u->rand },
                                       .csb_id = 1,
                                       .counter = counter,
                                       .key = { u->mtk, 16 },
                                       .salt = { u->mtk + 16, 14 } };

    return msk_mtk_message_make(u->crypto,
                                (struct msk_bytes){ u->msk, sizeof u->msk }, &m,
                                buf, MSK_MIKEY_MAX, n);
}

static int
receive(struct ue *u, size_t i)
{
    return msk_ue_receive(u->session,
                          (struct msk_bytes){ u->message[i], u->n[i] },
                          (struct msk_bytes){ (const uint8_t *)"peer", 4 }, 2);
}

static int
run_receive(void *state, size_t i)
{
    struct ue *u = state;
    unsigned long told = u->told;

    return receive(u, i) != MSK_OK || u->told != told + 1;
}

/* A UE that was just switched on. */
static void
prepare_msk(void *state)
{
    struct ue *u = state;
    int err = make_session(u);

    if (err == MSK_OK)
        err = join(u);
    for (size_t i = 0; err == MSK_OK && i < BENCH_ROUND; i++)
        err = make_msk(u, (uint32_t)i + 1, u->message[i], &u->n[i]);
    if (err != MSK_OK)
        bench_fail("UE", msk_err_text(err));
}

/* A UE that holds the MSK. */
static void
prepare_mtk(void *state)
{
    struct ue *u = state;
    int err;

    prepare_msk(u);
    err = receive(u, 0);
    for (size_t i = 0; err == MSK_OK && i < BENCH_ROUND; i++)
        err = make_mtk(u, (uint32_t)i + 1, u->message[i], &u->n[i]);
    if (err != MSK_OK)
        bench_fail("UE with an MSK", msk_err_text(err));
}

static void
add(struct bench *b, const char *name, void (*prepare)(void *state),
    const struct msk_crypto *crypto)
{
    struct ue *u = calloc(1, sizeof *u);
    struct bench_op *op = bench_add(b, "libmsk", name, run_receive, u);

    if (u == NULL)
        bench_fail(name, "no memory");
    u->crypto = crypto;
    (void)bench_random.fill(NULL, u->muk, sizeof u->muk);
    (void)bench_random.fill(NULL, u->msk, sizeof u->msk);
    op->prepare = prepare;
    op->provider = &u->crypto;
    op->round = BENCH_ROUND;
    bench_add_floor(b);
}

void
bench_add_ue(struct bench *b, const struct msk_crypto *crypto)
{
    add(b, "UE takes an MSK", prepare_msk, crypto);
    add(b, "UE takes an MTK", prepare_mtk, crypto);
}
