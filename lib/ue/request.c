/* SPDX-License-Identifier: MIT */
/*
 * What is to be asked, as an HTTP request: collected from services and groups,
 * written, authorized. Nothing is marked as asked before that has succeeded.
 */
#include <string.h>

#include "msk/body.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/service.h"

#define FAULT_PAUSE 5000 /* milliseconds, when a provider failed */

/* The items of a request, while it is made. */
struct list {
    struct msk_body_item item[MSK_BODY_ITEMS_MAX];
    size_t n;
};

static struct msk_body_item *
add_item(struct list *list)
{
    struct msk_body_item *item = &list->item[list->n];

    if (list->n == MSK_BODY_ITEMS_MAX)
        return NULL;
    memset(item, 0, sizeof *item);
    list->n++;
    return item;
}

static void
collect_services(const struct msk_ue *ue, enum msk_procedure procedure,
                 struct list *list)
{
    for (size_t i = 0; i < ue->n_services; i++) {
        const struct msk_ue_service *service = &ue->services[i];
        struct msk_body_item *item;

        if (!msk_ue_service_is_due(ue, i, procedure))
            continue;
        item = add_item(list);
        if (item == NULL)
            return;
        item->service.p = service->id;
        item->service.n = service->id_len;
    }
}

/* Decision 17: the group and two octets of number; 0 is the current one. */
static void
fill_item(struct msk_body_item *item, const struct msk_key_id *id,
          uint16_t number)
{
    memcpy(item->domain, id->domain, sizeof item->domain);
    item->msk_id[0] = (uint8_t)(id->group >> 8);
    item->msk_id[1] = (uint8_t)(id->group & 0xFF);
    item->msk_id[2] = (uint8_t)(number >> 8);
    item->msk_id[3] = (uint8_t)(number & 0xFF);
}

static void
collect_groups(const struct msk_ue *ue, struct list *list)
{
    for (size_t i = 0; i < ue->n_groups; i++)
        for (size_t w = 0; w < MSK_UE_WANTS; w++) {
            const struct msk_ue_group *group = &ue->groups[i];
            struct msk_body_item *item;

            if (!msk_ue_group_is_used(group) ||
                group->state != MSK_GROUP_READY || !group->want[w].wanted)
                continue;
            item = add_item(list);
            if (item == NULL)
                return;
            fill_item(item, &group->id, group->want[w].number);
        }
}

/* The first n of what was collected are asked now. */
static void
mark_services(struct msk_ue *ue, enum msk_procedure procedure, size_t n)
{
    for (size_t i = 0; i < ue->n_services && n > 0; i++)
        if (msk_ue_service_is_due(ue, i, procedure)) {
            ue->services[i].asked = true;
            ue->services[i].code = 0;
            msk_ue_service_step(ue, i, MSK_SERVICE_SENT);
            n--;
        }
}

static void
mark_groups(struct msk_ue *ue, size_t n)
{
    for (size_t i = 0; i < ue->n_groups && n > 0; i++) {
        struct msk_ue_group *group = &ue->groups[i];

        if (!msk_ue_group_is_used(group) || group->state != MSK_GROUP_READY)
            continue;
        for (size_t w = 0; w < MSK_UE_WANTS && n > 0; w++)
            if (group->want[w].wanted) {
                group->want[w].asked = true;
                group->want[w].code = 0;
                n--;
            }
        msk_ue_group_step(ue, group, MSK_GROUP_SENT);
    }
}

static enum msk_body_kind
kind_of(enum msk_procedure procedure)
{
    if (procedure == MSK_PROCEDURE_MSK_REQUEST)
        return MSK_BODY_MSK_REQUEST;
    return procedure == MSK_PROCEDURE_REGISTER ? MSK_BODY_REGISTER
                                               : MSK_BODY_DEREGISTER;
}

/* Target and body; as many items as there is room for. */
static int
write_request(struct msk_ue *ue, enum msk_procedure procedure,
              struct list *list)
{
    struct msk_ue_exchange *x = &ue->exchange;
    struct msk_bytes base = { ue->base, ue->base_len };
    int err = msk_http_target(procedure, base, x->target, sizeof x->target,
                              &x->target_len);

    if (err != MSK_OK)
        return err;
    do
        err = msk_body_write(kind_of(procedure), list->item, list->n, x->body,
                             sizeof x->body, &x->body_len);
    while (err == MSK_ERR_SPACE && --list->n > 0);
    return err;
}

static struct msk_http_header
header(const char *name, struct msk_bytes value)
{
    struct msk_http_header h = { msk_text(name), value };

    return h;
}

/* What can be read: TS 33.246 G.2.3, and the type that its example in H.2.1 has
 * for the answer to an MSK request. */
