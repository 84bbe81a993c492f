/* SPDX-License-Identifier: MIT */
/* MSK message, key validity update and pull, made by the BM-SC and opened by the
 * MGV-F (TS 33.246 6.4.5.1; change request 6.3.2.2.4). */
#include "mbms/msk_message.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mbms/chain.h"
#include "mbms/layout.h"
#include "mikey/tlv.h"

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
msk_msk_message_open_keep(const struct msk_crypto *crypto, struct msk_bytes muk,
                          const struct msk_message *message,
                          struct msk_content *content, struct msk_mac_key *auth)
{
    uint8_t octets[MSK_PLAIN_MAX];
    struct msk_protection protection;
    struct msk_bytes plain;
    int err;

    memset(content, 0, sizeof *content);
    msk_protection_set(&protection, crypto, muk, message->rand, message->csb_id,
                       message->counter);
    err = msk_protection_open(&protection, message, octets, &plain, auth);
    if (err == MSK_OK)
        err = take_msk_content(message, plain, content);
    msk_secret_wipe(octets, plain.n);
    if (err != MSK_OK) {
        msk_mac_end(auth);
        msk_secret_wipe(content, sizeof *content);
    }
    return err;
}

int
msk_msk_message_open(const struct msk_crypto *crypto, struct msk_bytes muk,
                     const struct msk_message *message,
                     struct msk_content *content)
{
    struct msk_mac_key auth;
    int err;

    if (crypto == NULL || message == NULL || content == NULL)
        return MSK_ERR_ARGUMENT;
    if (message->kind != MSK_MESSAGE_MSK)
        return MSK_ERR_KIND;
    err = msk_msk_message_open_keep(crypto, muk, message, content, &auth);
    msk_mac_end(&auth);
    return err;
}
