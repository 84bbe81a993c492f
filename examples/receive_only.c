/* SPDX-License-Identifier: MIT */
/*
 * receive_only.c - a receiver on a microcontroller: no heap, no stdio, no
 * session, no HTTP. The MGV-F works alone on static memory; the firmware
 * brings AES, SHA-1 and a radio, and calls app_init once, then app_datagram
 * for each datagram on the MIKEY port.
 *
 * The store is in RAM and forgets counters with the power: a MUK that
 * survives a power cycle must not be given here again, or old messages are
 * new once more. Use a fresh MUK each time, an MSK that the network hands
 * over at each start (app_import), or a store in flash (msk/store.h).
 */
#include "msk/mgvf.h"
#include "msk/store_ram.h"

/* What the firmware brings. */
extern const struct msk_crypto app_crypto;
extern const struct app_setup {
    enum msk_layout layout;
    struct msk_bytes fqdn, btid;
    struct msk_group_id group;
} app_setup;
int app_send(const uint8_t *message, size_t n); /* to the BM-SC; may fail */
void app_mtk(uint16_t mtk_id, struct msk_bytes key, struct msk_bytes salt);

/* What it calls. All return MSK_OK or an MSK_ERR_ value. */
int app_init(const uint8_t *muk, size_t n);
int app_import(const struct msk_import *msk);
int app_datagram(const uint8_t *datagram, size_t n);
void app_stop(void);

static uint8_t memory[MSK_MGVF_SIZE];
static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
static struct msk_ram ram;
static struct msk_store store;
static struct msk_mgvf *mgvf;

/* muk may be NULL on a device that only imports; n is 0 then. */
int
app_init(const uint8_t *muk, size_t n)
{
    const struct msk_mgvf_config config = {
        .size = sizeof config,
        .crypto = &app_crypto,
        .store = &store,
    };
    const struct msk_muk named = {
        .size = sizeof named,
        .fqdn = app_setup.fqdn,
        .btid = app_setup.btid,
        .key = { muk, n },
    };
    int err;

    err = msk_store_ram_init(&store, &ram, records,
                             sizeof records / sizeof records[0]);
    if (err == MSK_OK)
        err = msk_mgvf_init(&mgvf, memory, sizeof memory, &config);
    if (err == MSK_OK && n > 0)
        err = msk_mgvf_set_muk(mgvf, &named);
    if (err == MSK_OK)
        err = msk_mgvf_allow(mgvf, app_setup.fqdn, &app_setup.group,
                             MSK_REQUIRE_BOTH);
    if (err != MSK_OK)
        app_stop();
    return err;
}

/* Takes an MSK that came by another way, in 5G from the network. */
int
app_import(const struct msk_import *msk)
{
    return mgvf == NULL ? MSK_ERR_STATE : msk_mgvf_import_msk(mgvf, msk);
}

/*
 * An error of kind MSK_KIND_DROP is the daily noise of an open port: do
 * nothing. MSK_ERR_NO_MSK: wait for the next push, this device cannot ask.
 */
int
app_datagram(const uint8_t *datagram, size_t n)
{
    const struct msk_mgvf_input input = {
        .size = sizeof input,
        .layout = app_setup.layout,
        .fqdn = app_setup.fqdn,
        .message = { datagram, n },
    };
    struct msk_mgvf_result result = { .size = sizeof result };
    int err;

    if (mgvf == NULL)
        return MSK_ERR_STATE;
    err = msk_mgvf_process(mgvf, &input, &result);
    if (err != MSK_OK)
        return err;
    if (result.outcome == MSK_OUTCOME_MTK)
        app_mtk(result.mtk_id, result.key, result.salt);
    /* A lost acknowledgement is asked for again: the MSK is safe here. */
    if (result.acknowledgement.n > 0)
        (void)app_send(result.acknowledgement.p, result.acknowledgement.n);
    return MSK_OK;
}

/* Clears every key: before sleep without RAM, and when the device is given
 * away. */
void
app_stop(void)
{
    msk_mgvf_wipe(mgvf);
    mgvf = NULL;
    msk_store_ram_wipe(&ram);
}
