/* SPDX-License-Identifier: MIT */
#include "ue/holding.h"

/* What a cell says; the state after it is in holding_next. */
enum holding_action {
    HA_KEEP = MSK_ACTION_KEEP, /* nothing */
    HA_FREE,                   /* nothing */
    HA_ASK,                    /* nothing */
    HA_BOTH,                   /* nothing */
    HA_IN,                     /* nothing */
    HA_LOOK,                   /* nothing */
    HA_LAST,                   /* nothing */
    HA_FORGET,                 /* nothing */
    HA_BACK, /* what would have gone with it is not to be told */
    HA_AGAIN /* nor that; it is counted again */
};

static const uint8_t holding_next[] = {
    [HA_KEEP] = MSK_SAME_STATE,   [HA_FREE] = MSK_HOLDING_FREE,
    [HA_ASK] = MSK_HOLDING_ASK,   [HA_BOTH] = MSK_HOLDING_BOTH,
    [HA_IN] = MSK_HOLDING_IN,     [HA_LOOK] = MSK_HOLDING_LOOK,
    [HA_LAST] = MSK_HOLDING_LAST, [HA_FORGET] = MSK_HOLDING_FORGET,
    [HA_BACK] = MSK_HOLDING_BOTH, [HA_AGAIN] = MSK_HOLDING_LAST,
};

/* clang-format off */
static const uint8_t holding_table[2][MSK_HOLDING_EVENTS][MSK_PANEL] = {
    { /*                        free       ask        both       in */
    [MSK_HOLDING_NAMED]     = { HA_ASK,    HA_KEEP,   HA_KEEP,   HA_ASK    },
    [MSK_HOLDING_FITS]      = { 0,         HA_IN,     HA_LOOK,   HA_KEEP   },
    [MSK_HOLDING_DIFFERS]   = { 0,         HA_KEEP,   HA_KEEP,   HA_ASK    },
    [MSK_HOLDING_UNNEEDED]  = { 0,         HA_LAST,   HA_LAST,   HA_LAST   },
    [MSK_HOLDING_VOID]      = { 0,         HA_FREE,   HA_FREE,   0         },
    [MSK_HOLDING_STIRRED]   = { 0,         HA_BOTH,   HA_KEEP,   HA_LOOK   },
    [MSK_HOLDING_ALLOWED]   = { 0,         HA_IN,     HA_LOOK,   0         },
    [MSK_HOLDING_LOOKED]    = { 0,         0,         0,         0         },
    [MSK_HOLDING_LOST]      = { 0,         0,         0,         HA_ASK    },
    [MSK_HOLDING_COUNTED]   = { 0,         0,         0,         0         },
    [MSK_HOLDING_RECOUNT]   = { 0,         0,         0,         0         },
    [MSK_HOLDING_FORGOTTEN] = { 0,         0,         0,         0         },
    },
    { /*                        look       last       forget */
    [MSK_HOLDING_NAMED]     = { HA_BOTH,   HA_BOTH,   HA_BACK   },
    [MSK_HOLDING_FITS]      = { HA_KEEP,   0,         0         },
    [MSK_HOLDING_DIFFERS]   = { HA_BOTH,   0,         0         },
    [MSK_HOLDING_UNNEEDED]  = { HA_LAST,   0,         0         },
    [MSK_HOLDING_VOID]      = { 0,         0,         0         },
    [MSK_HOLDING_STIRRED]   = { HA_KEEP,   0,         0         },
    [MSK_HOLDING_ALLOWED]   = { 0,         0,         0         },
    [MSK_HOLDING_LOOKED]    = { HA_IN,     0,         0         },
    [MSK_HOLDING_LOST]      = { 0,         0,         0         },
    [MSK_HOLDING_COUNTED]   = { 0,         HA_FORGET, 0         },
    [MSK_HOLDING_RECOUNT]   = { 0,         0,         HA_AGAIN  },
    [MSK_HOLDING_FORGOTTEN] = { 0,         0,         HA_FREE   },
    },
};
/* clang-format on */

static const char *const holding_states[MSK_HOLDING_STATES] = {
    "free", "ask", "both", "in", "look", "last", "forget"
};

static const char *const holding_events[MSK_HOLDING_EVENTS] = {
    "named",   "fits",   "differs", "unneeded", "void",    "stirred",
    "allowed", "looked", "lost",    "counted",  "recount", "forgotten"
};

const struct msk_machine msk_ue_holding_machine = {
    .number = MSK_MACHINE_HOLDING,
    .name = "holding",
    .n_states = MSK_HOLDING_STATES,
    .n_events = MSK_HOLDING_EVENTS,
    .cells = &holding_table[0][0][0],
    .next = holding_next,
    .states = holding_states,
    .events = holding_events,
};

void
msk_ue_holding_step(struct msk_ue *ue, struct msk_ue_group *group,
                    enum msk_ue_holding_event event)
{
    uint8_t action =
        msk_machine_step(ue, &msk_ue_holding_machine, (uint8_t)event,
                         &group->id, &group->holding);

    if (action == HA_BACK || action == HA_AGAIN)
        group->n_gone = 0;
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
