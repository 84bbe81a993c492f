/* SPDX-License-Identifier: MIT */
/*
 * Time does not depend on keys nor on MACs. gates/ct runs this under valgrind,
 * to which keys are memory that was never written: a jump or an address that
 * depends on one is reported. The one bit that may be known is what
 * msk_secret_equal returns; the linker puts a function of ours before it.
 * Prints a line for each result, which the gate looks for.
 */
#include <stdio.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "base/secret.h"
#include "http/digest_text.h"
#include "msk/gba.h"
#include "msk/protect.h"
#include "provider.h"

#define OPEN_LEN 36 /* octets of a message up to its Encr data */
#define PLAIN_LEN 26

bool __real_msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n);
bool __wrap_msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

bool
__wrap_msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    bool equal = __real_msk_secret_equal(a, b, n);

    VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
    return equal;
}

static const uint8_t open_message[OPEN_LEN] = {
    1,
    0,
    MSK_PAYLOAD_T,
    0,
    0x11,
    0x22,
    0x33,
    0x44,
    0,
    1, /* HDR */
    MSK_PAYLOAD_RAND,
    2,
    0,
    0,
    0,
    9, /* T */
    MSK_PAYLOAD_KEMAC,
    14,
    1,
    2,
    3,
    4,
    5,
    6, /* RAND */
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    0,
    0,
    0,
    0, /* KEMAC */
};

static uint8_t psk[32], ks[32], rnd[16];
static uint8_t plain[PLAIN_LEN], message[128], out[128];
static size_t len;

static void
poison(void *p, size_t n)
{
    VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static void
cure(void *p, size_t n)
{
    VALGRIND_MAKE_MEM_DEFINED(p, n);
}

static struct msk_protection
protection(bool sha256)
{
    struct msk_protection p = { .crypto = host_crypto() };

    p.psk = (struct msk_bytes){ psk, sizeof psk };
    p.rand = (struct msk_bytes){ rnd, sizeof rnd };
    p.csb_id = 0x11223344;
    p.prf = sha256 ? MSK_PRF_HMAC_SHA256 : MSK_PRF_MIKEY_1;
    p.time = 9;
    return p;
}

/* What everybody knows of it is known: the message on the wire. */
static int
seal(bool sha256)
{
    struct msk_protection p = protection(sha256);
    int err;

    memcpy(message, open_message, sizeof open_message);
    message[OPEN_LEN - 3] = sha256 ? MSK_ENCR_AES_CM_256 : MSK_ENCR_AES_CM_128;
    message[OPEN_LEN - 1] = PLAIN_LEN;
    message[OPEN_LEN + PLAIN_LEN] = sha256 ? 2 : 1;
    len = OPEN_LEN + PLAIN_LEN + 1;
    poison(psk, sizeof psk);
    poison(plain, sizeof plain);
    err = msk_kemac_seal(&p, message[OPEN_LEN - 3], sha256 ? 2 : 1,
                         (struct msk_bytes){ plain, sizeof plain }, message,
                         sizeof message, &len);
    cure(message, sizeof message);
    return err;
}

/* with: what the last octet of the MAC is changed by. */
static int
open(bool sha256, uint8_t with)
{
    struct msk_protection p = protection(sha256);
    struct msk_payload kemac = { .type = MSK_PAYLOAD_KEMAC };
    int err;

    kemac.kind = message[OPEN_LEN - 3];
    kemac.detail = sha256 ? 2 : 1;
    kemac.data = (struct msk_bytes){ message + OPEN_LEN, PLAIN_LEN };
    kemac.tail.p = message + OPEN_LEN + PLAIN_LEN + 1;
    kemac.tail.n = sha256 ? 32 : 20;
    kemac.offset = OPEN_LEN - 4;
    kemac.length = len - kemac.offset;
    message[len - 1] ^= with;
    poison(psk, sizeof psk);
    err = msk_kemac_open(&p, (struct msk_bytes){ message, len }, &kemac, out,
                         sizeof out);
    message[len - 1] ^= with;
    return err;
}

static int
check_v(uint8_t alg, uint8_t with)
{
    struct msk_protection p = protection(false);
    struct msk_v_input input = {
        { message, 40 }, { rnd, 3 }, { rnd, 9 }, { rnd, 4 }
    };
    struct msk_bytes mac = { out, alg == 1 ? 20 : 32 };
    size_t n;
    int err;

    poison(psk, sizeof psk);
    err = msk_v_mac_make(&p, alg, &input, out, sizeof out, &n);
    cure(out, sizeof out);
    out[3] ^= with;
    return err != MSK_OK ? err : msk_v_mac_check(&p, alg, &input, mac);
}

static int
derive(void)
{
    struct msk_gba gba = { host_crypto(), ks, rnd, { rnd, 16 }, { rnd, 16 } };
    struct msk_protection p = protection(true);
    int err;

    poison(ks, sizeof ks);
    err = msk_gba_ks_naf(&gba, out);
    if (err == MSK_OK)
        err = msk_gba_ks_int_naf(&gba, out);
    if (err == MSK_OK)
        err = msk_gba_mrk(gba.crypto, ks, out);
    if (err == MSK_OK)
        err = msk_gba_k_af(gba.crypto, ks, gba.fqdn, out);
    poison(psk, sizeof psk);
    return err != MSK_OK ? err
                         : msk_mikey_derive(&p, MSK_DERIVED_TEK, 1, out, 100);
}

/* A response of Digest is known; the MRK, its base64 and H(A1) are not. */
static int
digest(uint32_t algorithm)
{
    struct msk_digest_input input = { .size = sizeof input };
    uint8_t response[MSK_DIGEST_HEX_MAX];
    size_t n;
    int err;

    input.algorithm = algorithm;
    input.qop = MSK_QOP_AUTH_INT;
    input.username = input.realm = msk_text("somebody");
    input.method = input.uri = input.nonce = input.nc = input.username;
    input.cnonce = input.body = input.username;
    poison(ks, sizeof ks);
    err = msk_digest_hash(host_crypto(), &input,
                          (struct msk_bytes){ ks, sizeof ks }, response, &n);
    return err;
}

/* Equal, and different in one octet, wherever. */
static int
compare(void)
{
    uint8_t a[32] = { 0 }, b[32] = { 0 };
    int wrong = 0;

    for (size_t i = 0; i <= sizeof a; i++) {
        memset(b, 0, sizeof b);
        if (i < sizeof b)
            b[i] = 1;
        poison(a, sizeof a);
        wrong += msk_secret_equal(a, b, sizeof a) != (i == sizeof a);
    }
    return wrong;
}

int
main(void)
{
    printf("compare %d\n", compare());
    for (int sha256 = 0; sha256 < 2; sha256++) {
        printf("seal %d\n", seal(sha256 == 1));
        printf("open %d\n", open(sha256 == 1, 0));
        printf("open a lie %d\n", open(sha256 == 1, 1));
    }
    printf("V %d\n", check_v(1, 0));
    printf("V a lie %d\n", check_v(1, 1));
    printf("V 256 %d\n", check_v(2, 0));
    printf("derive %d\n", derive());
    printf("digest %d\n", digest(MSK_ALGORITHM_MD5));
    printf("digest %d\n", digest(MSK_ALGORITHM_SHA256));
    return 0;
}
