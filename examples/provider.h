/* SPDX-License-Identifier: MIT */
/*
 * provider.h - the crypto provider of a program that is built with any of
 * those of the library: meson.build picks provider_mbedtls.c or its like. A
 * host that knows its provider calls that one.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first call has returned before a second thread calls. NULL: it lacks
 * something. */
const struct msk_crypto *host_crypto(void);

#ifdef __cplusplus
}
#endif

#endif
