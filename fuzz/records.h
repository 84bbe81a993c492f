/* SPDX-License-Identifier: MIT */
/*
 * fuzz/records.h - the two ends that live with the records that fuzz_records.c
 * damages, and the damage.
 */
#ifndef FUZZ_RECORDS_H
#define FUZZ_RECORDS_H

#include "fake_store.h"
#include "msk/bmsc.h"
#include "msk/mgvf.h"
#include "toy_crypto.h"

#define FQDN "bmsc.example.com"

/* The input, and what both ends have. */
struct records_input {
    struct msk_bytes in; /* what is left */
    enum msk_layout layout;
    struct toy_crypto toy;
};

/* A software MGV-F, which holds MUKs and MSKs in a store. */
struct records_mgvf {
    struct records_input *input;
    struct fake_store store;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    struct msk_mgvf_result result;
    uint32_t counter;
};

/* A BM-SC with a subscriber and a Key Group. */
struct records_bmsc {
    struct records_input *input;
    uint64_t memory[MSK_BMSC_SIZE / sizeof(uint64_t)];
    struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_subscriber sub;
    struct msk_key_group group;
    uint64_t age;
    msk_time now;
    uint8_t sent[MSK_MIKEY_MAX]; /* the last MSK message */
    size_t sent_n;
};

/* One of few Key Groups, which have the same numbers in two domains. */
struct msk_group_id records_group(uint8_t what);

/* Octets of a record change, and it may end elsewhere. How many there are. */
size_t records_damage(struct records_input *input, uint8_t *p, size_t n,
                      size_t cap);

/* Each starts with nothing that was there before. */
void records_mgvf_start(struct records_mgvf *end, struct records_input *input);
void records_bmsc_start(struct records_bmsc *end, struct records_input *input);

/* Does what the next octets say. */
void records_mgvf_step(struct records_mgvf *end);
void records_bmsc_step(struct records_bmsc *end);

/* What is left of the store after that is nothing. */
void records_mgvf_forget(struct records_mgvf *end);

#endif
