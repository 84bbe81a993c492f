/* SPDX-License-Identifier: MIT */
/* msk-bsf - a BSF: one loop, all its records in SQLite. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>

#include "../hosts/daemon.h"
#include "../hosts/input.h"
#include "../hosts/output.h"
#include "../hosts/private.h"
#include "../hosts/secrecy.h"
#include "host.h"

#define GLANCE 1000  /* sleep no longer, in milliseconds */
#define HURRY 50     /* while the reader of stdout is slow */
#define GOODBYE 1000 /* that it has at the end */

bool
host_fill(uint8_t *out, size_t n)
{
    return getrandom(out, n, 0) == (ssize_t)n;
}

/* --- subscribers ---------------------------------------------------------- */

/* False: the file is wrong somewhere, or the store failed; those before that
 * place are in. */
static bool
add_subscribers(struct host *h, struct input_file *f, json_int_t *n)
{
    enum input_next next = INPUT_MORE;
    struct subscription s;
    bool taken, added;
    int err = MSK_OK;

    while (err == MSK_OK && next == INPUT_MORE) {
        next = input_file_next(f, subscription_take, &s, &taken);
        if (next == INPUT_MORE && taken) {
            err = records_add(&h->records, &s, 0, &added);
            *n += err == MSK_OK && added ? 1 : 0;
        }
    }
    msk_wipe(&s, sizeof s);
    if (err != MSK_OK)
        event_error(&h->log, msk_err_text(err));
    return err == MSK_OK && next == INPUT_END;
}

static bool
read_subscribers(struct host *h)
{
    struct input_file f = { .path = h->options.subscribers };
    json_t *event;
    json_int_t n = 0;
    bool fine;

    if (f.path == NULL)
        return true;
    f.file = private_read(f.path);
    if (f.file == NULL)
        return false;
    fine = add_subscribers(h, &f, &n);
    input_file_close(&f);
    event = event_new(&h->log, "subscribers");
    event_number(event, "new", n);
    event_tell(&h->log, event);
    return fine;
}

/* --- the loop ------------------------------------------------------------- */

static bool
start(struct host *h)
{
    const struct options *o = &h->options;

    if (!capture_open(&h->capture, o->pcap) ||
        !records_open(&h->records, o->store) || !read_subscribers(h))
        return false;
    h->ub = web_listen(&o->ub, seen_ub, h);
    if (h->ub != NULL && o->nbsp.n > 0)
        h->nbsp = web_listen(&o->nbsp, seen_nbsp, h);
    return h->ub != NULL && (o->nbsp.n == 0 || h->nbsp != NULL);
}

static void
tell_ready(struct host *h)
{
    json_t *event = event_new(&h->log, "ready");
    struct address local;

    web_local(h->ub, &local);
    event_address(event, "ub", address_view(&local));
    if (h->nbsp != NULL) {
        web_local(h->nbsp, &local);
        event_address(event, "nbsp", address_view(&local));
    }
    event_word(event, "fqdn", h->options.fqdn);
    event_word(event, "version", msk_version());
    event_tell(&h->log, event);
}

/* False: it is time to go. */
static bool
take_signals(struct host *h)
{
    int signal;

    while ((signal = daemon_signal(h->signals)) != 0) {
        if (signal != SIGHUP)
            return false;
        (void)read_subscribers(h);
    }
    return true;
}

static void
turn(struct host *h)
{
    struct pollfd fds[] = { { .fd = web_fd(h->ub), .events = POLLIN },
                            { .fd = web_fd(h->nbsp), .events = POLLIN },
                            { .fd = h->signals, .events = POLLIN } };
    int wait = output_flush() ? GLANCE : HURRY;

    wait = web_timeout(h->ub, web_timeout(h->nbsp, wait));
    (void)poll(fds, sizeof fds / sizeof fds[0], wait);
    web_run(h->ub);
    web_run(h->nbsp);
}

static void
end(struct host *h)
{
    event_tell(&h->log, event_new(&h->log, "quit"));
    output_end(GOODBYE);
    web_close(h->ub);
    web_close(h->nbsp);
    records_close(&h->records);
    capture_close(&h->capture);
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
    h.signals = daemon_signals();
    if (!start(&h))
        return 2;
    tell_ready(&h);
    while (take_signals(&h))
        turn(&h);
    end(&h);
    return 0;
}
