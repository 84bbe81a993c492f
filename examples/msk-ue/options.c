/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"
#include "help.h"

#define TIMEOUT_DEFAULT 25 /* seconds */
#define TIMEOUT_MAX 300
#define PATIENCE_MAX 86400

enum option_name {
    BTID = 1,
    GBA,
    GBA_FQDN,
    USIM,
    UICC,
    PIN,
    KS_NAF,
    KS,
    RAND,
    IMPI,
    AKMA,
    CACERT,
    TIMEOUT,
    PATIENCE,
    MUK,
    MRK,
    AGE,
    FQDN,
    BMSC,
    MIKEY,
    INTERFACE,
    LAYOUT,
    STORE,
    ANNOUNCEMENT,
    SERVICE,
    GROUPS,
    QOP,
    ALGORITHM,
    JSON,
    SECRETS,
    TRACE,
    PCAP,
    KEYLOG,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "btid", required_argument, NULL, BTID },
    { "gba", required_argument, NULL, GBA },
    { "gba-fqdn", required_argument, NULL, GBA_FQDN },
    { "usim", required_argument, NULL, USIM },
    { "uicc", required_argument, NULL, UICC },
    { "pin", required_argument, NULL, PIN },
    { "ks-naf", required_argument, NULL, KS_NAF },
    { "ks", required_argument, NULL, KS },
    { "rand", required_argument, NULL, RAND },
    { "impi", required_argument, NULL, IMPI },
    { "akma", required_argument, NULL, AKMA },
    { "cacert", required_argument, NULL, CACERT },
    { "timeout", required_argument, NULL, TIMEOUT },
    { "patience", required_argument, NULL, PATIENCE },
    { "muk", required_argument, NULL, MUK },
    { "mrk", required_argument, NULL, MRK },
    { "age", required_argument, NULL, AGE },
    { "fqdn", required_argument, NULL, FQDN },
    { "bmsc", required_argument, NULL, BMSC },
    { "mikey", required_argument, NULL, MIKEY },
    { "interface", required_argument, NULL, INTERFACE },
    { "layout", required_argument, NULL, LAYOUT },
    { "store", required_argument, NULL, STORE },
    { "announcement", required_argument, NULL, ANNOUNCEMENT },
    { "service", required_argument, NULL, SERVICE },
    { "groups", required_argument, NULL, GROUPS },
    { "qop", required_argument, NULL, QOP },
    { "algorithm", required_argument, NULL, ALGORITHM },
    { "json", no_argument, NULL, JSON },
    { "secrets", no_argument, NULL, SECRETS },
    { "trace", no_argument, NULL, TRACE },
    { "pcap", required_argument, NULL, PCAP },
    { "keylog", required_argument, NULL, KEYLOG },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static bool
read_layout(const char *text, enum msk_layout *layout)
{
    if (strcmp(text, "csb") == 0)
        *layout = MSK_LAYOUT_CSB;
    else if (strcmp(text, "keyid") == 0)
        *layout = MSK_LAYOUT_KEYID;
    return *layout != 0;
}

static bool
read_qop(const char *text, bool *auth)
{
    *auth = strcmp(text, "auth") == 0;
    return *auth || strcmp(text, "auth-int") == 0;
}

static bool
read_url(struct options *o, const char *text)
{
    const char *why;

    if (server_parse(&o->over, text, &why)) {
        o->bmsc = text;
        return true;
    }
    (void)fprintf(stderr, "msk-ue: --bmsc: %s\n", why);
    return false;
}

/* A file, or a reader with a card in it. */
static bool
read_usim(struct options *o, const char *text)
{
    size_t n = strlen(UICC_USIM);

    o->usim = text;
    if (strncmp(text, UICC_USIM, n) == 0)
        o->reader = text + n;
    return true;
}

static bool
read_uicc(struct options *o, const char *text)
{
    o->uicc = true;
    o->reader = text;
    return true;
}

static bool
exactly(char *text, uint8_t *out, size_t n)
{
    size_t got;

    return secrecy_argument(text, out, n, &got) && got == n;
}

static bool
read_ks_naf(struct options *o, char *text)
{
    return secrecy_argument(text, o->ks_naf, 32, &o->ks_naf_n) &&
           o->ks_naf_n == 32;
}

/* Nothing waits for no time at all. */
static bool
read_seconds(const char *text, uint64_t max, uint64_t *out)
{
    return input_number(text, max, out) && *out > 0;
}

