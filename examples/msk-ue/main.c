/* SPDX-License-Identifier: MIT */
/* msk-ue - a UE: one session, one loop. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../hosts/daemon.h"
#include "../hosts/output.h"
#include "../hosts/private.h"
#include "msk/xml_expat.h"
#include "servers.h"
#include "session.h"

#define GLANCE 60000 /* sleep no longer, in milliseconds */
#define HURRY 50     /* while the reader of stdout is slow */
#define GOODBYE 1000 /* that it has at the end */

static int
open_store(struct host *h)
{
    const char *path = h->options.store;

    if (path == NULL)
        return MSK_OK;
    if (!private_make(path))
        return MSK_ERR_STORE;
    return store_sqlite_open(&h->store, &h->sqlite, path, NULL, 0);
}

static int
start(struct host *h)
{
    const struct options *o = &h->options;
    int err = msk_xml_expat_init(&h->xml, NULL);

    if (err == MSK_OK)
        err = service_read(h);
    if (err == MSK_OK && !card_open(h))
        err = MSK_ERR_CARD;
    if (err == MSK_OK && !gba_open(h))
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = servers_read(h);
    if (err == MSK_OK)
        err = open_store(h);
    if (err == MSK_OK)
        err = session_open(h);
    if (err != MSK_OK)
        return err;
    h->http.cacert = o->cacert;
    h->http.timeout = (long)o->timeout;
    card_wait(h, false);
    if (!datagrams_open(h) || !capture_open(&h->capture, o->pcap) ||
        !keylog_open(&h->keylog, o->keylog) ||
        !http_start(&h->http, &h->capture) || !gba_start(h))
        return MSK_ERR_STATE;
    return MSK_OK;
}

static void
tell_ready(struct host *h)
{
    json_t *event = event_new(&h->log, "ready"), *also = json_array();

    event_address(event, "mikey", address_view(&h->datagrams.mikey[0]));
    for (size_t i = 1; i < h->options.n_mikey; i++) {
        char text[ADDRESS_TEXT_MAX];

        address_text(address_view(&h->datagrams.mikey[i]), text);
        (void)json_array_append_new(also, json_string(text));
    }
    (void)json_object_set_new(event, "also", also);
    event_word(event, "layout",
               h->options.layout == MSK_LAYOUT_CSB ? "csb" : "keyid");
    event_word(event, "version", msk_version());
    event_tell(&h->log, event);
}

static void
answer(struct host *h)
{
    const struct msk_http_response *response;
    const char *text;
    json_t *event;

    if (card_busy(h) || !http_done(&h->http, &response))
        return;
    memset(&h->now, 0, sizeof h->now);
    event = event_new(&h->log, "http_response");
    event_number(event, "status", response != NULL ? response->status : 0);
    if (response != NULL) {
        event_text(event, "body", response->body);
    } else {
        event_word(event, "why", http_why(&h->http, &text));
        event_text(event, "reason", msk_text(text));
    }
    event_tell(&h->log, event);
    hooks_tell(h, "answer",
               msk_ue_take_response(h->ue, response, event_monotonic()));
    servers_heard(h, response != NULL);
}

static int
sleep_for(const struct host *h)
{
    msk_time now = event_monotonic(), due = gba_due(h), at;
    msk_time most = output_flush() ? GLANCE : HURRY;

    if (card_busy(h)) {
        due = card_due(h);
    } else {
        at = msk_ue_due(h->ue, now);
        due = at < due ? at : due;
        at = servers_due(h);
        due = at < due ? at : due;
        if (h->leaving && h->leave_by < due)
            due = h->leave_by;
    }
    if (due <= now)
        return 0;
    return (int)(due - now < most ? due - now : most);
}

static void
watch(struct curl_waitfd *fds, unsigned *n, int fd)
{
    fds[(*n)++] = (struct curl_waitfd){ fd, CURL_WAIT_POLLIN, 0 };
}

/* What the session could not take now is not looked at. */
static void
wait_for_something(struct host *h)
{
    struct curl_waitfd fds[MIKEY_MAX + 3];
    bool busy = card_busy(h);
    unsigned n = 0;

    watch(fds, &n, h->signals);
    if (h->card.used)
        watch(fds, &n, card_fd(h));
    for (size_t i = 0; i < h->options.n_mikey && !busy && !card_away(h); i++)
        watch(fds, &n, h->datagrams.udp[i]);
    if (!h->input.ended && !busy)
        watch(fds, &n, h->input.fd);
    http_wait(&h->http, fds, n, sleep_for(h));
}

static void
take_signals(struct host *h)
{
    while (!h->quit && daemon_signal(h->signals) != 0) {
        if (card_busy(h))
            command_hurry(h);
        else
            command_quit(h);
    }
    if (h->hurry && !card_busy(h)) {
        h->hurry = false;
        command_quit(h);
    }
}

static void
take_commands(struct host *h)
{
    char *line;

    if (!h->input.ended && !card_busy(h))
        input_fill(&h->input);
    while (!h->quit && !card_busy(h) && (line = input_line(&h->input)) != NULL)
        command_run(h, line);
}

static void
run_timers(struct host *h)
{
    if (card_busy(h))
        return;
    if (msk_ue_due(h->ue, event_monotonic()) <= event_monotonic())
        hooks_tell(h, "timer", msk_ue_timer(h->ue, event_monotonic()));
    if (h->leaving && !card_busy(h) &&
        (!h->http.busy || event_monotonic() >= h->leave_by))
        h->quit = true;
}

/* Datagrams come last: anybody may send them, as many as they like, and each
 * may put the card to work. */
static void
turn(struct host *h)
{
    wait_for_something(h);
    card_run(h);
    take_signals(h);
    answer(h);
    servers_run(h);
    gba_run(h);
    take_commands(h);
    run_timers(h);
    if (!h->quit)
        datagrams_receive(h);
}

static void
close_all(struct host *h)
{
    gba_end(h);
    http_end(&h->http);
    capture_close(&h->capture);
    if (h->keylog != NULL)
        (void)fclose(h->keylog);
    datagrams_close(h);
    json_decref(h->announced_json);
    if (h->options.store != NULL)
        store_sqlite_close(&h->sqlite);
}

/* The thread first, since it uses what is closed after it. One that a card still
 * holds cannot be stopped: what it works on stays as it is, the rest is closed
 * and wiped, and nothing of exit(3) is done beside it. Of a start that failed,
 * the system closes all but the store. */
static int
end(struct host *h, int status)
{
    bool rests;

    output_end(GOODBYE);
    rests = card_end(h);
    if (h->runs)
        close_all(h);
    else
        store_sqlite_close(&h->sqlite);
    msk_wipe(h, sizeof *h);
    if (!rests)
        _exit(status);
    return status;
}

int
main(int argc, char **argv)
{
    static struct host h;
    static struct card_thread thread;
    int status, err;

    secrecy_start(argv);
    if (!options_read(argc, argv, &h.options, &status)) {
        msk_wipe(&h, sizeof h);
        return status;
    }
    h.log.json = h.options.json;
    h.log.secrets = h.options.secrets;
    h.log.began = event_monotonic();
    h.card.thread = &thread;
    h.signals = daemon_signals();
    err = start(&h);
    if (err != MSK_OK && !h.quit) {
        event_error(&h.log, msk_err_text(err));
        return end(&h, 2);
    }
    if (err == MSK_OK) {
        h.runs = true;
        input_start(&h.input, STDIN_FILENO);
        tell_ready(&h);
    }
    while (!h.quit)
        turn(&h);
    event_tell(&h.log, event_new(&h.log, "quit"));
    return end(&h, 0);
}
