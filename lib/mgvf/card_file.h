/* SPDX-License-Identifier: MIT */
/*
 * mgvf/card_file.h - records of the two files of a USIM that tell which keys
 * of MBMS it has and the counters under them (TS 31.102 4.2.80, 4.2.81).
 */
#ifndef MSK_MGVF_CARD_FILE_H
#define MSK_MGVF_CARD_FILE_H

#include "msk/mgvf.h"

#define MSK_CARD_EF_MSK 0x6FD7
#define MSK_CARD_EF_MUK 0x6FD8
#define MSK_CARD_TAG_MUK 0xA0 /* the name of a MUK, in a file and a command */

/* A record of EF_MUK: the MUK that was used last under a key server. */
struct msk_card_muk {
    struct msk_bytes name; /* the object A0 with its tag */
    struct msk_bytes idr;  /* B-TID */
    struct msk_bytes idi;  /* FQDN */
    uint32_t counter;      /* of the last authentic MSK message */
};

/* A record of EF_MSK: the MSKs of a Key Group, newest first. */
struct msk_card_msks {
    struct msk_group_id id;
    size_t n; /* 1..MSK_HELD_MAX */
    uint16_t number[MSK_HELD_MAX];
    uint32_t counter[MSK_HELD_MAX]; /* of the last authentic MTK message; 0 */
};

/* Read a record; views into it. False: it is free, or means nothing. */
bool msk_card_get_muk(struct msk_bytes record, struct msk_card_muk *muk);
bool msk_card_get_msks(struct msk_bytes record, struct msk_card_msks *msks);

/* Reads one BER-TLV object with that tag; its length in 1 to 3 octets. False:
 * it is not there, or not whole. */
bool msk_card_get_object(struct msk_bytes octets, uint8_t tag,
                         struct msk_bytes *value, size_t *used);

#endif