static bool
take(struct options *o, enum option_name name, char *value)
{
    switch (name) {
    case BTID: o->btid = value; return true;
    case GBA: o->gba = value; return true;
    case GBA_FQDN: o->gba_fqdn = value; return true;
    case USIM: return read_usim(o, value);
    case UICC: return read_uicc(o, value);
    case PIN: return uicc_read_pin(value, o->pin);
    case KS_NAF: return read_ks_naf(o, value);
    case MUK:
        return secrecy_argument(value, o->keys.muk, sizeof o->keys.muk,
                                &o->keys.muk_n);
    case AGE: return input_number(value, UINT64_MAX, &o->age);
    case MRK:
        return secrecy_argument(value, o->keys.mrk, sizeof o->keys.mrk,
                                &o->keys.mrk_n);
    case FQDN: o->fqdn = value; return true;
    case BMSC: return read_url(o, value);
    case KS: return o->has_ks = exactly(value, o->ks, sizeof o->ks);
    case RAND: return o->has_rand = exactly(value, o->rand, sizeof o->rand);
    case IMPI: o->impi = value; return true;
    case AKMA:
        return o->has_k_akma = exactly(value, o->k_akma, sizeof o->k_akma);
    case CACERT: o->cacert = value; return true;
    case TIMEOUT: return read_seconds(value, TIMEOUT_MAX, &o->timeout);
    case PATIENCE: return read_seconds(value, PATIENCE_MAX, &o->patience);
    case MIKEY:
        return o->n_mikey < MIKEY_MAX &&
               address_parse(value, &o->mikey[o->n_mikey++]);
    case INTERFACE: o->interface = value; return true;
    case LAYOUT: return read_layout(value, &o->layout);
    case STORE: o->store = value; return true;
    case ANNOUNCEMENT: o->announcement = value; return true;
    case SERVICE: o->service = value; return true;
    case GROUPS: o->groups = value; return true;
    case QOP: return read_qop(value, &o->auth);
    case ALGORITHM: return input_algorithms(value, &o->algorithms);
    case JSON: o->json = true; return true;
    case SECRETS: o->secrets = true; return true;
    case TRACE: o->trace = true; return true;
    case PCAP: o->pcap = value; return true;
    case KEYLOG: o->keylog = value; return true;
    case HELP:
    case VERSION: break;
    }
    return false;
}

static bool
whole(const struct options *o)
{
    bool one = o->ks_naf_n > 0 || (o->keys.muk_n > 0 && o->keys.mrk_n > 0);
    bool ks = o->impi != NULL && o->has_ks && o->has_rand;
    int given = one + ks + o->has_k_akma;
    bool sim = o->usim != NULL || o->uicc;
    bool keys = sim ? o->gba != NULL && given == 0 && o->btid == NULL
                    : o->gba == NULL && given == 1 && o->btid != NULL;
    bool service = o->groups != NULL ? o->announcement == NULL &&
                                           o->fqdn != NULL && o->bmsc != NULL
                                     : o->announcement != NULL;

    return keys && service && o->n_mikey > 0 && o->layout != 0 &&
           (o->store != NULL) == !o->uicc && (o->usim == NULL || !o->uicc) &&
           (o->pin[0] == '\0' || o->reader != NULL);
}

bool
options_derive(const struct options *o)
{
    return o->impi != NULL || o->has_k_akma || o->usim != NULL || o->uicc;
}

bool
options_read(int argc, char **argv, struct options *out, int *status)
{
    const char *why;
    int name;

    memset(out, 0, sizeof *out);
    out->timeout = TIMEOUT_DEFAULT;
    *status = 1;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            if (name == HELP)
                printf("%s%s", help_text, help_more);
            else
                printf("msk-ue %s\n", msk_version());
            *status = 0;
            return false;
        }
        if (name == '?' || !take(out, (enum option_name)name, optarg)) {
            (void)fprintf(stderr, "msk-ue: see --help\n");
            return false;
        }
    }
    if (out->uicc && strcmp(out->reader, "list") == 0) {
        *status = pcsc_list(stdout) ? 0 : 2;
        return false;
    }
    if (optind != argc || !whole(out)) {
        (void)fprintf(stderr, "msk-ue: options are missing; see --help\n");
        return false;
    }
    if (out->gba != NULL &&
        !server_bsf(&out->bsf, out->gba, out->gba_fqdn, &why)) {
        (void)fprintf(stderr, "msk-ue: --gba: %s\n", why);
        return false;
    }
    return true;
}
