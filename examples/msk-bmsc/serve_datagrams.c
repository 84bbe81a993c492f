/* SPDX-License-Identifier: MIT */
/* Datagrams: acknowledgements in MIKEY. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define DATAGRAMS_MS 20 /* of a turn of the loop, for datagrams */
#define STRANGERS_MS 4  /* and of these for those from anywhere */
#define ACKS_MAX 1024u  /* that wait */

struct ack {
    struct work work;
    size_t n;
    uint8_t octets[];
};

static int
call_ack(struct host *h, struct work *work, struct msk_subscriber *subscriber,
         msk_time now)
{
    const struct ack *ack = work->user;

    if (subscriber == NULL)
        return MSK_ERR_NO_MUK;
    return msk_bmsc_take_ack(h->bmsc, h, subscriber,
                             (struct msk_bytes){ ack->octets, ack->n }, now,
                             h->outbox);
}

static void
end_ack(struct host *h, struct work *work)
{
    h->acks--;
    free(work->user);
}

static int
take_ack(struct host *h, struct msk_bytes message)
{
    struct msk_bytes btid, copy;
    struct ack *ack;
    int err = msk_bmsc_ack_btid(h->bmsc, message, &btid);

    if (err != MSK_OK)
        return err;
    ack = malloc(sizeof *ack + message.n);
    if (ack == NULL)
        return MSK_ERR_SPACE;
    memcpy(ack->octets, message.p, message.n);
    ack->n = message.n;
    copy = (struct msk_bytes){ ack->octets + (btid.p - message.p), btid.n };
    ack->work = (struct work){ .call = call_ack,
                               .done = end_ack,
                               .what = "datagram",
                               .user = ack,
                               .by = WORK_BTID,
                               .key = copy };
    h->acks++;
    rounds_add(h, &ack->work);
    return MSK_OK;
}

bool
serve_is_full(const struct host *h)
{
    return h->acks >= ACKS_MAX;
}

void
serve_datagrams(struct host *h)
{
    uint8_t buf[MSK_MIKEY_MAX + 1];
    msk_time began = event_monotonic(), now = began;
    struct msk_bytes message;
    struct address from;

    /* Others can send faster than we can look: what comes from where nothing
     * was sent has a part of the time, and all of it ends by the clock. */
    for (; now - began < DATAGRAMS_MS && !serve_is_full(h);
         now = event_monotonic()) {
        if (!udp_receive(h->udp, buf, MSK_MIKEY_MAX, &message, &from))
            return;
        h->stats.datagrams++;
        if ((now - began >= STRANGERS_MS || h->acks >= ACKS_MAX / 4) &&
            !peers_has(&h->peers, address_view(&from), now)) {
            h->stats.unread++;
            continue;
        }
        capture_udp(&h->capture, address_view(&from), address_view(&h->mikey),
                    message);
        tell_refused(h, "datagram", take_ack(h, message));
    }
}
