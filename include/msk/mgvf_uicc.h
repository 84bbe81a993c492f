/* SPDX-License-Identifier: MIT */
/*
 * msk/mgvf_uicc.h - the MGV-F on a UICC: a struct msk_mgvf that hands messages
 * to a USIM in AUTHENTICATE commands of TS 31.102 7.1 (MBMS security context)
 * and reads the counters of EF_MUK and EF_MSK for the checks that TS 33.246
 * 6.4.6 leaves to the ME. MUKs and MSKs are on the card and never seen here.
 *
 * What differs from the software MGV-F (mgvf.h):
 *   set_muk      key is empty: the card made it (GBA_U). Nothing is kept.
 *   set_muk age  is not looked at: which MUK it made last the card knows.
 *   allow        the list, the owners and the SP of each group are in memory:
 *                after a restart groups are allowed anew, and an SP comes with
 *                the next MSK. An SP against `require` drops its message
 *                before the card sees it, authentic or not: MSK_ERR_POLICY
 *                proves nothing then. At most MSK_CARD_SERVERS_MAX key
 *                servers own groups; one more is MSK_ERR_LIMIT.
 *   forget       of a group that nobody has allowed since the start deletes
 *                what the card has of it.
 *   process      STORED stands for VALIDITY and COUNTER as well; no key, no
 *                interval, no deleted MSK is told.
 *   forget_all   deletes what is on the card, in EF_MSK and EF_MUK.
 *   wipe         clears the memory of the groups as well.
 *   import_msk, released   MSK_ERR_STATE.
 * A card of TS 31.102 knows MSK_LAYOUT_KEYID. Messages in MSK_LAYOUT_CSB go
 * to it in the same way, for cards that know them; without IDr they are
 * refused with MSK_ERR_MISSING, for nothing says which counter applies.
 */
#ifndef MSK_MGVF_UICC_H
#define MSK_MGVF_UICC_H

#include "msk/mgvf.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_CARD_COMMAND_MAX = 261, /* CLA INS P1 P2 Lc, 255 octets, Le */
    MSK_CARD_DATA_MAX = 256,    /* octets of an answer, without SW1 SW2 */
    MSK_CARD_SERVERS_MAX = 4    /* key servers that own Key Groups */
};

/* What the card answered. */
struct msk_card_answer {
    /* Frozen: an APDU has no more. */
    uint8_t data[MSK_CARD_DATA_MAX];
    size_t n;        /* octets of data */
    uint16_t status; /* SW1 SW2 */
};

/*
 * The host's driver. The USIM is selected, its PIN is verified, and what the
 * transport does by itself (channels in CLA; 61XX and 6CXX of T=0) is done by
 * the driver. transmit may be called from inside a library call and must not
 * call the library back.
 */
struct msk_card {
    size_t size; /* sizeof(struct msk_card) */
    void *user;
    /* Sends one command. MSK_OK: *answer is there. MSK_PENDING: it comes
     * later; the host then calls the _complete function with the token, and
     * the pointers stay good until then. Anything else: the card cannot be
     * reached, MSK_ERR_CARD. */
    int (*transmit)(void *user, uint32_t token, struct msk_bytes command,
                    struct msk_card_answer *answer);
};

/* A Key Group that is allowed. Fields are the MGV-F's; all zero: free. */
struct msk_card_group {
    /* Frozen: it stands in arrays. */
    struct msk_group_id id;
    struct msk_owners owners; /* none: free */
    uint8_t sp[MSK_SP_MAX];
    uint8_t sp_len;
    uint16_t number[MSK_HELD_MAX]; /* MSKs under which an MTK came, and the */
    uint16_t mtk_id[MSK_HELD_MAX]; /*   last one's ID; 0: none */
};

/* Read once by msk_mgvf_uicc_init; what the pointers point to stays good. */
struct msk_mgvf_uicc_config {
    size_t size; /* sizeof(struct msk_mgvf_uicc_config) */
    const struct msk_card *card;
    struct msk_card_group *groups; /* the caller's, kept; cleared by init */
    size_t n_groups;
    bool short_commands; /* the driver or the card cannot chain: a message that
                            needs two commands is refused, MSK_ERR_LENGTH */
};

/* Octets of memory for it, aligned as uint64_t or not; and at run time, of the
 * library that runs. */
enum { MSK_MGVF_UICC_SIZE = 4864 };
MSK_API size_t msk_mgvf_uicc_size(void);

/*
 * Makes an MGV-F on a card in mem (len octets, at least MSK_MGVF_UICC_SIZE);
 * *mgvf points into mem. It says nothing to the card yet. config's pointers
 * stay good as long as it is used. MSK_ERR_ARGUMENT; MSK_ERR_SPACE: len.
 *
 * Answers of the card, as msk_mgvf_process returns them:
 *   MSK message  6A88  MSK_ERR_NO_MUK    6985  MSK_ERR_NO_MUK: Ks_int_NAF is
 *                                              gone, derive it anew
 *                9862  MSK_ERR_MAC       9865  MSK_OUTCOME_STALE
 *                9866  MSK_ERR_LIMIT: EF_MSK is full; 9867: EF_MUK is
 *   MTK message  6A88  MSK_ERR_NO_MSK    6985  MSK_ERR_INVALIDATED
 *                9862  MSK_ERR_MAC       9865  MSK_ERR_RANGE
 *   both         6A80  MSK_ERR_VALUE     any other  MSK_ERR_CARD
 */
MSK_API int msk_mgvf_uicc_init(struct msk_mgvf **mgvf, void *mem, size_t len,
                               const struct msk_mgvf_uicc_config *config);

/* SW1 SW2 of the last answer, which say more than an error; 0: none came. */
MSK_API uint16_t msk_mgvf_uicc_status(const struct msk_mgvf *mgvf);

#ifdef __cplusplus
}
#endif

#endif
