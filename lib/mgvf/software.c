/* SPDX-License-Identifier: MIT */
/* The MGV-F in software: its operations, its life, and the one that most of
 * them are for, which processes a message. */
#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/soft.h"

/* TS 33.246 6.4.6: what it is shows in its extension payload. */
static int
take_read(struct msk_soft *soft, const struct msk_message *message)
{
    switch (message->kind) {
    case MSK_MESSAGE_MSK: return msk_soft_take_msk(soft, message);
    case MSK_MESSAGE_MTK: return msk_soft_take_mtk(soft, message);
    case MSK_MESSAGE_VERIFICATION: break; /* for a BM-SC */
    }
    return MSK_ERR_KIND;
}

/* What the caller has read is theirs, and gone when the step runs again. */
static int
step_message(struct msk_soft *soft)
{
    struct msk_bytes octets = { soft->in.message, soft->in.message_len };
    const struct msk_message *read = soft->in.read;
    struct msk_message message;
    int err;

    soft->in.read = NULL;
    if (read != NULL)
        return take_read(soft, read);
    err = msk_message_read(soft->in.layout, octets, &message, NULL);
    return err == MSK_OK ? take_read(soft, &message) : err;
}

int
msk_soft_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                 struct msk_mgvf_result *result)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    struct msk_soft_input *in = &soft->in;
    int err;

    if (input->fqdn.n > MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    if (input->message.n > MSK_MIKEY_MAX)
        return MSK_ERR_LENGTH;
    err = msk_soft_begin(soft, step_message);
    if (err != MSK_OK)
        return err;
    in->layout = input->layout;
    if (input->fqdn.n > 0)
        memcpy(in->fqdn, input->fqdn.p, input->fqdn.n);
    in->fqdn_len = input->fqdn.n;
    if (input->message.n > 0)
        memcpy(in->message, input->message.p, input->message.n);
    in->message_len = input->message.n;
    in->read = input->read;
    return msk_soft_run(soft, result);
}

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
