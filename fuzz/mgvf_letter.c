/* SPDX-License-Identifier: MIT */
#include "mgvf_letter.h"

#include <string.h>

#include "msk/protect.h"
#include "provider.h"
#include "target.h"

#define MAC_LEN 20

struct msk_bytes
letter_name(uint8_t number, enum model_owner *owner)
{
    static const struct {
        const char *name;
        enum model_owner owner;
    } names[] = { { "bmsc.example.com", MODEL_SERVER_0 },
                  { "", MODEL_HOST },
                  { "bmsc.example.org", MODEL_SERVER_1 },
                  { "BMSC.Example.COM", MODEL_SERVER_0 },
                  { "c", MODEL_STRANGER },
                  { "d", (enum model_owner)(MODEL_STRANGER + 1) },
                  { "e", (enum model_owner)(MODEL_STRANGER + 2) } };

    *owner = names[number].owner;
    return msk_text(names[number].name);
}

struct msk_bytes
letter_fqdn(uint8_t server)
{
    enum model_owner owner;

    return letter_name(server == 0 ? 0 : 2, &owner);
}

struct msk_bytes
letter_muk(uint8_t server, uint8_t number, uint8_t out[32])
{
    memset(out, number, 32);
    out[0] = server;
    return (struct msk_bytes){ out, 32 };
}

struct msk_bytes
letter_btid(uint8_t number, uint8_t out[1])
{
    out[0] = (uint8_t)('a' + number);
    return (struct msk_bytes){ out, 1 };
}

struct msk_key_id
letter_id(uint8_t d, uint16_t group, uint16_t number)
{
    struct msk_key_id id = { { 0, 0, 0 }, group, number };

    memcpy(id.domain, model_domain[d], sizeof id.domain);
    return id;
}

struct msk_bytes
letter_msk(uint8_t seed, uint8_t out[32], size_t n)
{
    memset(out, seed, 32);
    if (n <= 32)
        out[n - 1] = 1;
    return (struct msk_bytes){ out, n };
}

/* SRTP parameters, and what they switch off. */
static const struct {
    uint8_t octets[10];
    uint8_t n;
    uint8_t off;
} sps[8] = {
    { { 0 }, 0, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1 }, 3, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1, 10, 1, 1 }, 6, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1, 10, 1, 1, 13, 2, 0, 1 }, 10, MSK_REQUIRE_NOTHING },
    { { 7, 1, 0 }, 3, MSK_REQUIRE_CONFIDENTIALITY },
    { { 0, 1, 0 }, 3, MSK_REQUIRE_CONFIDENTIALITY },
    { { 10, 1, 0 }, 3, MSK_REQUIRE_INTEGRITY },
    { { 0, 1, 0, 10, 1, 0 }, 6, MSK_REQUIRE_BOTH },
};

/* False: it is not one of them. */
static bool
know_sp(struct msk_bytes sp, unsigned *off)
{
    for (size_t i = 0; i < sizeof sps / sizeof *sps; i++)
        if (sp.n == sps[i].n &&
            (sp.n == 0 || memcmp(sp.p, sps[i].octets, sp.n) == 0)) {
            *off = sps[i].off;
            return true;
        }
    return false;
}

/* A number that is mostly a little above the last one. */
static uint32_t
next_counter(struct mgvf_writer *w)
{
    uint8_t step = input_octet(&w->in);

    if (step == 0xFF)
        w->counter += 0x7FFFFFF0;
    return w->counter += (uint32_t)(step & 7);
}

void
letter_make_msk(struct mgvf_writer *w)
{
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t how = input_octet(&w->in), number = input_octet(&w->in),
            bits = input_octet(&w->in), key[32];
    uint8_t sp = bits >> 4 & 7, btid[1];

    w->letter.server = how >> 7;
    w->letter.muk = w->slot[how >> 7][how % SLOTS];
    memset(w->rand, number ^ 0xFF, sizeof w->rand);
    m.layout = w->layout;
    m.ext = (enum msk_ext_position)(bits >> 7);
    m.content = (enum msk_content_kind)(1 + (bits & 3) % 3);
    m.id = letter_id(how >> 6 & 1, (uint16_t)(1 + (how >> 2 & 15) % GROUPS),
                     (uint16_t)(1 + number % 5));
    m.fqdn = letter_fqdn(w->letter.server);
    m.btid = letter_btid(w->letter.muk, btid);
    m.rand = (struct msk_bytes){ w->rand, sizeof w->rand };
    m.counter = next_counter(w);
    m.v = m.content != MSK_CONTENT_PULL && (bits & 4) != 0;
    m.streaming = (bits & 8) != 0;
    if (m.streaming)
        m.sp = (struct msk_bytes){ sps[sp].octets, sps[sp].n };
    if (m.content == MSK_CONTENT_MSK)
        m.key = letter_msk(number, key, 16);
    m.seq_low = bits == 0x55 ? 9 : 0;
    m.seq_high = bits == 0x55 ? 1 : 20;
    w->key_len = letter_muk(w->letter.server, w->letter.muk, w->key).n;
    REQUIRE(msk_msk_message_make(host_crypto(),
                                 (struct msk_bytes){ w->key, w->key_len }, &m,
                                 w->letter.octets, sizeof w->letter.octets,
                                 &w->letter.len) == MSK_OK);
}

