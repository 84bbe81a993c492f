/* SPDX-License-Identifier: MIT */
/*
 * msk/gba.h - keys from the Generic Bootstrapping Architecture (TS 33.220
 * Annex B) as MBMS uses them (TS 33.246 6.1 and Annex F), and from AKMA, which
 * MBS may use instead (TS 33.501 W.4.1.3): K_AF stands in the place of Ks_NAF
 * then, and the A-KID in that of the B-TID.
 */
#ifndef MSK_GBA_H
#define MSK_GBA_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_GBA_KEY_LEN = 32,             /* Ks, Ks_NAF, MRK, K_AF */
    MSK_NAF_ID_MAX = MSK_FQDN_MAX + 5 /* a NAF_Id */
};

/* Inputs of a NAF key, TS 33.220 B.3. */
struct msk_gba {
    /* Frozen: the inputs of TS 33.220 B.3. */
    const struct msk_crypto *crypto;
    const uint8_t *ks;     /* CK || IK, 32 octets */
    const uint8_t *rand;   /* of the AKA run, 16 octets */
    struct msk_bytes impi; /* UTF-8, 1..255 octets */
    struct msk_bytes fqdn; /* of the BM-SC, as in the Host header */
};

/* Writes the NAF_Id: fqdn and the Ua security protocol identifier of MBMS,
 * 01 00 00 00 01; *len: its octets. MSK_ERR_ARGUMENT: fqdn empty or too
 * long. */
MSK_API int msk_gba_naf_id(struct msk_bytes fqdn, uint8_t out[MSK_NAF_ID_MAX],
                           size_t *len);

/* Ks_NAF (GBA_ME) and Ks_ext_NAF (GBA_U): the same function of Ks. */
MSK_API int msk_gba_ks_naf(const struct msk_gba *gba,
                           uint8_t out[MSK_GBA_KEY_LEN]);

/* Ks_int_NAF (GBA_U; it is made on the card, this is for tests and cards). */
MSK_API int msk_gba_ks_int_naf(const struct msk_gba *gba,
                               uint8_t out[MSK_GBA_KEY_LEN]);

/*
 * K_AF (TS 33.535 A.4), the MUK of a UE that uses AKMA. k_akma: K_AKMA, 32
 * octets; fqdn: of the MBSSF. AF_ID is made as a NAF_Id, and so the Ua*
 * security protocol is that of MBMS (decision 38).
 */
MSK_API int msk_gba_k_af(const struct msk_crypto *crypto,
                         const uint8_t k_akma[MSK_GBA_KEY_LEN],
                         struct msk_bytes fqdn, uint8_t out[MSK_GBA_KEY_LEN]);

/* MRK from Ks_NAF, from Ks_ext_NAF when MBMS runs in the ME, or from K_AF
 * (TS 33.246 Annex F). When the UICC runs MBMS, MRK is Ks_ext_NAF itself.
 * All of these: MSK_ERR_CRYPTO (out is then cleared),
 * MSK_ERR_ARGUMENT. */
MSK_API int msk_gba_mrk(const struct msk_crypto *crypto,
                        const uint8_t ks_naf[MSK_GBA_KEY_LEN],
                        uint8_t out[MSK_GBA_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
