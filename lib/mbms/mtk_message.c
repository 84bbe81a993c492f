/* SPDX-License-Identifier: MIT */
/* MTK message: made by the BM-SC, opened by the MGV-F. TS 33.246 6.4.5.3. */
#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mbms/chain.h"
#include "mbms/layout.h"

#define RESERVED_MTK_ID 0xFFFF
#define RAND_SENT_MIN 16 /* RFC 3830 6.11 */
/* next, type, length, key, length, salt */
#define MTK_DATA_MAX (1 + 1 + 2 + MSK_KEY_MAX + 2 + MSK_SALT_MAX)

static int
check_mtk_message(const struct msk_mtk_message *m)
{
    bool id = m->id.group != 0 && m->id.number != 0 && m->mtk_id != 0 &&
              m->mtk_id != RESERVED_MTK_ID;
    bool fits = msk_layout_valid(m->layout) && m->ext <= MSK_EXT_BEFORE_KEMAC &&
                msk_layout_ext_type(m->layout, m->ext_type) != 0 &&
                m->rand.n >= (m->with_rand ? RAND_SENT_MIN : 1u) &&
                m->rand.n <= MSK_RAND_MAX && msk_is_key_len(m->key.n) &&
                (m->salt.n == 0 || m->salt.n == MSK_SALT_MAX);

    return id && fits ? MSK_OK : MSK_ERR_ARGUMENT;
}

static void
put_key(struct msk_writer *w, struct msk_bytes key)
{
    size_t at = msk_writer_open16(w);

    msk_writer_put(w, key.p, key.n);
    msk_writer_close16(w, at);
}

/* TS 33.246 6.4.5.3: TEK+SALT for streaming, TGK for download; KV is Null. */
static int
make_mtk_plain(const struct msk_mtk_message *m, uint8_t plain[MTK_DATA_MAX],
               size_t *len)
{
    struct msk_writer w;
    uint8_t type = m->salt.n > 0 ? MSK_KEY_TEK_SALT : MSK_KEY_TGK;

    msk_writer_init(&w, plain, MTK_DATA_MAX);
    msk_writer_u8(&w, MSK_PAYLOAD_LAST);
    msk_writer_u8(&w, (uint8_t)(type << 4 | MSK_KV_NULL));
    put_key(&w, m->key);
    if (m->salt.n > 0)
        put_key(&w, m->salt);
    return msk_writer_end(&w, len);
}

/* HDR EXT T {RAND} {IDi} KEMAC, or EXT straight before KEMAC. IDi is the Network ID,
 * in CSB only. */
static void
put_mtk_payloads(struct msk_chain *chain, const struct msk_mtk_message *m)
{
    struct msk_bytes domain = { m->id.domain, sizeof m->id.domain };
    uint8_t type = msk_layout_ext_type(m->layout, m->ext_type);

    if (m->ext == MSK_EXT_AFTER_HDR)
        msk_chain_ext(chain, type, m->layout, &m->id, m->mtk_id);
    msk_chain_t(chain, m->counter);
    if (m->with_rand)
        msk_chain_rand(chain, m->rand);
    if (m->layout == MSK_LAYOUT_CSB)
        msk_chain_id(chain, domain);
    if (m->ext == MSK_EXT_BEFORE_KEMAC)
        msk_chain_ext(chain, type, m->layout, &m->id, m->mtk_id);
}

static int
make_mtk_message(const struct msk_crypto *crypto, struct msk_bytes msk,
                 const struct msk_mtk_message *m, uint8_t *buf, size_t cap,
                 size_t *len)
{
    uint8_t octets[MTK_DATA_MAX];
    struct msk_bytes plain = { octets, 0 };
    uint32_t csb_id = msk_layout_csb_id(m->layout, &m->id, m->csb_id);
    struct msk_protection protection;
    struct msk_chain chain;
    int err = make_mtk_plain(m, octets, &plain.n);

    msk_protection_set(&protection, crypto, msk, m->rand, csb_id, m->counter);
    msk_chain_begin(&chain, buf, cap, MSK_DATA_PSK_INIT, false, csb_id, false);
    put_mtk_payloads(&chain, m);
    if (err == MSK_OK)
        err = msk_chain_seal(&chain, &protection, plain, len);
    msk_secret_wipe(octets, sizeof octets);
    return err;
}

int
msk_mtk_message_make(const struct msk_crypto *crypto, struct msk_bytes msk,
                     const struct msk_mtk_message *message, uint8_t *buf,
                     size_t cap, size_t *len)
{
    struct msk_mtk_message m;
    int err;

    if (crypto == NULL || buf == NULL || len == NULL ||
        !msk_is_key_len(msk.n) ||
        !msk_sized_take(&m, sizeof m, message,
                        MSK_SIZE_UPTO(msk_mtk_message, salt)))
        return MSK_ERR_ARGUMENT;
    err = check_mtk_message(&m);
    if (err == MSK_OK)
        err = make_mtk_message(crypto, msk, &m, buf, cap, len);
    if (err != MSK_OK) /* the plain text passes through buf */
        msk_secret_wipe(buf, cap);
    return err;
}

/* TS 33.246 6.4.5.3: a TEK with a salt of 112 bits, or a TGK; KV is Null. */
static int
take_mtk_key(const struct msk_key_data *key, struct msk_mtk *mtk)
{
    size_t salt_len = key->type == MSK_KEY_TEK_SALT ? MSK_SALT_MAX : 0;

    if ((key->type != MSK_KEY_TEK_SALT && key->type != MSK_KEY_TGK) ||
        key->kv != MSK_KV_NULL)
        return MSK_ERR_KIND;
    if (!msk_is_key_len(key->key.n) || key->salt.n != salt_len)
        return MSK_ERR_LENGTH;
    memcpy(mtk->key, key->key.p, key->key.n);
    mtk->key_len = key->key.n;
    if (salt_len > 0)
        memcpy(mtk->salt, key->salt.p, salt_len);
    mtk->salt_len = salt_len;
    return MSK_OK;
}

static int
take_mtk_content(struct msk_bytes plain, struct msk_mtk *mtk)
{
    struct msk_key_data key;
    int err = msk_plain_key(plain, &key);

    return err == MSK_OK ? take_mtk_key(&key, mtk) : err;
}

/* TS 33.246 6.5.4: the RAND is the one stored with the MSK, whatever the
 * message carries. */
int
msk_mtk_message_open(const struct msk_crypto *crypto, struct msk_bytes msk,
                     struct msk_bytes rand, const struct msk_message *message,
                     struct msk_mtk *mtk)
{
    uint8_t octets[MSK_PLAIN_MAX];
    struct msk_protection protection;
    struct msk_mac_key auth;
    struct msk_bytes plain;
    int err;

    if (crypto == NULL || message == NULL || mtk == NULL)
        return MSK_ERR_ARGUMENT;
    if (message->kind != MSK_MESSAGE_MTK)
        return MSK_ERR_KIND;
    memset(mtk, 0, sizeof *mtk);
    msk_protection_set(&protection, crypto, msk, rand, message->csb_id,
                       message->counter);
    err = msk_protection_open(&protection, message, octets, &plain, &auth);
    msk_mac_end(&auth);
    if (err == MSK_OK)
        err = take_mtk_content(plain, mtk);
    msk_secret_wipe(octets, plain.n);
    if (err != MSK_OK)
        msk_secret_wipe(mtk, sizeof *mtk);
    return err;
}
