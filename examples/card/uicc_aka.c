/* SPDX-License-Identifier: MIT */
/* AUTHENTICATE in the 3G and GBA contexts, TS 31.102 7.1.2, and EF_GBABP. */
#include <string.h>

#include "../gba/moment.h"
#include "uicc.h"

#define AUTHENTICATE 0x88
#define CONTEXT_3G 0x81
#define CONTEXT_GBA 0x84
#define BOOTSTRAPPING 0xDD /* tags of what a card is given, */
#define NAF_DERIVATION 0xDE
#define SUCCESS 0xDB /* and gives */
#define SYNCHRONISATION 0xDC
#define NOT_HOME 0x9862

#define UPDATE_BINARY 0xD6
#define EF_GBABP 0x6FD6
#define BTID_AT (1 + MSK_AKA_RAND_LEN) /* after the length of RAND, and RAND */

/* A field with its length in front. False: it is not whole. */
static bool
get_field(const struct msk_card_answer *a, size_t *at, struct msk_bytes *field)
{
    if (*at >= a->n || a->data[*at] > a->n - *at - 1)
        return false;
    *field = (struct msk_bytes){ a->data + *at + 1, a->data[*at] };
    *at += 1 + field->n;
    return true;
}

static bool
get_key(const struct msk_card_answer *a, size_t *at, uint8_t *key, size_t n)
{
    struct msk_bytes field;

    if (!get_field(a, at, &field) || field.n != n)
        return false;
    memcpy(key, field.p, n);
    return true;
}

/* --- challenges ----------------------------------------------------------- */

static bool
take_res(const struct msk_card_answer *a, struct usim_answer *answer)
{
    struct msk_bytes res;
    size_t at = 1;

    if (!get_field(a, &at, &res) || res.n < 4 || res.n > sizeof answer->res)
        return false;
    answer->kind = USIM_RES;
    memcpy(answer->res, res.p, res.n);
    answer->res_n = res.n;
    return answer->ks_stays || (get_key(a, &at, answer->ks, 16) &&
                                get_key(a, &at, answer->ks + 16, 16));
}

static bool
take_answer(const struct uicc *u, const struct msk_card_answer *a,
            struct usim_answer *answer)
{
    size_t at = 1;

    if (u->status == NOT_HOME) {
        answer->kind = USIM_REFUSED;
        return true;
    }
    if (!uicc_is_fine(u) || a->n == 0)
        return false;
    if (a->data[0] == SUCCESS)
        return take_res(a, answer);
    answer->kind = USIM_AUTS;
    return a->data[0] == SYNCHRONISATION &&
           get_key(a, &at, answer->auts, sizeof answer->auts);
}

int
uicc_authenticate(struct uicc *u, bool gba,
                  const struct msk_aka_challenge *challenge,
                  struct usim_answer *answer)
{
    const uint8_t mode = BOOTSTRAPPING;
    struct msk_card_answer a;
    struct uicc_apdu command;
    int err;

    memset(answer, 0, sizeof *answer);
    answer->ks_stays = gba;
    uicc_begin(&command, AUTHENTICATE, 0, gba ? CONTEXT_GBA : CONTEXT_3G);
    if (gba)
        uicc_put(&command, (struct msk_bytes){ &mode, 1 });
    uicc_put_field(&command, (struct msk_bytes){ challenge->rand,
                                                 sizeof challenge->rand });
    uicc_put_field(&command, (struct msk_bytes){ challenge->autn,
                                                 sizeof challenge->autn });
    err = uicc_send(u, &command, true, &a);
    if (err == MSK_OK && !take_answer(u, &a, answer))
        err = uicc_fail(u, gba ? "it does not do GBA_U"
                               : "it does not answer a challenge");
    if (err != MSK_OK)
        msk_wipe(answer, sizeof *answer);
    msk_wipe(&a, sizeof a);
    return err;
}

int
uicc_derive(struct uicc *u, const char *fqdn,
            uint8_t ks_ext_naf[MSK_GBA_KEY_LEN])
{
    const uint8_t mode = NAF_DERIVATION;
    struct msk_card_answer a;
    struct uicc_apdu command;
    uint8_t naf_id[MSK_NAF_ID_MAX];
    size_t n, at = 1;
    int err = msk_gba_naf_id(msk_text(fqdn), naf_id, &n);

    if (err != MSK_OK)
        return err;
    uicc_begin(&command, AUTHENTICATE, 0, CONTEXT_GBA);
    uicc_put(&command, (struct msk_bytes){ &mode, 1 });
    uicc_put_field(&command, (struct msk_bytes){ naf_id, n });
    uicc_put_field(&command, msk_text(u->impi));
    err = uicc_send(u, &command, true, &a);
    if (err == MSK_OK && u->status == UICC_NOT_NOW)
        err = MSK_ERR_MISSING;
    else if (err == MSK_OK &&
             (!uicc_is_fine(u) || a.n == 0 || a.data[0] != SUCCESS ||
              !get_key(&a, &at, ks_ext_naf, MSK_GBA_KEY_LEN)))
        err = uicc_fail(u, "it makes no keys of a BM-SC");
    msk_wipe(&a, sizeof a);
    return err;
}

/* --- EF_GBABP: RAND, B-TID and lifetime, each with its length ------------- */

int
uicc_keep(struct uicc *u, const struct msk_ub_info *info)
{
    char until[MOMENT_TEXT];
    struct msk_card_answer a;
    struct uicc_apdu command;
    int err = uicc_select(u, EF_GBABP);

    if (err != MSK_OK)
        return err;
    moment_write(info->expires, until);
    uicc_begin(&command, UPDATE_BINARY, 0, BTID_AT);
    uicc_put_field(&command, (struct msk_bytes){ info->btid, info->btid_len });
    uicc_put_field(&command, msk_text(until));
    err = uicc_send(u, &command, false, &a);
    if (err == MSK_OK && !uicc_is_fine(u))
        err = uicc_fail(u, "its EF_GBABP cannot be written");
    return err;
}

/* What another ME wrote in another way is no lifetime: it ended. */
static int
take_kept(const struct msk_card_answer *a, struct msk_ub_info *info)
{
    struct msk_bytes btid, lifetime;
    char until[MOMENT_TEXT];
    size_t at = BTID_AT;

    if (!get_field(a, &at, &btid) || btid.n == 0 ||
        btid.n > sizeof info->btid || !get_field(a, &at, &lifetime) ||
        lifetime.n == 0 || lifetime.n >= sizeof until)
        return MSK_ERR_MISSING;
    memcpy(info->btid, btid.p, btid.n);
    info->btid_len = btid.n;
    memcpy(until, lifetime.p, lifetime.n);
    until[lifetime.n] = '\0';
    return moment_read(until, &info->expires) ? MSK_OK : MSK_ERR_MISSING;
}

int
uicc_kept(struct uicc *u, struct msk_ub_info *info)
{
    struct msk_card_answer a;
    int err = uicc_select(u, EF_GBABP);

    memset(info, 0, sizeof *info);
    if (err == MSK_OK)
        err = uicc_read(u, 0, &a);
    return err == MSK_OK ? take_kept(&a, info) : err;
}
