/* SPDX-License-Identifier: MIT */
/*
 * gba_u.h - what GBA_U changes in the vectors of AKA (TS 33.220 5.3.2): a
 * challenge that only a card in its GBA context takes for one from home, and an
 * answer that only such a card gives. A card that is asked in the 3G context,
 * where CK and IK would come out, refuses it.
 */
#ifndef GBA_GBA_U_H
#define GBA_GBA_U_H

#include "milenage.h"

/* MAC to MAC*, and back: the first 8 octets of SHA-1 of IK are added.
 * MSK_ERR_CRYPTO: mac is as it was. */
int gba_u_mac(const struct msk_crypto *crypto, const uint8_t ik[MILENAGE_KEY],
              uint8_t mac[MILENAGE_MAC]);

/* RES to what is sent, and back: its last bit is another one. */
void gba_u_res(uint8_t res[MILENAGE_RES]);

#endif
