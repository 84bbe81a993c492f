/* SPDX-License-Identifier: MIT */
#include "icc.h"

#include <stdio.h>
#include <string.h>

#include "gba/gba_u.h"
#include "provider.h"

#define OK 0x9000
#define NOT_FOUND 0x6A82
#define NO_COMMAND 0x6D00
#define NOT_ALLOWED 0x6982
#define NOT_NOW 0x6985
#define WRONG_DATA 0x6A80
#define NOT_HOME 0x9862
#define GET_RESPONSE 0xC0
#define UA_LEN 5 /* of a NAF_Id, at its end */
#define TRIES 3

static const uint8_t usim_aid[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10,
                                    0x02, 0xFF, 0x49, 0xFF, 0x05, 0x89 };

/* A command, without what T=1 adds. */
struct apdu {
    uint8_t ins, p1, p2;
    const uint8_t *data; /* of n octets */
    size_t n;
};

static void
put(struct icc *icc, const void *p, size_t n)
{
    assert_true(icc->n + n + 2 <= sizeof icc->answer);
    memcpy(icc->answer + icc->n, p, n);
    icc->n += n;
}

static void
put_octet(struct icc *icc, uint8_t octet)
{
    put(icc, &octet, 1);
}

static void
put_field(struct icc *icc, const void *p, size_t n)
{
    put_octet(icc, (uint8_t)n);
    put(icc, p, n);
}

static bool
may(const struct icc *icc)
{
    return icc->pin[0] == '\0' || icc->verified;
}

/* --- files ---------------------------------------------------------------- */

static bool
has_file(const struct icc *icc, unsigned file)
{
    switch (file) {
    case 0x2F00:
    case 0x2FE2: return !icc->in_usim;
    case 0x6F07:
    case 0x6FAD:
    case 0x6FD6:
    case 0x6FD7:
    case 0x6FD8: return icc->in_usim;
    default: return false;
    }
}

/* The files of MBMS are those of the USIM that does MBMS. */
static uint16_t
pass_on(struct icc *icc, const struct apdu *a, bool wants)
{
    uint8_t octets[MSK_CARD_COMMAND_MAX] = { 0x00, a->ins, a->p1, a->p2,
                                             (uint8_t)a->n };
    struct msk_bytes command = { octets, 5 + a->n };
    struct msk_card_answer answer = { .n = 0 };

    if (a->n > 0)
        memcpy(octets + 5, a->data, a->n);
    else
        assert_true(wants);
    assert_int_equal(icc->mbms.driver.transmit(&icc->mbms, 1, command, &answer),
                     MSK_OK);
    put(icc, answer.data, answer.n);
    return answer.status;
}

static uint16_t
select_file(struct icc *icc, const struct apdu *a)
{
    unsigned file = a->n == 2 ? (unsigned)a->data[0] << 8 | a->data[1] : 0;

    if (a->p1 == 0x04) {
        if (a->n > sizeof usim_aid || memcmp(a->data, usim_aid, a->n) != 0)
            return NOT_FOUND;
        icc->in_usim = true;
        icc->file = 0;
        return OK;
    }
    if (file == 0x3F00) {
        icc->in_usim = false;
        icc->file = 0;
        return OK;
    }
    if (!has_file(icc, file))
        return NOT_FOUND;
    icc->file = (uint16_t)file;
    return file == 0x6FD7 || file == 0x6FD8 ? pass_on(icc, a, false) : OK;
}

/* TS 31.102 4.2.2. */
static void
put_imsi(struct icc *icc)
{
    size_t n = strlen(icc->imsi);
    uint8_t octets[9] = { (uint8_t)(n / 2 + 1),
                          (uint8_t)((n % 2 == 1 ? 9 : 1) | (icc->imsi[0] - '0')
                                                               << 4) };

    memset(octets + 2, 0xFF, 7);
    for (size_t i = 1; i < n; i++) {
        uint8_t *p = &octets[1 + (i + 1) / 2];
        uint8_t digit = (uint8_t)(icc->imsi[i] - '0');

        *p = i % 2 == 1 ? (uint8_t)(0xF0 | digit)
                        : (uint8_t)((*p & 0x0F) | digit << 4);
    }
    put(icc, octets, sizeof octets);
}

static uint16_t
read_binary(struct icc *icc)
{
    static const uint8_t ad[] = { 0x00, 0x00, 0x00, 0x02 };

    if (icc->file == 0x2FE2)
        put(icc, icc->iccid, sizeof icc->iccid);
    else if (icc->file == 0x6FAD)
        put(icc, ad, sizeof ad);
    else if (icc->file == 0x6F07 && may(icc))
        put_imsi(icc);
    else if (icc->file == 0x6FD6 && may(icc))
        put(icc, icc->gbabp, sizeof icc->gbabp);
    else
        return may(icc) ? 0x6986 : NOT_ALLOWED;
    return OK;
}

static uint16_t
update_binary(struct icc *icc, const struct apdu *a)
{
    size_t at = (size_t)a->p1 << 8 | a->p2;

    if (icc->file != 0x6FD6 || !may(icc))
        return NOT_ALLOWED;
    if (at + a->n > sizeof icc->gbabp)
        return 0x6B00;
    memcpy(icc->gbabp + at, a->data, a->n);
    return OK;
}

