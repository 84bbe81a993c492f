/* SPDX-License-Identifier: MIT */
/*
 * ue/machine.h - what the state machines of a session have in common. The table
 * of each is a picture: events down, states across, four states in a panel. A
 * cell is the action; what it does, and which state comes after it, stands
 * beside the table. An empty cell, 0, is not defined: its event cannot come in
 * that state, and if it does the step is MSK_ERR_STATE and changes nothing.
 * doc/states.md is drawn from the tables.
 */
#ifndef MSK_UE_MACHINE_H
#define MSK_UE_MACHINE_H

#include "msk/types.h"

#define MSK_ACTION_KEEP 1   /* of every machine: nothing, the state stays */
#define MSK_SAME_STATE 0xFF /* after an action: the one before it */
#define MSK_PANEL 4         /* states */

/* Numbers of the machines in struct msk_trace. */
enum msk_machine_number {
    MSK_MACHINE_EXCHANGE = 1,
    MSK_MACHINE_GROUP = 2,
    MSK_MACHINE_SERVICE = 3,
    MSK_MACHINE_HOLDING = 4
};

struct msk_machine {
    enum msk_machine_number number;
    const char *name;
    size_t n_states, n_events;
    const uint8_t *cells; /* of each panel, each event: an action */
    const uint8_t *next;  /* state, by action */
    const char *const *states, *const *events;
};

struct msk_ue;

/* The action of a cell; 0: it is not defined. */
uint8_t msk_machine_cell(const struct msk_machine *machine, size_t state,
                         size_t event);

/*
 * One step: tells the trace hook, and moves *state. Returns the action of the
 * cell; 0: it is not defined, *state is as it was. id: a Key Group, or NULL.
 */
uint8_t msk_machine_step(struct msk_ue *ue, const struct msk_machine *machine,
                         uint8_t event, const struct msk_key_id *id,
                         uint8_t *state);

#endif
