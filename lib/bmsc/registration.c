/* SPDX-License-Identifier: MIT */
#include "bmsc/registration.h"

#include <string.h>

#include "bmsc/delivery.h"
#include "bmsc/items.h"

/* --- services ------------------------------------------------------------ */

/* A service is kept as the head of its hash: URIs are long. */
static int
make_service_tag(const struct msk_call *call, struct msk_bytes service,
                 uint8_t tag[MSK_SERVICE_TAG])
{
    const struct msk_crypto *crypto = call->bmsc->config.crypto;
    uint8_t digest[MSK_HASH_MAX];

    if (crypto->hash(crypto->user, MSK_HASH_SHA256, &service, 1, digest) != 0)
        return MSK_ERR_CRYPTO;
    memcpy(tag, digest, MSK_SERVICE_TAG);
    return MSK_OK;
}

/* The place of a service, or n_services. */
static uint8_t
find_service(const struct msk_sub *sub, const uint8_t tag[MSK_SERVICE_TAG])
{
    uint8_t i = 0;

    while (i < sub->n_services &&
           memcmp(sub->service[i], tag, MSK_SERVICE_TAG) != 0)
        i++;
    return i;
}

static uint32_t
bit(uint8_t place)
{
    return UINT32_C(1) << place;
}

/* The last service takes the place of one that goes. */
static void
drop_service(struct msk_sub *sub, uint8_t place)
{
    uint8_t last = (uint8_t)(sub->n_services - 1);

    for (size_t i = 0; i < sub->n_members; i++) {
        uint32_t *services = &sub->member[i].services;

        *services &= ~bit(place);
        if ((*services & bit(last)) != 0)
            *services = (*services & ~bit(last)) | bit(place);
    }
    if (place != last)
        memcpy(sub->service[place], sub->service[last], MSK_SERVICE_TAG);
    memset(sub->service[last], 0, MSK_SERVICE_TAG);
    sub->n_services = last;
}

/* --- registration -------------------------------------------------------- */

/* The Key Groups of a service. */
struct needs {
    struct msk_group_id id[MSK_SUBSCRIBER_GROUPS_MAX];
    bool leave[MSK_SUBSCRIBER_GROUPS_MAX]; /* and there is an MSK for the UE */
    size_t n;
};

static bool
needs_group(const struct needs *needs, const struct msk_group_id *group)
{
    for (size_t i = 0; i < needs->n; i++)
        if (msk_group_id_equal(&needs->id[i], group))
            return true;
    return false;
}

/* The host's list without what stands there twice. False: it is none. */
static bool
take_list(struct needs *needs, const struct msk_group_id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ids[i].group == 0)
            return false;
        if (!needs_group(needs, &ids[i]))
            needs->id[needs->n++] = ids[i];
    }
    return n > 0;
}

/* False: there is no such service. */
static bool
look_up(const struct msk_call *call, struct msk_bytes service,
        struct needs *needs)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_group_id ids[MSK_SUBSCRIBER_GROUPS_MAX];
    size_t n = 0;

    memset(needs, 0, sizeof *needs);
    if (c->service_groups != NULL)
        n = c->service_groups(call->user, service, ids,
                              MSK_SUBSCRIBER_GROUPS_MAX);
    return n <= MSK_SUBSCRIBER_GROUPS_MAX && take_list(needs, ids, n);
}

/* The first group that is not granted says what becomes of the service. */
static int
authorise_groups(const struct msk_call *call, struct needs *needs, int *code)
{
    int err = MSK_OK;

    *code = 200;
    for (size_t i = 0; err == MSK_OK && *code == 200 && i < needs->n; i++) {
        err = msk_call_ask(call, &needs->id[i],
                           msk_sub_member(call->sub, &needs->id[i]), code);
        needs->leave[i] = err == MSK_OK && *code == 200;
        if (*code == 204) /* there is just no MSK yet */
            *code = 200;
    }
    return err;
}

/* Is there room for all of them, when what the service needed before and needs
 * no more has gone? Whole or not at all. */
static bool
has_room_for(const struct msk_sub *sub, const struct needs *needs,
             uint8_t place)
{
    size_t after = 0;

    for (size_t i = 0; i < sub->n_members; i++) {
        const struct msk_member *m = &sub->member[i];

        if (!needs_group(needs, &m->group) &&
            (m->asked || (m->services & ~bit(place)) != 0))
            after++;
    }
    return after + needs->n <= MSK_SUBSCRIBER_GROUPS_MAX;
}

