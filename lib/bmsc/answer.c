/* SPDX-License-Identifier: MIT */
#include "bmsc/answer.h"

struct msk_credentials
msk_answer_credentials(const struct msk_sub *sub)
{
    struct msk_credentials c = { { sub->muk.btid, sub->muk.btid_len },
                                 { sub->mrk, sub->mrk_len } };

    return c;
}

int
msk_answer_status(const struct msk_call *call, int status)
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

int
msk_answer_challenge(const struct msk_call *call, bool stale, bool proven)
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

        err = msk_digest_server_challenge(&call->bmsc->digest, &offer, room,
                                          cap, &n);
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

int
msk_answer_verified(const struct msk_call *call, int status,
                    enum msk_body_kind kind,
                    const struct msk_auth_context *context)
{
    const struct msk_credentials credentials =
        msk_answer_credentials(call->sub);
    struct msk_outbox *outbox = call->outbox;
    size_t cap, n = 0;
    uint8_t *room;
    int err = kind != 0 ? put_answer_body(outbox, kind) : MSK_OK;

    outbox->response.status = status;
    if (err != MSK_OK)
        return err;
    room = msk_outbox_room(outbox, &cap);
    err = msk_digest_server_info(&call->bmsc->digest, &credentials, context,
                                 outbox->response.body, room, cap, &n);
    return err == MSK_OK ? msk_outbox_header(outbox, "Authentication-Info",
                                             msk_outbox_keep(outbox, n))
                         : err;
}
