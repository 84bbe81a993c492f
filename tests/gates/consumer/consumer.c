/* SPDX-License-Identifier: MIT */
/*
 * Somebody else's program, in C and in C++: are header, library and provider of
 * one piece? It receives the MSK of doc/vectors.md, in the layout KEYID.
 */
#ifdef CONSUMER_ONE_HEADER
#include "msk.h"
#else
#ifdef CONSUMER_OPENSSL
#include <msk/crypto_openssl.h>
#else
#include <msk/crypto_mbedtls.h>
#endif
#include <msk/msk.h>
#endif

#include <stdio.h>
#include <string.h>

static const struct msk_crypto *
provider(void)
{
#ifdef CONSUMER_OPENSSL
    static struct msk_openssl openssl;
    static struct msk_crypto crypto;

    return msk_crypto_openssl_init(&crypto, &openssl) == MSK_OK ? &crypto
                                                                : NULL;
#else
    return msk_crypto_mbedtls();
#endif
}

#define TEXT(n) #n
#define JOIN(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)
#define VERSION JOIN(MSK_VERSION_MAJOR, MSK_VERSION_MINOR, MSK_VERSION_PATCH)

static const char message_hex[] =
    "0100158001c97e3a00010503000b0003216354010418cf00010b0200000001061044"
    "9da775467d4a3aa46d5291ce33db0106000010626d73632e6578616d706c652e636f"
    "6d01000028734c4779733753317472653475627137764c322b76773d3d406273662e"
    "6578616d706c652e636f6d0001001a7437613a12c9a13db9342aa691c0530ba1f5b4"
    "2642e98e03daa00138241368dec320843b553e46b9e08093a8e0947f";
static const char msk_hex[] = "2625fa0f7e4221581f124dad5dbb0e1a";

static uint8_t memory[MSK_MGVF_SIZE];
static struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
static struct msk_ram ram;
static struct msk_store store;
static struct msk_mgvf_config config;
static struct msk_muk muk;
static struct msk_mgvf_input input;
static struct msk_mgvf_result result;

static size_t
octets(const char *hex, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) * 16 +
                           (strchr(digits, hex[2 * i + 1]) - digits));
    return n;
}

/* The UE has its MUK and takes the MSKs of one Key Group. */
static int
start(struct msk_mgvf **mgvf)
{
    static uint8_t key[32];
    struct msk_group_id group = { { 0x21, 0x63, 0x54 }, 0x18cf };
    int err = msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, 1));

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(0x20 + i);
    config.size = sizeof config;
    config.crypto = provider();
    config.store = &store;
    muk.size = sizeof muk;
    muk.fqdn = msk_text("bmsc.example.com");
    muk.btid = msk_text("sLGys7S1tre4ubq7vL2+vw==@bsf.example.com");
    muk.key.p = key;
    muk.key.n = sizeof key;
    if (err == MSK_OK)
        err = msk_mgvf_init(mgvf, memory, sizeof memory, &config);
    if (err == MSK_OK)
        err = msk_mgvf_set_muk(*mgvf, &muk);
    if (err == MSK_OK)
        err = msk_mgvf_allow(*mgvf, muk.fqdn, &group, MSK_REQUIRE_BOTH);
    return err;
}

int
main(void)
{
    uint8_t message[sizeof message_hex / 2], want[sizeof msk_hex / 2];
    struct msk_mgvf *mgvf = NULL;
    int err = start(&mgvf);

    input.size = sizeof input;
    input.layout = MSK_LAYOUT_KEYID;
    input.message.p = message;
    input.message.n = octets(message_hex, message);
    result.size = sizeof result;
    if (err == MSK_OK)
        err = msk_mgvf_process(mgvf, &input, &result);
    if (err != MSK_OK) {
        fprintf(stderr, "%s\n", msk_err_text(err));
        return 1;
    }
    if (result.outcome != MSK_OUTCOME_STORED ||
        result.key.n != octets(msk_hex, want) ||
        memcmp(result.key.p, want, result.key.n) != 0) {
        fprintf(stderr, "this is not the MSK\n");
        return 1;
    }
    msk_mgvf_wipe(mgvf);
    if (strcmp(msk_version(), VERSION) != 0) {
        fprintf(stderr, "library %s, header " VERSION "\n", msk_version());
        return 1;
    }
    return 0;
}