static const char *
accepted(const struct msk_ue_exchange *x)
{
    return x->procedure == MSK_PROCEDURE_MSK_REQUEST
               ? "application/mbms-msk-response+xml, application/mbms-msk+xml"
               : "application/mbms-register-response+xml";
}

/* TS 24.109 5.2.1: every request says 3gpp-gba; TS 33.535 B.1.2.2: or
 * 3gpp-akma. */
static const char *
agent(const struct msk_ue *ue)
{
    return ue->akma ? "libmsk 3gpp-akma" : "libmsk 3gpp-gba";
}

static void
put_request(struct msk_ue *ue)
{
    struct msk_ue_exchange *x = &ue->exchange;
    struct msk_bytes type =
        msk_body_media_type(kind_of((enum msk_procedure)x->procedure));

    x->headers[0] = header("Content-Type", type);
    x->headers[1] = header("User-Agent", msk_text(agent(ue)));
    x->headers[2] = header("Accept", msk_text(accepted(x)));
    x->headers[3] = header("Accept-Encoding", msk_text("identity"));
    x->headers[4] =
        header("Authorization",
               (struct msk_bytes){ x->authorization, x->authorization_len });
    memset(&x->request, 0, sizeof x->request);
    x->request.size = sizeof x->request;
    x->request.method = msk_text("POST");
    x->request.target.p = x->target;
    x->request.target.n = x->target_len;
    x->request.headers = x->headers;
    x->request.n_headers = x->authorised ? 5 : 4;
    x->request.body.p = x->body;
    x->request.body.n = x->body_len;
}

/* Without a nonce the request goes out as it is, to get one. */
static int
authorise_request(struct msk_ue *ue)
{
    struct msk_ue_exchange *x = &ue->exchange;
    const struct msk_credentials credentials = {
        .btid = { ue->keys.btid, ue->keys.btid_len },
        .mrk = { ue->keys.mrk, ue->keys.mrk_len },
    };
    int err;

    x->credentials = ue->keys;
    x->keys = ue->generation;
    x->authorised = false;
    put_request(ue);
    err = msk_digest_client_authorise(&x->digest, &credentials, &x->request,
                                      x->authorization, sizeof x->authorization,
                                      &x->authorization_len);
    x->authorised = err == MSK_OK;
    put_request(ue);
    return err == MSK_ERR_STATE ? MSK_OK : err;
}

int
msk_ue_exchange_repeat(struct msk_ue *ue)
{
    int err = authorise_request(ue);

    if (err == MSK_OK)
        err = msk_ue_exchange_step(ue, MSK_EXCHANGE_REPEAT);
    else
        msk_ue_exchange_fail(ue, MSK_REASON_UNREACHABLE, 0);
    return err;
}

int
msk_ue_exchange_keys(struct msk_ue *ue)
{
    if (ue->exchange.state != MSK_EXCHANGE_KEYS || !msk_ue_asks(ue))
        return MSK_OK;
    return msk_ue_exchange_repeat(ue);
}

static void
fault(struct msk_ue *ue, int err)
{
    ue->exchange.pause = FAULT_PAUSE;
    if (ue->work.verdict == MSK_OK)
        ue->work.verdict = err;
    (void)msk_ue_exchange_step(ue, MSK_EXCHANGE_FAULT);
}

static bool
begin_request(struct msk_ue *ue, enum msk_procedure procedure)
{
    struct msk_ue_exchange *x = &ue->exchange;
    bool keys = ue->keys.btid_len > 0 && !ue->outgrown;
    struct list list;
    int err;

    list.n = 0;
    if (procedure == MSK_PROCEDURE_MSK_REQUEST)
        collect_groups(ue, &list);
    else
        collect_services(ue, procedure, &list);
    if (list.n == 0)
        return false;
    x->procedure = (uint8_t)procedure;
    x->stale = x->bootstrap = x->authorised = false;
    err = write_request(ue, procedure, &list);
    if (err == MSK_OK && keys)
        err = authorise_request(ue);
    if (err != MSK_OK) {
        fault(ue, err);
        return true;
    }
    if (procedure == MSK_PROCEDURE_MSK_REQUEST)
        mark_groups(ue, list.n);
    else
        mark_services(ue, procedure, list.n);
    (void)msk_ue_exchange_step(ue, keys ? MSK_EXCHANGE_ASK : MSK_EXCHANGE_LACK);
    return true;
}

bool
msk_ue_exchange_begin(struct msk_ue *ue)
{
    if (ue->exchange.state != MSK_EXCHANGE_IDLE || !msk_ue_asks(ue))
        return false;
    return begin_request(ue, MSK_PROCEDURE_REGISTER) ||
           begin_request(ue, MSK_PROCEDURE_DEREGISTER) ||
           begin_request(ue, MSK_PROCEDURE_MSK_REQUEST);
}
