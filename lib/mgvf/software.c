/* SPDX-License-Identifier: MIT */
/* The MGV-F in software: its operations and its life. */
#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/soft.h"

static void
soft_wipe(struct msk_mgvf *mgvf)
{
    msk_secret_wipe(mgvf, sizeof(struct msk_soft));
}

static const struct msk_mgvf_ops software_ops = {
    .size = sizeof software_ops,
    .process = msk_soft_process,
    .complete = msk_soft_complete,
    .set_muk = msk_soft_set_muk,
    .allow = msk_soft_allow,
    .forget = msk_soft_forget,
    .import_msk = msk_soft_import,
    .held = msk_soft_held,
    .released = msk_soft_released,
    .forget_all = msk_soft_forget_all,
    .wipe = soft_wipe,
};

size_t
msk_mgvf_records(size_t servers, size_t groups)
{
    if (servers > SIZE_MAX - MSK_HISTORY_RECORDS ||
        groups > SIZE_MAX - MSK_HISTORY_RECORDS - servers)
        return 0;
    return MSK_MGVF_RECORDS(servers, groups);
}

size_t
msk_mgvf_size(void)
{
    return MSK_MGVF_SIZE;
}

int
msk_mgvf_init(struct msk_mgvf **mgvf, void *mem, size_t len,
              const struct msk_mgvf_config *config)
{
    struct msk_mgvf_config c;
    struct msk_soft *soft;

    if (mgvf == NULL || mem == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_mgvf_config, store)) ||
        c.crypto == NULL || c.store == NULL)
        return MSK_ERR_ARGUMENT;
    if (len < MSK_MGVF_SIZE)
        return MSK_ERR_SPACE;
    soft = msk_align(mem);
    memset(soft, 0, sizeof *soft);
    soft->base.ops = &software_ops;
    soft->crypto = c.crypto;
    soft->store = c.store;
    *mgvf = &soft->base;
    return MSK_OK;
}

/* MSK_MGVF_SIZE holds an engine, wherever it begins. */
typedef char msk_soft_fits
    [sizeof(struct msk_soft) + sizeof(uint64_t) <= MSK_MGVF_SIZE ? 1 : -1];
