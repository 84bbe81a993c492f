/* SPDX-License-Identifier: MIT */
/* A message comes into the MGV-F. */
#include <string.h>

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
