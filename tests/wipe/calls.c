/* SPDX-License-Identifier: MIT */
/*
 * Single calls of the layers up to the MGV-F: no eight octets of a key stay on
 * the stack, whatever a call does and however it ends. Each runs on a stack of
 * its own, which is then looked through: once as it should be, once for each
 * call of the provider that fails. Prints how many calls that were, and exits
 * with 1 if a key was found.
 *
 * gates/wipe builds this with the whole library, bound before it starts: the
 * dynamic loader may otherwise put registers that hold keys onto the stack.
 * Registers themselves, swap and what the kernel copies are out of reach.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_crypto.h"
#include "msk/bmsc.h"
#include "msk/gba.h"
#include "msk/mbms.h"
#include "msk/mgvf.h"
#include "msk/protect.h"
#include "msk/store_ram.h"
#include "provider.h"
#include "recorder.h"
#include "secrets.h"
#include "stack.h"

#define FQDN "bmsc.example.com"
#define BTID "b@bsf.example.com"

/* What the operations work on and write to; none of it is on their stack. */
static struct fake_crypto fake;
static const struct msk_crypto *crypto; /* it, and what is made with keys */
static uint8_t psk[65], key[32], mtk_key[16], salt[14], ks[32], rnd[16];
static uint8_t out[2048], mac[32], plain[64], message[2048], answer[512];
static size_t len, answer_len;
static struct msk_protection protection;
static struct msk_payload kemac;
static struct msk_v_input v_input;
static struct msk_message read_message, read_answer;
static struct msk_content content;
static struct msk_mtk mtk;
static struct msk_hmac hmac;
static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
static struct msk_ram ram;
static struct msk_store store;
static uint64_t memory[MSK_MGVF_SIZE / 8];
static struct msk_mgvf *mgvf;
static struct msk_mgvf_result result;
static struct msk_released released;
static struct msk_key_group group;

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

static struct msk_bytes
view(const uint8_t *p, size_t n)
{
    struct msk_bytes b = { p, n };

    return b;
}

/* --- operations; each returns what the library does ----------------------- */

static int
do_derive(void)
{
    return msk_mikey_derive(&protection, MSK_DERIVED_ENCR, 0, out, 32);
}

static int
do_derive_long(void)
{
    struct msk_protection p = protection;

    p.psk = view(psk, sizeof psk);
    p.prf = MSK_PRF_HMAC_SHA256;
    return msk_mikey_derive(&p, MSK_DERIVED_TGK_AUTH, 1, out, 255);
}

static int
do_seal(void)
{
    size_t n = len - 20;

    memcpy(out, message, n);
    return msk_kemac_seal(&protection, 1, 1, view(plain, 26), out, sizeof out,
                          &n);
}

static int
do_seal_in_no_room(void)
{
    size_t n = len - 20;

    memcpy(out, message, n);
    return msk_kemac_seal(&protection, 1, 1, view(plain, 26), out, n + 19, &n);
}

static int
do_seal_256(void)
{
    size_t n = len - 20;
    struct msk_protection p = protection;

    p.prf = MSK_PRF_HMAC_SHA256;
    memcpy(out, message, n);
    return msk_kemac_seal(&p, 3, 2, view(plain, 26), out, sizeof out, &n);
}

static int
do_open(void)
{
    return msk_kemac_open(&protection, view(message, len), &kemac, out,
                          sizeof out);
}

static int
do_open_a_lie(void)
{
    memcpy(answer, message, len);
    answer[len - 1] ^= 1;
    kemac.tail.p = answer + (len - 20);
    return msk_kemac_open(&protection, view(answer, len), &kemac, out,
                          sizeof out);
}

static int
do_v_make(void)
{
    size_t n;

    return msk_v_mac_make(&protection, 2, &v_input, out, sizeof out, &n);
}

static int
do_v_check(void)
{
    return msk_v_mac_check(&protection, 1, &v_input, view(mac, 20));
}

static int
do_v_check_a_lie(void)
{
    return msk_v_mac_check(&protection, 1, &v_input, view(message, 20));
}

static struct msk_gba
gba(void)
{
    struct msk_gba g = { crypto, ks, rnd, { NULL, 0 }, { NULL, 0 } };

    g.impi = msk_text("i@ims.example.com");
    g.fqdn = msk_text(FQDN);
    return g;
}

