/* SPDX-License-Identifier: MIT */
/* Somebody who has no keys and answers all the same: errors, challenges, old
 * answers of the BM-SC, and what looks like one. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "provider.h"
#include "sim.h"

static void
put_text(struct sim *w, struct sim_http *http, const char *name,
         const char *value)
{
    sim_http_put(w, http, msk_text(name), msk_text(value));
}

/* A challenge with a nonce that no node takes; sometimes of another realm. */
static void
challenge(struct sim *w, uint8_t line, struct sim_http *http, bool stale)
{
    const char *own = sim_fqdn(line % SIM_SERVERS);
    const struct msk_digest_server server = {
        .size = sizeof server,
        .crypto = host_crypto(),
        .random = &w->random,
        .fqdn = msk_text(sim_below(w, 4) == 0 ? "evil.example.org" : own),
        .nonce_key = msk_text("the key of the liar"),
        .qop = sim_below(w, 4) == 0 ? MSK_QOP_AUTH : MSK_QOP_AUTH_INT,
    };
    uint8_t value[MSK_HTTP_VALUE_MAX];
    size_t n = 0;

    http->status = 401;
    if (msk_digest_server_challenge(
            &server,
            &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0,
                                        stale, NULL, sim_node_clock(w, 0) },
            value, sizeof value, &n) != MSK_OK)
        sim_fail(w, "the liar has no challenge");
    sim_http_put(w, http, msk_text("WWW-Authenticate"),
                 (struct msk_bytes){ value, n });
}

static void
put_date(struct sim *w, struct sim_http *http, const char *name, msk_time clock)
{
    time_t seconds = (time_t)(clock / SIM_SECOND);
    char text[40] = "";

    (void)strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT",
                   gmtime(&seconds));
    put_text(w, http, name, text);
}

void
sim_http_after(struct sim *w, struct sim_http *http, msk_time clock)
{
    uint32_t seconds = (uint32_t)sim_below(w, 90);
    char text[16];

    if (sim_below(w, 2) == 0) {
        (void)snprintf(text, sizeof text, "%u", seconds);
        put_text(w, http, "Retry-After", text);
    } else {
        put_date(w, http, "Date", clock);
        put_date(w, http, "Retry-After", clock + seconds * SIM_SECOND);
    }
    http->after = seconds;
}

static void
error(struct sim *w, struct sim_http *http)
{
    static const int codes[] = { 403, 404, 500, 503, 204, 202, 302, 400 };
    static const char *const after[] = { "0", "3", "40", "4000000000", "soon" };
    static const uint32_t seconds[] = { 0, 3, 40, UINT32_MAX, 0 };
    uint64_t i;

    http->status = codes[sim_below(w, 8)];
    if (sim_below(w, 2) != 0)
        return;
    if (sim_part(w, SIM_PART_AFTER) && sim_below(w, 2) == 0) {
        sim_http_after(w, http, sim_node_clock(w, 0));
        return;
    }
    i = sim_below(w, 5);
    put_text(w, http, "Retry-After", after[i]);
    http->after = seconds[i];
}

/* An answer that was authentic once, for another request. */
static bool
replay(struct sim *w, struct sim_http *http)
{
    for (size_t i = 0; i < SIM_ITEMS; i++) {
        const struct sim_item *item = &w->queue.item[(i + w->now) % SIM_ITEMS];

        if (item->kind == SIM_RESPONSE && item->http.status == 200 &&
            &item->http != http) {
            sim_http_copy(http, &item->http);
            return true;
        }
    }
    return false;
}

/* 200 for all that could be asked, without the right rspauth or without one. */
static void
invent(struct sim *w, uint8_t line, struct sim_http *http)
{
    static struct msk_body_item items[SIM_GROUPS];
    enum msk_body_kind kind = MSK_BODY_MSK_RESPONSE;
    size_t n = w->map.n_groups;

    if (w->registers[line % SIM_SERVERS] && sim_below(w, 2) == 0)
        kind = MSK_BODY_REGISTER_RESPONSE;
    if (kind == MSK_BODY_REGISTER_RESPONSE)
        n = w->map.n_services;
    memset(items, 0, sizeof items);
    for (uint8_t i = 0; i < n; i++) {
        items[i].service = sim_service_name(i % SIM_SERVICES);
        if (i < w->map.n_groups) {
            struct msk_key_id id = sim_group_id(w, i);

            memcpy(items[i].domain, id.domain, 3);
            items[i].msk_id[1] = (uint8_t)id.group;
            items[i].msk_id[0] = (uint8_t)(id.group >> 8);
        }
        items[i].code = sim_below(w, 2) == 0 ? 403 : 204;
    }
    http->status = 200;
    if (msk_body_write(kind, items, n, http->body, sizeof http->body,
                       &http->n_body) != MSK_OK)
        sim_fail(w, "the liar has no body");
    sim_http_put(w, http, msk_text("Content-Type"), msk_body_media_type(kind));
    if (sim_below(w, 3) != 0)
        put_text(w, http, "Authentication-Info",
                 "qop=auth-int, rspauth=\"00112233445566778899aabbccddeeff"
                 "00112233445566778899aabbccddeeff\", cnonce=\"x\", "
                 "nc=00000001");
}

void
sim_liar_answer(struct sim *w, uint8_t line, uint32_t tag)
{
    struct sim_item *item =
        sim_queue_add(w, SIM_RESPONSE, 1 + sim_below(w, 99));
    struct sim_http *http = &item->http;

    memset(http, 0, offsetof(struct sim_http, text));
    item->line = line;
    item->tag = tag;
    switch (sim_below(w, 5)) {
    case 0: challenge(w, line, http, true); break;
    case 1: challenge(w, line, http, false); break;
    case 2: error(w, http); break;
    case 3:
        if (replay(w, http))
            break;
        error(w, http);
        break;
    default: invent(w, line, http); break;
    }
    http->lie = true;
    sim_say(w, "line %u: a liar says %d", line, http->status);
}
