/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"

#define TIMEOUT_DEFAULT 25 /* seconds */
#define TIMEOUT_MAX 300

enum option_name {
    USIM = 1,
    PIN,
    BSF,
    FQDN,
    NAF,
    OUT,
    CACERT,
    TIMEOUT,
    JSON,
    SECRETS,
    PCAP,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "usim", required_argument, NULL, USIM },
    { "pin", required_argument, NULL, PIN },
    { "bsf", required_argument, NULL, BSF },
    { "fqdn", required_argument, NULL, FQDN },
    { "naf", required_argument, NULL, NAF },
    { "out", required_argument, NULL, OUT },
    { "cacert", required_argument, NULL, CACERT },
    { "timeout", required_argument, NULL, TIMEOUT },
    { "json", no_argument, NULL, JSON },
    { "secrets", no_argument, NULL, SECRETS },
    { "pcap", required_argument, NULL, PCAP },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: msk-gba (--usim FILE | --usim card:READER [--pin DIGITS]) --bsf "
    "URL\n"
    "               [--fqdn NAME] [--naf NAME].. [--out FILE] [--cacert FILE]\n"
    "               [--timeout S] [--json] [--secrets] [--pcap FILE]\n"
    "\n"
    "Bootstrapping of a UE, once: agrees on keys with a BSF by the AKA of a\n"
    "USIM, in software or on a card (TS 33.220 4.5.2), and makes those of\n"
    "BM-SCs of them.\n"
    "\n"
    "  --usim FILE          JSON, an object in one line, for its owner alone:\n"
    "                       {\"impi\":S,\"k\":HEX,\"opc\":HEX | \"op\":HEX}\n"
    "                       The numbers that it has seen are kept in FILE.sqn\n"
    "  --usim card:READER   or the USIM on the card in a PC/SC reader of that\n"
    "                       name, or whose name begins so\n"
    "  --pin DIGITS         of the card; a wrong one is not tried twice, and\n"
    "                       the last try never used\n"
    "  --bsf URL            ask it here, http://NAME[:PORT] or https://...\n"
    "  --fqdn NAME          of the BSF, if it is not the one of its URL;\n"
    "                       TLS goes by it\n"
    "  --naf NAME           make Ks_NAF of this BM-SC; up to 8 times\n"
    "  --out FILE           add a line for each to FILE, which is made for\n"
    "                       its owner alone, as msk-bmsc --subscribers reads\n"
    "                       it\n"
    "  --cacert FILE        trust these (PEM), not those of the system\n"
    "  --timeout S          for an HTTP answer, in seconds: 25\n"
    "  --json               events as JSON, one a line\n"
    "  --secrets            show keys in events\n"
    "  --pcap FILE          write what was sent and received, as pcapng\n"
    "\n"
    "Events: http_response bootstrapped key failed error. Exit status: 0 "
    "there\n"
    "are keys, 1 usage, 2 it could not start, 3 there are none, and an event\n"
    "says why.\n";

static bool
take(struct options *o, enum option_name name, char *value)
{
    switch (name) {
    case USIM:
        o->usim = value;
        if (strncmp(value, UICC_USIM, strlen(UICC_USIM)) == 0)
            o->reader = value + strlen(UICC_USIM);
        return true;
    case PIN: return uicc_read_pin(value, o->pin);
    case BSF: o->url = value; return true;
    case FQDN: o->fqdn = value; return true;
    case NAF:
        if (o->n_nafs == NAFS_MAX)
            return false;
        o->nafs[o->n_nafs++] = value;
        return true;
    case OUT: o->out = value; return true;
    case CACERT: o->cacert = value; return true;
    case TIMEOUT:
        return input_number(value, TIMEOUT_MAX, &o->timeout) && o->timeout > 0;
    case JSON: o->json = true; return true;
    case SECRETS: o->secrets = true; return true;
    case PCAP: o->pcap = value; return true;
    case HELP:
    case VERSION: break;
    }
    return false;
}

static bool
set_bsf(struct options *o)
{
    const char *why;

    if (server_bsf(&o->bsf, o->url, o->fqdn, &why))
        return true;
    (void)fprintf(stderr, "msk-gba: --bsf: %s\n", why);
    return false;
}

static bool
whole(const struct options *o)
{
    return o->usim != NULL && (o->pin[0] == '\0' || o->reader != NULL) &&
           o->url != NULL && (o->out == NULL || o->n_nafs > 0);
}

bool
options_read(int argc, char **argv, struct options *out, int *status)
{
    int name;

    memset(out, 0, sizeof *out);
    out->timeout = TIMEOUT_DEFAULT;
    *status = 1;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            if (name == HELP)
                printf("%s", help);
            else
                printf("msk-gba %s\n", msk_version());
            *status = 0;
            return false;
        }
        if (name == '?' || !take(out, (enum option_name)name, optarg)) {
            (void)fprintf(stderr, "msk-gba: see --help\n");
            return false;
        }
    }
    if (optind != argc || !whole(out)) {
        (void)fprintf(stderr, "msk-gba: options are missing; see --help\n");
        return false;
    }
    return set_bsf(out);
}
