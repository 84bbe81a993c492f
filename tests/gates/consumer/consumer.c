/* SPDX-License-Identifier: MIT */
/* Somebody else's program: are header, library and provider of one piece? */
#include <stdio.h>
#include <string.h>

#include <msk/crypto_mbedtls.h>
#include <msk/msk.h>

#define TEXT(n) #n
#define JOIN(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)
#define VERSION JOIN(MSK_VERSION_MAJOR, MSK_VERSION_MINOR, MSK_VERSION_PATCH)

int
main(void)
{
    /* SHA-1 of nothing, FIPS 180-4 */
    static const uint8_t empty[] = { 0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b,
                                     0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60,
                                     0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09 };
    const struct msk_crypto *crypto = msk_crypto_mbedtls();
    uint8_t out[MSK_HASH_MAX];

    if (strcmp(msk_version(), VERSION) != 0) {
        fprintf(stderr, "library %s, header " VERSION "\n", msk_version());
        return 1;
    }
    if (crypto->hash(crypto->user, MSK_HASH_SHA1, NULL, 0, out) != 0 ||
        memcmp(out, empty, sizeof empty) != 0) {
        fprintf(stderr, "the provider does not know SHA-1\n");
        return 1;
    }
    return 0;
}
