/* SPDX-License-Identifier: MIT */
/* msk-ue - a UE: one session, one loop. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../hosts/daemon.h"
#include "../hosts/output.h"
#include "../hosts/private.h"
#include "msk/xml_expat.h"
#include "session.h"

#define GLANCE 60000 /* sleep no longer, in milliseconds */
#define HURRY 50     /* while the reader of stdout is slow */
#define GOODBYE 1000 /* that it has at the end */

static bool
listen_all(struct host *h)
{
    const struct options *o = &h->options;

    for (size_t i = 0; i < MIKEY_MAX; i++)
        h->udp[i] = -1;
    for (size_t i = 0; i < o->n_mikey; i++) {
        h->udp[i] = udp_open(&o->mikey[i], o->interface);
        if (h->udp[i] < 0 || !udp_local(h->udp[i], &h->mikey[i]))
            return false;
    }
    return true;
}

static int
start(struct host *h)
{
    const struct options *o = &h->options;
    int err = msk_xml_expat_init(&h->xml, NULL);

    if (err == MSK_OK)
        err = service_read(h);
    if (err == MSK_OK && !gba_open(h))
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = session_servers(h);
    if (err == MSK_OK && !private_make(o->store))
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = store_sqlite_open(&h->store, &h->sqlite, o->store, NULL, 0);
    if (err == MSK_OK)
        err = session_open(h);
    if (err != MSK_OK)
        return err;
    h->http.cacert = o->cacert;
    h->http.timeout = (long)o->timeout;
    if (!listen_all(h) || !capture_open(&h->capture, o->pcap) ||
        !keylog_open(&h->keylog, o->keylog) ||
        !http_start(&h->http, &h->capture) || !gba_start(h))
        return MSK_ERR_STATE;
    return MSK_OK;
}

static void
tell_ready(struct host *h)
{
    json_t *event = event_new(&h->log, "ready"), *also = json_array();

    event_address(event, "mikey", address_view(&h->mikey[0]));
    for (size_t i = 1; i < h->options.n_mikey; i++) {
        char text[ADDRESS_TEXT_MAX];

        address_text(address_view(&h->mikey[i]), text);
        (void)json_array_append_new(also, json_string(text));
    }
    (void)json_object_set_new(event, "also", also);
    event_word(event, "layout",
               h->options.layout == MSK_LAYOUT_CSB ? "csb" : "keyid");
    event_word(event, "version", msk_version());
    event_tell(&h->log, event);
}

/* What a datagram claims to be, for events that come from it. */
static bool
look(struct host *h, struct msk_bytes message)
{
    struct msk_peek peek;

    memset(&h->now, 0, sizeof h->now);
    if (msk_mikey_peek(h->options.layout, message, &peek) != MSK_OK)
        return false;
    h->now = peek.id;
    return peek.kind == MSK_MESSAGE_MSK && peek.id.number == 0;
}

static void
receive(struct host *h, size_t i)
{
    uint8_t buf[MSK_MIKEY_MAX + 1];
    struct msk_bytes message;
    struct address from;
    json_t *event;
    bool pull;
    int err;

    h->answers = i; /* acknowledgements leave from where a message came to */
    if (address_is_multicast(address_view(&h->mikey[i])))
        h->answers = 0;
    while (udp_receive(h->udp[i], buf, MSK_MIKEY_MAX, &message, &from)) {
        capture_udp(&h->capture, address_view(&from),
                    address_view(&h->mikey[i]), message);
        pull = look(h, message);
        err = msk_ue_receive(h->ue, message, address_view(&from),
                             event_monotonic());
        hooks_tell(h, "datagram", err);
        if (pull && err == MSK_OK) {
            event = event_new(&h->log, "pull");
            event_key_id(event, &h->now);
            event_tell(&h->log, event);
        }
    }
}

static void
answer(struct host *h)
{
    const struct msk_http_response *response;
    const char *text;
    json_t *event;

    if (!http_done(&h->http, &response))
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
    if (response == NULL)
        session_silent(h);
}

static int
sleep_for(const struct host *h)
{
    msk_time now = event_monotonic(), due = msk_ue_due(h->ue, now);

    msk_time most = output_flush() ? GLANCE : HURRY;

    due = gba_due(h) < due ? gba_due(h) : due;
    if (h->leaving && h->leave_by < due)
        due = h->leave_by;
    if (due <= now)
        return 0;
    return (int)(due - now < most ? due - now : most);
}

static void
turn(struct host *h)
{
    struct curl_waitfd fds[MIKEY_MAX + 2];
    unsigned n = 0;
    char *line;

    for (; n < h->options.n_mikey; n++)
        fds[n] = (struct curl_waitfd){ h->udp[n], CURL_WAIT_POLLIN, 0 };
    fds[n++] = (struct curl_waitfd){ h->signals, CURL_WAIT_POLLIN, 0 };
    if (!h->input.ended)
        fds[n++] = (struct curl_waitfd){ h->input.fd, CURL_WAIT_POLLIN, 0 };
    http_wait(&h->http, fds, n, sleep_for(h));
    for (size_t i = 0; i < h->options.n_mikey; i++)
        receive(h, i);
    answer(h);
    gba_run(h);
    while (!h->quit && daemon_signal(h->signals) != 0)
        command_quit(h);
    if (!h->input.ended)
        input_fill(&h->input);
    while (!h->quit && (line = input_line(&h->input)) != NULL)
        command_run(h, line);
    if (msk_ue_due(h->ue, event_monotonic()) <= event_monotonic())
        hooks_tell(h, "timer", msk_ue_timer(h->ue, event_monotonic()));
    if (h->leaving && (!h->http.busy || event_monotonic() >= h->leave_by))
        h->quit = true;
}

static void
end(struct host *h)
{
    json_t *event = event_new(&h->log, "quit");

    event_tell(&h->log, event);
    output_end(GOODBYE);
    gba_end(h);
    http_end(&h->http);
    capture_close(&h->capture);
    if (h->keylog != NULL)
        (void)fclose(h->keylog);
    for (size_t i = 0; i < h->options.n_mikey; i++)
        (void)close(h->udp[i]);
    json_decref(h->announced_json);
    store_sqlite_close(&h->sqlite);
    msk_wipe(h, sizeof *h);
}

int
main(int argc, char **argv)
{
    static struct host h;
    int status, err;

    secrecy_start(argv);
    if (!options_read(argc, argv, &h.options, &status))
        return status;
    h.log.json = h.options.json;
    h.log.secrets = h.options.secrets;
    h.log.began = event_monotonic();
    h.signals = daemon_signals();
    err = start(&h);
    if (err != MSK_OK) {
        event_error(&h.log, msk_err_text(err));
        return 2;
    }
    input_start(&h.input, STDIN_FILENO);
    tell_ready(&h);
    while (!h.quit)
        turn(&h);
    end(&h);
    return 0;
}
