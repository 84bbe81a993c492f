/* SPDX-License-Identifier: MIT */
/* How a call of the MGV-F on a UICC begins and ends. */
#include <string.h>

#include "base/secret.h"
#include "mgvf/card.h"

struct msk_uicc *
msk_uicc_of(struct msk_mgvf *mgvf)
{
    return (struct msk_uicc *)(void *)mgvf;
}

int
msk_uicc_begin(struct msk_uicc *u)
{
    if (u->waits)
        return MSK_ERR_BUSY;
    msk_secret_wipe(u->reply, sizeof u->reply);
    memset(&u->result, 0, sizeof u->result);
    u->result.size = sizeof u->result;
    u->result.outcome = MSK_OUTCOME_DONE;
    u->held = NULL;
    u->deletions = 0;
    return MSK_OK;
}

/* An MTK stays in reply, for the result points there; nowhere else. */
int
msk_uicc_finish(struct msk_uicc *u, int err, struct msk_mgvf_result *result)
{
    if (err == MSK_PENDING)
        return err;
    msk_secret_wipe(&u->answer, sizeof u->answer);
    if (err == MSK_ERR_CARD) /* who knows what it did */
        u->base.changes++;
    if (err != MSK_OK)
        msk_secret_wipe(u->reply, sizeof u->reply);
    else if (result != NULL)
        *result = u->result;
    return err;
}
