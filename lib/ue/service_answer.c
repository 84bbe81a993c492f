/* SPDX-License-Identifier: MIT */
#include "ue/service.h"

/* Once more, or no more? */
static void
fail(struct msk_ue *ue, size_t i)
{
    bool more = ue->services[i].attempts < ue->attempts;

    (void)msk_ue_service_step(ue, i,
                              more ? MSK_SERVICE_RETRY : MSK_SERVICE_SPENT);
}

static void
tell(struct msk_ue *ue, size_t i, int code, enum msk_reason reason)
{
    struct msk_ue_told *told = &ue->services[i].told;

    told->due = true;
    told->procedure = ue->exchange.procedure;
    told->code = (int16_t)code;
    told->confirmed = false;
    told->reason = (uint8_t)reason;
    ue->services[i].asked = false;
}

/* Why its groups, if they are left without an MSK. */
static void
blame(struct msk_ue *ue, size_t i, enum msk_reason reason)
{
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].live && ue->flows[f].service == i)
            ue->groups[ue->flows[f].group].reason = (uint8_t)reason;
}

void
msk_ue_service_failed(struct msk_ue *ue, size_t i, enum msk_reason reason)
{
    tell(ue, i, 0, reason);
    blame(ue, i, reason);
    fail(ue, i);
}

/* TS 33.246 table G.2.4-1: 401 and 503 may be repeated. A service that is
 * missing was not answered (6.3.2.4). */
void
msk_ue_service_answered(struct msk_ue *ue, size_t i)
{
    int code = ue->services[i].code;
    bool good = code >= 200 && code < 300;

    if (code == 0) {
        msk_ue_service_failed(ue, i, MSK_REASON_UNVERIFIED);
        return;
    }
    tell(ue, i, code, good ? MSK_REASON_NONE : MSK_REASON_REFUSED);
    if (!good)
        blame(ue, i, MSK_REASON_REFUSED);
    if (good)
        (void)msk_ue_service_step(ue, i, MSK_SERVICE_OK);
    else if (code == 401 || code == 503)
        fail(ue, i);
    else
        (void)msk_ue_service_step(ue, i, MSK_SERVICE_REFUSED);
}

bool
msk_ue_service_is_due(const struct msk_ue *ue, size_t i,
                      enum msk_procedure procedure)
{
    const struct msk_ue_service *service = &ue->services[i];
    bool over = msk_timer_due(&service->timer, ue->now);

    if (procedure == MSK_PROCEDURE_REGISTER)
        return service->state == MSK_SERVICE_WANTS ||
               (service->state == MSK_SERVICE_LATER && over);
    return service->state == MSK_SERVICE_LEAVING ||
           (service->state == MSK_SERVICE_LINGER && over);
}
