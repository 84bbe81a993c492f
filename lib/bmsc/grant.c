/* SPDX-License-Identifier: MIT */
#include "bmsc/grant.h"

#include <string.h>

#include "base/bytes.h"
#include "bmsc/items.h"
#include "bmsc/membership.h"

/* Decision 17: in CSB nothing but a Key Group can be asked for. */
static bool
read_name(const struct msk_call *call, const struct msk_body_item *item,
          struct msk_key_id *id)
{
    struct msk_reader r;

    msk_reader_init(&r, item->msk_id, sizeof item->msk_id);
    memset(id, 0, sizeof *id);
    memcpy(id->domain, item->domain, sizeof id->domain);
    id->group = msk_reader_u16(&r);
    id->number = msk_reader_u16(&r);
    return id->group != 0 &&
           (id->number == 0 || call->bmsc->config.layout == MSK_LAYOUT_KEYID);
}

/*
 * TS 33.246 6.3.2.2.1: registered to a service that uses the MSK. Without
 * registration the host is asked, once, for a member needs no leave.
 */
static int
may_have(const struct msk_call *call, const struct msk_key_id *id, int *code)
{
    *code = 200;
    if (msk_sub_find(call->sub, id->domain, id->group) != NULL)
        return MSK_OK;
    *code = 403;
    return call->bmsc->config.registration
               ? MSK_OK
               : msk_items_authorise(call, id, code);
}

/* Decision 18: who is granted an MSK is a member. */
static int
join(const struct msk_call *call, const struct msk_key_id *id, int *code)
{
    struct msk_member *member;
    int err;

    if (msk_sub_find(call->sub, id->domain, id->group) != NULL)
        return MSK_OK;
    err = msk_membership_begin(call, id, &member);
    if (err == MSK_OK)
        member->asked = true;
    if (err == MSK_ERR_LIMIT)
        *code = 503;
    return err == MSK_ERR_LIMIT ? MSK_OK : err;
}

/* Decision 16: a confirmation that there is nothing newer. */
static int
without_msk(const struct msk_call *call)
{
    return call->bmsc->confirms ? 204 : 503;
}

static int
deliver(const struct msk_call *call, const struct msk_key_id *id, int *code)
{
    const struct msk_group *group = msk_call_group(call, id->domain, id->group);
    int err;

    /* TS 33.246 table G.2.4-1: parameters that are not acceptable. */
    if (id->number != 0 &&
        (group == NULL || msk_group_current(group)->number != id->number)) {
        *code = 403;
        return MSK_OK;
    }
    err = join(call, id, code);
    if (err != MSK_OK || *code != 200)
        return err;
    *code = without_msk(call);
    return group != NULL ? msk_items_push(call, group, code) : MSK_OK;
}

int
msk_grant(const struct msk_call *call, struct msk_body_item *item)
{
    struct msk_key_id id;
    int err;

    item->code = 400;
    if (!read_name(call, item, &id))
        return MSK_OK;
    err = may_have(call, &id, &item->code);
    if (err != MSK_OK)
        return err;
    if (item->code == 204)
        return join(call, &id, &item->code);
    return item->code == 200 ? deliver(call, &id, &item->code) : MSK_OK;
}
