/* SPDX-License-Identifier: MIT */
/* The life of a session. Its memory: struct msk_ue, groups, services, flows. */
#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "msk/ue.h"
#include "ue/session.h"

#define WAIT 10000 /* milliseconds; decision 21 */
#define ATTEMPTS 3
#define ANSWER_TIME 30000
#define RETRY_AFTER_MAX 300000 /* decision 13 */
#define PATIENCE 60000         /* decision 21 */

size_t
msk_ue_size(const struct msk_ue_limits *limits)
{
    if (limits == NULL || limits->groups < 1 || limits->services < 1 ||
        limits->groups > MSK_UE_GROUPS_MAX ||
        limits->services > MSK_UE_SERVICES_MAX)
        return 0;
    return MSK_UE_SIZE(limits->groups, limits->services);
}

/* Is what stands in numbers and pointers usable? A UE that asks needs both XML
 * and randomness; one that only receives brings neither. */
static bool
is_usable_config(const struct msk_ue_config *c)
{
    bool layout = c->layout == MSK_LAYOUT_CSB || c->layout == MSK_LAYOUT_KEYID;

    return layout && c->mgvf != NULL && c->crypto != NULL &&
           (c->xml == NULL) == (c->random == NULL) &&
           msk_octets_fit(c->fqdn, 1, MSK_FQDN_MAX) &&
           msk_octets_fit(c->base, 0, MSK_UE_BASE_MAX) &&
           c->registration <= MSK_REGISTRATION_NONE;
}

static void
lay_out(struct msk_ue *ue, const struct msk_ue_limits *limits)
{
    ue->self = ue;
    ue->n_groups = limits->groups;
    ue->n_services = limits->services;
    ue->n_flows = MSK_UE_FLOWS(limits->groups);
    ue->groups = (void *)(ue + 1);
    ue->services = (void *)(ue->groups + ue->n_groups);
    ue->flows = (void *)(ue->services + ue->n_services);
    memset(ue->groups, 0, ue->n_groups * sizeof *ue->groups);
    memset(ue->services, 0, ue->n_services * sizeof *ue->services);
    memset(ue->flows, 0, ue->n_flows * sizeof *ue->flows);
}

static msk_time
or_else(msk_time value, msk_time standard)
{
    return value != 0 ? value : standard;
}

static void
configure(struct msk_ue *ue, const struct msk_ue_config *c)
{
    bool required = c->registration == MSK_REGISTRATION_REQUIRED ||
                    (c->registration == MSK_REGISTRATION_DEFAULT &&
                     c->layout == MSK_LAYOUT_KEYID);

    ue->layout = c->layout;
    ue->registers = required && c->xml != NULL;
    ue->mgvf = c->mgvf;
    ue->changes = c->mgvf->changes;
    ue->crypto = c->crypto;
    ue->xml = c->xml;
    ue->akma = c->akma;
    ue->random = c->random;
    ue->wait = or_else(c->wait, WAIT);
    ue->attempts = c->attempts != 0 ? c->attempts : ATTEMPTS;
    ue->answer_time = or_else(c->answer_time, ANSWER_TIME);
    ue->retry_after_max = or_else(c->retry_after_max, RETRY_AFTER_MAX);
    ue->patience = or_else(c->patience, PATIENCE);
    memcpy(ue->fqdn, c->fqdn.p, c->fqdn.n);
    ue->fqdn_len = c->fqdn.n;
    if (c->base.n > 0)
        memcpy(ue->base, c->base.p, c->base.n);
    ue->base_len = c->base.n;
}

/* A session that asks can ask: with this base and this name. */
static int
set_up_requests(struct msk_ue *ue, const struct msk_ue_config *c)
{
    struct msk_ue_exchange *x = &ue->exchange;
    struct msk_bytes base = { ue->base, ue->base_len };
    const struct msk_digest_client_config digest = {
        .size = sizeof digest,
        .crypto = ue->crypto,
        .random = ue->random,
        .fqdn = c->fqdn,
        .qop = c->qop,
        .algorithms = c->algorithms,
    };
    int err =
        msk_http_target(MSK_PROCEDURE_DEREGISTER, base, x->target,
                        sizeof x->target, &x->target_len); /* the longest */

    return err == MSK_OK ? msk_digest_client_init(&x->digest, &digest)
                         : MSK_ERR_ARGUMENT;
}

/* Makes it in mem, which is large enough. */
static int
make_session(struct msk_ue **out, void *mem, const struct msk_ue_config *c,
             void *user)
{
    struct msk_ue *ue = msk_align(mem);
    int err = MSK_OK;

    memset(ue, 0, sizeof *ue);
    ue->polls = c->hooks == NULL;
    ue->due = MSK_NEVER;
    ue->user = user;
    if (!ue->polls && !msk_sized_take(&ue->hooks, sizeof ue->hooks, c->hooks,
                                      MSK_SIZE_UPTO(msk_ue_hooks, keylog)))
        return MSK_ERR_ARGUMENT;
    lay_out(ue, &c->limits);
    configure(ue, c);
    if (c->xml != NULL)
        err = set_up_requests(ue, c);
    if (err == MSK_OK)
        *out = ue;
    return err;
}

int
msk_ue_init(struct msk_ue **ue, void *mem, size_t len,
            const struct msk_ue_config *config, void *user)
{
    struct msk_ue_config c;
    size_t size;

    if (ue == NULL || mem == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_ue_config, retry_after_max)) ||
        !is_usable_config(&c))
        return MSK_ERR_ARGUMENT;
    size = msk_ue_size(&c.limits);
    if (size == 0)
        return MSK_ERR_ARGUMENT;
    return len < size ? MSK_ERR_SPACE : make_session(ue, mem, &c, user);
}

void
msk_ue_wipe(struct msk_ue *ue)
{
    size_t n;

    if (ue == NULL)
        return;
    n = sizeof *ue + ue->n_groups * sizeof *ue->groups +
        ue->n_services * sizeof *ue->services + ue->n_flows * sizeof *ue->flows;
    msk_secret_wipe(ue, n);
}

/* MSK_UE_SIZE holds a session, wherever it begins, and a quarter more: a
 * program compiled today may meet the library of a later version. */
#define WITH_ROOM(need) ((need) + (need) / 4)
typedef char msk_ue_fits[WITH_ROOM(sizeof(struct msk_ue) + sizeof(uint64_t)) <=
                                 MSK_UE_SIZE(0, 0)
                             ? 1
                             : -1];
typedef char
    msk_ue_group_fits[WITH_ROOM(sizeof(struct msk_ue_group) +
                                MSK_UE_FLOWS(1) * sizeof(struct msk_ue_flow)) <=
                              MSK_UE_SIZE(1, 0) - MSK_UE_SIZE(0, 0)
                          ? 1
                          : -1];
typedef char msk_ue_service_fits[WITH_ROOM(sizeof(struct msk_ue_service)) <=
                                         MSK_UE_SIZE(0, 1) - MSK_UE_SIZE(0, 0)
                                     ? 1
                                     : -1];
