/* SPDX-License-Identifier: MIT */
/* Commands to a card: how each is made and sent, and what files hold. */
#include <string.h>

#include "uicc.h"

#define SELECT 0xA4
#define READ_BINARY 0xB0
#define GET_RESPONSE 0xC0
#define FINE 0x9000
#define PROACTIVE 0x91     /* SW1: fine, and a proactive command waits */
#define MORE 0x61          /* SW1, T=0: so many octets wait */
#define OTHER_LENGTH 0x6C  /* SW1, T=0: ask again for so many */
#define NOT_ALLOWED 0x6982 /* the PIN is not verified */

int
uicc_fail(struct uicc *u, const char *why)
{
    u->why = why;
    return MSK_ERR_CARD;
}

bool
uicc_is_gone(const struct uicc *u)
{
    return u->status == 0;
}

bool
uicc_is_fine(const struct uicc *u)
{
    return u->status == FINE || u->status >> 8 == PROACTIVE;
}

/* --- commands ------------------------------------------------------------- */

void
uicc_begin(struct uicc_apdu *a, uint8_t ins, uint8_t p1, uint8_t p2)
{
    const uint8_t head[] = { 0x00, ins, p1, p2, 0 };

    a->bad = false;
    a->n = sizeof head;
    memcpy(a->octets, head, sizeof head);
}

void
uicc_put(struct uicc_apdu *a, struct msk_bytes data)
{
    if (a->octets[4] + data.n > UINT8_MAX) {
        a->bad = true;
        return;
    }
    if (data.n > 0)
        memcpy(a->octets + a->n, data.p, data.n);
    a->n += data.n;
    a->octets[4] = (uint8_t)(a->octets[4] + data.n);
}

void
uicc_put_field(struct uicc_apdu *a, struct msk_bytes data)
{
    const uint8_t n = (uint8_t)data.n;

    a->bad |= data.n > UINT8_MAX;
    uicc_put(a, (struct msk_bytes){ &n, 1 });
    uicc_put(a, data);
}

static int
exchange(struct uicc *u, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    int err = pcsc_exchange(&u->pcsc, command, answer);

    u->status = err == MSK_OK ? answer->status : 0;
    if (err != MSK_OK)
        u->why = pcsc_why(&u->pcsc);
    return err;
}

/* ISO 7816-3, T=0: the answer waits, or the length was another one. */
static int
fetch(struct uicc *u, struct msk_bytes command, struct msk_card_answer *answer)
{
    const uint8_t n = (uint8_t)(answer->status & 0xFF);
    uint8_t octets[5] = { 0x00, GET_RESPONSE, 0, 0, n };

    if (answer->status >> 8 == OTHER_LENGTH)
        memcpy(octets, command.p, 4);
    return exchange(u, (struct msk_bytes){ octets, sizeof octets }, answer);
}

int
uicc_command(struct uicc *u, struct msk_bytes command,
             struct msk_card_answer *answer)
{
    int err = exchange(u, command, answer);

    for (int i = 0; i < 2 && err == MSK_OK && command.n >= 5 &&
                    (u->status >> 8 == MORE || u->status >> 8 == OTHER_LENGTH);
         i++)
        err = fetch(u, command, answer);
    return err;
}

/* Over T=1 a command with data says that it wants some as well. */
int
uicc_send(struct uicc *u, struct uicc_apdu *a, bool wants,
          struct msk_card_answer *answer)
{
    bool has_data = a->n > 5;
    int err;

    if (a->bad)
        return uicc_fail(u, "a name is too long for a command");
    if (wants && has_data && !pcsc_is_t0(&u->pcsc))
        a->octets[a->n++] = 0;
    err = uicc_command(u, (struct msk_bytes){ a->octets, a->n }, answer);
    msk_wipe(a, sizeof *a);
    return err;
}

/* --- files ---------------------------------------------------------------- */

/* What is refused for want of a PIN is told as that. */
int
uicc_must_be_fine(struct uicc *u, const char *why)
{
    if (uicc_is_fine(u))
        return MSK_OK;
    return uicc_fail(u,
                     u->status == NOT_ALLOWED ? "the card wants its PIN" : why);
}

int
uicc_select(struct uicc *u, uint16_t file)
{
    const uint8_t id[] = { (uint8_t)(file >> 8), (uint8_t)file };
    struct msk_card_answer answer;
    struct uicc_apdu a;
    int err;

    uicc_begin(&a, SELECT, 0x00, 0x0C);
    uicc_put(&a, (struct msk_bytes){ id, sizeof id });
    err = uicc_send(u, &a, false, &answer);
    return err == MSK_OK
               ? uicc_must_be_fine(u, "the card lacks a file of a USIM")
               : err;
}

int
uicc_read(struct uicc *u, uint8_t n, struct msk_card_answer *answer)
{
    struct uicc_apdu a;
    int err;

    uicc_begin(&a, READ_BINARY, 0, 0);
    a.octets[4] = n;
    err = uicc_send(u, &a, true, answer);
    return err == MSK_OK ? uicc_must_be_fine(u, "a file cannot be read") : err;
}

int
uicc_read_file(struct uicc *u, uint16_t file, uint8_t n,
               struct msk_card_answer *answer)
{
    int err = uicc_select(u, file);

    if (err == MSK_OK)
        err = uicc_read(u, n, answer);
    if (err == MSK_OK && answer->n < n)
        err = uicc_fail(u, "a file of the card is too short");
    return err;
}
