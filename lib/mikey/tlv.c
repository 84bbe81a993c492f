/* SPDX-License-Identifier: MIT */
/* Lists of type, length, value, and the two that MBMS has: the names in the
 * Key ID extension, the parameters of an SP payload. */
#include "mikey/tlv.h"

#include "base/octets.h"

int
msk_tlv_get(struct msk_bytes *rest, uint8_t *type, struct msk_bytes *value)
{
    struct msk_reader r;

    if (rest == NULL || type == NULL || value == NULL ||
        (rest->p == NULL && rest->n > 0))
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, rest->p, rest->n);
    *type = msk_reader_u8(&r);
    msk_reader_take(&r, msk_reader_u8(&r), value);
    if (r.bad)
        return MSK_ERR_TRUNCATED;
    msk_reader_take(&r, msk_reader_left(&r), rest);
    return MSK_OK;
}

void
msk_tlv_put(struct msk_writer *w, uint8_t type, const uint8_t *value, size_t n)
{
    size_t at;

    msk_writer_u8(w, type);
    at = msk_writer_open8(w);
    msk_writer_put(w, value, n);
    msk_writer_close8(w, at);
}

bool
msk_tlv_whole(const struct msk_bytes *list)
{
    struct msk_reader r;

    msk_reader_init(&r, list->p, list->n);
    /*@ loop invariant reader(&r) && r.p == list->p && r.n == list->n;
        loop assigns r.at, r.bad;
        loop variant r.bad ? 0 : r.n - r.at;
     */
    while (msk_reader_left(&r) > 0) {
        msk_reader_u8(&r);
        msk_reader_skip(&r, msk_reader_u8(&r));
    }
    return msk_reader_done(&r);
}

/* --- the Key ID extension of MBMS, RFC 4563 4 ----------------------------- */

/* Which of the three a sub-payload is; NULL for a type to be skipped. */
static struct msk_bytes *
place(struct msk_ext_key_id *ids, uint8_t type)
{
    switch (type) {
    case MSK_KEY_ID_DOMAIN: return &ids->domain;
    case MSK_KEY_ID_SERVICE: return &ids->service;
    case MSK_KEY_ID_TRAFFIC: return &ids->traffic;
    default: return NULL;
    }
}

/* A view that is there has a place, even when it is empty. */
static int
take_key_id(struct msk_bytes *id, const struct msk_bytes *value)
{
    if (id == NULL)
        return MSK_OK;
    if (id->p != NULL)
        return MSK_ERR_DUPLICATE;
    id->p = value->p;
    id->n = value->n;
    return MSK_OK;
}

int
msk_ext_key_id_get(struct msk_bytes data, struct msk_ext_key_id *ids)
{
    struct msk_bytes value;
    uint8_t type;
    int err = MSK_OK;

    if (ids == NULL || (data.p == NULL && data.n > 0))
        return MSK_ERR_ARGUMENT;
    msk_octets_clear(&ids->domain);
    msk_octets_clear(&ids->service);
    msk_octets_clear(&ids->traffic);
    while (err == MSK_OK && data.n > 0) {
        err = msk_tlv_get(&data, &type, &value);
        if (err == MSK_OK)
            err = take_key_id(place(ids, type), &value);
    }
    return err;
}

static void
put_key_id(struct msk_writer *w, uint8_t type, const struct msk_bytes *id)
{
    if (id->n > 0)
        msk_tlv_put(w, type, id->p, id->n);
}

