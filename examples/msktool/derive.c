/* SPDX-License-Identifier: MIT */
/* msktool derive: keys from GBA, and keys of MIKEY. */
#include <string.h>

#include "../provider.h"
#include "commands.h"
#include "flags.h"
#include "msk/gba.h"
#include "parsed.h"

enum {
    KS,
    RAND,
    IMPI,
    FQDN,
    KS_NAF,
    PSK,
    PRF,
    CSB,
    CS,
    WHAT,
    LEN,
    AKMA,
    N_FLAGS
};

static const struct flag all_flags[N_FLAGS] = {
    { "--ks", true, false, NULL },     { "--rand", true, false, NULL },
    { "--impi", true, false, NULL },   { "--fqdn", true, false, NULL },
    { "--ks-naf", true, false, NULL }, { "--psk", true, false, NULL },
    { "--prf", true, false, NULL },    { "--csb", true, false, NULL },
    { "--cs", true, false, NULL },     { "--what", true, false, NULL },
    { "--len", true, false, NULL },    { "--k-akma", true, false, NULL },
};

struct wishes {
    struct flag flags[N_FLAGS];
    struct octets ks, rand, ks_naf, k_akma, psk, csb;
    unsigned long prf, cs_id, len;
};

static int
take_wishes(int argc, char **argv, struct wishes *w)
{
    int status;

    memset(w, 0, sizeof *w);
    memcpy(w->flags, all_flags, sizeof all_flags);
    w->len = 16;
    status = take_flags(argc, argv, w->flags, N_FLAGS);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[KS], &w->ks);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[RAND], &w->rand);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[KS_NAF], &w->ks_naf);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[AKMA], &w->k_akma);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[PSK], &w->psk);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[CSB], &w->csb);
    if (status == TOOL_OK)
        status = flag_number(&w->flags[PRF], 1, &w->prf);
    if (status == TOOL_OK)
        status = flag_number(&w->flags[CS], UINT8_MAX, &w->cs_id);
    if (status == TOOL_OK)
        status = flag_number(&w->flags[LEN], 255, &w->len);
    return status;
}

static void
free_wishes(struct wishes *w)
{
    free_octets(&w->ks);
    free_octets(&w->rand);
    free_octets(&w->ks_naf);
    free_octets(&w->k_akma);
    free_octets(&w->psk);
    free_octets(&w->csb);
}

/* A key of 32 octets from Ks. */
static int
naf_key(const struct wishes *w, const char *name, uint8_t *out, size_t *len)
{
    struct msk_gba gba = { .crypto = host_crypto() };

    if (w->ks.n != MSK_GBA_KEY_LEN || w->rand.n != 16)
        return MSK_ERR_ARGUMENT;
    gba.ks = w->ks.p;
    gba.rand = w->rand.p;
    gba.impi = msk_text(w->flags[IMPI].value);
    gba.fqdn = msk_text(w->flags[FQDN].value);
    *len = MSK_GBA_KEY_LEN;
    return strcmp(name, "ks-int-naf") == 0 ? msk_gba_ks_int_naf(&gba, out)
                                           : msk_gba_ks_naf(&gba, out);
}

static int
k_af(const struct wishes *w, uint8_t *out, size_t *len)
{
    *len = MSK_GBA_KEY_LEN;
    return w->k_akma.n == MSK_GBA_KEY_LEN
               ? msk_gba_k_af(host_crypto(), w->k_akma.p,
                              msk_text(w->flags[FQDN].value), out)
               : MSK_ERR_ARGUMENT;
}

static int
mikey_key(const struct wishes *w, uint8_t *out, size_t *len)
{
    static const char *const names[] = { "encr",     "auth",     "salt",
                                         "tek",      "tgk-auth", "tgk-encr",
                                         "tgk-salt", NULL };
    struct msk_protection p = { .crypto = host_crypto() };
    const char *what = w->flags[WHAT].given ? w->flags[WHAT].value : "";
    int i = 0;

    while (names[i] != NULL && strcmp(names[i], what) != 0)
        i++;
    if (names[i] == NULL || w->csb.n != 4)
        return MSK_ERR_ARGUMENT;
    p.psk = view(&w->psk);
    p.rand = view(&w->rand);
    p.prf = (uint8_t)w->prf;
    for (size_t at = 0; at < 4; at++)
        p.csb_id = p.csb_id << 8 | w->csb.p[at];
    *len = w->len;
    return msk_mikey_derive(&p, (enum msk_derived)(MSK_DERIVED_ENCR + i),
                            (uint8_t)w->cs_id, out, w->len);
}

static int
derive(const struct wishes *w, const char *name, uint8_t *out, size_t *len)
{
    if (strcmp(name, "mikey") == 0)
        return mikey_key(w, out, len);
    if (strcmp(name, "naf-id") == 0)
        return msk_gba_naf_id(msk_text(w->flags[FQDN].value), out, len);
    if (strcmp(name, "mrk") == 0) {
        *len = MSK_GBA_KEY_LEN;
        return w->ks_naf.n == MSK_GBA_KEY_LEN
                   ? msk_gba_mrk(host_crypto(), w->ks_naf.p, out)
                   : MSK_ERR_ARGUMENT;
    }
    if (strcmp(name, "k-af") == 0)
        return k_af(w, out, len);
    if (strcmp(name, "ks-naf") == 0 || strcmp(name, "ks-ext-naf") == 0 ||
        strcmp(name, "ks-int-naf") == 0)
        return naf_key(w, name, out, len);
    return MSK_ERR_UNSUPPORTED;
}

int
command_derive(int argc, char **argv)
{
    uint8_t out[MSK_NAF_ID_MAX];
    struct wishes w;
    size_t len = 0;
    int status, err;

    if (argc < 1)
        return fail(TOOL_USAGE, "derive what?", "usage");
    status = take_wishes(argc - 1, argv + 1, &w);
    if (status == TOOL_OK) {
        err = derive(&w, argv[0], out, &len);
        if (err == MSK_OK)
            print_hex(out, len);
        else
            status = fail(TOOL_USAGE, msk_err_text(err), argv[0]);
    }
    msk_wipe(out, sizeof out);
    free_wishes(&w);
    return status;
}
