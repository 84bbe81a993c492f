/* SPDX-License-Identifier: MIT */
#include "bmsc/grant.h"

#include <string.h>

#include "base/bytes.h"
#include "bmsc/authority.h"
#include "bmsc/items.h"
#include "bmsc/membership.h"

/* What an item asks for. */
struct asked_msk {
    struct msk_group_id group;
    uint16_t number; /* 0: the current MSK */
};

/* Decision 17: in CSB nothing but a Key Group can be asked for. */
static bool
read_name(const struct msk_call *call, const struct msk_body_item *item,
          struct asked_msk *asked)
{
    struct msk_reader r;

    msk_reader_init(&r, item->msk_id, sizeof item->msk_id);
    memcpy(asked->group.domain, item->domain, sizeof asked->group.domain);
    asked->group.group = msk_reader_u16(&r);
    asked->number = msk_reader_u16(&r);
    return asked->group.group != 0 &&
           (asked->number == 0 ||
            call->bmsc->config.layout == MSK_LAYOUT_KEYID);
}

/*
 * TS 33.246 6.3.2.2.1: registered to a service that uses the MSK, and still
 * authorised. Without registration the host alone says so.
 */
static int
may_have(const struct msk_call *call, const struct msk_group_id *group,
         int *code)
{
    *code = 403;
    if (call->bmsc->config.registration &&
        msk_sub_find(call->sub, group) == NULL)
        return MSK_OK;
    return msk_authority_ask(call, group, code);
}

/* Decision 18: who is granted an MSK is a member. */
static int
join(const struct msk_call *call, const struct msk_group_id *group, int *code)
{
    struct msk_member *member;
    int err;

    if (msk_sub_find(call->sub, group) != NULL)
        return MSK_OK;
    err = msk_membership_begin(call, group, &member);
    if (err == MSK_OK) {
        member->asked = true;
        member->leave = *code == 200;
    }
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
deliver_asked(struct msk_call *call, const struct asked_msk *asked, int *code)
{
    const struct msk_group *group = msk_call_group(call, &asked->group);
    int err;

    /* TS 33.246 table G.2.4-1: parameters that are not acceptable. */
    if (asked->number != 0 &&
        (group == NULL || msk_group_find(group, asked->number) == NULL)) {
        *code = 403;
        return MSK_OK;
    }
    err = join(call, &asked->group, code);
    if (err != MSK_OK || *code != 200)
        return err;
    *code = without_msk(call);
    return group != NULL ? msk_items_owe(call, group, asked->number, code)
                         : MSK_OK;
}

int
msk_grant(struct msk_call *call, struct msk_body_item *item)
{
    struct asked_msk asked;
    int err;

    item->code = 400;
    if (!read_name(call, item, &asked))
        return MSK_OK;
    err = may_have(call, &asked.group, &item->code);
    if (err != MSK_OK)
        return err;
    if (item->code == 204)
        return join(call, &asked.group, &item->code);
    return item->code == 200 ? deliver_asked(call, &asked, &item->code)
                             : MSK_OK;
}