void
letter_make_mtk(struct mgvf_writer *w)
{
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t how = input_octet(&w->in), number = input_octet(&w->in),
            mtk[16] = { 7 }, salt[14] = { 8 };

    w->letter.server = how >> 7;
    w->letter.seed = number;
    w->key_len = letter_msk(number, w->key, 16).n;
    memset(w->rand, number ^ 0xFF, sizeof w->rand);
    m.layout = w->layout;
    m.id = letter_id(how >> 6 & 1, (uint16_t)(1 + (how >> 2 & 15) % GROUPS),
                     (uint16_t)(1 + number % 5));
    m.mtk_id = (uint16_t)(1 + input_octet(&w->in) % 24);
    m.rand = (struct msk_bytes){ w->rand, sizeof w->rand };
    m.counter = next_counter(w);
    m.key = (struct msk_bytes){ mtk, sizeof mtk };
    if ((how & 1) != 0)
        m.salt = (struct msk_bytes){ salt, sizeof salt };
    REQUIRE(msk_mtk_message_make(host_crypto(),
                                 (struct msk_bytes){ w->key, 16 }, &m,
                                 w->letter.octets, sizeof w->letter.octets,
                                 &w->letter.len) == MSK_OK);
}

/* Makes the MAC anew over what stands there now. */
static void
mend(struct mgvf_writer *w)
{
    const struct msk_crypto *crypto = host_crypto();
    struct msk_protection p = { .crypto = crypto };
    struct msk_message m;
    struct msk_hmac hmac;
    struct msk_bytes all = { w->letter.octets, w->letter.len }, head = all;
    uint8_t auth[MAC_LEN];

    if (msk_message_read(w->layout, all, &m, NULL) != MSK_OK ||
        m.kind == MSK_MESSAGE_VERIFICATION)
        return;
    p.psk = (struct msk_bytes){ w->key, w->key_len };
    p.rand = m.kind == MSK_MESSAGE_MSK
                 ? m.rand
                 : (struct msk_bytes){ w->rand, sizeof w->rand };
    p.csb_id = m.csb_id;
    p.time = m.counter;
    head.n -= MAC_LEN;
    REQUIRE(msk_mikey_derive(&p, MSK_DERIVED_AUTH, 0, auth, sizeof auth) ==
            MSK_OK);
    REQUIRE(crypto->hmac_begin(crypto->user, &hmac, MSK_HASH_SHA1,
                               (struct msk_bytes){ auth, sizeof auth }) == 0);
    REQUIRE(crypto->hmac(crypto->user, &hmac, &head, 1,
                         w->letter.octets + head.n) == 0);
    crypto->hmac_end(crypto->user, &hmac);
    w->changed = false;
}

void
letter_change(struct mgvf_writer *w, uint8_t how)
{
    static uint8_t good[MSK_MIKEY_MAX];
    size_t len = w->letter.len;

    memcpy(good, w->letter.octets, len);
    for (uint8_t i = 0; i < (how & 3); i++) {
        size_t at = input_octet(&w->in);

        w->letter.octets[at % w->letter.len] ^= input_octet(&w->in);
    }
    if ((how & 4) != 0)
        w->letter.len -= input_octet(&w->in) % w->letter.len;
    w->changed =
        w->letter.len != len || memcmp(good, w->letter.octets, len) != 0;
    w->letter.as_made = !w->changed;
    if ((how & 8) != 0 && w->letter.len > MAC_LEN)
        mend(w);
}

bool
letter_describe(const struct mgvf_writer *w, struct model_message *out)
{
    const struct letter *letter = &w->letter;
    struct msk_bytes octets = { letter->octets, letter->len };
    struct msk_message m;

    memset(out, 0, sizeof *out);
    if (msk_message_read(w->layout, octets, &m, NULL) != MSK_OK ||
        m.kind == MSK_MESSAGE_VERIFICATION)
        return false;
    out->is_mtk = m.kind == MSK_MESSAGE_MTK;
    out->server = letter->server;
    out->muk = letter->muk;
    out->seed = letter->seed;
    out->id = m.id;
    out->mtk_id = m.mtk_id;
    out->counter = m.counter;
    out->has_sp = m.has_sp;
    out->is_sp_known = know_sp(m.sp, &out->off);
    return true;
}
