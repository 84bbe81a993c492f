/* SPDX-License-Identifier: MIT */
#include "card_thread.h"

#include <string.h>
#include <time.h>

#define LOOK 1000 /* ms that a card is waited for at once */
#define PAUSE 250 /* ms until one is asked again that does not start */

int
card_do_open(void *arg)
{
    struct card_thread *t = arg;

    return uicc_open(&t->uicc, t->reader) ? uicc_start(&t->uicc)
                                          : MSK_ERR_STATE;
}

int
card_do_command(void *arg)
{
    struct card_thread *t = arg;
    const struct msk_bytes command = { t->command, t->command_n };

    return uicc_command(&t->uicc, command, &t->answer);
}

int
card_do_challenge(void *arg)
{
    struct card_thread *t = arg;

    return uicc_authenticate(&t->uicc, t->keeps, &t->challenge,
                             &t->usim_answer);
}

int
card_do_keys(void *arg)
{
    struct card_thread *t = arg;
    int err = t->has_info ? uicc_keep(&t->uicc, &t->info) : MSK_OK;

    return err == MSK_OK ? uicc_derive(&t->uicc, t->fqdn, t->ks_ext_naf) : err;
}

int
card_do_read(void *arg)
{
    struct card_thread *t = arg;

    return uicc_kept(&t->uicc, &t->info);
}

/* At first the daemon gets the time to see that the card went: it looks twice a
 * second, and a reset of a card that is not there confuses it. */
int
card_do_return(void *arg)
{
    const struct timespec pause = { 0, PAUSE * 1000000L };
    struct card_thread *t = arg;
    int err;

    if (t->settles)
        (void)pcsc_await(&t->uicc.pcsc, false, LOOK);
    t->settles = false;
    if (!pcsc_await(&t->uicc.pcsc, true, LOOK))
        return MSK_PENDING;
    err = uicc_start(&t->uicc);
    if (err != MSK_OK)
        (void)nanosleep(&pause, NULL);
    return err;
}

int
card_do_leave(void *arg)
{
    struct card_thread *t = arg;

    return pcsc_await(&t->uicc.pcsc, false, LOOK) ? MSK_PENDING
                                                  : MSK_ERR_CONFLICT;
}

void
card_thread_clear(struct card_thread *t)
{
    msk_wipe(t->command, sizeof t->command);
    msk_wipe(&t->answer, sizeof t->answer);
    msk_wipe(&t->challenge, sizeof t->challenge);
    msk_wipe(&t->usim_answer, sizeof t->usim_answer);
    msk_wipe(&t->info, sizeof t->info);
    msk_wipe(t->ks_ext_naf, sizeof t->ks_ext_naf);
}
