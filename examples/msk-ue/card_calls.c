/* SPDX-License-Identifier: MIT */
/* What the MGV-F, bootstrapping and the session have the card do. */
#include <string.h>

#include "card_job.h"
#include "host.h"

/* --- the MGV-F ------------------------------------------------------------ */

/* Of struct msk_card. */
static int
transmit(void *user, uint32_t token, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    struct host *h = user;
    struct card *c = &h->card;
    int err = card_job_ready(c);

    if (err != MSK_OK)
        return err;
    memcpy(c->thread->command, command.p, command.n);
    c->thread->command_n = command.n;
    c->token = token;
    c->answer = answer;
    if (c->waits)
        return card_job_run(h, CARD_COMMAND, card_do_command);
    err = card_job_begin(c, CARD_COMMAND, card_do_command);
    return err == MSK_OK ? MSK_PENDING : err;
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

/* --- bootstrapping -------------------------------------------------------- */

static int
authenticate(void *user, const struct msk_aka_challenge *challenge,
             struct usim_answer *answer)
{
    struct host *h = user;
    struct card *c = &h->card;
    int err = card_job_ready(c);

    if (err != MSK_OK)
        return err;
    c->thread->challenge = *challenge;
    c->usim_answer = answer;
    err = card_job_begin(c, CARD_CHALLENGE, card_do_challenge);
    return err == MSK_OK ? MSK_PENDING : err;
}

struct aka_usim
card_face(struct host *h)
{
    return (struct aka_usim){ h, h->card.impi, authenticate };
}

static int
prepare_keys(struct card *c, const char *fqdn, const struct msk_ub_info *info)
{
    int err = card_job_ready(c);

    if (err != MSK_OK)
        return err;
    if (strlen(fqdn) > MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    strcpy(c->thread->fqdn, fqdn);
    c->thread->has_info = info != NULL;
    if (info != NULL)
        c->thread->info = *info;
    return MSK_OK;
}

bool
card_begin_keys(struct host *h, const char *fqdn,
                const struct msk_ub_info *info)
{
    return prepare_keys(&h->card, fqdn, info) == MSK_OK &&
           card_job_begin(&h->card, CARD_KEYS, card_do_keys) == MSK_OK;
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
    int err = prepare_keys(&h->card, fqdn, NULL);

    if (err == MSK_OK)
        err = card_job_run(h, CARD_KEYS, card_do_keys);
    if (err == MSK_OK)
        card_keys(h, keys);
    return err;
}

int
card_kept(struct host *h, struct msk_ub_info *info)
{
    int err = card_job_ready(&h->card);

    memset(info, 0, sizeof *info);
    if (err == MSK_OK)
        err = card_job_run(h, CARD_READ, card_do_read);
    if (err == MSK_OK)
        *info = h->card.kept;
    return err;
}
