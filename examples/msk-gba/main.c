/* SPDX-License-Identifier: MIT */
/* msk-gba - bootstrapping of a UE, once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../card/uicc.h"
#include "../gba/bootstrap.h"
#include "../gba/moment.h"
#include "../gba/usim.h"
#include "../hosts/event.h"
#include "../hosts/output.h"
#include "../hosts/private.h"
#include "../hosts/secrecy.h"
#include "../msk-ue/http.h"
#include "msk/xml_expat.h"
#include "options.h"

#define GOODBYE 1000 /* ms, that the reader of stdout has at the end */
#define GLANCE 60000

enum { FINE = 0, NO_START = 2, NO_KEYS = 3 };

struct host {
    struct options options;
    struct event_log log;
    struct http_client http;
    struct capture capture;
    struct msk_xml xml;
    struct usim usim; /* in software; or on a card: */
    struct uicc uicc;
    struct aka_usim face;
    struct bootstrap run;
};

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

static const struct msk_random randomness = { .size = sizeof randomness,
                                              .fill = fill };

static int
authenticate(void *user, const struct msk_aka_challenge *challenge,
             struct usim_answer *answer)
{
    struct host *h = user;
    int err = uicc_authenticate(&h->uicc, false, challenge, answer);

    if (err == MSK_OK) /* a card does not tell SQN */
        answer->age = event_unix();
    return err;
}

static bool
open_card(struct host *h)
{
    memcpy(h->uicc.pin, h->options.pin, sizeof h->uicc.pin);
    if (!uicc_open(&h->uicc, h->options.reader))
        return false;
    h->face = (struct aka_usim){ h, h->uicc.impi, authenticate };
    if (uicc_start(&h->uicc) == MSK_OK)
        return true;
    event_error(&h->log, h->uicc.why);
    return false;
}

static bool
open_usim(struct host *h)
{
    if (h->options.reader != NULL)
        return open_card(h);
    if (!usim_open(&h->usim, h->options.usim))
        return false;
    h->face = usim_face(&h->usim);
    return true;
}

static bool
start(struct host *h)
{
    const struct options *o = &h->options;
    int err = MSK_ERR_STATE;

    if (!open_usim(h) || !capture_open(&h->capture, o->pcap) ||
        !http_start(&h->http, &h->capture))
        return false;
    h->http.server = &o->bsf;
    h->http.cacert = o->cacert;
    h->http.timeout = (long)o->timeout;
    err = msk_xml_expat_init(&h->xml, NULL);
    if (err == MSK_OK)
        err = bootstrap_begin(&h->run, &h->face, &h->xml, &randomness,
                              msk_text(o->bsf.fqdn));
    if (err != MSK_OK)
        event_error(&h->log, msk_err_text(err));
    return err == MSK_OK;
}

/* --- one run -------------------------------------------------------------- */

static const struct msk_http_response *
ask(struct host *h)
{
    const struct msk_http_response *response;
    json_t *event = event_new(&h->log, "http_response");
    const char *text;

    http_send(&h->http, &h->run.request);
    while (!http_done(&h->http, &response))
        http_wait(&h->http, NULL, 0, GLANCE);
    event_number(event, "status", response != NULL ? response->status : 0);
    if (response == NULL) {
        event_word(event, "why", http_why(&h->http, &text));
        event_text(event, "reason", msk_text(text));
    }
    event_tell(&h->log, event);
    return response;
}

static void
run(struct host *h)
{
    while (h->run.state == BOOTSTRAP_SEND)
        (void)bootstrap_take(&h->run, ask(h));
}

/* --- what came of it ------------------------------------------------------ */

static void
tell_failed(const struct host *h)
{
    const struct bootstrap *run = &h->run;
    json_t *event = event_new(&h->log, "failed");

    event_word(event, "why", bootstrap_word(run->state));
    event_word(event, "reason", bootstrap_text(run->state));
    if (run->state == BOOTSTRAP_STATUS)
        event_number(event, "status", run->status);
    if (run->err == MSK_ERR_CARD)
        event_word(event, "error", h->uicc.why);
    else if (run->err != MSK_OK)
        event_word(event, "error", msk_err_text(run->err));
    event_tell(&h->log, event);
}

