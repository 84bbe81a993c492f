/* SPDX-License-Identifier: MIT */
/*
 * fuzz/mgvf_letter.h - the messages that fuzz_mgvf.c sends, made of its input:
 * good ones, changed ones, and those whose MAC was mended; and the names and
 * keys of all that they are about.
 */
#ifndef FUZZ_MGVF_LETTER_H
#define FUZZ_MGVF_LETTER_H

#include "mgvf_model.h"

#define GROUPS 3 /* Key Groups 1 to 3, of which 3 is never allowed */
#define SLOTS 4  /* MUKs of a key server that messages may be under */
#define NAMES 7  /* of owners */

/* A message and what the model knows of it. */
struct letter {
    uint8_t octets[MSK_MIKEY_MAX];
    size_t len;
    uint8_t server, muk, seed;
    bool as_made;
    bool is_kept; /* in the archive */
};

/* The input, and the message made of it last. */
struct mgvf_writer {
    struct msk_bytes in; /* what is left of it */
    enum msk_layout layout;
    uint32_t counter; /* of the last message made */
    uint8_t slot[MODEL_SERVERS][SLOTS];
    struct letter letter;
    uint8_t key[32]; /* what the message is protected with */
    size_t key_len;
    uint8_t rand[16];
    bool changed; /* and its MAC does not hold */
};

/* The names of owners, two of them in two spellings. */
struct msk_bytes letter_name(uint8_t number, enum model_owner *owner);
struct msk_bytes letter_fqdn(uint8_t server);

/* The MUK and the B-TID of a number below 128: each is of one bootstrapping,
 * and B-TIDs are the same for both key servers. */
struct msk_bytes letter_muk(uint8_t server, uint8_t number, uint8_t out[32]);
struct msk_bytes letter_btid(uint8_t number, uint8_t out[1]);

struct msk_key_id letter_id(uint8_t d, uint16_t group, uint16_t number);

/* The value of an MSK, whose RAND is 16 times seed ^ FF. It ends with a 1: HMAC
 * does not tell a key from one with zeros after it. */
struct msk_bytes letter_msk(uint8_t seed, uint8_t out[32], size_t n);

/* An MSK message; and an MTK message, under an MSK that such a one brings. */
void letter_make_msk(struct mgvf_writer *w);
void letter_make_mtk(struct mgvf_writer *w);

/* Changes up to three octets; then, perhaps, the MAC. */
void letter_change(struct mgvf_writer *w, uint8_t how);

/* What the model is told of the message. False: it is none. */
bool letter_describe(const struct mgvf_writer *w, struct model_message *out);

#endif
