/* SPDX-License-Identifier: MIT */
/*
 * usim.h - a USIM that does MBMS: SELECT, READ RECORD, AUTHENTICATE with
 * odd INS in blocks, as TS 31.102 and TS 102 221 have them. It keeps EF_MSK
 * and EF_MUK as octets and opens messages with lib/mbms; which keys it keeps
 * is its own logic, not that of lib/mgvf.
 */
#ifndef TESTS_SUPPORT_USIM_H
#define TESTS_SUPPORT_USIM_H

#include "msk/mgvf_uicc.h"
#include "support.h"

#define CARD_MUKS 4 /* records of EF_MUK, and MUKs it can make */
#define CARD_MSKS 3 /* records of EF_MSK, unless told otherwise */
#define CARD_MSKS_MAX 72
#define CARD_MUK_RECORD 200 /* octets of a record */
#define CARD_MSK_RECORD 20

/* A MUK that GBA_U made (Ks_int_NAF). */
struct card_muk {
    char fqdn[64], btid[64];
    uint8_t key[32];
    bool is_last; /* generated last for that server */
    bool is_gone; /* overwritten */
};

/* What the card keeps of an MSK besides EF_MSK. */
struct card_msk {
    uint16_t number;
    uint8_t key[MSK_KEY_MAX];
    size_t key_len;
    uint8_t rand[MSK_RAND_MAX];
    size_t rand_len;
    uint16_t low, high;
};

struct card {
    struct msk_card driver; /* for msk_mgvf_uicc_init */
    enum msk_layout layout;
    struct card_muk muks[CARD_MUKS];
    uint8_t ef_muk[CARD_MUKS][CARD_MUK_RECORD];
    uint8_t ef_msk[CARD_MSKS_MAX][CARD_MSK_RECORD];
    struct card_msk msks[CARD_MSKS_MAX][2];
    uint16_t selected;
    uint8_t data[2048]; /* an AUTHENTICATE on its way in */
    size_t len;
    uint8_t reply[512];
    size_t reply_len, reply_at;

    size_t commands;      /* so far */
    size_t blocks;        /* of these, blocks of AUTHENTICATE */
    size_t twice;         /* MSK messages that it took with a counter that is
                             not above the last one: it leaves that to the ME */
    size_t fail_at;       /* the command that fails, from 1; 0: none does */
    int fail_err;         /* the driver returns it, or if that is MSK_OK */
    uint16_t fail_status; /* the card answers it */
    size_t room;          /* EF_MSK has so many records, 0: CARD_MSKS */
    size_t muk_room;      /* and EF_MUK, 0: CARD_MUKS */
    bool forgets;         /* which MTKs it gave: it gives them again */
    bool proactive;       /* a proactive command waits all the time */
    bool later;           /* answers when it is told to */
    uint32_t token;
    struct msk_bytes command;
    struct msk_card_answer *answer;
};

/* A fresh card. */
void card_start(struct card *card, enum msk_layout layout);

/* GBA_U makes a MUK, the last one for that server: that of
 * tests/support/chip.h, or another. Without room one goes that nobody uses. */
void card_make_muk(struct card *card, const char *fqdn, uint8_t muk);
void card_add_muk(struct card *card, const char *fqdn, const char *btid,
                  const uint8_t key[32]);

/* Did it make one of that name for the server? */
bool card_has_muk(const struct card *card, const char *fqdn, const char *btid);

/* The same as a card does it: Ks_int_NAF of a server and a B-TID, which is the
 * last one of that server from now on. What it neither made last nor used last
 * goes. */
void card_put_muk(struct card *card, const char *fqdn, const char *btid,
                  const uint8_t key[32]);

/* It was reset: what is in files stays, and nothing else. */
void card_reset(struct card *card);

/* Gives the answer that is waited for; what to complete the call with. */
int card_answer(struct card *card);

#endif
