/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"

#define TIMEOUT_DEFAULT 25 /* seconds */
#define TIMEOUT_MAX 300
#define PATIENCE_MAX 86400

enum option_name {
    BTID = 1,
    GBA,
    GBA_FQDN,
    USIM,
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

static const char help[] =
    "usage: msk-ue (--usim FILE --gba URL [--gba-fqdn NAME] | --btid S\n"
    "              (--ks HEX --rand HEX --impi S | --akma HEX | --ks-naf HEX "
    "|\n"
    "               --muk HEX --mrk HEX))\n"
    "              (--announcement FILE --service ID [--fqdn NAME] |\n"
    "               --groups DOMAINHEX:G[,..] --fqdn NAME --bmsc URL)\n"
    "              --mikey ADDR:PORT --layout csb|keyid --store PATH\n"
    "              [--mikey GROUP:PORT].. [--interface NAME]\n"
    "              [--bmsc URL] [--cacert FILE] [--timeout S] [--patience S]\n"
    "              [--qop auth-int|auth] [--algorithm sha256,md5]\n"
    "              [--json] [--secrets] [--trace] [--pcap FILE] [--keylog "
    "FILE]\n"
    "\n"
    "A UE: asks a BM-SC for the MSKs of a service, takes MSK and MTK messages\n"
    "on a UDP port, keeps keys in a store, acknowledges.\n"
    "\n"
    "  --usim FILE          bootstrap with this USIM when keys are needed, "
    "and\n"
    "                       before they end: as msk-gba --usim\n"
    "  --gba URL            at this BSF, http://NAME[:PORT] or https://...\n"
    "  --gba-fqdn NAME      of it, if it is not the one of its URL\n"
    "  --btid S             or keys that are there: bootstrapping transaction "
    "identifier, or A-KID\n"
    "  --ks HEX --rand HEX --impi S\n"
    "                       what bootstrapping left: Ks (32 octets), RAND "
    "(16)\n"
    "                       and the private identity; the keys of each server\n"
    "                       come from it\n"
    "  --akma HEX           or K_AKMA, 32 octets; the K_AF of each server "
    "comes\n"
    "                       from it, and requests say 3gpp-akma\n"
    "  --ks-naf HEX         or Ks_NAF of one server, 32 octets: MUK and MRK\n"
    "                       come from it\n"
    "  --muk HEX --mrk HEX  or both of them, as they are\n"
    "  --age N              of these keys: a number that grows with each\n"
    "                       bootstrapping; 0 if it is not given\n"
    "  --fqdn NAME          of the BM-SC whose keys these are: of the "
    "announced\n"
    "                       servers only this one is asked\n"
    "  --bmsc URL           ask it here, http://ADDR:PORT or https://..., and\n"
    "                       not where its name leads; TLS goes by the name\n"
    "  --cacert FILE        trust these (PEM), not those of the system\n"
    "  --timeout S          for an HTTP answer, in seconds: 25\n"
    "  --patience S         until a service without MSK and confirmation is "
    "left\n"
    "  --mikey ADDR:PORT    where to listen, 0.0.0.0:2269 or, for both, "
    "[::]:2269;\n"
    "                       a multicast group is joined; may be there 4 times\n"
    "  --interface NAME     of multicast groups\n"
    "  --layout csb|keyid   how keys are named; see doc/decisions.md\n"
    "  --store PATH         SQLite file of keys and counters; it is made\n"
    "  --announcement FILE  securityDescription (XML) of the service ID\n"
    "  --groups D:G,..      or Key Groups, without an announcement: no\n"
    "                       registration then\n"
    "  --qop auth           also accept qop auth; only over TLS, or in "
    "tests\n"
    "  --algorithm LIST     of Digest, of sha256, md5: nothing else is used;\n"
    "                       default both, the first one where it is offered\n"
    "  --json               events as JSON, one a line\n"
    "  --secrets            show keys in events\n"
    "  --trace              tell each step of a state machine; doc/states.md\n"
    "  --pcap FILE          write what was sent and received, as pcapng\n"
    "  --keylog FILE        write keys for tools that look into a capture,\n"
    "                       in hex, one a line:\n"
    "                       MIKEY_MUK BTID KEY\n"
    "                       MIKEY_MSK DOMAIN GROUP NUMBER RAND KEY\n"
    "                       MIKEY_MTK DOMAIN GROUP NUMBER MTKID KEY SALT\n";

static const char more_help[] =
    "\n"
    "Commands on stdin:\n"
    "  start                start the service: register, or ask for its MSKs\n"
    "  register             register again\n"
    "  deregister           leave the service\n"
    "  request G..          ask for the MSKs of these Key Groups; G: a "
    "number,\n"
    "                       or D:G where another domain D has it as well\n"
    "  missed MKIHEX [D]    traffic came with this MKI (6 octets), D: of this\n"
    "                       domain, where two have the number of the group\n"
    "  bootstrap            with --usim: get new keys\n"
    "  bootstrap BTID HEX   new B-TID and Ks_NAF of this server\n"
    "  bootstrap BTID HEX HEX\n"
    "                       new B-TID, Ks and RAND\n"
    "  bootstrap A-KID HEX  with --akma: new A-KID and K_AKMA\n"
    "  keys                 tell what is held\n"
    "  quit                 deregister, if that is used, and end; a second "
    "one\n"
    "                       does not wait for it. SIGTERM, SIGINT and SIGHUP\n"
    "                       are the same\n"
    "\n"
    "Events: ready http_request http_response msk validity msk_deleted mtk\n"
    "ack_sent pull refused bootstrap_needed result confirmed left server keys\n"
    "bootstrapped bootstrap_failed dropped step error quit. Exit status: 0 "
    "fine, 1 usage, 2 it could not "
    "start or "
    "go on.\n";

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

static bool
exactly(char *text, uint8_t *out, size_t n)
{
    size_t got;

    return secrecy_argument(text, out, n, &got) && got == n;
}

static bool
take(struct options *o, enum option_name name, char *value)
{
    switch (name) {
    case BTID: o->btid = value; return true;
    case GBA: o->gba = value; return true;
    case GBA_FQDN: o->gba_fqdn = value; return true;
    case USIM: o->usim = value; return true;
    case KS_NAF:
        return secrecy_argument(value, o->ks_naf, 32, &o->ks_naf_n) &&
               o->ks_naf_n == 32;
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
    case TIMEOUT:
        return input_number(value, TIMEOUT_MAX, &o->timeout) && o->timeout > 0;
    case PATIENCE:
        return input_number(value, PATIENCE_MAX, &o->patience) &&
               o->patience > 0;
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
    bool keys = o->usim != NULL
                    ? o->gba != NULL && given == 0 && o->btid == NULL
                    : o->gba == NULL && given == 1 && o->btid != NULL;
    bool service = o->groups != NULL ? o->announcement == NULL &&
                                           o->fqdn != NULL && o->bmsc != NULL
                                     : o->announcement != NULL;

    return keys && service && o->n_mikey > 0 && o->layout != 0 &&
           o->store != NULL;
}

bool
options_derive(const struct options *o)
{
    return o->impi != NULL || o->has_k_akma || o->usim != NULL;
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
                printf("%s%s", help, more_help);
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
    if (out->gba != NULL &&
        !server_bsf(&out->bsf, out->gba, out->gba_fqdn, &why)) {
        (void)fprintf(stderr, "msk-ue: --gba: %s\n", why);
        return false;
    }
    return true;
}
