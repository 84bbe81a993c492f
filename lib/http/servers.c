/* SPDX-License-Identifier: MIT */
#include "msk/service.h"

#include "base/octets.h"
#include "base/secret.h"
#include "http/uri.h"

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
        err = msk_random_below(random, (uint32_t)s.n_servers, &i);
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
