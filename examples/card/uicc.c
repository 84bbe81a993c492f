/* SPDX-License-Identifier: MIT */
#include "uicc.h"

#include <string.h>

#define SELECT 0xA4
#define READ_RECORD 0xB2
#define VERIFY 0x20
#define TRIES_LEFT 0x63C0 /* and so many, of a PIN */

#define EF_DIR 0x2F00
#define EF_ICCID 0x2FE2
#define EF_IMSI 0x6F07
#define EF_AD 0x6FAD
#define MF 0x3F00
#define MOMENT 2000 /* ms: a daemon that was just started looks for cards */
#define IMSI_LEN 9
#define AD_LEN 4

/* --- which application ---------------------------------------------------- */

/* TS 101 220: the USIM of 3GPP; more octets say whose. An entry of EF_DIR is
 * 61 L { 4F L AID .. }. */
static bool
is_usim(const struct msk_card_answer *entry, struct msk_bytes *aid)
{
    static const uint8_t usim[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02 };
    const uint8_t *p = entry->data;

    if (entry->n < 4 || p[0] != 0x61 || p[2] != 0x4F || p[3] > UICC_AID_MAX ||
        p[3] < sizeof usim || entry->n < 4u + p[3])
        return false;
    *aid = (struct msk_bytes){ p + 4, p[3] };
    return memcmp(aid->p, usim, sizeof usim) == 0;
}

static int
select_application(struct uicc *u, struct msk_bytes aid)
{
    struct msk_card_answer answer;
    struct uicc_apdu a;
    int err;

    uicc_begin(&a, SELECT, 0x04, 0x0C);
    uicc_put(&a, aid);
    err = uicc_send(u, &a, false, &answer);
    return err == MSK_OK ? uicc_must_be_fine(u, "its USIM cannot be selected")
                         : err;
}

static int
select_usim(struct uicc *u)
{
    struct msk_card_answer entry;
    struct msk_bytes aid;
    struct uicc_apdu a;
    int err = uicc_select(u, EF_DIR);

    for (uint8_t i = 1; err == MSK_OK && i < 255; i++) {
        uicc_begin(&a, READ_RECORD, i, 0x04);
        err = uicc_send(u, &a, true, &entry);
        if (err == MSK_OK && !uicc_is_fine(u))
            break;
        if (err == MSK_OK && is_usim(&entry, &aid))
            return select_application(u, aid);
    }
    return err == MSK_OK ? uicc_fail(u, "there is no USIM on the card") : err;
}

/* --- the PIN -------------------------------------------------------------- */

bool
uicc_read_pin(char *text, char pin[UICC_PIN_MAX + 1])
{
    size_t n = strlen(text);

    if (n < 4 || n > UICC_PIN_MAX || strspn(text, "0123456789") != n)
        return false;
    memcpy(pin, text, n + 1);
    msk_wipe(text, n);
    return true;
}

static int
verify(struct uicc *u, bool with_pin)
{
    uint8_t pin[UICC_PIN_MAX];
    struct msk_card_answer answer;
    struct uicc_apdu a;
    int err;

    memset(pin, 0xFF, sizeof pin);
    memcpy(pin, u->pin, strlen(u->pin));
    uicc_begin(&a, VERIFY, 0, 0x01);
    if (with_pin)
        uicc_put(&a, (struct msk_bytes){ pin, sizeof pin });
    else
        a.n--; /* no length: how does it stand? */
    err = uicc_send(u, &a, false, &answer);
    msk_wipe(pin, sizeof pin);
    return err;
}

/* One that is wrong is not tried twice, and the last try is never used: who
 * starts a program again and again must not lock a card. */
static int
unlock(struct uicc *u)
{
    int err;

    if (u->pin[0] == '\0')
        return MSK_OK;
    if (u->pin_is_wrong)
        return uicc_fail(u, "the PIN is wrong");
    err = verify(u, false);
    if (err != MSK_OK || uicc_is_fine(u))
        return err;
    if (u->status < TRIES_LEFT + 2 || u->status > (TRIES_LEFT | 0xF))
        return uicc_fail(u, "its PIN is blocked, or has one try left");
    err = verify(u, true);
    u->pin_is_wrong = err == MSK_OK && !uicc_is_fine(u);
    return err == MSK_OK ? uicc_must_be_fine(u, "the PIN is wrong") : err;
}

/* --- whose card ----------------------------------------------------------- */

/* TS 31.102 4.2.2: a length, and digits from the second half octet on; the
 * first half octet says if their number is odd. */
static size_t
read_imsi(const uint8_t *p, char out[2 * IMSI_LEN])
{
    size_t n = 0;

    for (size_t i = 3; i < 2u * p[0] + 2 && p[0] < IMSI_LEN; i++) {
        uint8_t digit = i % 2 == 0 ? p[i / 2] & 0xF : p[i / 2] >> 4;

        if (digit > 9)
            break;
        out[n++] = (char)('0' + digit);
    }
    out[n] = '\0';
    return n;
}

/* TS 23.003 13.3: an MNC of two digits gets a zero in front. */
static int
make_impi(struct uicc *u, const uint8_t *imsi_file, uint8_t mnc_len)
{
    char imsi[2 * IMSI_LEN];
    size_t n = read_imsi(imsi_file, imsi);
    int mnc = mnc_len == 3 ? 3 : 2;

    if (n < 6 || n > 15)
        return uicc_fail(u, "its IMSI is none");
    (void)snprintf(u->impi, sizeof u->impi,
                   "%s@ims.mnc%s%.*s.mcc%.3s.3gppnetwork.org", imsi,
                   mnc == 2 ? "0" : "", mnc, imsi + 3, imsi);
    return MSK_OK;
}

static int
read_name(struct uicc *u)
{
    struct msk_card_answer ad, imsi;
    int err = uicc_read_file(u, EF_AD, AD_LEN, &ad);

    if (err == MSK_OK)
        err = uicc_read_file(u, EF_IMSI, IMSI_LEN, &imsi);
    return err == MSK_OK ? make_impi(u, imsi.data, ad.data[3] & 0xF) : err;
}

static int
check_card(struct uicc *u)
{
    struct msk_card_answer iccid;
    int err = uicc_select(u, MF);

    if (err == MSK_OK)
        err = uicc_read_file(u, EF_ICCID, UICC_ICCID, &iccid);
    if (err != MSK_OK)
        return err;
    if (u->is_known && memcmp(u->iccid, iccid.data, UICC_ICCID) != 0) {
        u->why = "it is another card";
        return MSK_ERR_CONFLICT;
    }
    memcpy(u->iccid, iccid.data, UICC_ICCID);
    return MSK_OK;
}

int
uicc_start(struct uicc *u)
{
    int err = pcsc_connect(&u->pcsc);

    u->status = 0;
    if (err != MSK_OK)
        return uicc_fail(u, pcsc_why(&u->pcsc));
    err = check_card(u);
    if (err == MSK_OK)
        err = select_usim(u);
    if (err == MSK_OK)
        err = unlock(u);
    if (err == MSK_OK && !u->is_known)
        err = read_name(u);
    u->is_known |= err == MSK_OK;
    if (err != MSK_OK)
        pcsc_disconnect(&u->pcsc);
    return err;
}

bool
uicc_open(struct uicc *u, const char *reader)
{
    u->why = "";
    if (!pcsc_open(&u->pcsc, reader))
        return false;
    (void)pcsc_await(&u->pcsc, true, MOMENT);
    return true;
}

void
uicc_close(struct uicc *u)
{
    pcsc_close(&u->pcsc);
    msk_wipe(u, sizeof *u);
}