/* EF_DIR: an ISIM, and then the USIM. */
static uint16_t
read_record(struct icc *icc, const struct apdu *a)
{
    if (icc->file == 0x6FD7 || icc->file == 0x6FD8)
        return may(icc) ? pass_on(icc, a, true) : NOT_ALLOWED;
    if (icc->file != 0x2F00 || a->p2 != 0x04)
        return 0x6981;
    if (a->p1 < 1 || a->p1 > 2)
        return 0x6A83;
    put_octet(icc, 0x61);
    put_octet(icc, 2 + sizeof usim_aid);
    put_octet(icc, 0x4F);
    put_field(icc, usim_aid, sizeof usim_aid);
    if (a->p1 == 1)
        icc->answer[10] = 0x04;
    return OK;
}

static uint16_t
verify(struct icc *icc, const struct apdu *a)
{
    uint8_t want[8];

    memset(want, 0xFF, sizeof want);
    memcpy(want, icc->pin, strlen(icc->pin));
    if (may(icc))
        return OK;
    if (icc->tries == 0)
        return 0x6983;
    if (a->n == 0)
        return (uint16_t)(0x63C0 + icc->tries);
    icc->verified = a->n == 8 && memcmp(a->data, want, 8) == 0;
    icc->tries = icc->verified ? TRIES : icc->tries - 1;
    return icc->verified ? OK : (uint16_t)(0x63C0 + icc->tries);
}

/* --- AKA ------------------------------------------------------------------ */

static bool
get_field(const struct apdu *a, size_t *at, const uint8_t **p, size_t *n)
{
    if (*at >= a->n || a->data[*at] > a->n - *at - 1)
        return false;
    *n = a->data[*at];
    *p = a->data + *at + 1;
    *at += 1 + *n;
    return true;
}

static bool
get_challenge(const struct apdu *a, size_t at, struct msk_aka_challenge *out)
{
    const uint8_t *rand, *autn;
    size_t n, m;

    if (!get_field(a, &at, &rand, &n) || n != sizeof out->rand ||
        !get_field(a, &at, &autn, &m) || m != sizeof out->autn || at != a->n)
        return false;
    memcpy(out->rand, rand, n);
    memcpy(out->autn, autn, m);
    return true;
}

static uint16_t
put_auts(struct icc *icc, const struct usim_answer *answer)
{
    if (answer->kind == USIM_REFUSED)
        return NOT_HOME;
    put_octet(icc, 0xDC);
    put_field(icc, answer->auts, sizeof answer->auts);
    return OK;
}

static uint16_t
do_3g(struct icc *icc, const struct apdu *a)
{
    struct msk_aka_challenge challenge;
    struct usim_answer answer;

    if (!get_challenge(a, 0, &challenge))
        return WRONG_DATA;
    assert_int_equal(usim_authenticate(&icc->usim, &challenge, &answer),
                     MSK_OK);
    if (answer.kind != USIM_RES)
        return put_auts(icc, &answer);
    put_octet(icc, 0xDB);
    put_field(icc, answer.res, answer.res_n);
    put_field(icc, answer.ks, 16);
    put_field(icc, answer.ks + 16, 16);
    return OK;
}

/* TS 33.220 5.3.2: MAC* is opened with IK, which only the card knows. */
static uint16_t
bootstrap(struct icc *icc, const struct apdu *a)
{
    struct msk_aka_challenge challenge;
    struct usim_answer answer;
    struct milenage_keys keys;
    const struct milenage *m = &icc->usim.subscription.milenage;

    if (!get_challenge(a, 1, &challenge))
        return WRONG_DATA;
    assert_int_equal(milenage_keys(m, challenge.rand, &keys), MSK_OK);
    assert_int_equal(gba_u_mac(m->crypto, keys.ik, challenge.autn + 8), MSK_OK);
    assert_int_equal(usim_authenticate(&icc->usim, &challenge, &answer),
                     MSK_OK);
    if (answer.kind != USIM_RES)
        return put_auts(icc, &answer);
    icc->has_ks = true;
    memcpy(icc->ks, answer.ks, sizeof icc->ks);
    memset(icc->gbabp, 0, sizeof icc->gbabp);
    icc->gbabp[0] = sizeof challenge.rand;
    memcpy(icc->gbabp + 1, challenge.rand, sizeof challenge.rand);
    gba_u_res(answer.res);
    put_octet(icc, 0xDB);
    put_field(icc, answer.res, answer.res_n);
    return OK;
}

static void
put_text(char *out, const uint8_t *p, size_t n)
{
    memcpy(out, p, n);
    out[n] = '\0';
}

/* TS 31.102 7.1.1.7: Ks_ext_NAF is given out, Ks_int_NAF stays, under what
 * EF_GBABP calls Ks. */
