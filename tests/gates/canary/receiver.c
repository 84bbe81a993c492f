/* SPDX-License-Identifier: MIT */
/* What the firmware of examples/receive_only.c brings, and a main that calls it
 * as it would. Linked, never run. */
#include "msk/store_ram.h"
#include "receive_only.h"

static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
static struct msk_ram ram;
static struct msk_store store;
static const struct msk_crypto crypto = { .size = sizeof crypto };

int
app_send(const uint8_t *message, size_t n)
{
    return message == 0 && n;
}

void
app_mtk(uint16_t i, struct msk_bytes k, struct msk_bytes s)
{
    (void)i;
    (void)k;
    (void)s;
}

int
main(int argc, char **argv)
{
    const struct msk_bytes octets = { (const uint8_t *)argv[0], (size_t)argc };
    const struct app_setup setup = { MSK_LAYOUT_CSB, octets,  octets, octets,
                                     { { 0 }, 1 },   &crypto, &store };
    struct msk_import msk = { .size = sizeof msk };
    int err = msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, 1));

    err |= app_init(&setup);
    err |= app_import(&msk);
    err |= app_datagram(octets.p, octets.n);
    app_stop();
    msk_store_ram_wipe(&ram);
    return err;
}
