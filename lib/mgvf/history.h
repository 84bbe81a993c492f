/* SPDX-License-Identifier: MIT */
/*
 * mgvf/history.h - what MTK messages have left under MSKs that are held no
 * longer (decision 28). An MSK that comes back, the same value under the same
 * name, takes up its past again, so that no MTK message is accepted twice.
 *
 * Each Key Group has its pasts in one of a few records, together with others;
 * when that is full the oldest past goes.
 */
#ifndef MSK_MGVF_HISTORY_H
#define MSK_MGVF_HISTORY_H

#include "mgvf/held.h"
#include "msk/crypto.h"

#define MSK_HISTORY_MAX 48 /* pasts in a record */
#define MSK_HISTORY_TAG 8

/* What is left of one MSK. */
struct msk_past {
    uint8_t name[MSK_KEY_ID_LEN]; /* packed */
    uint8_t tag[MSK_HISTORY_TAG]; /* of its value: MSK and RAND */
    uint32_t counter;             /* of the last authentic MTK message */
    uint16_t mtk_id;              /* the last MTK released; 0: none was */
};

struct msk_history {
    size_t n; /* 0..MSK_HISTORY_MAX */
    struct msk_past past[MSK_HISTORY_MAX];
};

/* Notes the past of an MSK that is about to go; the newest comes first. Of one
 * under which no authentic MTK message came there is none, and nothing is
 * noted.
 * *noted: something was. MSK_ERR_CRYPTO. */
int msk_history_note(struct msk_history *history,
                     const struct msk_crypto *crypto,
                     const struct msk_group_id *group,
                     const struct msk_held_key *msk, bool *noted);

/* Gives an MSK that comes its past, if it has one: counter and MTK ID become
 * those of the past where these are greater. MSK_ERR_CRYPTO. */
int msk_history_recall(const struct msk_history *history,
                       const struct msk_crypto *crypto,
                       const struct msk_group_id *group,
                       struct msk_held_key *msk);

#endif