int
msk_ext_key_id_put(const struct msk_ext_key_id *ids, uint8_t *buf, size_t cap,
                   size_t *len)
{
    struct msk_writer w;

    if (ids == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    put_key_id(&w, MSK_KEY_ID_DOMAIN, &ids->domain);
    put_key_id(&w, MSK_KEY_ID_SERVICE, &ids->service);
    put_key_id(&w, MSK_KEY_ID_TRAFFIC, &ids->traffic);
    return msk_writer_end(&w, len);
}

/* --- SP of SRTP: RFC 3830 6.10, and the ROC by RFC 4771 ------------------- */

/* Defaults of SRTP, RFC 3711 8.2, and R = 1, RFC 4771 4. */
static const uint32_t defaults[MSK_SRTP_PARAMS] = {
    [MSK_SRTP_ENCR_ALG] = 1,      [MSK_SRTP_ENCR_KEY_LEN] = 16,
    [MSK_SRTP_AUTH_ALG] = 1,      [MSK_SRTP_AUTH_KEY_LEN] = 20,
    [MSK_SRTP_SALT_LEN] = 14,     [MSK_SRTP_SRTP_ENCR] = 1,
    [MSK_SRTP_SRTCP_ENCR] = 1,    [MSK_SRTP_AUTH] = 1,
    [MSK_SRTP_TAG_LEN] = 10,      [MSK_SRTP_R] = 1,
    [MSK_SRTP_AEAD_TAG_LEN] = 16,
};

/* RFC 4771 4: where the parameter for one protocol is not given, the one for
 * both holds. */
static const struct {
    uint8_t specific, general;
} falls_back[] = {
    { MSK_SRTP_SRTP_AUTH_ALG, MSK_SRTP_AUTH_ALG },
    { MSK_SRTP_SRTCP_AUTH_ALG, MSK_SRTP_AUTH_ALG },
    { MSK_SRTP_SRTP_AUTH_KEY_LEN, MSK_SRTP_AUTH_KEY_LEN },
    { MSK_SRTP_SRTCP_AUTH_KEY_LEN, MSK_SRTP_AUTH_KEY_LEN },
    { MSK_SRTP_SRTP_TAG_LEN, MSK_SRTP_TAG_LEN },
    { MSK_SRTP_SRTCP_TAG_LEN, MSK_SRTP_TAG_LEN },
};

bool
msk_srtp_policy_has(const struct msk_srtp_policy *policy, uint32_t param)
{
    return ((policy->given >> param) & 1) != 0;
}

static int
take_param(struct msk_srtp_policy *policy, uint8_t param,
           struct msk_bytes octets)
{
    struct msk_reader r;
    uint32_t value = 0;

    if (param >= MSK_SRTP_PARAMS)
        return MSK_OK;
    if (octets.n < 1 || octets.n > 4)
        return MSK_ERR_LENGTH;
    if (msk_srtp_policy_has(policy, param))
        return MSK_ERR_DUPLICATE;
    msk_reader_init(&r, octets.p, octets.n);
    while (msk_reader_left(&r) > 0)
        value = value << 8 | msk_reader_u8(&r);
    if (param == MSK_SRTP_R && value == 0)
        return MSK_ERR_VALUE;
    policy->value[param] = value;
    policy->given |= (uint32_t)1 << param;
    return MSK_OK;
}

static void
fall_back(struct msk_srtp_policy *policy)
{
    for (size_t i = 0; i < sizeof falls_back / sizeof falls_back[0]; i++)
        if (!msk_srtp_policy_has(policy, falls_back[i].specific))
            policy->value[falls_back[i].specific] =
                policy->value[falls_back[i].general];
}

int
msk_srtp_policy_get(struct msk_bytes params, struct msk_srtp_policy *policy)
{
    struct msk_bytes value;
    uint8_t param;
    int err = MSK_OK;

    if (policy == NULL || (params.p == NULL && params.n > 0))
        return MSK_ERR_ARGUMENT;
    policy->given = 0;
    for (size_t i = 0; i < MSK_SRTP_PARAMS; i++)
        policy->value[i] = defaults[i];
    while (err == MSK_OK && params.n > 0) {
        err = msk_tlv_get(&params, &param, &value);
        if (err == MSK_OK)
            err = take_param(policy, param, value);
    }
    fall_back(policy);
    return err;
}

/* One octet; R has two. */
static int
put_param(struct msk_writer *w, uint8_t param, uint32_t value)
{
    size_t n = param == MSK_SRTP_R ? 2 : 1;
    uint8_t octets[2];

    if (value > (n == 1 ? 0xFFu : 0xFFFFu))
        return MSK_ERR_LENGTH;
    octets[0] = n == 1 ? (uint8_t)value : (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
    msk_tlv_put(w, param, octets, n);
    return MSK_OK;
}

int
msk_srtp_policy_put(const struct msk_srtp_policy *policy, uint8_t *buf,
                    size_t cap, size_t *len)
{
    struct msk_writer w;
    int err = MSK_OK;

    if (policy == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    for (uint8_t i = 0; err == MSK_OK && i < MSK_SRTP_PARAMS; i++)
        if (msk_srtp_policy_has(policy, i))
            err = put_param(&w, i, policy->value[i]);
    return err == MSK_OK ? msk_writer_end(&w, len) : err;
}
