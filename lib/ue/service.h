/* SPDX-License-Identifier: MIT */
/*
 * ue/service.h - is a service registered (TS 33.246 6.3.2.1A, 6.3.2.1B), and
 * which flows and Key Groups does it have?
 */
#ifndef MSK_UE_SERVICE_H
#define MSK_UE_SERVICE_H

#include "ue/machine.h"
#include "ue/session.h"

enum msk_ue_service_state {
    MSK_SERVICE_FREE = 0,    /* not started */
    MSK_SERVICE_JOINED,      /* started; there is no registration */
    MSK_SERVICE_WANTS,       /* to be registered */
    MSK_SERVICE_REGISTERING, /* in the request under way */
    MSK_SERVICE_LATER,       /* to be registered again, at once or later */
    MSK_SERVICE_REGISTERED,  /* it is */
    MSK_SERVICE_UNSURE,      /* that failed; kept while an MSK is still good */
    MSK_SERVICE_QUITTING,    /* in the request under way, but left meanwhile */
    MSK_SERVICE_LEAVING,     /* to be deregistered */
    MSK_SERVICE_PARTING,     /* in the request under way */
    MSK_SERVICE_LINGER,      /* to be deregistered again after a while */
    MSK_SERVICE_AGAIN,       /* PARTING, but started again meanwhile */
    MSK_SERVICE_STATES
};

enum msk_ue_service_event {
    MSK_SERVICE_JOIN = 0, /* started, without registration */
    MSK_SERVICE_START,    /* started, to be registered */
    MSK_SERVICE_SENT,     /* the request went out */
    MSK_SERVICE_OK,       /* the BM-SC said yes */
    MSK_SERVICE_REFUSED,  /* it said no */
    MSK_SERVICE_RETRY,    /* the request failed; it may be tried again */
    MSK_SERVICE_SPENT,    /* it failed for good, or the patience is used up */
    MSK_SERVICE_STOP,     /* the service is left */
    MSK_SERVICE_EVENTS
};

/* Index of a service by its name, in any state but FREE; ue->n_services: it
 * is not there. */
size_t msk_ue_service_find(const struct msk_ue *ue, struct msk_bytes id);

/*
 * Lays the flows of an announcement beside those that service i has, and takes
 * slots for new groups, which are then to be allowed. MSK_ERR_LIMIT: no room;
 * to be undone: msk_ue_service_undo takes all back.
 */
int msk_ue_service_stage(struct msk_ue *ue, size_t i,
                         const struct msk_service *service);
void msk_ue_service_undo(struct msk_ue *ue);

/* Makes them the flows of the service that is being started, if all of its
 * groups are allowed. False: none is being started, or they are not yet. */
bool msk_ue_finish_start(struct msk_ue *ue);

/* Index of a flow of a started service; ue->n_flows: it has none such. */
size_t msk_ue_service_flow(const struct msk_ue *ue, size_t i,
                           struct msk_bytes id);

/* A free slot for the service, or the one it has; as msk_ue_service_find. */
size_t msk_ue_service_slot(const struct msk_ue *ue, struct msk_bytes id);

extern const struct msk_machine msk_ue_service_machine;

/* One step. Where the table has none nothing changes. */
void msk_ue_service_step(struct msk_ue *ue, size_t i,
                         enum msk_ue_service_event event);

/* A service that failed and whose groups have all been looked at is kept. */
void msk_ue_service_keep(struct msk_ue *ue);

/* Is it kept though it is not registered? It may be registered yet. */
bool msk_ue_service_is_kept(const struct msk_ue *ue, size_t i);

/* Is it to be registered, or in the request under way? That may bring MSKs. */
bool msk_ue_service_is_pending(const struct msk_ue *ue, size_t i);

/* The service is left, for that reason and group: its flows go, and what only
 * they needed. */
void msk_ue_service_leave(struct msk_ue *ue, size_t i, enum msk_reason reason,
                          const struct msk_key_id *group);

/* The request under way ended without a verified answer; or with the code in
 * the service. paused, after: as for a Key Group. */
void msk_ue_service_failed(struct msk_ue *ue, size_t i, enum msk_reason reason,
                           bool paused);
void msk_ue_service_answered(struct msk_ue *ue, size_t i, msk_time after);

/* Registers anew the services that need that group and believe to be
 * registered, or were kept without. */
void msk_ue_service_renew(struct msk_ue *ue, size_t group);

/* The patience for its registration is used up. */
void msk_ue_service_impatient(struct msk_ue *ue, size_t i);

/* Is it to be in the next request of that procedure? */
bool msk_ue_service_is_due(const struct msk_ue *ue, size_t i,
                           enum msk_procedure procedure);

#endif
