/* SPDX-License-Identifier: MIT */
#include "pcsc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#define PAUSE 250 /* ms until the daemon, or the reader, is looked for again */
#define MOMENT 2000 /* that a card is waited for which another program has */

static bool
fine(struct pcsc *p, LONG error)
{
    p->error = error;
    return error == SCARD_S_SUCCESS;
}

const char *
pcsc_why(const struct pcsc *p)
{
    return pcsc_stringify_error(p->error);
}

static void
pause_for(int ms)
{
    const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

    (void)nanosleep(&time, NULL);
}

static bool
attach(struct pcsc *p)
{
    p->has_context = fine(
        p, SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context));
    return p->has_context;
}

/* --- readers -------------------------------------------------------------- */

/* All names, each with its NUL, and one more: free it. NULL: there is none. */
static char *
list(struct pcsc *p)
{
    DWORD n = 0;
    char *names = NULL;

    if (fine(p, SCardListReaders(p->context, NULL, NULL, &n)))
        names = calloc(1, n + 1);
    if (names != NULL &&
        !fine(p, SCardListReaders(p->context, NULL, names, &n))) {
        free(names);
        names = NULL;
    }
    return names;
}

static bool
tell_failed(const struct pcsc *p, const char *about)
{
    (void)fprintf(stderr, "%s: %s\n", about, pcsc_why(p));
    return false;
}

bool
pcsc_list(FILE *out)
{
    struct pcsc p;
    char *names;

    memset(&p, 0, sizeof p);
    names = attach(&p) ? list(&p) : NULL;
    if (names == NULL)
        (void)tell_failed(&p, "PC/SC");
    else
        for (const char *s = names; *s != '\0'; s += strlen(s) + 1)
            (void)fprintf(out, "%s\n", s);
    pcsc_close(&p);
    free(names);
    return names != NULL;
}

/* The one of that name before others that begin so. */
static const char *
find(const char *names, const char *name)
{
    const char *found = NULL;

    for (const char *s = names; *s != '\0'; s += strlen(s) + 1) {
        if (strcmp(s, name) == 0)
            return s;
        if (found == NULL && strncmp(s, name, strlen(name)) == 0)
            found = s;
    }
    return found;
}

bool
pcsc_open(struct pcsc *p, const char *name)
{
    char *names;
    const char *found;

    memset(p, 0, sizeof *p);
    names = attach(p) ? list(p) : NULL;
    if (names == NULL) {
        (void)tell_failed(p, name);
        pcsc_close(p);
        return false;
    }
    found = find(names, name);
    if (found != NULL && strlen(found) < sizeof p->reader)
        strcpy(p->reader, found);
    else
        (void)fprintf(stderr, "%s: no reader has that name\n", name);
    free(names);
    if (p->reader[0] == '\0')
        pcsc_close(p);
    return p->reader[0] != '\0';
}

void
pcsc_close(struct pcsc *p)
{
    pcsc_disconnect(p);
    if (p->has_context)
        (void)SCardReleaseContext(p->context);
    p->has_context = false;
}

/* --- a card --------------------------------------------------------------- */

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)

/* A card that was put in again quickly may be taken for one that never left. */
static bool
reset(struct pcsc *p)
{
    return fine(p, SCardReconnect(p->card, SCARD_SHARE_EXCLUSIVE, PROTOCOLS,
                                  SCARD_RESET_CARD, &p->protocol));
}

/* Another program may have it; one that was killed has it until the daemon sees
 * that. */
static bool
connect_alone(struct pcsc *p)
{
    bool connected;

    for (int left = MOMENT;; left -= PAUSE) {
        connected =
            fine(p, SCardConnect(p->context, p->reader, SCARD_SHARE_EXCLUSIVE,
                                 PROTOCOLS, &p->card, &p->protocol));
        if (p->error != (LONG)SCARD_E_SHARING_VIOLATION || left <= 0)
            return connected;
        pause_for(PAUSE);
    }
}

int
pcsc_connect(struct pcsc *p)
{
    pcsc_disconnect(p);
    if (!p->has_context && !attach(p))
        return MSK_ERR_CARD;
    p->has_card = connect_alone(p);
    return p->has_card && reset(p) ? MSK_OK : MSK_ERR_CARD;
}

/* Who comes next does not find the PIN verified. One that does not answer is
 * left alone: after a reset that fails it is gone until it was really out. */
void
pcsc_disconnect(struct pcsc *p)
{
    bool answers = p->error == SCARD_S_SUCCESS;

    if (p->has_card)
        (void)SCardDisconnect(p->card,
                              answers ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
    p->has_card = false;
}

bool
pcsc_is_t0(const struct pcsc *p)
{
    return p->protocol == SCARD_PROTOCOL_T0;
}

int
pcsc_exchange(struct pcsc *p, struct msk_bytes command,
              struct msk_card_answer *answer)
{
    const SCARD_IO_REQUEST *protocol =
        pcsc_is_t0(p) ? SCARD_PCI_T0 : SCARD_PCI_T1;
    uint8_t octets[MSK_CARD_DATA_MAX + 2];
    DWORD n = sizeof octets;

    if (!p->has_card ||
        !fine(p, SCardTransmit(p->card, protocol, command.p, command.n, NULL,
                               octets, &n)) ||
        !fine(p, n < 2 ? SCARD_W_REMOVED_CARD : SCARD_S_SUCCESS))
        return MSK_ERR_CARD;
    answer->n = n - 2;
    memcpy(answer->data, octets, answer->n);
    answer->status = (uint16_t)(octets[n - 2] << 8 | octets[n - 1]);
    msk_wipe(octets, sizeof octets);
    return MSK_OK;
}

/* --- the next card -------------------------------------------------------- */

/* Has it what is waited for? False too: the state cannot be told now. */
static bool
look(struct pcsc *p, SCARD_READERSTATE *state, DWORD ms, bool card)
{
    LONG error = SCardGetStatusChange(p->context, ms, state, 1);
    bool there = (state->dwEventState & SCARD_STATE_PRESENT) != 0;

    state->dwCurrentState = state->dwEventState;
    if (error == SCARD_S_SUCCESS)
        return there == card;
    if (error == SCARD_E_TIMEOUT)
        return false;
    p->error = error;
    if (error != SCARD_E_UNKNOWN_READER && error != SCARD_E_READER_UNAVAILABLE)
        pcsc_close(p); /* the daemon is gone */
    return false;
}

bool
pcsc_await(struct pcsc *p, bool card, int ms)
{
    SCARD_READERSTATE state = { .szReader = p->reader,
                                .dwCurrentState = SCARD_STATE_UNAWARE };

    for (int left = ms; left > 0; left -= PAUSE) {
        if ((p->has_context || attach(p)) &&
            look(p, &state,
                 state.dwCurrentState == SCARD_STATE_UNAWARE ? 0 : PAUSE, card))
            return true;
        if (!p->has_context || state.dwCurrentState == SCARD_STATE_UNAWARE)
            pause_for(PAUSE);
    }
    return false;
}
