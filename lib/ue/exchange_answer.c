/* SPDX-License-Identifier: MIT */
/*
 * What an HTTP answer says. Only one whose Authentication-Info verifies is an
 * answer; anything else is a hint that leads to a bounded retry (decision 13).
 */
#include "base/octets.h"
#include "http/date.h"
#include "http/http_message.h"
#include "msk/body.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/service.h"

#define SECONDS_MAX 1000000000 /* of a Retry-After: more is as much */

/* The value of a header; empty: it is not there, or more than once. */
static struct msk_bytes
value_of_header(const struct msk_http_response *response, const char *name)
{
    struct msk_bytes value = { NULL, 0 };

    if (msk_header_only(response->headers, response->n_headers, name, &value) !=
        MSK_OK)
        value.n = 0;
    return value;
}

static bool
is_number(struct msk_bytes value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] < '0' || value.p[i] > '9')
            return false;
    return value.n > 0;
}

static uint64_t
number_of(struct msk_bytes value)
{
    uint64_t number = 0;

    for (size_t i = 0; i < value.n; i++)
        if (number < SECONDS_MAX)
            number = number * 10 + (uint64_t)(value.p[i] - '0');
    return number;
}

/* A session does not know the date; the answer says what it is where it was
 * made. 0: it does not, or the date is over. */
static uint64_t
seconds_to(const struct msk_http_response *response, struct msk_bytes value)
{
    uint64_t at, now;

    if (!msk_http_date(value, &at) ||
        !msk_http_date(value_of_header(response, "Date"), &now) || at < now)
        return 0;
    return at - now < SECONDS_MAX ? at - now : SECONDS_MAX;
}

/* Retry-After (RFC 9110 10.2.3), bounded; 0: none. */
static msk_time
retry_after(const struct msk_ue *ue, const struct msk_http_response *response)
{
    struct msk_bytes value = value_of_header(response, "Retry-After");
    msk_time time =
        is_number(value) ? number_of(value) : seconds_to(response, value);

    time *= MSK_SECOND;
    return time < ue->retry_after_max ? time : ue->retry_after_max;
}

static bool
is_sane(const struct msk_http_response *response)
{
    return response->status >= 100 && response->status <= 599 &&
           response->n_headers <= MSK_HTTP_HEADERS_MAX &&
           (response->headers != NULL || response->n_headers == 0) &&
           msk_octets_fit(response->body, 0, MSK_HTTP_BODY_MAX);
}

/* --- 401 ----------------------------------------------------------------- */

/* At most one bootstrap for a request; keys that came while it was under way
 * are used first (decision 14). */
static int
renegotiate(struct msk_ue *ue)
{
    struct msk_ue_exchange *x = &ue->exchange;

    if (x->keys != ue->generation && msk_ue_asks(ue))
        return msk_ue_exchange_repeat(ue);
    if (x->bootstrap) {
        msk_ue_exchange_fail(ue, MSK_REASON_UNVERIFIED, 0);
        return MSK_ERR_DIGEST;
    }
    x->bootstrap = true;
    return msk_ue_exchange_step(ue, MSK_EXCHANGE_RENEW);
}

/* TS 24.109 5.2.4, 5.2.5: three meanings of a 401. */
static int
challenged(struct msk_ue *ue, const struct msk_http_response *response)
{
    struct msk_ue_exchange *x = &ue->exchange;
    enum msk_challenge what = MSK_CHALLENGE_ANSWER;
    int err =
        msk_digest_client_challenge(&x->digest, response, x->authorised, &what);

    if (err == MSK_OK && what == MSK_CHALLENGE_BOOTSTRAP)
        return renegotiate(ue);
    if (err == MSK_OK && what == MSK_CHALLENGE_STALE && x->stale)
        err = MSK_ERR_DIGEST;
    if (err != MSK_OK) {
        msk_ue_exchange_fail(ue, MSK_REASON_UNVERIFIED, 0);
        return err;
    }
    if (what == MSK_CHALLENGE_STALE)
        x->stale = true;
    return msk_ue_exchange_repeat(ue);
}

/* --- a verified body ----------------------------------------------------- */

