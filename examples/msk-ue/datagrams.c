/* SPDX-License-Identifier: MIT */
#include "datagrams.h"

#include <string.h>
#include <unistd.h>

#include "host.h"

#define AT_ONCE 32 /* sockets that are looked at in a turn, */
#define MOMENT 20  /* and ms for it: then others have theirs */

bool
datagrams_open(struct host *h)
{
    const struct options *o = &h->options;
    struct datagrams *d = &h->datagrams;

    for (size_t i = 0; i < MIKEY_MAX; i++)
        d->udp[i] = -1;
    for (size_t i = 0; i < o->n_mikey; i++) {
        d->udp[i] = udp_open(&o->mikey[i], o->interface);
        if (d->udp[i] < 0 || !udp_local(d->udp[i], &d->mikey[i]))
            return false;
    }
    return true;
}

void
datagrams_close(struct host *h)
{
    for (size_t i = 0; i < h->options.n_mikey; i++)
        (void)close(h->datagrams.udp[i]);
}

/* What a datagram claims to be, for events that come from it. */
static void
look(struct host *h)
{
    struct datagrams *d = &h->datagrams;
    struct msk_peek peek;

    memset(&h->now, 0, sizeof h->now);
    d->pull = d->is_msk = false;
    if (msk_mikey_peek(h->options.layout, d->message, &peek) != MSK_OK)
        return;
    h->now = peek.id;
    d->is_msk = peek.kind == MSK_MESSAGE_MSK;
    d->pull = d->is_msk && peek.id.number == 0;
}

static void
hand_in(struct host *h)
{
    struct datagrams *d = &h->datagrams;

    look(h);
    hooks_tell(h, HOOKS_DATAGRAM,
               msk_ue_receive(h->ue, d->message, address_view(&d->from),
                              event_monotonic()));
}

static void
tell_pull(struct host *h)
{
    json_t *event = event_new(&h->log, "pull");

    event_key_id(event, &h->now);
    event_tell(&h->log, event);
}

static bool
is_to_be_kept(struct host *h, int err)
{
    if (err == MSK_ERR_NO_MUK)
        return h->datagrams.state == DATAGRAM_NEW && gba_make_again(h);
    return err == MSK_ERR_CARD && card_away(h);
}

void
datagrams_taken(struct host *h, int err)
{
    struct datagrams *d = &h->datagrams;

    if (err == MSK_OK && d->pull)
        tell_pull(h);
    d->ask = err == MSK_ERR_REPLAY && d->state == DATAGRAM_AGAIN && d->is_msk;
    d->asked = h->now;
    d->asked.number = 0;
    d->state = is_to_be_kept(h, err) ? DATAGRAM_KEPT : DATAGRAM_NEW;
}

static void
ask_again(struct host *h)
{
    struct datagrams *d = &h->datagrams;

    d->ask = false;
    hooks_tell(h, "request",
               msk_ue_request(h->ue, &d->asked, 1, event_monotonic()));
}

static bool
takes(const struct host *h)
{
    return !card_busy(h) && !card_away(h) && !gba_makes(h);
}

/* From one socket. False: there is none. */
static bool
receive(struct host *h, size_t i)
{
    struct datagrams *d = &h->datagrams;

    if (!udp_receive(d->udp[i], d->octets, MSK_MIKEY_MAX, &d->message,
                     &d->from))
        return false;
    d->answers = i; /* acknowledgements leave from where it came to */
    if (address_is_multicast(address_view(&d->mikey[i])))
        d->answers = 0;
    capture_udp(&h->capture, address_view(&d->from), address_view(&d->mikey[i]),
                d->message);
    hand_in(h);
    return true;
}

/* From one socket after the other, and with the next one first next time. */
static void
receive_some(struct host *h)
{
    struct datagrams *d = &h->datagrams;
    msk_time until = event_monotonic() + MOMENT;
    size_t empty = 0;

    for (size_t n = 0; n < AT_ONCE && empty < h->options.n_mikey; n++) {
        if (!takes(h) || d->ask || d->state != DATAGRAM_NEW ||
            event_monotonic() >= until)
            return;
        d->last = (d->last + 1) % h->options.n_mikey;
        empty = receive(h, d->last) ? 0 : empty + 1;
    }
}

void
datagrams_receive(struct host *h)
{
    struct datagrams *d = &h->datagrams;

    if (takes(h) && d->state == DATAGRAM_KEPT) {
        d->state = DATAGRAM_AGAIN;
        hand_in(h);
    }
    if (takes(h) && d->ask)
        ask_again(h);
    receive_some(h);
}
