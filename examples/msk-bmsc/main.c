/* SPDX-License-Identifier: MIT */
/* msk-bmsc - a BM-SC: one loop, all its records in a store. */
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../hosts/daemon.h"
#include "../hosts/output.h"
#include "../hosts/secrecy.h"
#include "../provider.h"
#include "loop.h"
#include "msk/xml_expat.h"
#include "repair.h"
#include "row.h"

#define GOODBYE 1000 /* ms, that the reader of stdout has at the end */
#define SETTLE 3000  /* and that the store has */
#define POOL 256     /* octets; more the system may give in parts */
#define PUSHES_AT_ONCE 50
#define UNREPAIRED 3 /* exit status */

/* Of the system, many octets at a time: a call for each number costs more than
 * the number. What was used is gone. */
static int
fill(void *user, uint8_t *out, size_t n)
{
    static uint8_t pool[POOL];
    static size_t used = sizeof pool;

    (void)user;
    if (n > sizeof pool - used) {
        if (n > sizeof pool ||
            getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
            return -1;
        used = 0;
    }
    memcpy(out, pool + used, n);
    msk_wipe(pool + used, n);
    used += n;
    return 0;
}

const struct msk_random host_randomness = { .size = sizeof host_randomness,
                                            .fill = fill };

static int
make_bmsc(struct host *h)
{
    const struct options *o = &h->options;
    struct msk_bmsc_config c = serve_functions;
    struct records_request secret = { .kind = RECORDS_SECRET,
                                      .key = msk_text("nonce"),
                                      .secret = h->nonce_key,
                                      .secret_n = sizeof h->nonce_key };
    int err;

    if (fill(NULL, h->nonce_key, sizeof h->nonce_key) != 0 ||
        store_ask(h, &secret) != RECORDS_OK)
        return MSK_ERR_STORE;
    c.layout = o->layout;
    c.ext = o->ext;
    c.ext_type = o->ext_type;
    c.fqdn = msk_text(o->fqdn);
    c.crypto = host_crypto();
    c.random = &host_randomness;
    c.xml = &h->xml;
    c.nonce_key = (struct msk_bytes){ h->nonce_key, sizeof h->nonce_key };
    c.registration = o->registration;
    c.qop = MSK_QOP_AUTH_INT | (o->auth ? MSK_QOP_AUTH : 0);
    c.algorithms = o->algorithms;
    c.acks = o->acks;
    c.ack_sample = o->ack_sample;
    c.never_push = o->never_push;
    c.akma = o->akma;
    c.trace = o->trace ? tell_step : NULL;
    err = msk_bmsc_init(&h->bmsc, h->bmsc_memory, sizeof h->bmsc_memory, &c);
    h->digest = (struct msk_digest_server){ .size = sizeof h->digest,
                                            .crypto = c.crypto,
                                            .random = c.random,
                                            .fqdn = c.fqdn,
                                            .nonce_key = c.nonce_key,
                                            .qop = c.qop,
                                            .algorithms = c.algorithms,
                                            .akma = c.akma };
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

/* Nobody serves what is repaired in part. */
static bool
is_whole(struct host *h)
{
    bool fine;

    h->unrepaired = repair_is_open(h, &fine);
    if (!fine)
        event_error(&h->log,
                    h->store.why[0] != '\0'
                        ? h->store.why
                        : "what the store says of a repair is damaged");
    if (h->unrepaired)
        event_error(&h->log, repair_needed);
    return fine && !h->unrepaired;
}

static bool
start(struct host *h)
{
    const struct options *o = &h->options;

    raise_limits();
    msk_pacer_init(&h->jobs.pacer, (uint32_t)o->pushes_per_second,
                   PUSHES_AT_ONCE, event_monotonic());
    row_make_nobody(&h->nobody);
    if (!store_open(&h->store, o->store, o->failover) || !is_whole(h) ||
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
    writers_name(h, o->node);
    if (o->bsf.url != NULL)
        h->bsf = bsf_open(h, &o->bsf, o->fqdn);
    if (o->bsf.url != NULL && h->bsf == NULL)
        return false;
    h->http = http_listen(&o->http, o->share_http, msk_text(o->fqdn),
                          &h->capture, &serve_handlers, h);
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

/* Who asked is answered, and what was begun is ended, if the store does what it
 * was asked. */
static bool
settle(struct host *h)
{
    msk_time until = event_monotonic() + SETTLE;

    h->quit = true;
    bsf_give_up(h->bsf);
    while (!(rounds_rest(h) && bsf_rests(h->bsf)) &&
           event_monotonic() < until) {
        bsf_run(h->bsf);
        rounds_run(h);
        http_flush(h->http);
        (void)poll(NULL, 0, 1);
    }
    http_flush(h->http);
    effects_send(h);
    h->serves = false;
    if (rounds_rest(h))
        parts_let_go(h);
    writers_let_go(h);
    return http_open(h->http) == 0;
}

static void
end(struct host *h)
{
    daemon_notify("STOPPING=1");
    reload_stop(h);
    if (settle(h))
        http_close(h->http);
    metrics_close(h->metrics);
    (void)close(h->udp);
    event_tell(&h->log, event_new(&h->log, "quit"));
    output_end(GOODBYE);
    capture_close(&h->capture);
    if (h->keylog != NULL)
        (void)fclose(h->keylog);
    store_close(&h->store);
    bsf_close(h->bsf); /* the store had pointers into it */
    groups_end(&h->groups);
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
    h.log.quiet = h.options.quiet;
    h.log.secrets = h.options.secrets;
    h.log.began = event_monotonic();
    h.stats.started = event_unix();
    if (h.options.repair)
        return repair_run(&h) ? 0 : 2;
    h.signals = daemon_signals();
    if (!start(&h)) {
        event_error(&h.log, "it cannot start");
        return h.unrepaired ? UNREPAIRED : 2;
    }
    output_gather(); /* loop.c writes in each turn */
    input_start(&h.input, STDIN_FILENO);
    h.serves = true;
    jobs_timers(&h); /* the clock may have been set back before the start */
    tell_ready(&h);
    loop_run(&h);
    end(&h);
    return 0;
}
