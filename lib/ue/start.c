/* SPDX-License-Identifier: MIT */
/* A service is started or stopped by the host. */
#include <string.h>

#include "base/octets.h"
#include "http/uri.h"
#include "ue/group.h"
#include "ue/service.h"
#include "ue/ue.h"

#define OCTET_BLANK 0x20
#define OCTET_DELETE 0x7F

/* An ID that can stand in a request: no control characters. */
static bool
is_printable(struct msk_bytes id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] < OCTET_BLANK || id.p[i] == OCTET_DELETE)
            return false;
    return true;
}

static bool
is_id(struct msk_bytes id, size_t most)
{
    return id.p != NULL && id.n >= 1 && id.n <= most;
}

static bool
is_switch(enum msk_switch value)
{
    return value == MSK_SWITCH_DEFAULT || value == MSK_SWITCH_ON ||
           value == MSK_SWITCH_OFF;
}

static bool
is_service_whole(const struct msk_service *service)
{
    bool fine = is_id(service->id, MSK_SERVICE_ID_MAX) &&
                is_printable(service->id) && service->servers != NULL &&
                service->n_servers > 0 && service->flows != NULL &&
                service->n_flows > 0 && is_switch(service->integrity) &&
                is_switch(service->confidentiality);

    for (size_t i = 0; fine && i < service->n_flows; i++)
        fine = is_id(service->flows[i].id, MSK_FLOW_ID_MAX) &&
               service->flows[i].group.group != 0;
    return fine;
}

/* Requests go to the base of the session: a server with another path would be
 * asked where it is not. */
static bool
is_own_base(const struct msk_ue *ue, struct msk_bytes path)
{
    struct msk_bytes base = { ue->base, ue->base_len };

    if (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    if (path.n > 0 && path.p[path.n - 1] == '/')
        path.n--;
    return path.n == 0 || msk_octets_equal(path, base);
}

static bool
has_server(const struct msk_ue *ue, const struct msk_service *service)
{
    for (size_t i = 0; i < service->n_servers; i++) {
        struct msk_uri uri;

        if (msk_uri_split(service->servers[i], &uri) &&
            msk_fqdn_same(uri.host, msk_ue_fqdn(ue)) &&
            is_own_base(ue, uri.path))
            return true;
    }
    return false;
}

static void
take_terms(struct msk_ue_terms *terms, const struct msk_service *service)
{
    terms->offset_time = service->offset_time;
    terms->random_period = service->random_period;
    terms->confidentiality = service->confidentiality != MSK_SWITCH_OFF;
    terms->integrity = service->integrity != MSK_SWITCH_OFF;
}

/* Lays the service aside; nothing of the old one is touched. */
static int
stage(struct msk_ue *ue, const struct msk_service *service)
{
    size_t i = msk_ue_service_slot(ue, service->id);
    struct msk_ue_service *slot = &ue->services[i];
    int err = i < ue->n_services ? msk_ue_service_stage(ue, i, service)
                                 : MSK_ERR_LIMIT;

    if (err != MSK_OK) {
        msk_ue_service_undo(ue);
        return err;
    }
    take_terms(&ue->work.terms, service);
    ue->work.starting = true;
    ue->work.service = (uint8_t)i;
    if (slot->state == MSK_SERVICE_FREE) {
        memset(slot, 0, sizeof *slot);
        memcpy(slot->id, service->id.p, service->id.n);
        slot->id_len = (uint8_t)service->id.n;
    }
    return MSK_OK;
}

int
msk_ue_start(struct msk_ue *ue, const struct msk_service *service, msk_time now)
{
    struct msk_service s;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_sized_take(&s, sizeof s, service,
                        MSK_SIZE_UPTO(msk_service, fec_oti)) ||
        !is_service_whole(&s))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    if (!has_server(ue, &s))
        return msk_ue_refuse(ue, MSK_ERR_NOT_MINE);
    err = msk_ue_roll(ue);
    if (err == MSK_OK)
        err = stage(ue, &s);
    return err == MSK_OK ? msk_ue_settle(ue) : msk_ue_refuse(ue, err);
}

int
msk_ue_stop(struct msk_ue *ue, struct msk_bytes service, msk_time now)
{
    static const struct msk_key_id none;
    int err = msk_ue_enter(ue, now);
    size_t i;

    if (err != MSK_OK)
        return err;
    if (!is_id(service, MSK_SERVICE_ID_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    i = msk_ue_service_find(ue, service);
    if (i == ue->n_services || !msk_ue_flows_any(ue, i, MSK_UE_ANY))
        return msk_ue_refuse(ue, MSK_ERR_STATE);
    msk_ue_service_leave(ue, i, MSK_REASON_USER, &none);
    return msk_ue_settle(ue);
}
