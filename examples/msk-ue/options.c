/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum option_name {
    BTID = 1,
    KS_NAF,
    MUK,
    MRK,
    FQDN,
    BMSC,
    MIKEY,
    LAYOUT,
    STORE,
    ANNOUNCEMENT,
    SERVICE,
    GROUPS,
    QOP,
    JSON,
    SECRETS,
    PCAP,
    KEYLOG,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "btid", required_argument, NULL, BTID },
    { "ks-naf", required_argument, NULL, KS_NAF },
    { "muk", required_argument, NULL, MUK },
    { "mrk", required_argument, NULL, MRK },
    { "fqdn", required_argument, NULL, FQDN },
    { "bmsc", required_argument, NULL, BMSC },
    { "mikey", required_argument, NULL, MIKEY },
    { "layout", required_argument, NULL, LAYOUT },
    { "store", required_argument, NULL, STORE },
    { "announcement", required_argument, NULL, ANNOUNCEMENT },
    { "service", required_argument, NULL, SERVICE },
    { "groups", required_argument, NULL, GROUPS },
    { "qop", required_argument, NULL, QOP },
    { "json", no_argument, NULL, JSON },
    { "secrets", no_argument, NULL, SECRETS },
    { "pcap", required_argument, NULL, PCAP },
    { "keylog", required_argument, NULL, KEYLOG },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: msk-ue --btid S --ks-naf HEX|--muk HEX --mrk HEX --fqdn NAME\n"
    "              --bmsc URL --mikey ADDR:PORT --layout csb|keyid\n"
    "              --store PATH\n"
    "              (--announcement FILE --service ID | --groups "
    "DOMAINHEX:G[,..])\n"
    "              [--qop auth-int|auth] [--json] [--secrets]\n"
    "              [--pcap FILE] [--keylog FILE]\n"
    "\n"
    "A UE: asks a BM-SC for the MSKs of a service, takes MSK and MTK messages\n"
    "on a UDP port, keeps keys in a store, acknowledges.\n"
    "\n"
    "  --btid S             bootstrapping transaction identifier\n"
    "  --ks-naf HEX         Ks_NAF, 32 octets: MUK and MRK come from it\n"
    "  --muk HEX --mrk HEX  or both of them, as they are\n"
    "  --fqdn NAME          of the BM-SC: names the MUK, and stands in Host\n"
    "  --bmsc URL           where it is, http://ADDR:PORT or https://...\n"
    "  --mikey ADDR:PORT    where to listen, 0.0.0.0:2269 or [::]:2269\n"
    "  --layout csb|keyid   how keys are named; see doc/decisions.md\n"
    "  --store PATH         SQLite file of keys and counters; it is made\n"
    "  --announcement FILE  securityDescription (XML) of the service ID\n"
    "  --groups D:G,..      or Key Groups, without an announcement: no\n"
    "                       registration then\n"
    "  --qop auth           also accept qop auth; only behind TLS, or in "
    "tests\n"
    "  --json               events as JSON, one a line\n"
    "  --secrets            show keys in events\n"
    "  --pcap FILE          write what was sent and received, as pcapng\n"
    "  --keylog FILE        write keys for tools; see msktool\n"
    "\n"
    "Commands on stdin:\n"
    "  start                start the service: register, or ask for its MSKs\n"
    "  register             register again\n"
    "  deregister           leave the service\n"
    "  request G..          ask for the MSKs of these Key Groups\n"
    "  missed MKIHEX        traffic came with this MKI (6 octets)\n"
    "  bootstrap BTID HEX   new B-TID and Ks_NAF\n"
    "  keys                 tell what is held\n"
    "  quit\n"
    "\n"
    "Events: ready http_request http_response msk validity msk_deleted mtk\n"
    "ack_sent pull refused bootstrap_needed result confirmed left keys error\n"
    "quit. Exit status: 0 fine, 1 usage, 2 it could not start or go on.\n";

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
take(struct options *o, enum option_name name, char *value)
{
    switch (name) {
    case BTID: o->btid = value; return true;
    case KS_NAF:
        return secrecy_argument(value, o->ks_naf, 32, &o->ks_naf_n) &&
               o->ks_naf_n == 32;
    case MUK:
        return secrecy_argument(value, o->keys.muk, sizeof o->keys.muk,
                                &o->keys.muk_n);
    case MRK:
        return secrecy_argument(value, o->keys.mrk, sizeof o->keys.mrk,
                                &o->keys.mrk_n);
    case FQDN: o->fqdn = value; return true;
    case BMSC: o->bmsc = value; return true;
    case MIKEY: return address_parse(value, &o->mikey);
    case LAYOUT: return read_layout(value, &o->layout);
    case STORE: o->store = value; return true;
    case ANNOUNCEMENT: o->announcement = value; return true;
    case SERVICE: o->service = value; return true;
    case GROUPS: o->groups = value; return true;
    case QOP: return read_qop(value, &o->auth);
    case JSON: o->json = true; return true;
    case SECRETS: o->secrets = true; return true;
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
    bool keys = o->ks_naf_n > 0 || (o->keys.muk_n > 0 && o->keys.mrk_n > 0);
    bool service = o->groups != NULL
                       ? o->announcement == NULL
                       : o->announcement != NULL && o->service != NULL;

    return o->btid != NULL && keys && o->fqdn != NULL && o->bmsc != NULL &&
           o->mikey.n > 0 && o->layout != 0 && o->store != NULL && service;
}

bool
options_read(int argc, char **argv, struct options *out, int *status)
{
    int name;

    memset(out, 0, sizeof *out);
    *status = 1;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            if (name == HELP)
                printf("%s", help);
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
    if (optind != argc || !whole(out)) {
        (void)fprintf(stderr, "msk-ue: options are missing; see --help\n");
        return false;
    }
    return true;
}
