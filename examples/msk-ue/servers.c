/* SPDX-License-Identifier: MIT */
#include "servers.h"

#include <string.h>

#include "session.h"

#define ARRIVE_MS 1000 /* until the next try */

/* --- which there are ------------------------------------------------------ */

static int
complain(const struct host *h, const char *about, const char *why)
{
    char text[2 * SERVER_TEXT_MAX];

    (void)snprintf(text, sizeof text, "%s: %s", about, why);
    event_error(&h->log, text);
    return MSK_ERR_ARGUMENT;
}

/* One announced server; those of another name than --fqdn are left out. */
static int
add_server(struct host *h, struct msk_bytes uri)
{
    struct server *server = &h->servers[h->n_servers];
    char text[SERVER_TEXT_MAX];
    const char *why;

    (void)snprintf(text, sizeof text, "%.*s", (int)uri.n, (const char *)uri.p);
    if (uri.n >= sizeof text || h->n_servers == SERVERS_MAX)
        return complain(h, text, "too long, or one too many");
    if (!server_parse(server, text, &why))
        return complain(h, text, why);
    if (h->options.fqdn != NULL && !server_is(server, h->options.fqdn))
        return MSK_OK;
    if (h->options.bmsc != NULL && !server_override(server, &h->options.over))
        return complain(h, text, "too long");
    h->n_servers++;
    return MSK_OK;
}

static bool
of_one_name(const struct host *h)
{
    for (size_t i = 1; i < h->n_servers; i++)
        if (!server_is(&h->servers[i], h->servers[0].fqdn))
            return false;
    return true;
}

static void
pick(struct host *h)
{
    struct msk_bytes uri, fqdn;
    const struct msk_service *s = &h->service;

    h->server = 0;
    if (h->n_servers == s->n_servers &&
        msk_service_pick(s, &host_randomness, &uri, &fqdn) == MSK_OK)
        for (size_t i = 0; i < s->n_servers; i++)
            if (s->servers[i].p == uri.p)
                h->server = i;
}

int
servers_read(struct host *h)
{
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < h->service.n_servers; i++)
        err = add_server(h, h->service.servers[i]);
    if (err == MSK_OK && h->n_servers == 0)
        err = complain(h, h->options.fqdn, "is none of the announced servers");
    if (err == MSK_OK && !options_derive(&h->options) && !of_one_name(h))
        err = complain(h, "--fqdn",
                       "several servers are announced; whose are these keys?");
    if (err == MSK_OK)
        pick(h);
    return err;
}

/* --- another one ---------------------------------------------------------- */

static void
tell_server(const struct host *h)
{
    json_t *event = event_new(&h->log, "server");

    event_word(event, "origin", h->servers[h->server].origin);
    event_word(event, "reason", "the one before did not answer");
    event_tell(&h->log, event);
}

/* What cannot be told may be held. A Key Group that is not allowed has nothing. */
static bool
holds_an_msk(struct host *h)
{
    struct msk_held held;
    bool holds = false;

    card_wait(h, true);
    for (size_t i = 0; i < h->service.n_flows && !holds; i++) {
        int err = session_held(h, &h->service.flows[i], &held);

        holds = err != MSK_ERR_NOT_MINE && (err != MSK_OK || held.n > 0);
    }
    card_wait(h, false);
    return holds;
}

/* The session with the one before is gone: whatever may pass is waited for, a
 * card that went on the way or a disk that is full. That of the card is told
 * elsewhere. */
static void
arrive(struct host *h)
{
    int err;
    bool went;

    card_wait(h, true);
    msk_ue_wipe(h->ue);
    err = session_begin(h);
    if (err == MSK_OK)
        err = msk_ue_start(h->ue, &h->service, event_monotonic());
    card_wait(h, false);
    h->arrives = err != MSK_OK && err != MSK_ERR_ARGUMENT;
    h->arrives_at = event_monotonic() + ARRIVE_MS;
    went = err == MSK_ERR_CARD && card_away(h);
    if (!went && !h->arrives_told)
        hooks_tell(h, "another server", err);
    h->arrives_told |= !went;
}

/* Its Key Groups are forgotten, and so nothing that it sends is taken any
 * more; it would not hear that we go. */
static void
go_to(struct host *h, size_t server)
{
    h->moving = true;
    card_wait(h, true);
    (void)msk_ue_stop(h->ue, h->service.id, event_monotonic());
    card_wait(h, false);
    h->moving = false;
    http_stop(&h->http);
    h->server = server;
    tell_server(h);
    h->arrives_told = false;
    arrive(h);
}

static bool
is_same(const struct server *a, const struct server *b)
{
    return server_is(a, b->fqdn) && strcmp(a->base, b->base) == 0;
}

/* With the same name it is the same server elsewhere. */
static void
leave(struct host *h)
{
    for (size_t i = 1; i < h->n_servers; i++) {
        size_t next = (h->server + i) % h->n_servers;

        if (is_same(&h->servers[next], &h->servers[h->server])) {
            h->server = next;
            h->http.server = &h->servers[next];
            tell_server(h);
            return;
        }
        if (options_derive(&h->options) && !h->leaving && !holds_an_msk(h)) {
            go_to(h, next);
            return;
        }
    }
    h->silent = card_away(h); /* it went, and has not said what it holds */
}

void
servers_heard(struct host *h, bool answer)
{
    h->silent = !answer;
}

bool
servers_give_up(struct host *h)
{
    bool arrives = h->arrives;

    h->arrives = false;
    return arrives;
}

msk_time
servers_due(const struct host *h)
{
    return h->arrives && !h->leaving && !card_away(h) ? h->arrives_at
                                                      : MSK_NEVER;
}

void
servers_run(struct host *h)
{
    if (card_busy(h) || card_away(h))
        return;
    if (h->arrives) {
        if (servers_due(h) <= event_monotonic())
            arrive(h);
    } else if (h->silent) {
        h->silent = false;
        leave(h);
    }
}
