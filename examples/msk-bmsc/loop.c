/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <poll.h>
#include <signal.h>

#include "../hosts/daemon.h"
#include "../hosts/output.h"

#define GLANCE 1000  /* sleep no longer, in milliseconds */
#define HURRY 50     /* while the reader of stdout is slow */
#define SET_BACK 500 /* ms at once: what slews a clock does less */

static msk_time
least(msk_time a, msk_time b)
{
    return a < b ? a : b;
}

static int
sleep_for(struct host *h, bool commands)
{
    msk_time ticks = event_monotonic();
    msk_time wait = output_flush() ? GLANCE : HURRY;

    wait = least(wait, rounds_wait(h));
    if (commands)
        wait = least(wait, h->reload_wait);
    wait = least(wait, daemon_alive(ticks) - ticks);
    wait = (msk_time)bsf_timeout(h->bsf, (int)wait);
    return metrics_timeout(h->metrics, http_timeout(h->http, (int)wait));
}

/* Waits for something to do; for commands as well, or not. */
static void
sleep_until(struct host *h, bool commands)
{
    struct pollfd fds[] = {
        { .fd = serve_is_full(h) ? -1 : h->udp, .events = POLLIN },
        { .fd = -1, .events = POLLIN },
        { .fd = -1, .events = POLLIN },
        { .fd = metrics_fd(h->metrics), .events = POLLIN },
        { .fd = -1 },
        { .fd = commands ? h->signals : -1, .events = POLLIN },
        { .fd = commands && !h->input.ended ? h->input.fd : -1,
          .events = POLLIN },
        { .fd = bsf_fd(h->bsf), .events = POLLIN },
    };
    int web[HTTP_FDS];

    http_fds(h->http, web);
    fds[1].fd = web[0];
    fds[2].fd = web[1];
    fds[4].fd = records_fd(h->store.records, &fds[4].events);
    (void)poll(fds, sizeof fds / sizeof fds[0], sleep_for(h, commands));
}

/* subscriber.h: after a clock was set back its timers have to begin anew. Two
 * clocks that run alike tell of it. */
static void
watch_clock(struct host *h)
{
    int64_t ahead = (int64_t)event_unix() - (int64_t)event_monotonic();

    if (h->ahead != 0 && ahead < h->ahead - SET_BACK) {
        event_tell(&h->log, event_new(&h->log, "clock_set_back"));
        jobs_timers(h);
    }
    h->ahead = ahead;
}

/* All but commands and signals. */
static void
serve(struct host *h)
{
    watch_clock(h);
    http_run(h->http, event_monotonic());
    serve_datagrams(h);
    bsf_run(h->bsf);
    rounds_run(h);
    http_flush(h->http);
    effects_send(h);
    metrics_run(h->metrics);
}

static void
turn(struct host *h, bool commands)
{
    msk_time began;

    sleep_until(h, commands);
    began = event_monotonic();
    serve(h);
    if (event_monotonic() - began > h->stats.longest)
        h->stats.longest = event_monotonic() - began;
}

void
loop_turn(struct host *h)
{
    turn(h, false);
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

void
loop_run(struct host *h)
{
    char *line;

    while (!h->quit) {
        turn(h, true);
        take_signals(h);
        if (!h->input.ended)
            input_fill(&h->input);
        while (!h->quit && (line = input_line(&h->input)) != NULL)
            command_run(h, line);
        if (!h->quit)
            h->reload_wait = reload_run(h);
    }
}