/* An item counts if it was asked for, and the first one of a kind only. */
static int
take_group(void *arg, const struct msk_body_item *item)
{
    struct msk_ue *ue = arg;
    uint16_t id = (uint16_t)(item->msk_id[0] << 8 | item->msk_id[1]);
    uint16_t number = (uint16_t)(item->msk_id[2] << 8 | item->msk_id[3]);
    size_t i = msk_ue_group_find(ue, item->domain, id);

    for (size_t w = 0; i < ue->n_groups && w < MSK_UE_WANTS; w++) {
        struct msk_ue_want *want = &ue->groups[i].want[w];

        if (want->asked && want->code == 0 && want->number == number)
            want->code = (int16_t)item->code;
    }
    return MSK_OK;
}

static int
take_service_item(void *arg, const struct msk_body_item *item)
{
    struct msk_ue *ue = arg;
    size_t i = msk_ue_service_find(ue, item->service);

    if (i < ue->n_services && ue->services[i].asked &&
        ue->services[i].code == 0)
        ue->services[i].code = (int16_t)item->code;
    return MSK_OK;
}

/* Codes that were taken of a body that is none after all are not
 * looked at: the request fails, and the next one begins without. */
static int
read_items(struct msk_ue *ue, const struct msk_http_response *response)
{
    bool groups = ue->exchange.procedure == MSK_PROCEDURE_MSK_REQUEST;

    return msk_body_read(
        ue->xml, groups ? MSK_BODY_MSK_RESPONSE : MSK_BODY_REGISTER_RESPONSE,
        value_of_header(response, "Content-Type"), response->body,
        groups ? take_group : take_service_item, ue);
}

/* The request is over before what it leads to begins. */
static void
conclude_exchange(struct msk_ue *ue, msk_time after)
{
    (void)msk_ue_exchange_step(ue, MSK_EXCHANGE_ANSWERED);
    for (size_t i = 0; i < ue->n_groups; i++)
        if ((ue->groups[i].state == MSK_GROUP_ASKED ||
             ue->groups[i].state == MSK_GROUP_ANSWERED) &&
            msk_ue_group_answered(ue, &ue->groups[i], after))
            msk_ue_service_renew(ue, i);
    for (size_t i = 0; i < ue->n_services; i++)
        if (ue->services[i].asked)
            msk_ue_service_answered(ue, i, after);
}

/* The body is the server's. The status is not covered by Digest: an error
 * stays a hint, whoever it is from, and codes of items count with 200 only. */
static int
answered(struct msk_ue *ue, const struct msk_http_response *response)
{
    int err;

    if (response->status != 200) {
        msk_ue_exchange_fail(ue, MSK_REASON_REFUSED, retry_after(ue, response));
        return MSK_ERR_REFUSED;
    }
    err = read_items(ue, response);
    if (err == MSK_OK)
        conclude_exchange(ue, retry_after(ue, response));
    else
        msk_ue_exchange_fail(ue, MSK_REASON_UNVERIFIED, 0);
    return err;
}

/* --- any answer ---------------------------------------------------------- */

static int
verify_answer(struct msk_ue *ue, const struct msk_http_response *response)
{
    struct msk_ue_exchange *x = &ue->exchange;
    const struct msk_credentials credentials = {
        .btid = { x->credentials.btid, x->credentials.btid_len },
        .mrk = { x->credentials.mrk, x->credentials.mrk_len },
    };
    struct msk_bytes target = { x->target, x->target_len };

    if (!x->authorised)
        return MSK_ERR_DIGEST;
    return msk_digest_client_verify(&x->digest, &credentials, target, response);
}

int
msk_ue_exchange_answer(struct msk_ue *ue,
                       const struct msk_http_response *response)
{
    int err;

    if (response == NULL) {
        msk_ue_exchange_fail(ue, MSK_REASON_UNREACHABLE, 0);
        return MSK_OK;
    }
    if (!is_sane(response)) {
        msk_ue_exchange_fail(ue, MSK_REASON_UNVERIFIED, 0);
        return MSK_ERR_DIGEST;
    }
    if (response->status == 401)
        return challenged(ue, response);
    err = verify_answer(ue, response);
    if (err == MSK_OK)
        return answered(ue, response);
    msk_ue_exchange_fail(ue, MSK_REASON_UNVERIFIED,
                         response->status != 200 ? retry_after(ue, response)
                                                 : 0);
    return err;
}
