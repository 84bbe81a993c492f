/* SPDX-License-Identifier: MIT */
#include "card.h"

#include <string.h>
#include <time.h>

#include "datagrams.h"
#include "host.h"

#define LOOK 1000    /* ms that the thread waits for a card at once */
#define PAUSE 250    /* ms until it asks a card again that does not start */
#define GOODBYE 2000 /* that a command has at the end */

bool
card_busy(const struct host *h)
{
    return h->card.job != CARD_RESTS && h->card.job != CARD_RETURN;
}

bool
card_away(const struct host *h)
{
    return h->card.away;
}

void
card_wait(struct host *h, bool waits)
{
    h->card.waits = waits;
}

/* --- what the thread does ------------------------------------------------- */

static int
do_command(void *user)
{
    struct card *c = user;

    return uicc_command(&c->uicc, c->command, c->answer);
}

static int
do_challenge(void *user)
{
    struct card *c = user;

    return uicc_authenticate(&c->uicc, c->keeps, c->challenge, c->usim_answer);
}

static int
do_keys(void *user)
{
    struct card *c = user;
    int err = c->info != NULL ? uicc_keep(&c->uicc, c->info) : MSK_OK;

    return err == MSK_OK ? uicc_derive(&c->uicc, c->fqdn, c->ks_ext_naf) : err;
}

/* A card, or for a while none: the loop looks if it is to end. At first the
 * daemon gets the time to see that the card went: it looks twice a second, and
 * a reset of a card that is not there confuses it. */
static int
do_return(void *user)
{
    const struct timespec pause = { 0, PAUSE * 1000000L };
    struct card *c = user;
    int err;

    if (c->settles)
        (void)pcsc_await(&c->uicc.pcsc, false, LOOK);
    c->settles = false;
    if (!pcsc_await(&c->uicc.pcsc, true, LOOK))
        return MSK_PENDING;
    err = uicc_start(&c->uicc);
    if (err != MSK_OK)
        (void)nanosleep(&pause, NULL);
    return err;
}

/* The wrong card is waited for to go. */
static int
do_leave(void *user)
{
    struct card *c = user;

    return pcsc_await(&c->uicc.pcsc, false, LOOK) ? MSK_PENDING
                                                  : MSK_ERR_CONFLICT;
}

/* --- gone, and back ------------------------------------------------------- */

static void
tell(struct host *h, const char *state, const char *why)
{
    json_t *event = event_new(&h->log, "card");

    event_word(event, "state", state);
    if (why != NULL)
        event_word(event, "reason", why);
    event_tell(&h->log, event);
}

static void
begin(struct card *c, enum card_job job, int (*run)(void *arg))
{
    c->job = job;
    worker_begin(&c->worker, run, c);
}

/* No answer came. Whether the card has done what it was told nobody knows. */
static void
note(struct host *h, int err)
{
    struct card *c = &h->card;

    if (err != MSK_ERR_CARD || c->away || !uicc_is_gone(&c->uicc))
        return;
    c->away = c->settles = true;
    tell(h, "gone", c->uicc.why);
}

static void
come_back(struct host *h)
{
    h->card.away = false;
    tell(h, "back", NULL);
    gba_card_back(h);
}

/* A card that answers and cannot be used is told once, and tried again. */
static void
returned(struct host *h, int err)
{
    struct card *c = &h->card;

    c->wrong = err == MSK_ERR_CONFLICT;
    if (err == MSK_OK || err == MSK_PENDING) {
        c->refused = NULL;
    } else if (!uicc_is_gone(&c->uicc) && c->refused != c->uicc.why) {
        c->refused = c->uicc.why;
        tell(h, "refused", c->uicc.why);
    }
    if (err == MSK_OK)
        come_back(h);
}

static void
go_on_waiting(struct host *h)
{
    struct card *c = &h->card;

    if (c->away && c->job == CARD_RESTS)
        begin(c, CARD_RETURN, c->wrong ? do_leave : do_return);
}

/* --- the MGV-F ------------------------------------------------------------ */

/* Of struct msk_card. What it is given stays good until the answer. */
static int
transmit(void *user, uint32_t token, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    struct host *h = user;
    struct card *c = &h->card;
    int err;

    if (c->away)
        return MSK_ERR_CARD;
    c->token = token;
    c->command = command;
    c->answer = answer;
    begin(c, CARD_COMMAND, do_command);
    if (!c->waits)
        return MSK_PENDING;
    err = worker_wait(&c->worker);
    c->job = CARD_RESTS;
    note(h, err);
    return err;
}

