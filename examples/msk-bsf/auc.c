/* SPDX-License-Identifier: MIT */
#include "auc.h"

#include <string.h>

#include "../gba/gba_u.h"

#define SQN_LAST (((uint64_t)1 << 8 * MILENAGE_SQN) - 1)
#define IND_MASK 31u /* TS 33.102 C.3.2: five bits */

uint64_t
auc_next(uint64_t sqn)
{
    uint64_t ind = (sqn + 1) & IND_MASK;

    return (((sqn | IND_MASK) + 1) | ind) & SQN_LAST;
}

/* TS 33.220 5.3.2: Ks is to stay on the card. */
static int
make_gba_u(const struct subscription *s, struct vector *v)
{
    gba_u_res(v->xres);
    return gba_u_mac(s->milenage.crypto, v->ks + MILENAGE_KEY,
                     v->challenge.autn + MILENAGE_SQN + MILENAGE_AMF);
}

int
auc_vector(const struct subscription *s, const uint8_t rand[MSK_AKA_RAND_LEN],
           uint64_t sqn, struct vector *out)
{
    uint8_t octets[MILENAGE_SQN], *autn = out->challenge.autn;
    struct milenage_keys keys;
    struct milenage_macs macs;
    int err = milenage_keys(&s->milenage, rand, &keys);

    milenage_octets(sqn, octets);
    if (err == MSK_OK)
        err = milenage_macs(&s->milenage, rand, octets, s->amf, &macs);
    if (err == MSK_OK) {
        memcpy(out->challenge.rand, rand, MSK_AKA_RAND_LEN);
        milenage_hide(octets, keys.ak, autn);
        memcpy(autn + MILENAGE_SQN, s->amf, MILENAGE_AMF);
        memcpy(autn + MILENAGE_SQN + MILENAGE_AMF, macs.a, MILENAGE_MAC);
        memcpy(out->xres, keys.res, sizeof out->xres);
        memcpy(out->ks, keys.ck, MILENAGE_KEY);
        memcpy(out->ks + MILENAGE_KEY, keys.ik, MILENAGE_KEY);
    }
    if (err == MSK_OK && s->gba_u)
        err = make_gba_u(s, out);
    msk_wipe(&keys, sizeof keys);
    return err;
}

int
auc_resynchronise(const struct subscription *s,
                  const uint8_t rand[MSK_AKA_RAND_LEN],
                  const uint8_t auts[MSK_AKA_AUTS_LEN], uint64_t *sqn)
{
    static const uint8_t amf[MILENAGE_AMF] = { 0 };
    uint8_t octets[MILENAGE_SQN], wrong = 0;
    struct milenage_keys keys;
    struct milenage_macs macs;
    int err = milenage_keys(&s->milenage, rand, &keys);

    if (err == MSK_OK) {
        milenage_hide(auts, keys.ak_s, octets);
        err = milenage_macs(&s->milenage, rand, octets, amf, &macs);
    }
    msk_wipe(&keys, sizeof keys);
    if (err != MSK_OK)
        return err;
    for (size_t i = 0; i < MILENAGE_MAC; i++)
        wrong |= macs.s[i] ^ auts[MILENAGE_SQN + i];
    if (wrong != 0)
        return MSK_ERR_MAC;
    *sqn = milenage_number(octets);
    return MSK_OK;
}
