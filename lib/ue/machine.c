/* SPDX-License-Identifier: MIT */
#include "ue/machine.h"

#include "ue/session.h"

uint8_t
msk_machine_step(const struct msk_ue *ue, enum msk_machine machine,
                 const struct msk_cell *cell, uint8_t event,
                 const struct msk_key_id *id, uint8_t *state)
{
    bool defined = cell->action != 0;
    struct msk_trace step = {
        .machine = (uint8_t)machine,
        .state = *state,
        .event = event,
        .next = defined ? cell->next : *state,
        .err = defined ? MSK_OK : MSK_ERR_STATE,
        .group = msk_key_id_group(id),
    };

    *state = step.next;
    if (ue->hooks.trace != NULL)
        ue->hooks.trace(ue->user, &step);
    return cell->action;
}
