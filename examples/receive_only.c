/* SPDX-License-Identifier: MIT */
/*
 * receive_only.c - a receiver on a microcontroller: no heap, no stdio, no
 * session, no HTTP. The MGV-F works alone on static memory; the firmware
 * brings AES, SHA-1, a store and a radio, and calls app_init once, then
 * app_datagram for each datagram on the MIKEY port. firmware/ is such a
 * firmware, with a store in flash.
 *
 * A store in RAM (msk/store_ram.h) forgets counters with the power: a MUK that
 * survives a power cycle must not be given here again then, or old messages
 * are new once more. Use a fresh MUK each time, or an MSK that the network
 * hands over at each start (app_import).
 */
#include "receive_only.h"

static uint8_t memory[MSK_MGVF_SIZE];
static const struct app_setup *setup;
static struct msk_mgvf *mgvf;

int
app_init(const struct app_setup *given)
{
    const struct msk_mgvf_config config = {
        .size = sizeof config,
        .crypto = given->crypto,
        .store = given->store,
    };
    const struct msk_muk muk = {
        .size = sizeof muk,
        .fqdn = given->fqdn,
        .btid = given->btid,
        .key = given->muk,
    };
    int err;

    setup = given;
    err = msk_mgvf_init(&mgvf, memory, sizeof memory, &config);
    if (err == MSK_OK && given->muk.n > 0)
        err = msk_mgvf_set_muk(mgvf, &muk);
    if (err == MSK_OK)
        err =
            msk_mgvf_allow(mgvf, given->fqdn, &given->group, MSK_REQUIRE_BOTH);
    if (err != MSK_OK)
        app_stop();
    return err;
}

int
app_import(const struct msk_import *msk)
{
    return mgvf == NULL ? MSK_ERR_STATE : msk_mgvf_import_msk(mgvf, msk);
}

int
app_datagram(const uint8_t *datagram, size_t n)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_mgvf_result result = { .size = sizeof result };
    int err;

    if (mgvf == NULL)
        return MSK_ERR_STATE;
    input.layout = setup->layout;
    input.fqdn = setup->fqdn;
    input.message = (struct msk_bytes){ datagram, n };
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

void
app_stop(void)
{
    msk_mgvf_wipe(mgvf);
    mgvf = NULL;
}
