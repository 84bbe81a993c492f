/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"

#define LIFETIME_DEFAULT 86400
#define LIFETIME_MAX 31536000 /* a year, in seconds */

enum option_name {
    UB = 1,
    NBSP,
    FQDN,
    SUBSCRIBERS,
    STORE,
    NAF,
    LIFETIME,
    JSON,
    SECRETS,
    TRACE,
    PCAP,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "ub", required_argument, NULL, UB },
    { "nbsp", required_argument, NULL, NBSP },
    { "fqdn", required_argument, NULL, FQDN },
    { "subscribers", required_argument, NULL, SUBSCRIBERS },
    { "store", required_argument, NULL, STORE },
    { "naf", required_argument, NULL, NAF },
    { "lifetime", required_argument, NULL, LIFETIME },
    { "json", no_argument, NULL, JSON },
    { "secrets", no_argument, NULL, SECRETS },
    { "trace", no_argument, NULL, TRACE },
    { "pcap", required_argument, NULL, PCAP },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: msk-bsf --ub ADDR:PORT --fqdn NAME --store FILE\n"
    "               [--subscribers FILE] [--nbsp ADDR:PORT --naf NAME..]\n"
    "               [--lifetime S] [--json] [--secrets] [--trace] [--pcap "
    "FILE]\n"
    "\n"
    "A BSF: agrees on keys with UEs by the AKA of their USIM (Ub, TS 24.109 "
    "4),\n"
    "and gives those of a BM-SC to it (Nbsp_GBA, TS 29.309). It is home\n"
    "subscriber server and authentication centre as well.\n"
    "\n"
    "  --ub ADDR:PORT       where UEs ask\n"
    "  --nbsp ADDR:PORT     where BM-SCs ask, JSON over HTTP. Who can ask "
    "here\n"
    "                       gets keys: only BM-SCs, over a network of yours\n"
    "                       or through a proxy that checks certificates\n"
    "  --naf NAME           a BM-SC that may have its keys; up to 64 times\n"
    "  --fqdn NAME          of this BSF: realm, and the end of each B-TID\n"
    "  --subscribers FILE   JSON, an object a line, for its owner alone:\n"
    "      {\"impi\":S,\"k\":HEX,\"opc\":HEX | \"op\":HEX,\"amf\":HEX,\n"
    "       \"gba_u\":true}\n"
    "      amf: else 8000. gba_u: their card keeps Ks (GBA_U) and the keys\n"
    "      of MBMS. Who is in the store stays as they are there\n"
    "  --store FILE         SQLite file of subscribers, their sequence "
    "numbers\n"
    "                       and what was bootstrapped; it is made\n"
    "  --lifetime S         of what is bootstrapped: 86400 seconds\n"
    "  --json               events as JSON, one a line\n"
    "  --secrets            show keys in events\n"
    "  --trace              tell each request and its answer\n"
    "  --pcap FILE          write what was asked and answered over Ub, as "
    "pcapng;\n"
    "                       with --secrets over --nbsp too: keys are in it\n"
    "\n"
    "Signals: SIGTERM, SIGINT: end; SIGHUP: read --subscribers again, for who\n"
    "is new.\n"
    "\n"
    "Events: ready http_request http_response challenged resynchronised "
    "bootstrapped keys_given refused\n"
    "subscribers error quit. Exit status: 0 fine, 1 usage, 2 it could not\n"
    "start.\n";

static bool
take(struct options *o, enum option_name name, char *value)
{
    switch (name) {
    case UB: return address_parse(value, &o->ub);
    case NBSP: return address_parse(value, &o->nbsp);
    case FQDN: o->fqdn = value; return true;
    case SUBSCRIBERS: o->subscribers = value; return true;
    case STORE: o->store = value; return true;
    case NAF:
        if (o->n_nafs == NAFS_MAX)
            return false;
        o->nafs[o->n_nafs++] = value;
        return true;
    case LIFETIME:
        return input_number(value, LIFETIME_MAX, &o->lifetime) &&
               o->lifetime > 0;
    case JSON: o->json = true; return true;
    case SECRETS: o->secrets = true; return true;
    case TRACE: o->trace = true; return true;
    case PCAP: o->pcap = value; return true;
    case HELP:
    case VERSION: break;
    }
    return false;
}

static bool
whole(const struct options *o)
{
    return o->ub.n > 0 && o->fqdn != NULL && o->store != NULL &&
           (o->nbsp.n > 0) == (o->n_nafs > 0);
}

bool
options_read(int argc, char **argv, struct options *out, int *status)
{
    int name;

    memset(out, 0, sizeof *out);
    out->lifetime = LIFETIME_DEFAULT;
    *status = 1;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            if (name == HELP)
                printf("%s", help);
            else
                printf("msk-bsf %s\n", msk_version());
            *status = 0;
            return false;
        }
        if (name == '?' || !take(out, (enum option_name)name, optarg)) {
            (void)fprintf(stderr, "msk-bsf: see --help\n");
            return false;
        }
    }
    if (optind != argc || !whole(out)) {
        (void)fprintf(stderr, "msk-bsf: options are missing; see --help\n");
        return false;
    }
    return true;
}
