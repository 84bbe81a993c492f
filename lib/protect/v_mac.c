/* SPDX-License-Identifier: MIT */
/* The MAC of a verification message: RFC 3830 5.2, 6.9. */
#include "protect/key.h"

static int
check_arguments(const struct msk_protection *protection,
                const struct msk_v_input *input)
{
    return protection == NULL || input == NULL ? MSK_ERR_ARGUMENT : MSK_OK;
}

/* The octets under the MAC, in their order. */
static void
list(const struct msk_v_input *input, struct msk_bytes in[4])
{
    in[0] = input->message;
    in[1] = input->identity_i;
    in[2] = input->identity_r;
    in[3] = input->timestamp;
}

int
msk_v_mac_make(const struct msk_protection *protection, uint8_t mac_alg,
               const struct msk_v_input *input, uint8_t *buf, size_t cap,
               size_t *len)
{
    enum msk_hash hash = MSK_HASH_SHA1;
    struct msk_bytes in[4];
    struct msk_prf prf;
    int err = check_arguments(protection, input);

    if (err != MSK_OK || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_mac_hash(mac_alg, &hash, len);
    if (err != MSK_OK || cap < *len)
        return err != MSK_OK ? err : MSK_ERR_SPACE;
    err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                        protection->psk);
    if (err != MSK_OK)
        return err;
    list(input, in);
    err = msk_mac_make(&prf, protection, mac_alg, in, 4, buf, len);
    msk_prf_end(&prf);
    return err;
}

int
msk_v_mac_check(const struct msk_protection *protection, uint8_t mac_alg,
                const struct msk_v_input *input, struct msk_bytes mac)
{
    struct msk_bytes in[4];
    struct msk_prf prf;
    int err = check_arguments(protection, input);

    if (err != MSK_OK)
        return err;
    err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                        protection->psk);
    if (err != MSK_OK)
        return err;
    list(input, in);
    err = msk_mac_check(&prf, protection, mac_alg, in, 4, mac);
    msk_prf_end(&prf);
    return err;
}
