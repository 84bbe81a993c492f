/* SPDX-License-Identifier: MIT */
#include "milenage.h"

#include <string.h>

/* One block of AES: counter mode over zeros gives the block itself. */
static int
encrypt(const struct milenage *m, const uint8_t in[MILENAGE_KEY],
        uint8_t out[MILENAGE_KEY])
{
    static const uint8_t zeros[MILENAGE_KEY] = { 0 };
    struct msk_bytes k = { m->k, sizeof m->k };

    return m->crypto->aes_ctr(m->crypto->user, k, in, zeros, out,
                              MILENAGE_KEY) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

static void
xor_with(uint8_t *p, const uint8_t *q, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] ^= q[i];
}

/* TEMP of TS 35.206 4.1. */
static int
mix_rand(const struct milenage *m, const uint8_t rand[MILENAGE_KEY],
         uint8_t temp[MILENAGE_KEY])
{
    uint8_t in[MILENAGE_KEY];

    memcpy(in, rand, sizeof in);
    xor_with(in, m->opc, sizeof in);
    return encrypt(m, in, temp);
}

/* OUT1 to OUT5: `in` turned by r octets, with c in its last octet and, of
 * OUT1, TEMP on top. */
static int
block(const struct milenage *m, const uint8_t in[MILENAGE_KEY], size_t r,
      uint8_t c, const uint8_t *temp, uint8_t out[MILENAGE_KEY])
{
    uint8_t x[MILENAGE_KEY];
    int err;

    for (size_t i = 0; i < sizeof x; i++)
        x[i] = in[(i + r) % sizeof x] ^ m->opc[(i + r) % sizeof x];
    if (temp != NULL)
        xor_with(x, temp, sizeof x);
    x[MILENAGE_KEY - 1] ^= c;
    err = encrypt(m, x, out);
    xor_with(out, m->opc, sizeof x);
    msk_wipe(x, sizeof x);
    return err;
}

int
milenage_opc(struct milenage *m, const uint8_t op[MILENAGE_KEY])
{
    int err = encrypt(m, op, m->opc);

    xor_with(m->opc, op, MILENAGE_KEY);
    return err;
}

int
milenage_macs(const struct milenage *m, const uint8_t rand[MILENAGE_KEY],
              const uint8_t sqn[MILENAGE_SQN], const uint8_t amf[MILENAGE_AMF],
              struct milenage_macs *out)
{
    uint8_t in[MILENAGE_KEY], temp[MILENAGE_KEY], made[MILENAGE_KEY];
    int err = mix_rand(m, rand, temp);

    memcpy(in, sqn, MILENAGE_SQN);
    memcpy(in + MILENAGE_SQN, amf, MILENAGE_AMF);
    memcpy(in + 8, in, 8);
    if (err == MSK_OK)
        err = block(m, in, 8, 0, temp, made);
    if (err == MSK_OK) {
        memcpy(out->a, made, MILENAGE_MAC);
        memcpy(out->s, made + MILENAGE_MAC, MILENAGE_MAC);
    }
    msk_wipe(temp, sizeof temp);
    msk_wipe(made, sizeof made);
    return err;
}

int
milenage_keys(const struct milenage *m, const uint8_t rand[MILENAGE_KEY],
              struct milenage_keys *out)
{
    uint8_t temp[MILENAGE_KEY], two[MILENAGE_KEY], five[MILENAGE_KEY];
    int err = mix_rand(m, rand, temp);

    if (err == MSK_OK)
        err = block(m, temp, 0, 1, NULL, two);
    if (err == MSK_OK)
        err = block(m, temp, 4, 2, NULL, out->ck);
    if (err == MSK_OK)
        err = block(m, temp, 8, 4, NULL, out->ik);
    if (err == MSK_OK)
        err = block(m, temp, 12, 8, NULL, five);
    if (err == MSK_OK) {
        memcpy(out->ak, two, MILENAGE_SQN);
        memcpy(out->res, two + 8, MILENAGE_RES);
        memcpy(out->ak_s, five, MILENAGE_SQN);
    }
    msk_wipe(temp, sizeof temp);
    msk_wipe(two, sizeof two);
    msk_wipe(five, sizeof five);
    return err;
}

uint64_t
milenage_number(const uint8_t sqn[MILENAGE_SQN])
{
    uint64_t number = 0;

    for (size_t i = 0; i < MILENAGE_SQN; i++)
        number = number << 8 | sqn[i];
    return number;
}

void
milenage_octets(uint64_t number, uint8_t sqn[MILENAGE_SQN])
{
    for (size_t i = MILENAGE_SQN; i > 0; i--, number >>= 8)
        sqn[i - 1] = (uint8_t)number;
}

void
milenage_hide(const uint8_t sqn[MILENAGE_SQN], const uint8_t ak[MILENAGE_SQN],
              uint8_t out[MILENAGE_SQN])
{
    memcpy(out, sqn, MILENAGE_SQN);
    xor_with(out, ak, MILENAGE_SQN);
}