static uint16_t
derive(struct icc *icc, const struct apdu *a)
{
    const uint8_t *naf, *impi, *bp = icc->gbabp;
    size_t naf_n, impi_n, at = 1;
    struct msk_gba gba = { host_crypto(), icc->ks, bp + 1, { 0 }, { 0 } };
    uint8_t key[MSK_GBA_KEY_LEN];
    char fqdn[64], btid[64];

    if (!get_field(a, &at, &naf, &naf_n) ||
        !get_field(a, &at, &impi, &impi_n) || at != a->n || naf_n <= UA_LEN ||
        naf_n - UA_LEN >= sizeof fqdn)
        return WRONG_DATA;
    if (!icc->has_ks || bp[17] == 0 || bp[17] >= sizeof btid)
        return NOT_NOW;
    gba.fqdn = (struct msk_bytes){ naf, naf_n - UA_LEN };
    gba.impi = (struct msk_bytes){ impi, impi_n };
    put_text(fqdn, naf, naf_n - UA_LEN);
    put_text(btid, bp + 18, bp[17]);
    assert_int_equal(msk_gba_ks_int_naf(&gba, key), MSK_OK);
    card_put_muk(&icc->mbms, fqdn, btid, key);
    assert_int_equal(msk_gba_ks_naf(&gba, key), MSK_OK);
    put_octet(icc, 0xDB);
    put_field(icc, key, sizeof key);
    return OK;
}

static uint16_t
authenticate(struct icc *icc, const struct apdu *a)
{
    if (!icc->in_usim || !may(icc))
        return NOT_ALLOWED;
    if (a->p2 == 0x81)
        return do_3g(icc, a);
    if (a->p2 != 0x84 || a->n == 0)
        return 0x6A86;
    return a->data[0] == 0xDD   ? bootstrap(icc, a)
           : a->data[0] == 0xDE ? derive(icc, a)
                                : WRONG_DATA;
}

/* --- commands ------------------------------------------------------------- */

static uint16_t
run(struct icc *icc, const struct apdu *a)
{
    switch (a->ins) {
    case 0xA4: return select_file(icc, a);
    case 0xB0: return read_binary(icc);
    case 0xB2: return read_record(icc, a);
    case 0xD6: return update_binary(icc, a);
    case 0x20: return verify(icc, a);
    case 0x88: return authenticate(icc, a);
    case 0x89:
        return icc->in_usim && may(icc) ? pass_on(icc, a, a->n == 0)
                                        : NOT_ALLOWED;
    default: return NO_COMMAND;
    }
}

/* A status alone. */
static struct msk_bytes
say(struct icc *icc, unsigned sw)
{
    icc->said[0] = (uint8_t)(sw >> 8);
    icc->said[1] = (uint8_t)sw;
    return (struct msk_bytes){ icc->said, sizeof icc->said };
}

static struct msk_bytes
give(struct icc *icc)
{
    icc->waits = false;
    return (struct msk_bytes){ icc->answer, icc->n };
}

/* T=0: a command that brought data gets a status, and the answer waits for GET
 * RESPONSE; one that wanted another length is told the right one, and waits to
 * be sent again. */
static struct msk_bytes
give_or_put_off(struct icc *icc, const struct apdu *a, const uint8_t *c)
{
    static const uint8_t get_response[] = { 0x00, GET_RESPONSE, 0, 0 };
    size_t n = icc->n - 2;

    if (!icc->t0 || n == 0 || (a->n == 0 && c[4] == (uint8_t)n))
        return give(icc);
    memcpy(icc->waits_for, a->n > 0 ? get_response : c, 4);
    icc->waits = true;
    return say(icc, (a->n > 0 ? 0x6100 : 0x6C00) | (unsigned)n);
}

struct msk_bytes
icc_command(struct icc *icc, const uint8_t *c, size_t n)
{
    struct apdu a = { .n = 0 };
    uint16_t sw;

    if (n < 4 || c[0] != 0x00)
        return say(icc, 0x6E00);
    if (icc->waits && n == 5 && memcmp(c, icc->waits_for, 4) == 0 &&
        c[4] == (uint8_t)(icc->n - 2))
        return give(icc);
    icc->waits = false;
    a.ins = c[1];
    a.p1 = c[2];
    a.p2 = c[3];
    if (n > 5) {
        a.data = c + 5;
        a.n = c[4];
        if (n != 5 + a.n && (icc->t0 || n != 6 + a.n))
            return say(icc, 0x6700);
    }
    icc->n = 0;
    sw = run(icc, &a);
    icc->answer[icc->n++] = (uint8_t)(sw >> 8);
    icc->answer[icc->n++] = (uint8_t)sw;
    return give_or_put_off(icc, &a, c);
}

void
icc_reset(struct icc *icc)
{
    card_reset(&icc->mbms);
    icc->in_usim = icc->verified = icc->waits = false;
    icc->file = 0;
}

bool
icc_open(struct icc *icc, const char *subscription, const char *imsi)
{
    memset(icc, 0, sizeof *icc);
    card_start(&icc->mbms, MSK_LAYOUT_KEYID);
    icc->imsi = imsi;
    icc->tries = TRIES;
    memset(icc->iccid, 0x98, sizeof icc->iccid);
    return usim_open(&icc->usim, subscription);
}
