/* SPDX-License-Identifier: MIT */
/*
 * uicc.h - the USIM on a card in a reader: who it is, AKA in the 3G and in the
 * GBA context, and keys of BM-SCs (TS 31.102 7.1, TS 102 221). A card takes
 * its time, so that each call does.
 */
#ifndef CARD_UICC_H
#define CARD_UICC_H

#include "../gba/aka.h"
#include "pcsc.h"

#define UICC_USIM "card:"   /* in front of a reader, where a USIM is named */
#define UICC_NOT_NOW 0x6985 /* a status: it has no key for that, or not now */
#define UICC_ICCID 10       /* octets */
#define UICC_AID_MAX 16
#define UICC_PIN_MAX 8

/* Fields are those of uicc.c; impi, why and status may be read. */
struct uicc {
    struct pcsc pcsc;
    char pin[UICC_PIN_MAX + 1]; /* "": none */
    bool pin_is_wrong;          /* it is never tried again */
    bool is_known;              /* which card it is: */
    uint8_t iccid[UICC_ICCID];
    char impi[MSK_IMPI_MAX + 1]; /* of its IMSI, TS 23.003 13.3 */
    const char *why;             /* the last call failed */
    uint16_t status;             /* SW1 SW2 of the last command; 0: none */
};

/* Takes 4 to 8 digits from the command line, and overwrites them there. */
bool uicc_read_pin(char *text, char pin[UICC_PIN_MAX + 1]);

/* Finds the reader. False: the reason was told on stderr. */
bool uicc_open(struct uicc *u, const char *reader);
void uicc_close(struct uicc *u);

/* Resets the card and selects its USIM. MSK_ERR_CARD: u->why. MSK_ERR_CONFLICT:
 * it is another card than the first time. */
int uicc_start(struct uicc *u);

/* Sends a command, and does what T=0 leaves to the sender. MSK_ERR_CARD: the
 * card is gone, and has done it or not. */
int uicc_command(struct uicc *u, struct msk_bytes command,
                 struct msk_card_answer *answer);

/* Answers a challenge in the 3G context; or, gba, in the GBA context, where Ks
 * stays on the card. MSK_ERR_CARD. */
int uicc_authenticate(struct uicc *u, bool gba,
                      const struct msk_aka_challenge *challenge,
                      struct usim_answer *answer);

/* Writes what the BSF called the new Ks into EF_GBABP. MSK_ERR_CARD. */
int uicc_keep(struct uicc *u, const struct msk_ub_info *info);
/* Reads it. MSK_ERR_MISSING: nothing is there; MSK_ERR_CARD. */
int uicc_kept(struct uicc *u, struct msk_ub_info *info);

/* The card makes the keys of a BM-SC: Ks_int_NAF, which is the MUK and stays
 * there, and Ks_ext_NAF. MSK_ERR_MISSING: it has no Ks; MSK_ERR_CARD. */
int uicc_derive(struct uicc *u, const char *fqdn,
                uint8_t ks_ext_naf[MSK_GBA_KEY_LEN]);

/* Did the last call fail because no answer came? */
bool uicc_is_gone(const struct uicc *u);

/* uicc_command.c, for those who make commands. */

/* A command in the making; what is too long makes it bad. */
struct uicc_apdu {
    uint8_t octets[MSK_CARD_COMMAND_MAX];
    size_t n;
    bool bad;
};
void uicc_begin(struct uicc_apdu *a, uint8_t ins, uint8_t p1, uint8_t p2);
void uicc_put(struct uicc_apdu *a, struct msk_bytes data);
/* The same with its length in front. */
void uicc_put_field(struct uicc_apdu *a, struct msk_bytes data);
/* Sends it; MSK_OK also where the card answers something else than 9000 or
 * 91XX, which uicc_is_fine tells. `wants`: an answer beside the status. */
int uicc_send(struct uicc *u, struct uicc_apdu *a, bool wants,
              struct msk_card_answer *answer);
bool uicc_is_fine(const struct uicc *u);

/* Notes why; MSK_ERR_CARD. */
int uicc_fail(struct uicc *u, const char *why);
/* The same, if the last status is not fine; a PIN that is wanted is told. */
int uicc_must_be_fine(struct uicc *u, const char *why);

int uicc_select(struct uicc *u, uint16_t file);
/* Reads n octets of the file that is selected, or as much as there is for 0;
 * the second one selects it, and wants all of them. */
int uicc_read(struct uicc *u, uint8_t n, struct msk_card_answer *answer);
int uicc_read_file(struct uicc *u, uint16_t file, uint8_t n,
                   struct msk_card_answer *answer);

#endif