static int
do_ks_naf(void)
{
    struct msk_gba g = gba();

    return msk_gba_ks_naf(&g, out);
}

static int
do_mrk(void)
{
    return msk_gba_mrk(crypto, ks, out);
}

static int
do_k_af(void)
{
    return msk_gba_k_af(crypto, ks, msk_text(FQDN), out);
}

static void
to_make(struct msk_msk_message *m)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = MSK_LAYOUT_KEYID;
    m->content = MSK_CONTENT_MSK;
    memcpy(m->id.domain, "\x21\x63\x54", 3);
    m->id.group = 7;
    m->id.number = 1;
    m->fqdn = msk_text(FQDN);
    m->btid = msk_text(BTID);
    m->rand = view(rnd, 16);
    m->csb_id = 0x11223344;
    m->counter = 9;
    m->v = true;
    m->key = view(key, 16);
    m->seq_high = 0xFFFE;
}

static int
do_make_msk(void)
{
    struct msk_msk_message m;
    size_t n;

    to_make(&m);
    return msk_msk_message_make(crypto, view(psk, 32), &m, out, sizeof out, &n);
}

static int
do_open_msk(void)
{
    return msk_msk_message_open(crypto, view(psk, 32), &read_message, &content);
}

static int
do_open_msk_under_another_key(void)
{
    return msk_msk_message_open(crypto, view(psk + 1, 32), &read_message,
                                &content);
}

static int
do_acknowledge(void)
{
    size_t n;

    return msk_verification_make(crypto, view(psk, 32), &read_message,
                                 view(NULL, 0), out, sizeof out, &n);
}

static int
do_check(void)
{
    struct msk_expected e = { .size = sizeof e };

    e.layout = MSK_LAYOUT_KEYID;
    e.muk = view(psk, 32);
    e.rand = view(rnd, 16);
    e.csb_id = 0x11223344;
    e.fqdn = msk_text(FQDN);
    e.btid = msk_text(BTID);
    return msk_verification_check(crypto, &e, &read_answer);
}

static void
to_make_mtk(struct msk_mtk_message *m)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = MSK_LAYOUT_KEYID;
    memcpy(m->id.domain, "\x21\x63\x54", 3);
    m->id.group = 7;
    m->id.number = 1;
    m->mtk_id = 3;
    m->rand = view(rnd, 16);
    m->csb_id = 0x55667788;
    m->counter = 4;
    m->key = view(mtk_key, 16);
    m->salt = view(salt, 14);
}

static int
do_make_mtk(void)
{
    struct msk_mtk_message m;
    size_t n;

    to_make_mtk(&m);
    return msk_mtk_message_make(crypto, view(key, 16), &m, out, sizeof out, &n);
}

static int
do_open_mtk(void)
{
    return msk_mtk_message_open(crypto, view(key, 16), view(rnd, 16),
                                &read_answer, &mtk);
}

/* A MUK, an MSK under it, an MTK under that, and the MTK once more: all in one
 * call. */
static int
do_receive(void)
{
    struct msk_mgvf_config config = { .size = sizeof config };
    struct msk_muk muk = { .size = sizeof muk };
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_group_id id = { { 0x21, 0x63, 0x54 }, 7 };
    struct msk_bytes none = { NULL, 0 };
    int err = msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, 1));

    config.crypto = crypto;
    config.store = &store;
    muk.fqdn = msk_text(FQDN);
    muk.btid = msk_text(BTID);
    muk.key = view(psk, 32);
    result.size = sizeof result;
    if (err == MSK_OK)
        err = msk_mgvf_init(&mgvf, memory, sizeof memory, &config);
    if (err == MSK_OK)
        err = msk_mgvf_set_muk(mgvf, &muk);
    if (err == MSK_OK)
        err = msk_mgvf_allow(mgvf, none, &id, 0);
    input.layout = MSK_LAYOUT_KEYID;
    input.message = view(message, len);
    if (err == MSK_OK)
        err = msk_mgvf_process(mgvf, &input, &result);
    input.message = view(answer, answer_len);
    if (err == MSK_OK)
        err = msk_mgvf_process(mgvf, &input, &result);
    released.size = sizeof released;
    if (err == MSK_OK)
        err = msk_mgvf_released(mgvf, &id, &released);
    return err;
}

static int
fill_psk(void *user, uint8_t *to, size_t n)
{
    (void)user;
    memcpy(to, psk, n);
    return 0;
}

