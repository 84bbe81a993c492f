/* SPDX-License-Identifier: MIT */
/* What a receiver uses of mbedTLS. Tables in flash: there is little RAM. */
#define MBEDTLS_AES_C
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_MD5_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
