/* SPDX-License-Identifier: MIT */
/* A machine without PC/SC: there is no reader. */
#include "pcsc.h"

static const char none[] = "this program was built without PC/SC";

bool
pcsc_list(FILE *out)
{
    (void)out;
    (void)fprintf(stderr, "%s\n", none);
    return false;
}

bool
pcsc_open(struct pcsc *p, const char *name)
{
    (void)p;
    (void)fprintf(stderr, "%s: %s\n", name, none);
    return false;
}

void
pcsc_close(struct pcsc *p)
{
    (void)p;
}

int
pcsc_connect(struct pcsc *p)
{
    (void)p;
    return MSK_ERR_CARD;
}

void
pcsc_disconnect(struct pcsc *p)
{
    (void)p;
}

bool
pcsc_is_t0(const struct pcsc *p)
{
    (void)p;
    return false;
}

int
pcsc_exchange(struct pcsc *p, struct msk_bytes command,
              struct msk_card_answer *answer)
{
    (void)p;
    (void)command;
    (void)answer;
    return MSK_ERR_CARD;
}

bool
pcsc_await(struct pcsc *p, bool card, int ms)
{
    (void)p;
    (void)card;
    (void)ms;
    return false;
}

const char *
pcsc_why(const struct pcsc *p)
{
    (void)p;
    return none;
}
