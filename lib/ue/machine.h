/* SPDX-License-Identifier: MIT */
/*
 * ue/machine.h - what the state machines of a session have in common. A
 * machine is a constant table of cells, state by event. A cell without an
 * action is not defined: its event cannot come in that state, and if it does
 * the step is MSK_ERR_STATE and changes nothing. doc/states.md is drawn from
 * the tables.
 */
#ifndef MSK_UE_MACHINE_H
#define MSK_UE_MACHINE_H

#include "msk/types.h"

#define MSK_CELL_KEEP 1 /* the action that does nothing, in every machine */

struct msk_cell {
    uint8_t action; /* of the machine; 0: not defined */
    uint8_t next;   /* state */
};

/* Numbers of the machines in struct msk_trace. */
enum msk_machine {
    MSK_MACHINE_EXCHANGE = 1,
    MSK_MACHINE_GROUP = 2,
    MSK_MACHINE_SERVICE = 3,
    MSK_MACHINE_HOLDING = 4
};

struct msk_ue;

/*
 * One step: tells the trace hook, and moves *state. Returns the action of the
 * cell; 0: it is not defined, *state is as it was. id: a Key Group, or NULL.
 */
uint8_t msk_machine_step(struct msk_ue *ue, enum msk_machine machine,
                         const struct msk_cell *cell, uint8_t event,
                         const struct msk_key_id *id, uint8_t *state);

#endif
