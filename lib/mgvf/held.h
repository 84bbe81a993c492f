/* SPDX-License-Identifier: MIT */
/*
 * mgvf/held.h - what is held of one Key Group, and the rule of two: a UE that
 * receives an MSK and already holds two of the same Network ID and Key Group
 * ID deletes the older of them (change request 6.3.2.1; TS 33.246 6.5.3).
 *
 * The record cannot hold three. Age is position: the newest comes first. Each
 * accepted delivery, update or import makes its MSK the newest, which is the
 * order by MUK and then by counter.
 */
#ifndef MSK_MGVF_HELD_H
#define MSK_MGVF_HELD_H

#include "msk/mgvf.h"

/* One MSK. */
struct msk_held_key {
    uint16_t number; /* not 0 */
    uint8_t key[MSK_KEY_MAX];
    uint8_t key_len; /* 16, 24 or 32 */
    uint8_t rand[MSK_RAND_MAX];
    uint8_t rand_len;           /* 0: it came without one (decision 39) */
    uint16_t seq_low, seq_high; /* seq_low grows with each MTK */
    bool has_counter;           /* an authentic MTK message came, */
    uint32_t counter;           /*   the last with this counter */
    uint16_t mtk_id;            /* the last MTK released; 0: none was */
};

/* The MTKs that were released last in a Key Group: two, of which a third drops
 * the older (TS 33.246 6.5.4). Newest first. */
struct msk_released_mtks {
    size_t n; /* 0..MSK_RELEASED_MAX */
    struct msk_released_mtk mtk[MSK_RELEASED_MAX];
};

/* When an MSK ends, as its host says (expiry.h). */
struct msk_expiry {
    uint16_t number; /* 0: none */
    uint64_t at;     /* 0: not known */
};

/* All of one group. */
struct msk_held_group {
    size_t n; /* 0..MSK_HELD_MAX */
    struct msk_held_key msk[MSK_HELD_MAX];
    uint8_t sp[MSK_SP_MAX]; /* SRTP parameters, as delivered last */
    uint8_t sp_len;
    struct msk_owners owners;
    struct msk_released_mtks released;
    struct msk_expiry expiry[MSK_HELD_MAX];
};

/* Where the MSK of that number stands; MSK_HELD_MAX: it is not held. */
size_t msk_held_find(const struct msk_held_group *group, uint16_t number);

/*
 * Takes in a delivered MSK. One of the same number is replaced in key, RAND
 * and interval, keeps its MTK counter, and becomes the newest; a new one is
 * put before the others, and the older of two is wiped. True: that happened,
 * and *deleted is its number.
 */
bool msk_held_deliver(struct msk_held_group *group,
                      const struct msk_held_key *msk, uint16_t *deleted);

/* Replaces the interval of an MSK, which becomes the newest. False: it is not
 * held; nothing changed. */
bool msk_held_revalidate(struct msk_held_group *group, uint16_t number,
                         uint16_t seq_low, uint16_t seq_high);

/*
 * Counters of 32 bits that may pass their maximum (RFC 1982, as TS 33.246 6.4.3
 * asks), of MUKs and of MSKs. True when a is greater than b in serial number
 * arithmetic. False when they are equal, and when they are exactly 2^31 apart:
 * undefined is "not newer".
 */
bool msk_serial_newer(uint32_t a, uint32_t b);

#endif