/* A Key Group whose new MSK is the key that is looked for. */
static int
do_rekey(void)
{
    const struct msk_random random = { .size = sizeof random,
                                       .fill = fill_psk };
    struct msk_key_group_config config = { .size = sizeof config };
    int err;

    config.id.group = config.id.number = 7;
    config.key_len = 32;
    err = msk_key_group_init(&group, &config, &random);
    if (err == MSK_OK)
        err = msk_key_group_rekey(&group, &random);
    msk_key_group_wipe(&group);
    return err;
}

static int
do_hmac(void)
{
    struct msk_bytes in = view(message, 150);
    const struct msk_crypto *c = crypto;
    int failed = c->hmac_begin(c->user, &hmac, MSK_HASH_SHA256, view(psk, 65));

    if (failed == 0) {
        failed = c->hmac(c->user, &hmac, &in, 1, out);
        c->hmac_end(c->user, &hmac);
    }
    return failed == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

static int
do_cipher(void)
{
    const struct msk_crypto *c = crypto;

    return c->aes_ctr(c->user, view(psk, 32), rnd, message, out, 150) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

/* Before an operation: what answer and read_answer hold. */
enum before { NOTHING, ACKNOWLEDGED, MTK_SENT };

static const struct {
    const char *name;
    int (*run)(void);
    int want;
    enum before before;
} operations[] = {
    { "derive", do_derive, MSK_OK, NOTHING },
    { "derive, long", do_derive_long, MSK_OK, NOTHING },
    { "seal", do_seal, MSK_OK, NOTHING },
    { "seal in no room", do_seal_in_no_room, MSK_ERR_SPACE, NOTHING },
    { "seal, 256", do_seal_256, MSK_OK, NOTHING },
    { "open", do_open, MSK_OK, NOTHING },
    { "open a lie", do_open_a_lie, MSK_ERR_MAC, NOTHING },
    { "V make", do_v_make, MSK_OK, NOTHING },
    { "V check", do_v_check, MSK_OK, NOTHING },
    { "V check a lie", do_v_check_a_lie, MSK_ERR_MAC, NOTHING },
    { "Ks_NAF", do_ks_naf, MSK_OK, NOTHING },
    { "MRK", do_mrk, MSK_OK, NOTHING },
    { "K_AF", do_k_af, MSK_OK, NOTHING },
    { "make an MSK message", do_make_msk, MSK_OK, NOTHING },
    { "open an MSK message", do_open_msk, MSK_OK, NOTHING },
    { "open it under another key", do_open_msk_under_another_key, MSK_ERR_MAC,
      NOTHING },
    { "acknowledge", do_acknowledge, MSK_OK, NOTHING },
    { "check that", do_check, MSK_OK, ACKNOWLEDGED },
    { "make an MTK message", do_make_mtk, MSK_OK, NOTHING },
    { "open an MTK message", do_open_mtk, MSK_OK, MTK_SENT },
    { "receive", do_receive, MSK_OK, MTK_SENT },
    { "another MSK", do_rekey, MSK_OK, NOTHING },
    { "HMAC", do_hmac, MSK_OK, NOTHING },
    { "AES", do_cipher, MSK_OK, NOTHING },
};

/* --- around them ------------------------------------------------------------ */

/* Octets that look like nothing else. */
static void
fill(uint8_t *p, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        p[i] = (uint8_t)(seed >> 24);
    }
}

static void
need(int err, const char *what)
{
    if (err < 0)
        stop(what);
}

/* The last payload of the message that everything is about. */
static void
find_kemac(void)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload p;

    need(msk_mikey_begin(&cursor, view(message, len), MSK_PAYLOADS_MBMS,
                         &header),
         "header");
    do {
        need(msk_mikey_next(&cursor, &p), "payload");
        kemac = p.type != MSK_PAYLOAD_LAST ? p : kemac;
    } while (p.type != MSK_PAYLOAD_LAST);
}

static void
prepare_answer(enum before before)
{
    struct msk_mtk_message m;

    to_make_mtk(&m);
    if (before == ACKNOWLEDGED)
        need(msk_verification_make(crypto, view(psk, 32), &read_message,
                                   view(NULL, 0), answer, sizeof answer,
                                   &answer_len),
             "acknowledge");
    if (before == MTK_SENT)
        need(msk_mtk_message_make(crypto, view(key, 16), &m, answer,
                                  sizeof answer, &answer_len),
             "MTK");
    if (before != NOTHING)
        need(msk_message_read(MSK_LAYOUT_KEYID, view(answer, answer_len),
                              &read_answer, NULL),
             "answer");
}

