/* SPDX-License-Identifier: MIT */
/* The verification message that acknowledges an MSK message, made by the MGV-F
 * and checked by the BM-SC (TS 33.246 6.4.5.2; RFC 3830 5.2). */
#include "base/bytes.h"
#include "base/octets.h"
#include "mbms/chain.h"
#include "mbms/layout.h"
#include "mbms/msk_message.h"

#define T_LEN 4

/* What the MAC of a verification message is over, with T as 8 octets. */
struct v_octets {
    struct msk_v_input input;
    uint8_t t64[8];
};

/* T as 8 octets, its value in the last four. */
static void
put_t64(uint8_t out[8], uint32_t counter)
{
    struct msk_writer w;

    msk_writer_init(&w, out, 8);
    msk_writer_u32(&w, 0);
    msk_writer_u32(&w, counter);
}

/* HDR T IDr V, without the MAC, and what that is over. */
static int
begin_verification(const struct msk_message *request, struct msk_bytes btid,
                   uint8_t *buf, size_t cap, size_t *len, struct v_octets *v)
{
    struct msk_chain chain;
    int err;

    if (request->idr.n > 0)
        btid = request->idr;
    if (btid.n == 0 || btid.n > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    msk_chain_begin(&chain, buf, cap, MSK_DATA_PSK_RESP, false, request->csb_id,
                    false);
    msk_chain_t(&chain, request->counter);
    msk_chain_id(&chain, btid);
    msk_chain_v(&chain);
    err = msk_chain_end(&chain, len);
    put_t64(v->t64, request->counter);
    v->input.message = (struct msk_bytes){ buf, *len };
    v->input.identity_i = request->idi;
    v->input.identity_r = btid;
    v->input.timestamp = (struct msk_bytes){ v->t64 + T_LEN, T_LEN };
    return err;
}

int
msk_verification_make_with(const struct msk_mac_key *auth,
                           const struct msk_message *request,
                           struct msk_bytes btid, uint8_t *buf, size_t cap,
                           size_t *len)
{
    struct v_octets v;
    size_t mac_len = 0;
    int err = begin_verification(request, btid, buf, cap, len, &v);

    if (err != MSK_OK)
        return err;
    err = msk_v_mac_make_with(auth, &v.input, buf + *len, cap - *len, &mac_len);
    *len += mac_len;
    return err;
}

int
msk_verification_make(const struct msk_crypto *crypto, struct msk_bytes muk,
                      const struct msk_message *request, struct msk_bytes btid,
                      uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_protection protection;
    struct v_octets v;
    size_t mac_len = 0;
    int err;

    if (crypto == NULL || request == NULL || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    err = begin_verification(request, btid, buf, cap, len, &v);
    if (err != MSK_OK)
        return err;
    msk_protection_set(&protection, crypto, muk, request->rand, request->csb_id,
                       request->counter);
    err = msk_v_mac_make(&protection, msk_mbms_suite.mac, &v.input, buf + *len,
                         cap - *len, &mac_len);
    *len += mac_len;
    return err;
}

/* Some peers put T into the MAC as 8 octets; accepted where asked for. */
static int
check_v_mac(const struct msk_protection *protection, struct msk_v_input *input,
            const uint8_t t64[8], bool accept_pad64, struct msk_bytes mac)
{
    int err;

    input->timestamp = (struct msk_bytes){ t64 + T_LEN, T_LEN };
    err = msk_v_mac_check(protection, msk_mbms_suite.mac, input, mac);
    if (err != MSK_ERR_MAC || !accept_pad64)
        return err;
    input->timestamp = (struct msk_bytes){ t64, 8 };
    return msk_v_mac_check(protection, msk_mbms_suite.mac, input, mac);
}

int
msk_verification_check(const struct msk_crypto *crypto,
                       const struct msk_expected *expected,
                       const struct msk_message *message)
{
    uint8_t t64[8];
    struct msk_protection protection;
    struct msk_v_input input;
    struct msk_expected e;

    if (crypto == NULL || message == NULL ||
        !msk_sized_take(&e, sizeof e, expected,
                        MSK_SIZE_UPTO(msk_expected, accept_pad64)) ||
        !msk_layout_valid(e.layout))
        return MSK_ERR_ARGUMENT;
    if (message->kind != MSK_MESSAGE_VERIFICATION)
        return MSK_ERR_KIND;
    if (message->csb_id != e.csb_id || !msk_octets_equal(message->idr, e.btid))
        return MSK_ERR_NOT_MINE;
    put_t64(t64, message->counter);
    input.message =
        (struct msk_bytes){ message->octets.p,
                            message->octets.n - msk_mbms_suite.mac_len };
    input.identity_i = e.fqdn;
    if (e.layout == MSK_LAYOUT_CSB)
        input.identity_i = (struct msk_bytes){ e.domain, 3 };
    input.identity_r = e.btid;
    msk_protection_set(&protection, crypto, e.muk, e.rand, e.csb_id,
                       message->counter);
    return check_v_mac(&protection, &input, t64, e.accept_pad64,
                       message->protection.tail);
}