static void
tell_done(const struct host *h)
{
    const struct bootstrap *run = &h->run;
    struct msk_bytes btid = { run->info.btid, run->info.btid_len };
    json_t *event = event_new(&h->log, "bootstrapped");
    char until[MOMENT_TEXT];

    moment_write(run->info.expires, until);
    event_word(event, "impi", h->face.impi);
    event_text(event, "btid", btid);
    event_word(event, "lifetime", until);
    event_number(event, "age", (json_int_t)run->age);
    if (run->resynchronised)
        event_word(event, "resynchronised", "yes");
    event_hex(event, "rand", (struct msk_bytes){ run->rand, sizeof run->rand });
    event_secret(&h->log, event, "ks",
                 (struct msk_bytes){ run->ks, sizeof run->ks });
    event_tell(&h->log, event);
}

/* A line as msk-bmsc --subscribers reads it: its lifetime in seconds. */
static bool
write_key(const struct host *h, FILE *out, const uint8_t *ks_naf)
{
    const struct msk_ub_info *info = &h->run.info;
    char hex[2 * MSK_GBA_KEY_LEN + 1], *line;
    json_t *object;
    bool fine;

    for (size_t i = 0; i < MSK_GBA_KEY_LEN; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", ks_naf[i]);
    object = json_pack("{s:s%, s:s, s:s, s:I, s:I}", "btid", info->btid,
                       info->btid_len, "impi", h->face.impi, "ks_naf", hex,
                       "expires", (json_int_t)(info->expires / 1000), "age",
                       (json_int_t)h->run.age);
    line = json_dumps(object, JSON_COMPACT);
    fine = line != NULL && fprintf(out, "%s\n", line) > 0;
    if (line != NULL)
        msk_wipe(line, strlen(line));
    free(line);
    json_decref(object);
    msk_wipe(hex, sizeof hex);
    return fine;
}

static int
tell_key(const struct host *h, const char *naf, FILE *out)
{
    uint8_t ks_naf[MSK_GBA_KEY_LEN];
    json_t *event = event_new(&h->log, "key");
    int err = bootstrap_ks_naf(&h->run, naf, ks_naf);

    if (err == MSK_OK && out != NULL && !write_key(h, out, ks_naf))
        err = MSK_ERR_STORE;
    event_word(event, "naf", naf);
    if (err == MSK_OK)
        event_secret(&h->log, event, "ks_naf",
                     (struct msk_bytes){ ks_naf, sizeof ks_naf });
    else
        event_word(event, "error", msk_err_text(err));
    event_tell(&h->log, event);
    msk_wipe(ks_naf, sizeof ks_naf);
    return err;
}

static int
tell_keys(const struct host *h)
{
    const struct options *o = &h->options;
    int fd = o->out != NULL ? private_open(o->out, false) : -1;
    FILE *out = fd >= 0 ? fdopen(fd, "a") : NULL;
    int err = o->out != NULL && out == NULL ? MSK_ERR_STORE : MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < o->n_nafs; i++)
        err = tell_key(h, o->nafs[i], out);
    if (out != NULL && fclose(out) != 0)
        err = MSK_ERR_STORE;
    return err == MSK_OK ? FINE : NO_KEYS;
}

static int
finish(struct host *h)
{
    if (h->run.state != BOOTSTRAP_DONE) {
        tell_failed(h);
        return NO_KEYS;
    }
    tell_done(h);
    return tell_keys(h);
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
    h.usim.medium.fd = -1;
    status = NO_START;
    if (start(&h)) {
        run(&h);
        status = finish(&h);
    }
    output_end(GOODBYE);
    if (h.http.multi != NULL)
        http_end(&h.http);
    capture_close(&h.capture);
    if (h.usim.medium.fd >= 0)
        usim_close(&h.usim);
    uicc_close(&h.uicc);
    bootstrap_wipe(&h.run);
    return status;
}
