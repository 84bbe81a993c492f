/* SPDX-License-Identifier: MIT */
/* MSK message, key validity update and pull, made by the BM-SC and opened by the
 * MGV-F (TS 33.246 6.4.5.1; change request 6.3.2.2.4), and the verification
 * message that acknowledges them, made by the MGV-F and checked by the BM-SC
 * (TS 33.246 6.4.5.2; RFC 3830 5.2). */
#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mbms/chain.h"
#include "mbms/layout.h"
#include "mikey/tlv.h"

#define T_LEN 4
#define SEQ_LEN 2
#define RESERVED_SEQ 0xFFFF /* SEQu never is */
/* next, type, length, key, VF, VT */
#define MSK_DATA_MAX (1 + 1 + 2 + MSK_KEY_MAX + 2 * (1 + SEQ_LEN))

static void
put_seq(struct msk_writer *w, uint16_t seq)
{
    msk_writer_u8(w, SEQ_LEN);
    msk_writer_u16(w, seq);
}

/* Key data sub-payload: TEK with an interval; of length 0 in an update. */
static int
make_msk_plain(const struct msk_msk_message *m, uint8_t plain[MSK_DATA_MAX],
               size_t *len)
{
    struct msk_writer w;
    size_t at;

    msk_writer_init(&w, plain, MSK_DATA_MAX);
    if (m->content != MSK_CONTENT_PULL) {
        msk_writer_u8(&w, MSK_PAYLOAD_LAST);
        msk_writer_u8(&w, MSK_KEY_TEK << 4 | MSK_KV_INTERVAL);
        at = msk_writer_open16(&w);
        msk_writer_put(&w, m->key.p, m->key.n);
        msk_writer_close16(&w, at);
        put_seq(&w, m->seq_low);
        put_seq(&w, m->seq_high);
    }
    return msk_writer_end(&w, len);
}

static bool
names_fit(const struct msk_msk_message *m)
{
    bool has_fqdn = m->fqdn.n >= 1 && m->fqdn.n <= MSK_FQDN_MAX;

    return m->btid.n >= 1 && m->btid.n <= MSK_BTID_MAX &&
           (has_fqdn || m->layout == MSK_LAYOUT_CSB);
}

static bool
content_fits(const struct msk_msk_message *m)
{
    switch (m->content) {
    case MSK_CONTENT_MSK:
        return msk_is_key_len(m->key.n) && m->id.number != 0 &&
               m->seq_high != RESERVED_SEQ;
    case MSK_CONTENT_VALIDITY:
        return m->key.n == 0 && m->id.number != 0 &&
               m->seq_high != RESERVED_SEQ;
    case MSK_CONTENT_PULL: return m->key.n == 0 && !m->v;
    }
    return false;
}

static int
check_msk_message(const struct msk_msk_message *m)
{
    bool fits = msk_layout_valid(m->layout) && m->ext <= MSK_EXT_BEFORE_KEMAC &&
                msk_layout_ext_type(m->layout, m->ext_type) != 0 &&
                names_fit(m) && content_fits(m) && m->id.group != 0 &&
                m->rand.n >= 16 && m->rand.n <= MSK_RAND_MAX &&
                m->sp.n <= MSK_SP_MAX && (m->streaming || m->sp.n == 0);

    if (!fits)
        return MSK_ERR_ARGUMENT;
    return m->sp.n == 0 || msk_tlv_whole(&m->sp) ? MSK_OK : MSK_ERR_LENGTH;
}

/* HDR EXT T RAND IDi IDr {SP} KEMAC, or EXT straight before KEMAC. IDi is the
 * Network ID in CSB, the BM-SC in KEYID; IDr is the UE. ID type 0 is written in
 * either. */
