/* SPDX-License-Identifier: MIT */
/* receive_only.h - between the receiver and the firmware that it is part of. */
#ifndef RECEIVE_ONLY_H
#define RECEIVE_ONLY_H

#include "msk/mgvf.h"

/* What the firmware brings. The store has room for MSK_MGVF_RECORDS(1, 1)
 * records and answers at once. */
struct app_setup {
    enum msk_layout layout;
    struct msk_bytes fqdn, btid; /* of the key server, and of the MUK */
    struct msk_bytes muk;        /* empty on a device that only imports */
    struct msk_group_id group;
    const struct msk_crypto *crypto;
    const struct msk_store *store;
};
int app_send(const uint8_t *message, size_t n); /* to the BM-SC; may fail */
void app_mtk(uint16_t mtk_id, struct msk_bytes key, struct msk_bytes salt);

/* Begins. *setup and what it points to stay good until app_stop. Returns
 * MSK_OK or an MSK_ERR_ value, as the next two do. */
int app_init(const struct app_setup *setup);

/* Takes an MSK that came by another way, in 5G from the network. */
int app_import(const struct msk_import *msk);

/*
 * Takes a datagram. An error of kind MSK_KIND_DROP is the daily noise of an
 * open port: do nothing. MSK_ERR_NO_MSK: wait for the next push, this device
 * cannot ask.
 */
int app_datagram(const uint8_t *datagram, size_t n);

/* Clears every key but those of the store: before sleep without RAM, and when
 * the device is given away. */
void app_stop(void);

#endif
