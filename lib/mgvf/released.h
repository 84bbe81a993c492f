/* SPDX-License-Identifier: MIT */
/* mgvf/released.h - the MTKs that were released last in a Key Group: two, of
 * which a third drops the older (TS 33.246 6.5.4). */
#ifndef MSK_MGVF_RELEASED_H
#define MSK_MGVF_RELEASED_H

#include "msk/mgvf.h"

/* Newest first. */
struct msk_released_mtks {
    size_t n; /* 0..MSK_RELEASED_MAX */
    struct msk_released_mtk mtk[MSK_RELEASED_MAX];
};

/* Puts an MTK before the others; the older of two is wiped. */
void msk_released_add(struct msk_released_mtks *released, uint16_t number,
                      uint16_t mtk_id, const struct msk_mtk *mtk);

#endif