static void
put_msk_payloads(struct msk_chain *chain, const struct msk_msk_message *m)
{
    uint8_t type = msk_layout_ext_type(m->layout, m->ext_type);
    struct msk_bytes domain = { m->id.domain, sizeof m->id.domain };
    struct msk_key_id id = m->id;

    if (m->content == MSK_CONTENT_PULL)
        id.number = 0;
    if (m->ext == MSK_EXT_AFTER_HDR)
        msk_chain_ext(chain, type, m->layout, &id, 0);
    msk_chain_t(chain, m->counter);
    msk_chain_rand(chain, m->rand);
    msk_chain_id(chain, m->layout == MSK_LAYOUT_CSB ? domain : m->fqdn);
    msk_chain_id(chain, m->btid);
    if (m->sp.n > 0)
        msk_chain_sp(chain, m->sp);
    if (m->ext == MSK_EXT_BEFORE_KEMAC)
        msk_chain_ext(chain, type, m->layout, &id, 0);
}

static int
make_msk_message(const struct msk_crypto *crypto, struct msk_bytes muk,
                 const struct msk_msk_message *m, uint8_t *buf, size_t cap,
                 size_t *len)
{
    uint8_t octets[MSK_DATA_MAX];
    struct msk_bytes plain = { octets, 0 };
    uint32_t csb_id = msk_layout_csb_id(m->layout, &m->id, m->csb_id);
    struct msk_protection protection;
    struct msk_chain chain;
    int err = make_msk_plain(m, octets, &plain.n);

    msk_protection_set(&protection, crypto, muk, m->rand, csb_id, m->counter);
    msk_chain_begin(&chain, buf, cap, MSK_DATA_PSK_INIT, m->v, csb_id,
                    m->streaming);
    put_msk_payloads(&chain, m);
    if (err == MSK_OK)
        err = msk_chain_seal(&chain, &protection, plain, len);
    msk_secret_wipe(octets, sizeof octets);
    return err;
}

/* A command to a UICC has at most 255 octets of data, unless both it and the
 * terminal can chain (TS 31.102 7.1). */
static int
warn(const struct msk_msk_message *m, size_t len)
{
    return m->for_card && len > MSK_CARD_MESSAGE_MAX ? MSK_WARN_CARD : MSK_OK;
}

int
msk_msk_message_make(const struct msk_crypto *crypto, struct msk_bytes muk,
                     const struct msk_msk_message *message, uint8_t *buf,
                     size_t cap, size_t *len)
{
    struct msk_msk_message m;
    int err;

    if (crypto == NULL || buf == NULL || len == NULL || muk.n == 0 ||
        muk.n > MSK_MUK_MAX ||
        !msk_sized_take(&m, sizeof m, message,
                        MSK_SIZE_UPTO(msk_msk_message, seq_high)))
        return MSK_ERR_ARGUMENT;
    err = check_msk_message(&m);
    if (err == MSK_OK)
        err = make_msk_message(crypto, muk, &m, buf, cap, len);
    if (err != MSK_OK) /* the plain text passes through buf */
        msk_secret_wipe(buf, cap);
    return err == MSK_OK ? warn(&m, *len) : err;
}

/* A sequence number of 1 to 8 octets, that must fit into 16 bits. */
static int
get_seq(struct msk_bytes octets, uint16_t *seq)
{
    uint64_t value = 0;
    struct msk_reader r;

    if (octets.n < 1 || octets.n > 8)
        return MSK_ERR_LENGTH;
    msk_reader_init(&r, octets.p, octets.n);
    while (msk_reader_left(&r) > 0)
        value = value << 8 | msk_reader_u8(&r);
    if (value > UINT16_MAX)
        return MSK_ERR_VALUE;
    *seq = (uint16_t)value;
    return MSK_OK;
}

