/* SPDX-License-Identifier: MIT */
/* A request, from its first line to the MSKs that it brings: which procedure,
 * who asks, what for. Nothing of a request counts before its Digest did. */
#include <string.h>

#include "base/octets.h"
#include "bmsc/deliveries.h"
#include "bmsc/items.h"
#include "bmsc/registration.h"
#include "http/digest_server.h"
#include "http/http_message.h"

/* What is done with each item of a procedure, and in what kind of body it
 * stands. By enum msk_procedure. */
typedef int item_fn(struct msk_call *call, struct msk_body_item *item);

static const struct {
    enum msk_body_kind asks, answers;
    item_fn *run;
} procedures[] = {
    [MSK_PROCEDURE_REGISTER] = { MSK_BODY_REGISTER, MSK_BODY_REGISTER_RESPONSE,
                                 msk_registration_begin },
    [MSK_PROCEDURE_DEREGISTER] = { MSK_BODY_DEREGISTER,
                                   MSK_BODY_REGISTER_RESPONSE,
                                   msk_registration_end },
    [MSK_PROCEDURE_MSK_REQUEST] = { MSK_BODY_MSK_REQUEST, MSK_BODY_MSK_RESPONSE,
                                    msk_items_grant },
};

/* A request that is being answered. */
struct asked_call {
    struct msk_http_request request;
    enum msk_procedure procedure;
    struct msk_credentials credentials; /* that it is checked against */
    struct msk_digest_exchange exchange;
    struct msk_auth_context context; /* when it has verified */
};

/* --- answers ------------------------------------------------------------- */

/* Who the UE is, to Digest. */
static struct msk_credentials
credentials_of(const struct msk_sub *sub)
{
    struct msk_credentials c = { { sub->muk.btid, sub->muk.btid_len },
                                 { sub->mrk, sub->mrk_len } };

    return c;
}

/* A status alone, which no UE needs to believe. MSK_ERR_SPACE. */
static int
answer_status(const struct msk_call *call, int status)
{
    struct msk_outbox *outbox = call->outbox;

    outbox->response.status = status;
    switch (status) {
    case 405: /* RFC 9110 15.5.6 */
        return msk_outbox_header(outbox, "Allow", msk_text("POST"));
    case 415: /* RFC 9110 15.5.16 */
        return msk_outbox_header(outbox, "Accept-Encoding",
                                 msk_text("identity"));
    default: return MSK_OK;
    }
}

/* 401 with a challenge for each algorithm. stale: nothing but the nonce is
 * wrong; proven: the subscriber asks, so that it may have a nonce that is newer
 * than what it was seen with. */
static int
answer_challenge(const struct msk_call *call, struct asked_call *asked,
                 bool stale, bool proven)
{
    struct msk_digest_offer offer = {
        .size = sizeof offer,
        .stale = stale,
        .seen = proven ? &call->sub->seen : NULL,
        .now = call->now,
    };
    int err = MSK_OK;

    call->outbox->response.status = 401;
    for (; err == MSK_OK; offer.number++) {
        size_t cap, n = 0;
        uint8_t *room = msk_outbox_room(call->outbox, &cap);

        err = msk_digest_exchange_challenge(&asked->exchange, &offer, room, cap,
                                            &n);
        if (err == MSK_ERR_STATE) /* that was the last algorithm */
            return MSK_OK;
        if (err == MSK_OK)
            err = msk_outbox_header(call->outbox, "WWW-Authenticate",
                                    msk_outbox_keep(call->outbox, n));
    }
    return err;
}

static int
put_answer_body(struct msk_outbox *outbox, enum msk_body_kind kind)
{
    size_t cap, n = 0;
    uint8_t *room = msk_outbox_room(outbox, &cap);
    int err =
        msk_body_write(kind, outbox->item, outbox->n_items, room, cap, &n);

    if (err != MSK_OK)
        return err;
    outbox->response.body = msk_outbox_keep(outbox, n);
    return msk_outbox_header(outbox, "Content-Type", msk_body_media_type(kind));
}

/* The answer to a request that verified. kind: of a body with the items of the
 * outbox; 0: none. */
static int
answer_verified(struct msk_outbox *outbox, struct asked_call *asked, int status,
                enum msk_body_kind kind)
{
    size_t cap, n = 0;
    uint8_t *room;
    int err = kind != 0 ? put_answer_body(outbox, kind) : MSK_OK;

    outbox->response.status = status;
    if (err != MSK_OK)
        return err;
    room = msk_outbox_room(outbox, &cap);
    err = msk_digest_exchange_info(&asked->exchange, &asked->context,
                                   outbox->response.body, room, cap, &n);
    return err == MSK_OK ? msk_outbox_header(outbox, "Authentication-Info",
                                             msk_outbox_keep(outbox, n))
                         : err;
}

/* --- requests ------------------------------------------------------------ */

/* TS 33.246 table G.2.4-1; 0: go on. Decision 18: without registration there
 * is nothing to register. Decision 26: a body that is encoded is not read. */
static int
refusal(const struct msk_call *call, struct asked_call *asked)
{
    int status = msk_http_procedure(&asked->request, &asked->procedure);

    if (status == 0 && !call->bmsc->config.registration &&
        asked->procedure != MSK_PROCEDURE_MSK_REQUEST)
        status = 501;
    if (status == 0 && asked->request.body.n > MSK_HTTP_BODY_MAX)
        status = 400;
    if (status == 0 &&
        msk_header_encoded(asked->request.headers, asked->request.n_headers))
        status = 415;
    return status;
}

