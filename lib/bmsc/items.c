/* SPDX-License-Identifier: MIT */
#include "bmsc/items.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "bmsc/deliveries.h"
#include "http/http_message.h"

static bool
is_same_item(const struct msk_body_item *a, const struct msk_body_item *b)
{
    return msk_octets_equal(a->service, b->service) &&
           memcmp(a->domain, b->domain, sizeof a->domain) == 0 &&
           memcmp(a->msk_id, b->msk_id, sizeof a->msk_id) == 0;
}

/* Decision 17: duplicates merge. */
static int
take_body_item(void *arg, const struct msk_body_item *item)
{
    struct msk_outbox *outbox = arg;

    for (size_t i = 0; i < outbox->n_items; i++)
        if (is_same_item(&outbox->item[i], item))
            return MSK_OK;
    if (outbox->n_items == MSK_BODY_ITEMS_MAX)
        return MSK_ERR_MANY;
    outbox->item[outbox->n_items] = *item;
    return msk_outbox_copy(outbox, item->service,
                           &outbox->item[outbox->n_items++].service);
}

/* Is there room for an answer to all of them, whatever it will say? */
static int
measure(struct msk_outbox *outbox, enum msk_body_kind kind)
{
    size_t n = 0;
    int err;

    for (size_t i = 0; i < outbox->n_items; i++)
        outbox->item[i].code = 503; /* has the longest text */
    err = msk_body_write(kind == MSK_BODY_MSK_REQUEST
                             ? MSK_BODY_MSK_RESPONSE
                             : MSK_BODY_REGISTER_RESPONSE,
                         outbox->item, outbox->n_items, NULL, 0, &n);
    return err == MSK_OK && n > MSK_HTTP_BODY_MAX ? MSK_ERR_MANY : err;
}

int
msk_items_read(const struct msk_call *call, enum msk_body_kind kind,
               const struct msk_http_request *request)
{
    struct msk_outbox *outbox = call->outbox;
    struct msk_bytes type = { NULL, 0 };
    int err = msk_header_only(request->headers, request->n_headers,
                              "Content-Type", &type);

    if (err == MSK_OK)
        err = msk_body_read(call->bmsc->config.xml, kind, type, request->body,
                            take_body_item, outbox);
    if (err == MSK_OK)
        err = measure(outbox, kind);
    if (err != MSK_OK)
        outbox->n_items = 0;
    return err;
}

/* Decision 11: what answers a request is acknowledged, unless nothing is. */
int
msk_items_owe(struct msk_call *call, const struct msk_group *group,
              uint16_t number, int *code)
{
    const struct msk_owed how = { call->bmsc->config.acks != MSK_ACK_NONE,
                                  number != 0, true };
    const struct msk_group_msk *msk =
        number != 0 ? msk_group_find(group, number) : msk_group_current(group);
    const struct msk_group_msk *next = &group->msk[MSK_ROLE_NEXT];
    int err;

    *code = call->outbox->peer_n > 0 ? 200 : 503;
    if (*code != 200)
        return MSK_OK;
    err = msk_deliveries_owe(call, group, msk, how);
    if (err == MSK_OK && number == 0 && next->number != 0)
        err = msk_deliveries_owe(call, group, next, how);
    return err;
}

/* --- MSKs that are asked for --------------------------------------------- */

/* What an item asks for. */
struct asked_msk {
    struct msk_group_id group;
    struct msk_member *member; /* NULL: the UE is none */
    uint16_t number;           /* 0: the current MSK */
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
may_have(const struct msk_call *call, const struct asked_msk *asked, int *code)
{
    *code = 403;
    if (call->bmsc->config.registration && asked->member == NULL)
        return MSK_OK;
    return msk_call_ask(call, &asked->group, asked->member, code);
}

/* Decision 18: who is granted an MSK is a member. */
static int
join(const struct msk_call *call, const struct asked_msk *asked, int *code)
{
    struct msk_member *member;
    int err;

    if (asked->member != NULL)
        return MSK_OK;
    err = msk_call_join(call, &asked->group, &member);
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
    err = join(call, asked, code);
    if (err != MSK_OK || *code != 200)
        return err;
    *code = without_msk(call);
    return group != NULL ? msk_items_owe(call, group, asked->number, code)
                         : MSK_OK;
}

int
msk_items_grant(struct msk_call *call, struct msk_body_item *item)
{
    struct asked_msk asked;
    int err;

    item->code = 400;
    if (!read_name(call, item, &asked))
        return MSK_OK;
    asked.member = msk_sub_member(call->sub, &asked.group);
    err = may_have(call, &asked, &item->code);
    if (err != MSK_OK)
        return err;
    if (item->code == 204)
        return join(call, &asked, &item->code);
    return item->code == 200 ? deliver_asked(call, &asked, &item->code)
                             : MSK_OK;
}