/* TS 33.246 6.4.5.1: one TEK with an interval, and nothing else. */
static int
take_msk_key(const struct msk_key_data *key, struct msk_content *content)
{
    int err;

    if (key->type != MSK_KEY_TEK || key->kv != MSK_KV_INTERVAL)
        return MSK_ERR_KIND;
    err = get_seq(key->valid_from, &content->seq_low);
    if (err == MSK_OK)
        err = get_seq(key->valid_to, &content->seq_high);
    if (err != MSK_OK)
        return err;
    if (content->seq_high == RESERVED_SEQ)
        return MSK_ERR_VALUE;
    if (key->key.n != 0 && !msk_is_key_len(key->key.n))
        return MSK_ERR_LENGTH;
    content->kind = key->key.n == 0 ? MSK_CONTENT_VALIDITY : MSK_CONTENT_MSK;
    content->key_len = key->key.n;
    if (key->key.n > 0)
        memcpy(content->key, key->key.p, key->key.n);
    return MSK_OK;
}

/* A number without key data, or key data without a number, is nothing that
 * the standard knows; number 0 and no key data is a pull. */
static int
take_msk_content(const struct msk_message *message, struct msk_bytes plain,
                 struct msk_content *content)
{
    struct msk_key_data key;
    int err;

    content->kind = MSK_CONTENT_PULL;
    if ((message->id.number == 0) != (plain.n == 0))
        return MSK_ERR_VALUE;
    if (plain.n == 0)
        return MSK_OK;
    err = msk_plain_key(plain, &key);
    return err == MSK_OK ? take_msk_key(&key, content) : err;
}

int
msk_msk_message_open(const struct msk_crypto *crypto, struct msk_bytes muk,
                     const struct msk_message *message,
                     struct msk_content *content)
{
    uint8_t octets[MSK_PLAIN_MAX];
    struct msk_bytes plain;
    int err;

    if (crypto == NULL || message == NULL || content == NULL)
        return MSK_ERR_ARGUMENT;
    if (message->kind != MSK_MESSAGE_MSK)
        return MSK_ERR_KIND;
    memset(content, 0, sizeof *content);
    err = msk_protection_open(crypto, muk, message->rand, message, octets,
                              &plain);
    if (err == MSK_OK)
        err = take_msk_content(message, plain, content);
    msk_secret_wipe(octets, sizeof octets);
    if (err != MSK_OK)
        msk_secret_wipe(content, sizeof *content);
    return err;
}

/* --- acknowledged --------------------------------------------------------- */

/* T as 8 octets, its value in the last four. */
static void
put_t64(uint8_t out[8], uint32_t counter)
{
    struct msk_writer w;

    msk_writer_init(&w, out, 8);
    msk_writer_u32(&w, 0);
    msk_writer_u32(&w, counter);
}

/* HDR T IDr V */
int
msk_verification_make(const struct msk_crypto *crypto, struct msk_bytes muk,
                      const struct msk_message *request, struct msk_bytes btid,
                      uint8_t *buf, size_t cap, size_t *len)
{
    uint8_t t64[8];
    struct msk_protection protection;
    struct msk_v_input input;
    struct msk_chain chain;
    size_t mac_len = 0;
    int err;

    if (crypto == NULL || request == NULL || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    if (request->idr.n > 0)
        btid = request->idr;
    if (btid.n == 0 || btid.n > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    put_t64(t64, request->counter);
    input.timestamp = (struct msk_bytes){ t64 + T_LEN, T_LEN };
    input.identity_i = request->idi;
    input.identity_r = btid;
    msk_chain_begin(&chain, buf, cap, MSK_DATA_PSK_RESP, false, request->csb_id,
                    false);
    msk_chain_t(&chain, request->counter);
    msk_chain_id(&chain, btid);
    msk_chain_v(&chain);
    err = msk_chain_end(&chain, len);
    if (err != MSK_OK)
        return err;
    input.message = (struct msk_bytes){ buf, *len };
    msk_protection_set(&protection, crypto, muk, request->rand, request->csb_id,
                       request->counter);
    err = msk_v_mac_make(&protection, msk_mbms_suite.mac, &input, buf + *len,
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
