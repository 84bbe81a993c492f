/* SPDX-License-Identifier: MIT */
#include "ue/service.h"

static void
tell_service(struct msk_ue *ue, size_t i, int code, enum msk_reason reason)
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
    for (size_t f = 0; msk_ue_flows_next(ue, i, MSK_UE_ANY, &f); f++)
        ue->groups[ue->flows[f].group].reason = (uint8_t)reason;
}

/* To register is tried until the patience is used up, or once where it was in
 * vain before; to deregister so many times. */
static bool
may_try_again(const struct msk_ue *ue, const struct msk_ue_service *service)
{
    if (service->state == MSK_SERVICE_PARTING)
        return service->attempts < ue->attempts;
    return service->patience.on && !msk_timer_due(&service->patience, ue->now);
}

/* Once more, or no more? A server that said when to come again makes that
 * attempt not count. */
static void
fail_service(struct msk_ue *ue, size_t i, bool later)
{
    struct msk_ue_service *service = &ue->services[i];

    if (later && service->attempts > 0)
        service->attempts--;
    if (may_try_again(ue, service)) {
        msk_ue_service_step(ue, i, MSK_SERVICE_RETRY);
        return;
    }
    blame(ue, i, MSK_REASON_PATIENCE);
    msk_ue_service_step(ue, i, MSK_SERVICE_SPENT);
}

void
msk_ue_service_failed(struct msk_ue *ue, size_t i, enum msk_reason reason,
                      bool paused)
{
    tell_service(ue, i, 0, reason);
    ue->services[i].after = 0;
    fail_service(ue, i, paused);
}

/* TS 33.246 table G.2.4-1: 401 and 503 may be repeated. A service that is
 * missing was not answered (6.3.2.4). */
void
msk_ue_service_answered(struct msk_ue *ue, size_t i, msk_time after)
{
    struct msk_ue_service *service = &ue->services[i];
    int code = service->code;
    bool good = code >= 200 && code < 300;

    service->after = code == 503 ? after : 0;
    if (code == 0) {
        msk_ue_service_failed(ue, i, MSK_REASON_UNVERIFIED, false);
        return;
    }
    tell_service(ue, i, code, good ? MSK_REASON_NONE : MSK_REASON_REFUSED);
    if (good) {
        msk_ue_service_step(ue, i, MSK_SERVICE_OK);
    } else if (code == 401 || code == 503) {
        fail_service(ue, i, service->after > 0);
    } else {
        blame(ue, i, MSK_REASON_REFUSED);
        msk_ue_service_step(ue, i, MSK_SERVICE_REFUSED);
    }
}

/* The BM-SC said no to a group of a service that was registered or kept. */
void
msk_ue_service_renew(struct msk_ue *ue, size_t group)
{
    for (size_t f = 0; msk_ue_flows_next(ue, MSK_UE_ANY, group, &f); f++) {
        size_t i = ue->flows[f].service;

        if (ue->services[i].state == MSK_SERVICE_UNSURE ||
            ue->services[i].state == MSK_SERVICE_REGISTERED)
            msk_ue_service_step(ue, i, MSK_SERVICE_START);
    }
}

/* --- time ---------------------------------------------------------------- */

void
msk_ue_service_impatient(struct msk_ue *ue, size_t i)
{
    if (ue->services[i].state == MSK_SERVICE_REGISTERING)
        tell_service(ue, i, 0, MSK_REASON_UNREACHABLE);
    fail_service(ue, i, false);
}

bool
msk_ue_service_is_due(const struct msk_ue *ue, size_t i,
                      enum msk_procedure procedure)
{
    const struct msk_ue_service *service = &ue->services[i];
    bool over = msk_timer_due(&service->timer, ue->now);

    if (procedure == MSK_PROCEDURE_REGISTER)
        return service->state == MSK_SERVICE_WANTS ||
               (service->state == MSK_SERVICE_LATER && over) ||
               (service->state == MSK_SERVICE_UNSURE && over);
    return service->state == MSK_SERVICE_LEAVING ||
           (service->state == MSK_SERVICE_LINGER && over);
}
