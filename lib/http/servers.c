/* SPDX-License-Identifier: MIT */
#include "msk/service.h"

#include "base/sized.h"
#include "http/uri.h"
#include "http/view.h"

#define TRIES_MAX 64 /* of a generator that is one: 63 are never needed */

/* The n highest numbers would be chosen more often than others are: drawn
 * again. n is above 0. */
static int
draw(const struct msk_random *random, uint32_t n, uint32_t *out)
{
    uint32_t fair = UINT32_MAX - UINT32_MAX % n;

    for (unsigned i = 0; i < TRIES_MAX; i++) {
        uint8_t b[4];
        uint32_t r;

        if (random->fill(random->user, b, sizeof b) != 0)
            return MSK_ERR_RANDOM;
        r = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
            b[3];
        if (r < fair) {
            *out = r % n;
            return MSK_OK;
        }
    }
    return MSK_ERR_RANDOM;
}

/* TS 26.346 9.3.5: at random, so that the load is spread. */
int
msk_service_pick(const struct msk_service *service,
                 const struct msk_random *random, struct msk_bytes *server,
                 struct msk_bytes *fqdn)
{
    struct msk_service s;
    struct msk_uri uri;
    uint32_t i = 0;
    int err = MSK_OK;

    if (server == NULL || fqdn == NULL || random == NULL ||
        random->size < MSK_SIZE_UPTO(msk_random, fill) ||
        random->fill == NULL ||
        !msk_sized_take(&s, sizeof s, service,
                        MSK_SIZE_UPTO(msk_service, fec_oti)) ||
        s.servers == NULL || s.n_servers == 0 || s.n_servers > UINT16_MAX)
        return MSK_ERR_ARGUMENT;
    if (s.n_servers > 1)
        err = draw(random, (uint32_t)s.n_servers, &i);
    if (err != MSK_OK)
        return err;
    if (!msk_uri_split(s.servers[i], &uri))
        return MSK_ERR_VALUE;
    *server = s.servers[i];
    *fqdn = uri.host;
    return MSK_OK;
}

int
msk_service_base(struct msk_bytes server, struct msk_bytes *base)
{
    struct msk_uri uri;

    if (base == NULL)
        return MSK_ERR_ARGUMENT;
    if (!msk_uri_split(server, &uri) ||
        msk_view_find(uri.path, '?') != uri.path.n ||
        msk_view_find(uri.path, '#') != uri.path.n)
        return MSK_ERR_VALUE;
    *base = uri.path;
    return MSK_OK;
}
