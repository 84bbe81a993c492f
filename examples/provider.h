/* SPDX-License-Identifier: MIT */
/*
 * provider.h - the crypto provider of a program that is built with either of
 * those of the library: meson.build picks provider_mbedtls.c or
 * provider_psa.c. A host that knows its provider calls that one.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "msk/crypto.h"

const struct msk_crypto *host_crypto(void);

#endif
