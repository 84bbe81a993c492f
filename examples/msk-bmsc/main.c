/* SPDX-License-Identifier: MIT */
/* msk-bmsc - a BM-SC: one thread, one loop, all its records in a database. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../hosts/daemon.h"
#include "../hosts/output.h"
#include "../hosts/secrecy.h"
#include "../provider.h"
#include "host.h"
#include "msk/xml_expat.h"

#define GLANCE 1000  /* sleep no longer, in milliseconds */
#define HURRY 50     /* while the reader of stdout is slow */
#define GOODBYE 1000 /* that it has at the end */
#define SET_BACK 500 /* ms at once: what slews a clock does less */
#define NONCE_KEY_LEN 32
#define PUSHES_PER_SECOND 200
#define PUSHES_AT_ONCE 50

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

const struct msk_random host_randomness = { .size = sizeof host_randomness,
                                            .fill = fill };

static int
make_bmsc(struct host *h)
{
    const struct options *o = &h->options;
    struct msk_bmsc_config c = serve_functions;
    uint8_t fresh[NONCE_KEY_LEN], key[NONCE_KEY_LEN];
    int err;

    if (fill(NULL, fresh, sizeof fresh) != 0 ||
        database_key(&h->database, "nonce", fresh, key, sizeof key) !=
            DATABASE_OK)
        return MSK_ERR_STORE;
    c.layout = o->layout;
    c.ext = o->ext;
    c.ext_type = o->ext_type;
    c.fqdn = msk_text(o->fqdn);
    c.crypto = host_crypto();
    c.random = &host_randomness;
    c.xml = &h->xml;
    c.nonce_key = (struct msk_bytes){ key, sizeof key };
    c.registration = o->registration;
    c.qop = MSK_QOP_AUTH_INT | (o->auth ? MSK_QOP_AUTH : 0);
    c.algorithms = o->algorithms;
    c.acks = o->acks;
    c.ack_sample = o->ack_sample;
    c.never_push = o->never_push;
    c.trace = o->trace ? effects_trace : NULL;
    err = msk_bmsc_init(&h->bmsc, h->bmsc_memory, sizeof h->bmsc_memory, &c);
    msk_wipe(key, sizeof key);
    return err == MSK_OK ? msk_outbox_init(&h->outbox, h->outbox_memory,
                                           sizeof h->outbox_memory, NULL)
                         : err;
}