static int
join_all(const struct msk_call *call, const struct needs *needs, uint8_t place)
{
    struct msk_member *member;
    int err = MSK_OK;

    for (size_t i = 0; i < needs->n; i++) {
        member = msk_sub_member(call->sub, &needs->id[i]);
        if (member == NULL)
            err = msk_call_join(call, &needs->id[i], &member);
        if (err != MSK_OK)
            break;
        member->services |= bit(place);
        member->leave = needs->leave[i];
    }
    return err;
}

/* TS 33.246 6.3.2.1A: the Key Distribution function starts MSK delivery. What
 * cannot be sent now is there when the UE asks for it. */
static int
owe_all(struct msk_call *call, const struct needs *needs)
{
    int err = MSK_OK, code;

    for (size_t i = 0; err == MSK_OK && i < needs->n; i++) {
        const struct msk_group *group = msk_call_group(call, &needs->id[i]);

        if (group != NULL && needs->leave[i])
            err = msk_items_owe(call, group, 0, &code);
    }
    return err;
}

/* Ends what only that service needed, from the last one on, for the last one
 * takes the place of one that goes. invalidate: the UE left, and its MSK goes
 * too (TS 33.246 6.3.2.1B). */
static int
leave_all(struct msk_call *call, uint8_t place, bool invalidate)
{
    struct msk_sub *sub = call->sub;
    int err = MSK_OK;

    for (size_t i = sub->n_members; err == MSK_OK && i > 0; i--) {
        struct msk_member *member = &sub->member[i - 1];
        const struct msk_group *group;

        if ((member->services & bit(place)) == 0)
            continue;
        member->services &= ~bit(place);
        if (member->services != 0 || member->asked)
            continue;
        group = msk_call_group(call, &member->group);
        if (invalidate && group != NULL)
            err = msk_delivery_invalidate(call, group);
        if (err == MSK_ERR_STATE) /* no address, or the counter is used up */
            err = MSK_OK;
        if (err == MSK_OK)
            err = msk_call_part(call, member, MSK_PARTED_LEFT);
    }
    return err;
}

/* TS 33.246 6.3.2.1A: a new registration overrides the old one; what the
 * service no longer needs is left. */
static int
replace_registration(struct msk_call *call, const struct needs *needs,
                     uint8_t place)
{
    int err;

    for (size_t i = 0; i < call->sub->n_members; i++)
        if (needs_group(needs, &call->sub->member[i].group))
            call->sub->member[i].services &= ~bit(place);
    err = leave_all(call, place, false);
    return err == MSK_OK ? join_all(call, needs, place) : err;
}

/* --- items --------------------------------------------------------------- */

int
msk_registration_begin(struct msk_call *call, struct msk_body_item *item)
{
    struct msk_sub *sub = call->sub;
    uint8_t tag[MSK_SERVICE_TAG], place;
    struct needs needs;
    int err;

    item->code = 403;
    if (!look_up(call, item->service, &needs))
        return MSK_OK;
    err = authorise_groups(call, &needs, &item->code);
    if (err != MSK_OK || item->code != 200)
        return err;
    err = make_service_tag(call, item->service, tag);
    place = find_service(sub, tag);
    if (err != MSK_OK)
        return err;
    if (place == MSK_SERVICES_MAX || !has_room_for(sub, &needs, place)) {
        item->code = 503;
        return MSK_OK;
    }
    if (place == sub->n_services)
        memcpy(sub->service[sub->n_services++], tag, sizeof tag);
    err = replace_registration(call, &needs, place);
    /* TS 33.246 6.3.1: where the BM-SC never pushes, the UE asks. */
    return err == MSK_OK && !call->bmsc->config.never_push
               ? owe_all(call, &needs)
               : err;
}

/* Who asks again because the answer was lost has left all the same. */
int
msk_registration_end(struct msk_call *call, struct msk_body_item *item)
{
    struct msk_sub *sub = call->sub;
    uint8_t tag[MSK_SERVICE_TAG], place;
    int err = make_service_tag(call, item->service, tag);

    item->code = 200;
    place = find_service(sub, tag);
    if (err != MSK_OK || place == sub->n_services)
        return err;
    err = leave_all(call, place, true);
    if (err == MSK_OK)
        drop_service(sub, place);
    return err;
}
