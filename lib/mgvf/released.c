/* SPDX-License-Identifier: MIT */
#include "mgvf/released.h"

#include <string.h>

#include "base/secret.h"

void
msk_released_add(struct msk_released_mtks *released, uint16_t number,
                 uint16_t mtk_id, const struct msk_mtk *mtk)
{
    struct msk_released_mtk *newest = &released->mtk[0];

    msk_secret_wipe(&released->mtk[1], sizeof released->mtk[1]);
    memcpy(&released->mtk[1], newest, sizeof *newest);
    if (released->n < MSK_RELEASED_MAX)
        released->n++;
    memset(newest, 0, sizeof *newest);
    newest->number = number;
    newest->mtk_id = mtk_id;
    memcpy(newest->mtk.key, mtk->key, mtk->key_len);
    newest->mtk.key_len = mtk->key_len;
    memcpy(newest->mtk.salt, mtk->salt, mtk->salt_len);
    newest->mtk.salt_len = mtk->salt_len;
}