/* As many files as the system lets: each connection is one. */
static void
raise_limits(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static bool
start(struct host *h)
{
    const struct options *o = &h->options;

    raise_limits();
    msk_pacer_init(&h->pacer, PUSHES_PER_SECOND, PUSHES_AT_ONCE,
                   event_monotonic());
    if (!database_open(&h->database, o->store) ||
        !capture_open(&h->capture, o->pcap) ||
        !keylog_open(&h->keylog, o->keylog) ||
        msk_xml_expat_init(&h->xml, NULL) != MSK_OK || make_bmsc(h) != MSK_OK)
        return false;
    if (!bring_files(h))
        return false;
    h->udp = udp_open(&o->mikey, NULL);
    if (h->udp < 0 || !udp_multicast(h->udp, (int)o->ttl, o->interface) ||
        !udp_local(h->udp, &h->mikey))
        return false;
    h->http = http_listen(&o->http, msk_text(o->fqdn), &h->capture,
                          &serve_handlers, h);
    if (h->http != NULL && o->metrics.n > 0)
        h->metrics = metrics_listen(&o->metrics, counts_write, h);
    return h->http != NULL && (o->metrics.n == 0 || h->metrics != NULL);
}

static void
tell_ready(struct host *h)
{
    json_t *event = event_new(&h->log, "ready");
    struct address http;

    http_local(h->http, &http);
    event_address(event, "http", address_view(&http));
    event_address(event, "mikey", address_view(&h->mikey));
    if (h->metrics != NULL) {
        metrics_local(h->metrics, &http);
        event_address(event, "metrics", address_view(&http));
    }
    event_word(event, "layout",
               h->options.layout == MSK_LAYOUT_CSB ? "csb" : "keyid");
    event_word(event, "version", msk_version());
    event_tell(&h->log, event);
    daemon_notify("READY=1");
}

static void
take_signals(struct host *h)
{
    int signal;

    while ((signal = daemon_signal(h->signals)) != 0)
        if (signal == SIGHUP)
            reload_start(h);
        else
            h->quit = true;
}

static int
sleep_for(struct host *h, msk_time jobs)
{
    msk_time now = event_unix(), due = database_next(&h->database);
    msk_time wait = due <= now ? 0 : due - now;
    msk_time ticks = event_monotonic();
    msk_time most = output_flush() ? GLANCE : HURRY;

    if (h->rests_until > ticks && wait < h->rests_until - ticks)
        wait = h->rests_until - ticks;
    if (jobs < wait)
        wait = jobs;
    if (daemon_alive(ticks) - ticks < most)
        most = daemon_alive(ticks) - ticks;
    return metrics_timeout(
        h->metrics, http_timeout(h->http, wait < most ? (int)wait : (int)most));
}

/* subscriber.h: after a clock was set back its timers have to begin anew. Two
 * clocks that run alike tell of it. */
static void
watch_clock(struct host *h)
{
    int64_t ahead = (int64_t)event_unix() - (int64_t)event_monotonic();

    if (ahead < h->ahead - SET_BACK) {
        event_tell(&h->log, event_new(&h->log, "clock_set_back"));
        jobs_timers(h);
    }
    h->ahead = ahead;
}

static void
turn(struct host *h)
{
    struct pollfd fds[] = { { .fd = h->udp, .events = POLLIN },
                            { .fd = -1, .events = POLLIN },
                            { .fd = -1, .events = POLLIN },
                            { .fd = metrics_fd(h->metrics), .events = POLLIN },
                            { .fd = h->signals, .events = POLLIN },
                            { .fd = h->input.ended ? -1 : h->input.fd,
                              .events = POLLIN } };
    int web[HTTP_FDS];
    msk_time began, reload;
    char *line;

    http_fds(h->http, web);
    fds[1].fd = web[0];
    fds[2].fd = web[1];
    (void)poll(fds, sizeof fds / sizeof fds[0], sleep_for(h, h->jobs_wait));
    began = event_monotonic();
    take_signals(h);
    watch_clock(h);
    http_run(h->http, event_monotonic());
    serve_datagrams(h);
    serve_due(h);
    metrics_run(h->metrics);
    if (!h->input.ended)
        input_fill(&h->input);
    while (!h->quit && (line = input_line(&h->input)) != NULL)
        command_run(h, line);
    h->jobs_wait = jobs_run(h);
    reload = reload_run(h);
    if (reload < h->jobs_wait)
        h->jobs_wait = reload;
    if (event_monotonic() - began > h->stats.longest)
        h->stats.longest = event_monotonic() - began;
}

static void
end(struct host *h)
{
    daemon_notify("STOPPING=1");
    reload_stop(h);
    http_close(h->http);
    metrics_close(h->metrics);
    (void)close(h->udp);
    event_tell(&h->log, event_new(&h->log, "quit"));
    output_end(GOODBYE);
    capture_close(&h->capture);
    if (h->keylog != NULL)
        (void)fclose(h->keylog);
    database_close(&h->database);
    msk_wipe(h, sizeof *h);
}

int
main(int argc, char **argv)
{
    static struct host h;
    int status;

    secrecy_start(argv);
    if (!options_read(argc, argv, &h.options, &status))
        return status;
    h.log.json = h.options.json;
    h.log.secrets = h.options.secrets;
    h.log.began = event_monotonic();
    h.stats.started = event_unix();
    h.signals = daemon_signals();
    if (!start(&h)) {
        event_error(&h.log, "it cannot start");
        return 2;
    }
    input_start(&h.input, STDIN_FILENO);
    h.ahead = INT64_MIN + SET_BACK;
    database_serve(&h.database);
    jobs_timers(&h); /* it may have been set back before the start */
    tell_ready(&h);
    while (!h.quit)
        turn(&h);
    end(&h);
    return 0;
}
