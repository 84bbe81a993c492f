/* SPDX-License-Identifier: MIT */
/*
 * chip.h - a software MGV-F on a store and a provider that can be made
 * to fail, and a BM-SC that sends it messages. There are two domains and two
 * key servers; the calls are about those that chip->domain and chip->server
 * say, 0 if nobody says another.
 *
 * Nothing is there once: a third key server, of which the tests know nothing,
 * has a MUK of the same B-TID for each of server 0, owns each group of domain 0
 * with them, and the group of the same number in domain 1 alone, where an MSK
 * is held. So it is until a test calls forget or sets chip->alone.
 */
#ifndef TESTS_SUPPORT_CHIP_H
#define TESTS_SUPPORT_CHIP_H

#include "fake_crypto.h"
#include "fake_store.h"
#include "msk/mgvf.h"
#include "support.h"

#define CHIP_FQDN "bmsc.example.com"
#define CHIP_OTHER_FQDN "bmsc.example.org"
extern const uint8_t chip_domain[3];       /* domain 0; */
extern const uint8_t chip_other_domain[3]; /* 1 */

/* The Key Group of that number in chip_domain, and who owns it. */
#define CHIP_GROUP(number) \
    (&(struct msk_group_id){ { 0x21, 0x63, 0x54 }, (number) })
#define CHIP_OWNER msk_text(CHIP_FQDN)

#define CHIP_TWINS 8 /* the first groups; the others are alone */

struct chip {
    struct fake_crypto crypto;
    struct fake_store store;
    uint8_t memory[MSK_MGVF_SIZE + 1];
    struct msk_mgvf *mgvf;
    enum msk_layout layout;
    struct msk_mgvf_result result; /* of the last call that has one */
    size_t waits;                  /* for a store that answers later */
    int domain, server;            /* 0 or 1 */
    bool alone;                    /* no third server does anything */
    bool mtk_rand;                 /* its MTK messages carry a RAND */
    uint16_t twin[CHIP_TWINS];     /* groups that it has in both domains */
    size_t twins;
};

/* An MGV-F on an empty store; later: it answers each call later. */
void chip_start(struct chip *chip, enum msk_layout layout, bool later);

/* The power was off: what is in the store is all there is. */
void chip_restart(struct chip *chip);

/* What chip->domain and chip->server say. */
struct msk_bytes chip_fqdn(const struct chip *chip);
struct msk_group_id chip_group(const struct chip *chip, uint16_t group);

/* The calls of mgvf.h, with the store's answers given until they are done.
 * The age of a MUK is its number. */
int chip_receive(struct chip *chip, struct msk_bytes message);
int chip_muk(struct chip *chip, uint8_t muk);
int chip_allow(struct chip *chip, uint16_t group, enum msk_require require);
int chip_forget(struct chip *chip, uint16_t group);
int chip_forget_all(struct chip *chip);
int chip_held(struct chip *chip, uint16_t group, struct msk_held *held);
int chip_released(struct chip *chip, uint16_t group,
                  struct msk_released *released);
int chip_import(struct chip *chip, const struct msk_import *msk);

/* Gives the answers that a pending call waits for; what it then returns. */
int chip_finish(struct chip *chip, int err);

/*
 * Keys are written as one octet: all of the key has that value. The MUK 0x10
 * has 32 such octets and the B-TID "btid-10".
 */
struct msk_bytes muk_key(uint8_t muk);
struct msk_bytes muk_btid(uint8_t muk);

/* An MSK message. What is 0 has a default. */
struct parcel {
    uint8_t muk;
    uint32_t counter;
    uint16_t group, number;
    uint8_t key;                   /* its RAND is 16 times key + 1 */
    size_t key_len;                /* 0: 16 */
    uint16_t low, high;            /* both 0: 0 and 0xFFFE */
    enum msk_content_kind content; /* 0: MSK_CONTENT_MSK */
    bool v;
    const char *sp; /* hex; NULL: download */
};

/* The message, in the layout of the chip. */
struct msk_bytes msk_message_of(const struct chip *chip, struct parcel p);

/* An MTK message: under MSK `number`, whose value is key. */
struct ticket {
    uint16_t group, number;
    uint8_t key;
    uint32_t counter;
    uint16_t mtk_id;
    uint8_t mtk; /* its salt is 14 times mtk + 1 */
    bool streaming;
};

struct msk_bytes mtk_message_of(const struct chip *chip, struct ticket t);

/* Checks that nothing was done to the groups of domain 1 of the third server,
 * and what is held of a group: "number low..high mtk_id, ..." newest
 * first, in decimal; "-" for an MTK ID when there is none. */
#define check_held(chip, group, want) \
    chip_check_held(chip, group, want, __FILE__, __LINE__)
void chip_check_held(struct chip *chip, uint16_t group, const char *want,
                     const char *file, int line);

#endif