static void
add_derived(const char *name, struct msk_bytes from, uint8_t prf,
            uint32_t csb_id)
{
    struct msk_protection p = protection;

    p.psk = from;
    p.prf = prf;
    p.csb_id = csb_id;
    secrets_add_derived(name, &p);
}

static void
prepare(void)
{
    struct msk_msk_message m;
    size_t n;

    fill(psk, sizeof psk, 1);
    fill(key, sizeof key, 2);
    fill(mtk_key, sizeof mtk_key, 3);
    fill(salt, sizeof salt, 4);
    fill(ks, sizeof ks, 5);
    fill(rnd, sizeof rnd, 6);
    fake_crypto_start(&fake, 0);
    crypto = recorder_start(&fake.crypto);
    protection.crypto = crypto;
    protection.psk = view(psk, 32);
    protection.rand = view(rnd, 16);
    protection.csb_id = 0x11223344;
    protection.time = 9;
    to_make(&m);
    need(msk_msk_message_make(crypto, view(psk, 32), &m, message,
                              sizeof message, &len),
         "MSK");
    need(msk_message_read(MSK_LAYOUT_KEYID, view(message, len), &read_message,
                          NULL),
         "read");
    find_kemac();
    need(do_open(), "open");
    memcpy(plain, out, 26);
    v_input.message = view(message, 40);
    need(msk_v_mac_make(&protection, 1, &v_input, mac, sizeof mac, &n), "V");
    secrets_add("PSK", psk, sizeof psk);
    secrets_add("MSK", key, 16);
    secrets_add("MTK", mtk_key, 16);
    secrets_add("salt of the MTK", salt, 14);
    secrets_add("Ks", ks, 32);
    add_derived("key from the PSK", view(psk, 32), 0, 0x11223344);
    add_derived("key from the PSK, SHA-256", view(psk, 32), 1, 0x11223344);
    add_derived("key from the PSK of 65", view(psk, 65), 1, 0x11223344);
    add_derived("key from the MSK", view(key, 16), 0, 0x55667788);
    need(do_ks_naf(), "Ks_NAF");
    secrets_add("Ks_NAF", out, 32);
    need(do_mrk(), "MRK");
    secrets_add("MRK", out, 32);
    need(do_k_af(), "K_AF");
    secrets_add("K_AF", out, 32);
}

/* Once with the provider's call number at failing; 0: none. */
static size_t
try(size_t which, size_t at, size_t *used, bool *wrong)
{
    const char *name = operations[which].name, *secret;
    const size_t mark = secrets_mark();
    int want = at == 0 ? operations[which].want : MSK_ERR_CRYPTO, got;

    fake_crypto_start(&fake, 0);
    find_kemac();
    prepare_answer(operations[which].before);
    memset(&hmac, 0, sizeof hmac);
    fake_crypto_start(&fake, at);
    recorder_clear();
    got = stack_run(operations[which].run);
    if (got != want) {
        printf("FAIL: %s, %zu: %d instead of %d\n", name, at, got, want);
        *wrong = true;
    }
    recorder_add();
    secret = stack_holds(used);
    secrets_forget_since(mark);
    if (secret != NULL) {
        printf("FAIL: %s, %zu: left %s on the stack\n", name, at, secret);
        *wrong = true;
    }
    if (operations[which].run == do_hmac && at != 1 &&
        !is_nothing(&hmac, sizeof hmac)) {
        printf("FAIL: %s, %zu: left the pads\n", name, at);
        *wrong = true;
    }
    if (mgvf != NULL)
        msk_mgvf_wipe(mgvf);
    if (!is_nothing(memory, sizeof memory)) {
        printf("FAIL: %s, %zu: left something in its memory\n", name, at);
        *wrong = true;
    }
    mgvf = NULL;
    return fake.calls;
}

int
main(void)
{
    size_t tries = 0, used = 0;
    bool wrong = false;

    prepare();
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        size_t calls = try(i, 0, &used, &wrong);

        for (size_t at = 1; at <= calls; at++)
            (void)try(i, at, &used, &wrong);
        tries += calls + 1;
    }
    printf("%zu calls, at most %zu octets of stack\n", tries, used);
    return wrong ? 1 : 0;
}
