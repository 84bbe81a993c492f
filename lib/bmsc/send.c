/* SPDX-License-Identifier: MIT */
#include "bmsc/send.h"

#include <string.h>

void
msk_send_describe(const struct msk_call *call, const struct msk_group *group,
                  const struct msk_group_msk *msk,
                  enum msk_content_kind content, struct msk_msk_message *m)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;

    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = c->layout;
    m->ext = c->ext;
    m->ext_type = c->ext_type;
    m->content = content;
    m->id = msk_group_id(group, msk);
    m->fqdn = c->fqdn;
    m->rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    m->streaming = group->streaming;
    m->sp = (struct msk_bytes){ group->sp, group->sp_len };
    m->seq_low = msk_group_seq_low(msk);
    m->seq_high = msk->seq_high;
    if (content == MSK_CONTENT_MSK)
        m->key = (struct msk_bytes){ msk->key, group->key_len };
}

/* TS 33.246 6.4.3: one more for each message, also for one sent again. */
static int
take_counter(struct msk_bmsc_muk *muk, uint32_t last, uint32_t *counter)
{
    if (muk->has_counter && muk->counter >= last)
        return MSK_ERR_STATE;
    muk->counter = muk->has_counter ? muk->counter + 1 : 1;
    muk->has_counter = true;
    *counter = muk->counter;
    return MSK_OK;
}

int
msk_send(const struct msk_call *call, struct msk_bmsc_muk *muk, uint32_t last,
         struct msk_msk_message *m)
{
    struct msk_bytes key = { muk->key, muk->key_len };
    struct msk_bytes message;
    size_t cap, n = 0;
    uint8_t *room = msk_outbox_room(call->outbox, &cap);
    int err;

    if (call->outbox->peer_n == 0)
        return MSK_ERR_STATE;
    err = take_counter(muk, last, &m->counter);
    m->btid = (struct msk_bytes){ muk->btid, muk->btid_len };
    if (err == MSK_OK)
        err = msk_msk_message_make(call->bmsc->config.crypto, key, m, room, cap,
                                   &n);
    if (err != MSK_OK)
        return err;
    message = msk_outbox_keep(call->outbox, n);
    return msk_outbox_add(call->outbox, MSK_BMSC_EFFECT_SEND_MIKEY, &m->id,
                          message);
}
