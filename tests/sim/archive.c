/* SPDX-License-Identifier: MIT */
/* Somebody who keeps all that was ever sent, and sends it again: to whom it
 * was for, whatever their address is now, or to another one. */
#include <string.h>

#include "sim.h"

void
sim_archive_clear(struct sim_archive *archive)
{
    archive->n = archive->n_octets = archive->n_requests = 0;
}

/* When it is full, the attacker has no more paper. */
void
sim_archive_datagram(struct sim *w, enum sim_kind kind, uint8_t whom,
                     struct msk_bytes octets, const struct sim_mark *mark)
{
    struct sim_archive *a = &w->archive;
    struct sim_kept *kept;

    if (a->n == SIM_KEPT || octets.n > SIM_KEPT_OCTETS - a->n_octets)
        return;
    kept = &a->kept[a->n++];
    kept->ue = kind == SIM_TO_UE ? whom : SIM_UES;
    kept->server = kind == SIM_TO_UE ? 0 : whom;
    kept->mark = *mark;
    kept->at = (uint32_t)a->n_octets;
    kept->n = (uint32_t)octets.n;
    memcpy(a->octets + a->n_octets, octets.p, octets.n);
    a->n_octets += octets.n;
}

void
sim_archive_request(struct sim *w, uint8_t line, uint32_t tag,
                    const struct sim_http *http)
{
    struct sim_archive *a = &w->archive;
    size_t at = a->n_requests++ % SIM_KEPT_REQUESTS;

    a->request[at].line = line;
    a->request[at].tag = tag;
    sim_http_copy(&a->request[at].http, http);
}

/* MTK messages are kept once, and are for all. */
static void
send(struct sim *w, const struct sim_kept *kept, bool astray)
{
    bool to_ue = kept->ue < SIM_UES || kept->mark.kind == MSK_MESSAGE_MTK;
    struct sim_item *item =
        sim_queue_add(w, to_ue ? SIM_TO_UE : SIM_TO_BMSC, 1 + sim_below(w, 50));

    if (item == NULL)
        return;
    w->totals->attacks++;
    item->mark = kept->mark;
    item->n = kept->n;
    memcpy(item->octets, w->archive.octets + kept->at, kept->n);
    item->ue = kept->ue;
    item->server = kept->server;
    if (to_ue && (astray || kept->mark.kind == MSK_MESSAGE_MTK))
        item->ue = (uint8_t)sim_below(w, w->n_ues);
    if (to_ue) {
        item->spoiled =
            kept->mark.kind != MSK_MESSAGE_MTK && item->ue != kept->ue;
        sim_ue_address(&w->ue[item->ue], item->peer);
    } else if (astray) {
        item->server = (uint8_t)((kept->server + 1) % w->map.n_servers);
        item->spoiled = item->server != kept->server;
    }
    if (sim_below(w, 4) == 0)
        sim_network_spoil(w, item);
}

static void
send_request(struct sim *w)
{
    size_t n = w->archive.n_requests < SIM_KEPT_REQUESTS ? w->archive.n_requests
                                                         : SIM_KEPT_REQUESTS;
    size_t at = (size_t)sim_below(w, n);
    struct sim_item *item;

    /* One that was never answered may pass once (decision 15). */
    if (w->calm)
        return;
    w->totals->attacks++;
    item = sim_queue_add(w, SIM_REQUEST, 1 + sim_below(w, 50));
    item->line = w->archive.request[at].line;
    item->tag = w->archive.request[at].tag;
    item->server = item->line % SIM_SERVERS;
    if (sim_below(w, 8) == 0)
        item->server = (uint8_t)((item->server + 1) % w->map.n_servers);
    item->node = (uint8_t)sim_below(w, SIM_NODES);
    memcpy(item->peer, "eva", 4);
    sim_http_copy(&item->http, &w->archive.request[at].http);
}

/* One thing, or a whole piece of what was said. */
void
sim_archive_attack(struct sim *w)
{
    const struct sim_archive *a = &w->archive;
    uint64_t n = 1 + sim_below(w, sim_below(w, 4) == 0 ? 24 : 3);
    uint64_t at;
    bool astray = sim_below(w, 8) == 0;

    if (a->n_requests > 0 && sim_below(w, 6) == 0)
        send_request(w);
    if (a->n == 0)
        return;
    at = sim_below(w, a->n);
    for (; n > 0 && at < a->n; n--, at++)
        send(w, &a->kept[at], astray);
}

void
sim_archive_flood(struct sim *w, uint8_t ue)
{
    static struct sim_item item;
    const struct sim_archive *a = &w->archive;

    for (size_t i = 0; i < a->n; i++) {
        const struct sim_kept *kept = &a->kept[i];

        if (kept->ue != ue && kept->mark.kind != MSK_MESSAGE_MTK)
            continue;
        w->totals->replays++;
        item.kind = SIM_TO_UE;
        item.ue = ue;
        item.tried = 0;
        item.spoiled = false;
        item.mark = kept->mark;
        item.n = kept->n;
        memcpy(item.octets, a->octets + kept->at, kept->n);
        sim_ue_address(&w->ue[ue], item.peer);
        sim_ue_item(&w->ue[ue], &item);
    }
}