int
card_mgvf(struct host *h)
{
    struct card *c = &h->card;
    struct msk_mgvf_uicc_config config = { .size = sizeof config };

    c->driver = (struct msk_card){ sizeof c->driver, h, transmit };
    config.card = &c->driver;
    config.groups = c->groups;
    config.n_groups = sizeof c->groups / sizeof c->groups[0];
    return msk_mgvf_uicc_init(&h->mgvf, c->mgvf_memory, sizeof c->mgvf_memory,
                              &config);
}

static void
complete(struct host *h, int result)
{
    note(h, result);
    hooks_tell(
        h, h->call,
        msk_ue_complete(h->ue, h->card.token, result, event_monotonic()));
}

/* --- bootstrapping -------------------------------------------------------- */

static int
authenticate(void *user, const struct msk_aka_challenge *challenge,
             struct usim_answer *answer)
{
    struct host *h = user;
    struct card *c = &h->card;

    if (c->away)
        return MSK_ERR_CARD;
    c->challenge = challenge;
    c->usim_answer = answer;
    begin(c, CARD_CHALLENGE, do_challenge);
    return MSK_PENDING;
}

struct aka_usim
card_face(struct host *h)
{
    return (struct aka_usim){ h, h->card.uicc.impi, authenticate };
}

void
card_begin_keys(struct host *h, const char *fqdn,
                const struct msk_ub_info *info)
{
    h->card.fqdn = fqdn;
    h->card.info = info;
    begin(&h->card, CARD_KEYS, do_keys);
}

/* Waits for a job that is none of the loop's. */
static int
run(struct host *h, int (*job)(void *arg))
{
    int err;

    if (h->card.away)
        return MSK_ERR_CARD;
    worker_begin(&h->card.worker, job, &h->card);
    err = worker_wait(&h->card.worker);
    note(h, err);
    return err;
}

/* TS 33.246 6.1: MRK is Ks_ext_NAF itself. */
void
card_keys(const struct host *h, struct secrecy_keys *keys)
{
    memset(keys, 0, sizeof *keys);
    memcpy(keys->mrk, h->card.ks_ext_naf, sizeof h->card.ks_ext_naf);
    keys->mrk_n = sizeof h->card.ks_ext_naf;
}

int
card_derive(struct host *h, const char *fqdn, struct secrecy_keys *keys)
{
    int err;

    h->card.fqdn = fqdn;
    h->card.info = NULL;
    err = run(h, do_keys);
    if (err == MSK_OK)
        card_keys(h, keys);
    return err;
}

static int
do_read(void *user)
{
    struct card *c = user;

    return uicc_kept(&c->uicc, c->kept);
}

int
card_kept(struct host *h, struct msk_ub_info *info)
{
    h->card.kept = info;
    return run(h, do_read);
}

/* --- its life ------------------------------------------------------------- */

void
card_run(struct host *h)
{
    struct card *c = &h->card;
    enum card_job job = c->job;
    int result;

    if (!c->used)
        return;
    if (job != CARD_RESTS && worker_done(&c->worker, &result)) {
        c->job = CARD_RESTS;
        if (job == CARD_COMMAND) {
            complete(h, result);
        } else if (job == CARD_RETURN) {
            returned(h, result);
        } else {
            note(h, result);
            gba_answered(h, result);
        }
    }
    go_on_waiting(h);
}

bool
card_open(struct host *h)
{
    const struct options *o = &h->options;
    struct card *c = &h->card;

    c->waits = true;
    if (o->reader == NULL)
        return true;
    c->keeps = o->uicc;
    strcpy(c->uicc.pin, o->pin);
    if (!uicc_open(&c->uicc, o->reader) || !worker_start(&c->worker))
        return false;
    c->used = true;
    if (uicc_start(&c->uicc) == MSK_OK)
        return true;
    event_error(&h->log, c->uicc.why);
    return false;
}

void
card_end(struct host *h)
{
    if (h->card.used && worker_end(&h->card.worker, GOODBYE))
        uicc_close(&h->card.uicc);
}
