/* SPDX-License-Identifier: MIT */
#include "ue/holding.h"

static const struct msk_cell holding_table[MSK_HOLDING_STATES]
                                          [MSK_HOLDING_EVENTS] = {
    [MSK_HOLDING_FREE] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
    },
    [MSK_HOLDING_ASK] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
        [MSK_HOLDING_FITS] = { MSK_HOLDING_KEEP, MSK_HOLDING_IN },
        [MSK_HOLDING_DIFFERS] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
        [MSK_HOLDING_UNNEEDED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LAST },
        [MSK_HOLDING_VOID] = { MSK_HOLDING_KEEP, MSK_HOLDING_FREE },
        [MSK_HOLDING_STIRRED] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_ALLOWED] = { MSK_HOLDING_KEEP, MSK_HOLDING_IN },
    },
    [MSK_HOLDING_BOTH] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_FITS] = { MSK_HOLDING_KEEP, MSK_HOLDING_LOOK },
        [MSK_HOLDING_DIFFERS] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_UNNEEDED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LAST },
        [MSK_HOLDING_VOID] = { MSK_HOLDING_KEEP, MSK_HOLDING_FREE },
        [MSK_HOLDING_STIRRED] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_ALLOWED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LOOK },
    },
    [MSK_HOLDING_IN] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
        [MSK_HOLDING_FITS] = { MSK_HOLDING_KEEP, MSK_HOLDING_IN },
        [MSK_HOLDING_DIFFERS] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
        [MSK_HOLDING_UNNEEDED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LAST },
        [MSK_HOLDING_STIRRED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LOOK },
        [MSK_HOLDING_LOST] = { MSK_HOLDING_KEEP, MSK_HOLDING_ASK },
    },
    [MSK_HOLDING_LOOK] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_FITS] = { MSK_HOLDING_KEEP, MSK_HOLDING_LOOK },
        [MSK_HOLDING_DIFFERS] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_UNNEEDED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LAST },
        [MSK_HOLDING_STIRRED] = { MSK_HOLDING_KEEP, MSK_HOLDING_LOOK },
        [MSK_HOLDING_LOOKED] = { MSK_HOLDING_KEEP, MSK_HOLDING_IN },
    },
    [MSK_HOLDING_LAST] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_KEEP, MSK_HOLDING_BOTH },
        [MSK_HOLDING_COUNTED] = { MSK_HOLDING_KEEP, MSK_HOLDING_FORGET },
    },
    [MSK_HOLDING_FORGET] = {
        [MSK_HOLDING_NAMED] = { MSK_HOLDING_UNCOUNT, MSK_HOLDING_BOTH },
        [MSK_HOLDING_RECOUNT] = { MSK_HOLDING_UNCOUNT, MSK_HOLDING_LAST },
        [MSK_HOLDING_FORGOTTEN] = { MSK_HOLDING_KEEP, MSK_HOLDING_FREE },
    },
};

const struct msk_cell *
msk_ue_holding_cell(enum msk_ue_holding_state state,
                    enum msk_ue_holding_event event)
{
    return &holding_table[state][event];
}

int
msk_ue_holding_step(struct msk_ue *ue, struct msk_ue_group *group,
                    enum msk_ue_holding_event event)
{
    const struct msk_cell *cell = &holding_table[group->holding][event];
    uint8_t action =
        msk_machine_step(ue, MSK_MACHINE_HOLDING, cell, (uint8_t)event,
                         &group->id, &group->holding);

    if (action == MSK_HOLDING_UNCOUNT)
        group->n_gone = 0;
    return action == 0 ? MSK_ERR_STATE : MSK_OK;
}

bool
msk_ue_holding_asks(const struct msk_ue_group *group)
{
    return group->holding == MSK_HOLDING_ASK ||
           group->holding == MSK_HOLDING_BOTH;
}

bool
msk_ue_holding_ends(const struct msk_ue_group *group)
{
    return group->holding == MSK_HOLDING_LAST ||
           group->holding == MSK_HOLDING_FORGET;
}

enum msk_ue_job
msk_ue_holding_job(const struct msk_ue_group *group)
{
    switch ((enum msk_ue_holding_state)group->holding) {
    case MSK_HOLDING_ASK:
    case MSK_HOLDING_BOTH: return MSK_JOB_ALLOW;
    case MSK_HOLDING_LOOK: return MSK_JOB_LOOK;
    case MSK_HOLDING_LAST: return MSK_JOB_LAST;
    case MSK_HOLDING_FORGET: return MSK_JOB_FORGET;
    case MSK_HOLDING_FREE:
    case MSK_HOLDING_IN:
    case MSK_HOLDING_STATES: break;
    }
    return MSK_JOB_NONE;
}
