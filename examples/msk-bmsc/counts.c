/* SPDX-License-Identifier: MIT */
/* What was counted, as an event and for Prometheus. */
#include <inttypes.h>

#include "../hosts/output.h"
#include "host.h"

void
counts_tell(struct host *h)
{
    const struct stats *s = &h->stats;
    json_t *event = event_new(&h->log, "stats");

    event_number(event, "requests", (json_int_t)s->requests);
    event_number(event, "pushed", (json_int_t)s->pushed);
    event_number(event, "pulled", (json_int_t)s->pulled);
    event_number(event, "acked", (json_int_t)s->acked);
    event_number(event, "gave_up", (json_int_t)s->gave_up);
    event_number(event, "mtks", (json_int_t)s->mtks);
    event_number(event, "refused", (json_int_t)s->refused);
    event_number(event, "unsent", (json_int_t)s->unsent);
    event_number(event, "turned_away", (json_int_t)http_door(h->http)->refused);
    event_number(event, "overload", (json_int_t)http_counts(h->http)->overload);
    event_number(event, "bsf_asked", (json_int_t)bsf_counts(h->bsf)->asked);
    event_number(event, "bsf_failed", (json_int_t)bsf_counts(h->bsf)->failed);
    event_tell(&h->log, event);
}

/* --- Prometheus ---------------------------------------------------------- */

static void
head(FILE *out, const char *name, const char *type, const char *what)
{
    (void)fprintf(out, "# HELP msk_bmsc_%s %s\n# TYPE msk_bmsc_%s %s\n", name,
                  what, name, type);
}

static void
counter(FILE *out, const char *name, uint64_t value, const char *what)
{
    head(out, name, "counter", what);
    (void)fprintf(out, "msk_bmsc_%s %" PRIu64 "\n", name, value);
}

static void
gauge(FILE *out, const char *name, double value, const char *what)
{
    head(out, name, "gauge", what);
    (void)fprintf(out, "msk_bmsc_%s %.3f\n", name, value);
}

static void
write_http(const struct host *h, FILE *out)
{
    const struct http_counts *c = http_counts(h->http);
    const struct door_counts *d = http_door(h->http);

    head(out, "http_responses_total", "counter",
         "HTTP answers by the first digit of their status.");
    for (unsigned i = 2; i < 6; i++)
        (void)fprintf(
            out, "msk_bmsc_http_responses_total{class=\"%uxx\"} %" PRIu64 "\n",
            i, c->answered[i]);
    counter(out, "http_requests_total", h->stats.requests,
            "HTTP requests that the BM-SC looked at.");
    counter(out, "http_overload_total", c->overload,
            "Requests answered 503 because there was no time.");
    counter(out, "http_connections_total", d->accepted,
            "Connections that were accepted.");
    gauge(out, "http_connections", (double)d->present, "Connections now.");
    counter(out, "http_turned_away_total", d->refused,
            "Requests with a head that is not allowed, or too slow.");
    counter(out, "http_late_total", d->late,
            "Connections closed as their time was over.");
    counter(out, "http_gave_way_total", d->gave_way,
            "Connections closed to make room for others.");
}

static void
write_mikey(const struct stats *s, FILE *out)
{
    counter(out, "msk_messages_total", s->pushed,
            "MSK messages that were sent, again or not.");
    counter(out, "pulls_total", s->pulled, "Messages that ask a UE to ask.");
    counter(out, "acked_total", s->acked, "Deliveries that were acknowledged.");
    counter(out, "gave_up_total", s->gave_up,
            "Deliveries that nobody acknowledged in the end.");
    counter(out, "unsent_total", s->unsent,
            "MIKEY messages that the system did not take.");
    counter(out, "mtk_messages_total", s->mtks, "MTK messages that were sent.");
    counter(out, "datagrams_total", s->datagrams, "Datagrams that came.");
    counter(out, "datagrams_unread_total", s->unread,
            "Datagrams from anywhere that there was no time for.");
    counter(out, "refused_total", s->refused,
            "Requests, datagrams and commands that were refused.");
}

static void
write_bsf(const struct bsf_counts *c, FILE *out)
{
    counter(out, "bsf_questions_total", c->asked,
            "Questions to the BSF for the keys of a B-TID.");
    counter(out, "bsf_found_total", c->found,
            "Of these, those that made a subscriber or gave one new keys.");
    counter(out, "bsf_unknown_total", c->unknown,
            "Of these, those for a B-TID that is not good there.");
    counter(out, "bsf_failures_total", c->failed,
            "Of these, those without an answer that can be used.");
}

void
counts_write(void *host, FILE *out)
{
    struct host *h = host;

    write_http(h, out);
    write_mikey(&h->stats, out);
    write_bsf(bsf_counts(h->bsf), out);
    counter(out, "database_failures_total", h->store.failures,
            "What was asked of the database and failed.");
    gauge(out, "database_fails", h->store.fails ? 1 : 0,
          "1: what was asked of the database last has failed.");
    gauge(out, "waiting", (double)h->rounds.waiting.n,
          "Requests and acknowledgements that wait for a commit to begin.");
    gauge(out, "asks", (double)h->asks,
          "Requests that wait for their record, or for its commit.");
    gauge(out, "jobs", (double)parts_active(h),
          "Parts of pushes and pulls to all that are under way here.");
    gauge(out, "jobs_left", (double)parts_left(h),
          "Members that they have not seen.");
    gauge(out, "turn_seconds_max", (double)h->stats.longest / 1000,
          "The longest turn of the loop since this was last asked.");
    h->stats.longest = 0;
    gauge(out, "start_time_seconds", (double)h->stats.started / 1000,
          "When it started, Unix time.");
    head(out, "info", "gauge", "What runs.");
    (void)fprintf(out, "msk_bmsc_info{version=\"%s\",layout=\"%s\"} 1\n",
                  msk_version(),
                  h->options.layout == MSK_LAYOUT_CSB ? "csb" : "keyid");
}
