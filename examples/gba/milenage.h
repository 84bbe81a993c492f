/* SPDX-License-Identifier: MIT */
/*
 * milenage.h - f1 to f5* of TS 35.206 over the AES of a crypto provider: what
 * a USIM and an authentication centre both work out. MSK_ERR_CRYPTO: it failed,
 * and nothing of *out counts.
 */
#ifndef GBA_MILENAGE_H
#define GBA_MILENAGE_H

#include "msk/crypto.h"

enum {
    MILENAGE_KEY = 16, /* octets of K, OP, OPc, RAND, CK, IK */
    MILENAGE_MAC = 8,
    MILENAGE_RES = 8,
    MILENAGE_SQN = 6, /* also of AK */
    MILENAGE_AMF = 2
};

/* Of one subscriber. */
struct milenage {
    const struct msk_crypto *crypto;
    uint8_t k[MILENAGE_KEY], opc[MILENAGE_KEY];
};

/* Works OPc out, which depends on K, from OP of the operator. */
int milenage_opc(struct milenage *m, const uint8_t op[MILENAGE_KEY]);

/* f1 and f1*: the MAC of AUTN and that of AUTS. */
struct milenage_macs {
    uint8_t a[MILENAGE_MAC], s[MILENAGE_MAC];
};
int milenage_macs(const struct milenage *m, const uint8_t rand[MILENAGE_KEY],
                  const uint8_t sqn[MILENAGE_SQN],
                  const uint8_t amf[MILENAGE_AMF], struct milenage_macs *out);

/* f2 to f5 and f5*. */
struct milenage_keys {
    uint8_t res[MILENAGE_RES], ck[MILENAGE_KEY], ik[MILENAGE_KEY];
    uint8_t ak[MILENAGE_SQN], ak_s[MILENAGE_SQN];
};
int milenage_keys(const struct milenage *m, const uint8_t rand[MILENAGE_KEY],
                  struct milenage_keys *out);

/* SQN as a number, and under AK, or in the clear again. */
uint64_t milenage_number(const uint8_t sqn[MILENAGE_SQN]);
void milenage_octets(uint64_t number, uint8_t sqn[MILENAGE_SQN]);
void milenage_hide(const uint8_t sqn[MILENAGE_SQN],
                   const uint8_t ak[MILENAGE_SQN], uint8_t out[MILENAGE_SQN]);

#endif