/*
 * Change request 6.3.2.2.4: the BM-SC may authenticate the UE again, or have
 * GBA run again. For the first, all nonces of before are stale; for the second
 * and for keys that have expired (decision 19), it is as if the keys were
 * unknown. Any request that names the B-TID sets off the first: that all nonces
 * of before are stale stays so. If it waited for one that has the key, the new
 * nonce of that one would be stale again.
 */
static int
authenticate(const struct msk_call *call, struct asked_call *asked,
             enum msk_auth *auth)
{
    struct msk_sub *sub = call->sub;
    bool usable =
        sub != NULL && !sub->rebootstrap && !msk_sub_expired(sub, call->now);
    int err;

    if (usable)
        asked->credentials = credentials_of(sub);
    if (sub != NULL && sub->reauth) {
        msk_digest_seen_expire(&sub->seen, call->now);
        sub->reauth = false;
    }
    err = msk_digest_exchange_begin(&asked->exchange, &call->bmsc->digest,
                                    usable ? &asked->credentials : NULL);
    return err == MSK_OK
               ? msk_digest_exchange_check(
                     &asked->exchange, &asked->request, call->now,
                     sub != NULL ? &sub->seen : NULL, auth, &asked->context)
               : err;
}

/* Decision 15: only a request that verified and is fresh moves the address. */
static void
meet(const struct msk_call *call, struct msk_bytes peer)
{
    struct msk_sub *sub = call->sub;

    sub->proven = true;
    if (peer.n == 0)
        return;
    memset(sub->address, 0, sizeof sub->address);
    memcpy(sub->address, peer.p, peer.n);
    sub->address_len = (uint8_t)peer.n;
    memcpy(call->outbox->peer, sub->address, sizeof call->outbox->peer);
    call->outbox->peer_n = peer.n;
}

/* What a body that cannot be taken is answered with; 0: a provider failed. */
static int
status_of_error(int err)
{
    if (msk_err_kind(err) == MSK_KIND_DROP)
        return 400;
    return err == MSK_ERR_SPACE ? 503 : 0;
}

static int
serve(struct msk_call *call, struct asked_call *asked)
{
    const size_t i = (size_t)asked->procedure;
    struct msk_outbox *outbox = call->outbox;
    enum msk_body_kind kind = procedures[i].answers;
    int err = msk_items_read(call, procedures[i].asks, &asked->request);
    int status = 200;

    if (err != MSK_OK) {
        status = status_of_error(err);
        kind = (enum msk_body_kind)0;
        err = status != 0 ? MSK_OK : err;
    }
    if (err == MSK_OK && asked->procedure == MSK_PROCEDURE_MSK_REQUEST)
        err = msk_deliveries_yield(call, outbox->item, outbox->n_items);
    for (size_t k = 0; err == MSK_OK && k < outbox->n_items; k++)
        err = procedures[i].run(call, &outbox->item[k]);
    if (err == MSK_OK)
        err = msk_deliveries_run(call);
    return err == MSK_OK ? answer_verified(outbox, asked, status, kind) : err;
}

static int
answer(struct msk_call *call, struct asked_call *asked, struct msk_bytes peer)
{
    enum msk_auth auth = MSK_AUTH_WRONG;
    int status = refusal(call, asked);
    int err = msk_outbox_add(call->outbox, MSK_BMSC_EFFECT_SEND_HTTP, NULL,
                             (struct msk_bytes){ NULL, 0 });

    if (err != MSK_OK || status < 0)
        return err != MSK_OK ? err : status;
    if (status != 0)
        return answer_status(call, status);
    err = authenticate(call, asked, &auth);
    if (err != MSK_OK)
        return err;
    switch (auth) {
    case MSK_AUTH_OK: meet(call, peer); return serve(call, asked);
    case MSK_AUTH_STALE:
        return answer_challenge(call, asked, true, asked->context.proven);
    case MSK_AUTH_MISSING:
    case MSK_AUTH_WRONG: return answer_challenge(call, asked, false, false);
    case MSK_AUTH_BAD: break;
    }
    return answer_status(call, 400);
}

int
msk_bmsc_answer(const struct msk_bmsc *bmsc, void *user,
                struct msk_subscriber *subscriber,
                const struct msk_http_request *request, struct msk_bytes peer,
                msk_time now, struct msk_outbox *outbox)
{
    struct msk_call call;
    struct asked_call asked;
    int err = msk_call_begin(&call, bmsc, user, subscriber, now, outbox);

    if (err != MSK_OK)
        return err;
    if (!bmsc->has_http)
        return MSK_ERR_STATE;
    memset(&asked, 0, sizeof asked);
    if (!msk_sized_take(&asked.request, sizeof asked.request, request,
                        MSK_SIZE_UPTO(msk_http_request, body)) ||
        (asked.request.headers == NULL && asked.request.n_headers > 0) ||
        !msk_octets_fit(peer, 0, MSK_PEER_MAX))
        return MSK_ERR_ARGUMENT;
    if (!outbox->http)
        return MSK_ERR_SPACE;
    err = answer(&call, &asked, peer);
    msk_digest_exchange_end(&asked.exchange);
    return msk_outbox_end(outbox, err);
}
