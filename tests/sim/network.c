/* SPDX-License-Identifier: MIT */
/* Datagrams and HTTP messages on their way: lost, copied, overtaken, spoiled,
 * cut short; and old ones that somebody sends again. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define LATE 20000 /* milliseconds that a datagram may take */
#define HANG 20000 /* that a request may hang, or an answer may take */

void
sim_spoil(struct sim *w, uint8_t *p, size_t n)
{
    for (uint64_t i = 1 + sim_below(w, 4); n > 0 && i > 0; i--)
        p[sim_below(w, n)] ^= (uint8_t)(1 + sim_below(w, 255));
}

/* A network on which nothing goes wrong keeps the order, too: without
 * acknowledgements an MSK that is overtaken is lost. */
static msk_time
delay(struct sim *w)
{
    if (w->calm)
        return 30;
    return 1 + (sim_chance(w, w->rates.late) ? sim_below(w, LATE)
                                             : sim_below(w, 60));
}

void
sim_network_spoil(struct sim *w, struct sim_item *item)
{
    uint8_t before[MSK_MIKEY_MAX];
    size_t n = item->n;

    memcpy(before, item->octets, n);
    if (sim_below(w, 4) == 0)
        item->n -= sim_below(w, item->n);
    else
        sim_spoil(w, item->octets, item->n);
    item->spoiled |= item->n != n || memcmp(before, item->octets, n) != 0;
    w->totals->spoiled += item->spoiled ? 1 : 0;
}

static void
deliver(struct sim *w, const struct sim_item *like, struct msk_bytes octets)
{
    struct sim_item *item = sim_queue_add(w, like->kind, delay(w));

    if (item == NULL)
        return;
    memcpy(item->peer, like->peer, sizeof item->peer);
    item->mark = like->mark;
    item->ue = like->ue;
    item->server = like->server;
    item->n = octets.n;
    memcpy(item->octets, octets.p, octets.n);
    if (sim_chance(w, w->rates.spoil))
        sim_network_spoil(w, item);
}

static void
send(struct sim *w, const struct sim_item *like, struct msk_bytes octets)
{
    w->totals->datagrams++;
    if (sim_chance(w, w->rates.loss)) {
        w->totals->lost++;
        return;
    }
    deliver(w, like, octets);
    while (sim_chance(w, w->rates.copy)) {
        w->totals->copied++;
        deliver(w, like, octets);
    }
}

void
sim_network_to_ue(struct sim *w, uint8_t ue, const char *peer,
                  struct msk_bytes octets, const struct sim_mark *mark)
{
    static struct sim_item like;

    like.kind = SIM_TO_UE;
    like.ue = ue;
    like.mark = *mark;
    (void)snprintf(like.peer, sizeof like.peer, "%s", peer);
    send(w, &like, octets);
}

void
sim_network_to_bmsc(struct sim *w, uint8_t server, struct msk_bytes octets,
                    const struct sim_mark *mark)
{
    static struct sim_item like;

    sim_archive_datagram(w, SIM_TO_BMSC, server, octets, mark);
    like.kind = SIM_TO_BMSC;
    like.server = server;
    like.mark = *mark;
    send(w, &like, octets);
}

/* --- HTTP ---------------------------------------------------------------- */

void
sim_http_put(struct sim *w, struct sim_http *http, struct msk_bytes name,
             struct msk_bytes value)
{
    if (http->n_headers == SIM_HEADERS ||
        http->n_text + name.n + value.n > sizeof http->text)
        sim_fail(w, "an HTTP message is too long");
    memcpy(http->text + http->n_text, name.p, name.n);
    if (value.n > 0)
        memcpy(http->text + http->n_text + name.n, value.p, value.n);
    http->header[http->n_headers].name = (uint16_t)http->n_text;
    http->header[http->n_headers].n_name = (uint16_t)name.n;
    http->header[http->n_headers].value = (uint16_t)(http->n_text + name.n);
    http->header[http->n_headers].n_value = (uint16_t)value.n;
    http->n_headers++;
    http->n_text += name.n + value.n;
}

void
sim_http_copy(struct sim_http *to, const struct sim_http *from)
{
    memcpy(to, from, offsetof(struct sim_http, text));
    memcpy(to->text, from->text, from->n_text);
    memcpy(to->target, from->target, from->n_target);
    memcpy(to->body, from->body, from->n_body);
}

size_t
sim_http_headers(const struct sim_http *http, struct msk_http_header *out)
{
    for (size_t i = 0; i < http->n_headers; i++) {
        out[i].name.p = http->text + http->header[i].name;
        out[i].name.n = http->header[i].n_name;
        out[i].value.p = http->text + http->header[i].value;
        out[i].value.n = http->header[i].n_value;
    }
    return http->n_headers;
}

static void
change(struct sim *w, struct sim_http *http)
{
    if (sim_chance(w, w->rates.cut) && http->n_body > 0) {
        http->n_body -= 1 + sim_below(w, http->n_body);
        http->cut = true;
    }
    if (!sim_chance(w, w->rates.changed))
        return;
    switch (sim_below(w, 3)) {
    case 0:
        sim_spoil(w, http->text, http->n_text);
        http->after = 0;
        break;
    case 1:
        /* that may have put it back as it was: then it is believed */
        if (http->n_body > 0) {
            http->body[sim_below(w, http->n_body)] ^=
                (uint8_t)(1 + sim_below(w, 255));
            http->cut = true;
        }
        break;
    default:
        if (http->status != 0)
            http->status = 100 + (int)sim_below(w, 500);
        break;
    }
}

static void
hang_up(struct sim *w, uint8_t line, uint32_t tag)
{
    struct sim_item *item;

    if (sim_below(w, 2) == 0) /* or there is nothing at all */
        return;
    item = sim_queue_add(w, SIM_HANGUP, 1 + sim_below(w, HANG));
    item->line = line;
    item->tag = tag;
}

void
sim_network_request(struct sim *w, uint8_t line, uint32_t tag,
                    const struct sim_http *http)
{
    size_t copies = sim_chance(w, w->rates.copy) ? 2 : 1;

    w->totals->requests++;
    sim_archive_request(w, line, tag, http);
    if (sim_chance(w, w->rates.lies)) {
        w->totals->lies++;
        sim_liar_answer(w, line, tag);
        return;
    }
    if (sim_chance(w, w->rates.broken)) {
        hang_up(w, line, tag);
        return;
    }
    for (; copies > 0; copies--) {
        struct sim_item *item = sim_queue_add(w, SIM_REQUEST, delay(w));

        item->line = line;
        item->tag = tag;
        item->server = line % SIM_SERVERS;
        item->node = (uint8_t)sim_below(w, SIM_NODES);
        sim_http_copy(&item->http, http);
        sim_ue_address(&w->ue[line / SIM_SERVERS], item->peer);
        change(w, &item->http);
    }
}

void
sim_network_response(struct sim *w, uint8_t line, uint32_t tag,
                     const struct sim_http *http)
{
    struct sim_item *item;

    if (sim_chance(w, w->rates.broken)) {
        hang_up(w, line, tag);
        return;
    }
    item = sim_queue_add(w, SIM_RESPONSE, delay(w));
    item->line = line;
    item->tag = tag;
    sim_http_copy(&item->http, http);
    change(w, &item->http);
}
