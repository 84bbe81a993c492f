/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"
#include "services.h"

#define BSF_TIMEOUT_DEFAULT 5 /* seconds */
#define BSF_TIMEOUT_MAX 60

enum option_name {
    HTTP = 1,
    SHARE_HTTP,
    MIKEY,
    TTL,
    INTERFACE,
    FQDN,
    LAYOUT,
    SUBSCRIBERS,
    GROUPS,
    STORE,
    FAILOVER,
    REPAIR,
    REGISTRATION,
    ACK,
    QOP,
    ALGORITHM,
    EXT,
    NEVER_PUSH,
    AKMA,
    EXT_BEFORE_KEMAC,
    JSON,
    QUIET,
    SECRETS,
    TRACE,
    PCAP,
    KEYLOG,
    METRICS,
    PUSHES,
    NODE,
    BSF,
    BSF_CACERT,
    BSF_CERT,
    BSF_TIMEOUT,
    BSF_SERVICES,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "http", required_argument, NULL, HTTP },
    { "share-http", no_argument, NULL, SHARE_HTTP },
    { "mikey", required_argument, NULL, MIKEY },
    { "ttl", required_argument, NULL, TTL },
    { "interface", required_argument, NULL, INTERFACE },
    { "fqdn", required_argument, NULL, FQDN },
    { "repair", no_argument, NULL, REPAIR },
    { "layout", required_argument, NULL, LAYOUT },
    { "subscribers", required_argument, NULL, SUBSCRIBERS },
    { "groups", required_argument, NULL, GROUPS },
    { "store", required_argument, NULL, STORE },
    { "failover", required_argument, NULL, FAILOVER },
    { "registration", required_argument, NULL, REGISTRATION },
    { "ack", required_argument, NULL, ACK },
    { "qop", required_argument, NULL, QOP },
    { "algorithm", required_argument, NULL, ALGORITHM },
    { "ext", required_argument, NULL, EXT },
    { "never-push", no_argument, NULL, NEVER_PUSH },
    { "akma", no_argument, NULL, AKMA },
    { "ext-before-kemac", no_argument, NULL, EXT_BEFORE_KEMAC },
    { "json", no_argument, NULL, JSON },
    { "quiet", no_argument, NULL, QUIET },
    { "secrets", no_argument, NULL, SECRETS },
    { "trace", no_argument, NULL, TRACE },
    { "pcap", required_argument, NULL, PCAP },
    { "keylog", required_argument, NULL, KEYLOG },
    { "metrics", required_argument, NULL, METRICS },
    { "pushes-per-second", required_argument, NULL, PUSHES },
    { "node", required_argument, NULL, NODE },
    { "bsf", required_argument, NULL, BSF },
    { "bsf-cacert", required_argument, NULL, BSF_CACERT },
    { "bsf-cert", required_argument, NULL, BSF_CERT },
    { "bsf-timeout", required_argument, NULL, BSF_TIMEOUT },
    { "bsf-services", required_argument, NULL, BSF_SERVICES },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: msk-bmsc --http ADDR:PORT --mikey ADDR:PORT --fqdn NAME\n"
    "                --layout csb|keyid --subscribers FILE --groups FILE\n"
    "                --store STORE [--failover refuse|synchronous|accept]\n"
    "                [--registration required|none]\n"
    "                [--ack all|none|1/N] [--qop auth-int|auth]\n"
    "                [--algorithm sha256,md5] [--never-push] [--akma] [--ext "
    "2|3]\n"
    "                [--ext-before-kemac] [--ttl N] [--interface NAME]\n"
    "                [--json] [--quiet] [--secrets] [--trace] [--pcap FILE]\n"
    "                [--keylog FILE] [--metrics ADDR:PORT] [--share-http]\n"
    "                [--pushes-per-second N] [--node NAME]\n"
    "                [--bsf URL [--bsf-cacert FILE] [--bsf-cert FILE]\n"
    "                [--bsf-timeout S] [--bsf-services LIST]]\n"
    "       msk-bmsc --repair --store STORE [--failover accept] [--json]\n"
    "\n"
    "A BM-SC: answers UEs over HTTP, pushes MSKs over UDP, makes MTK "
    "messages.\n"
    "\n"
    "  --http ADDR:PORT      where UEs ask, under the name of --fqdn;\n"
    "                        [::]:8080 for IPv6 and IPv4\n"
    "  --share-http          with other processes of yours that listen there "
    "and\n"
    "                        say the same, on one store: one for each core\n"
    "  --mikey ADDR:PORT     where MIKEY messages leave and acknowledgements\n"
    "                        arrive\n"
    "  --ttl N               hops that MTK messages to a group may go; 1\n"
    "  --interface NAME      where they leave\n"
    "  --fqdn NAME           of this BM-SC: realm, NAF name, IDi\n"
    "  --layout csb|keyid    how keys are named; see doc/decisions.md\n"
    "  --subscribers FILE    JSON, an object a line:\n"
    "      {\"btid\":S,\"impi\":S,\"ks_naf\":HEX | \"k_af\":HEX |\n"
    "       \"muk\":HEX,\"mrk\":HEX,\n"
    "       \"expires\":UNIX,\"age\":N,\"services\":[S,..],\n"
    "       \"address\":\"IP:PORT\"}\n"
    "      age: grows with each bootstrapping, such as its moment in ms;\n"
    "      address: else where its last good request came from, port 2269;\n"
    "      services: else all. With --bsf a line may have an impi without "
    "btid\n"
    "      and keys, which come when they bootstrap\n"
    "  --groups FILE         JSON, an object a line:\n"
    "      {\"domain\":HEX,\"group\":N,\"number\":N,\"services\":[S,..],\n"
    "       \"msk\":HEX,\"rand\":HEX,\"seq\":[LOW,HIGH],\"streaming\":BOOL,\n"
    "       \"srtp\":{\"NAME\":VALUE,..}}   msk, rand, seq, srtp: optional\n"
    "  --store STORE         of records; what is in it wins over both files:\n"
    "                        sqlite:FILE or FILE, which is made;\n"
    "                        postgres:CONNINFO, as libpq takes it, where it "
    "was\n"
    "                        built with that; memory, which is gone at the "
    "end\n"
    "  --failover F          when another server of PostgreSQL is the "
    "primary:\n"
    "                        refuse it, the default; take it if it waits for "
    "its\n"
    "                        standbys; accept that counters may have gone "
    "back.\n"
    "                        See doc/scale.md\n"
    "  --repair              of --store alone, after a backup was put back: "
    "new\n"
    "                        MSKs for all Key Groups, nothing for anybody "
    "without\n"
    "                        new keys. Once more if it did not end: no node\n"
    "                        starts before. See doc/operations.md\n";

static const char options_help[] =
    "  --registration R      default: required with keyid, none with csb\n"
    "  --ack all|none|1/N    which MSKs are to be acknowledged; default all\n"
    "  --qop auth            offer qop auth as well; only over TLS, or in "
    "tests\n"
    "  --algorithm LIST      of sha256, md5; default both\n"
    "  --ext 2|3             csb: the type of EXT; 3, or 2 as in 2004\n"
    "  --pushes-per-second N push and pull no faster; default: the next ones\n"
    "                        when those before are committed\n"
    "  --bsf URL             ask this BSF for the keys of a B-TID that nobody "
    "here\n"
    "                        has: Nbsp_GBA (TS 29.309) at http://... or\n"
    "                        https://...; who it knows is a subscriber\n"
    "  --bsf-services LIST   of whom with an IMPI that is in no file: all, "
    "none, or\n"
    "                        services with commas between them; default none\n"
    "  --bsf-cacert FILE     trust these (PEM) there, not those of the system\n"
    "  --bsf-cert FILE       show this certificate there (PEM, with its key)\n"
    "  --bsf-timeout S       for its answer: 5 seconds, then UEs get 504\n"
    "  --node NAME           of several on one store, each its own, and the "
    "same\n"
    "                        after a restart; default: machine and --mikey\n"
    "  --never-push          send MSKs only to who asks for them\n"
    "  --akma                keys come from AKMA: btid is an A-KID, k_af what "
    "the\n"
    "                        AAnF gave; the realm says so\n"
    "  --ext-before-kemac    the other place of EXT in MIKEY messages\n"
    "  --json                events as JSON, one a line\n"
    "  --quiet               no event for each message and acknowledgement, "
    "as\n"
    "                        with many UEs; stats and --metrics count them\n"
    "  --secrets             show keys in events\n"
    "  --trace               tell each step of a delivery; doc/states.md\n"
    "  --pcap FILE           write what was sent and received, as pcapng\n"
    "  --keylog FILE         write keys for tools that look into a capture,\n"
    "                        in hex, one a line:\n"
    "                        MIKEY_MUK BTID KEY\n"
    "                        MIKEY_MSK DOMAIN GROUP NUMBER RAND KEY\n"
    "                        MIKEY_MTK DOMAIN GROUP NUMBER MTKID KEY SALT\n"
    "  --metrics ADDR:PORT   GET /metrics there, for Prometheus; where only "
    "you\n"
    "                        can ask. See doc/operations.md\n";

static const char commands_help[] =
    "\n"
    "Commands on stdin (G: a Key Group, DOMAIN:NUMBER; its number will do\n"
    "where no other domain has that):\n"
    "  push G [BTID]         push the current MSK to all members, or to one\n"
    "  rekey G               make a new MSK, and push it to all members\n"
    "  prepare G [NUMBER MSK RAND [LOW HIGH]]\n"
    "                        make the next MSK; MSK and RAND in hexadecimal: "
    "one\n"
    "                        that was made elsewhere\n"
    "  push-next G [BTID]    push it ahead\n"
    "  switch G              make it the current one\n"
    "  part G BTID           end a membership\n"
    "  pull G [BTID]         make them ask for it\n"
    "  reauth BTID           its next request gets a new nonce\n"
    "  rebootstrap BTID      its next request gets 401: new keys\n"
    "  rebind BTID NEW HEX [EXPIRES [AGE]]\n"
    "                        it has a new B-TID and Ks_NAF, if their age (or\n"
    "                        this moment in ms) is above all it had; they "
    "expire\n"
    "                        as those before, or then (0: never)\n"
    "  mtk G ADDR:PORT       send a new MTK there; one node alone makes those "
    "of\n"
    "                        a Key Group, for as long as it is there\n"
    "  subscriber JSON       add one\n"
    "  group JSON            add one\n"
    "  stats                 tell what was counted\n"
    "  quit\n"
    "\n"
    "Signals: SIGTERM and SIGINT as quit; SIGHUP reads both files again, for "
    "who\n"
    "is new, and opens the key log anew.\n"
    "\n"
    "Events: ready http_request http_response turned_away pushed pull acked\n"
    "gave_up joined parted msk mtk progress finished clock_set_back reloaded\n"
    "bootstrapped bsf_failed refused repairing used_up last_msk repaired "
    "stats\n"
    "step error dropped quit. Exit status: 0 fine, 1 usage, 2 it could not "
    "start\n"
    "or go on, 3 a repair of the store has not ended.\n";

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
read_acks(const char *text, struct options *o)
{
    uint64_t n;

    if (strncmp(text, "1/", 2) == 0) {
        o->acks = MSK_ACK_SAMPLED;
        if (!input_number(text + 2, UINT32_MAX, &n) || n == 0)
            return false;
        o->ack_sample = (uint32_t)n;
        return true;
    }
    o->acks = strcmp(text, "none") == 0 ? MSK_ACK_NONE : MSK_ACK_ALL;
    return o->acks == MSK_ACK_NONE || strcmp(text, "all") == 0;
}

static bool
read_failover(const char *text, enum records_failover *failover)
{
    static const char *const words[] = {
        [RECORDS_FAILOVER_REFUSE] = "refuse",
        [RECORDS_FAILOVER_SYNCHRONOUS] = "synchronous",
        [RECORDS_FAILOVER_ACCEPT] = "accept",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) {
            *failover = (enum records_failover)i;
            return true;
        }
    return false;
}

static bool
read_ext_type(const char *text, uint8_t *type)
{
    uint64_t n;

    if (!input_number(text, UINT8_MAX, &n) || n == 0)
        return false;
    *type = (uint8_t)n;
    return true;
}

/* One of two words; false: neither. *second: it was the second one. */
static bool
one_of(const char *text, const char *first, const char *other, bool *second)
{
    *second = strcmp(text, other) == 0;
    return *second || strcmp(text, first) == 0;
}

static bool
take(struct options *o, enum option_name name, char *value, bool *registration)
{
    switch (name) {
    case HTTP: return address_parse(value, &o->http);
    case SHARE_HTTP: o->share_http = true; return true;
    case MIKEY: return address_parse(value, &o->mikey);
    case TTL: return input_number(value, 255, &o->ttl) && o->ttl > 0;
    case INTERFACE: o->interface = value; return true;
    case FQDN: o->fqdn = value; return true;
    case LAYOUT: return read_layout(value, &o->layout);
    case SUBSCRIBERS: o->subscribers = value; return true;
    case GROUPS: o->groups = value; return true;
    case STORE: o->store = value; return true;
    case FAILOVER: return read_failover(value, &o->failover);
    case REPAIR: o->repair = true; return true;
    case REGISTRATION:
        *registration = true;
        return one_of(value, "none", "required", &o->registration);
    case ACK: return read_acks(value, o);
    case QOP: return one_of(value, "auth-int", "auth", &o->auth);
    case ALGORITHM: return input_algorithms(value, &o->algorithms);
    case EXT: return read_ext_type(value, &o->ext_type);
    case NEVER_PUSH: o->never_push = true; return true;
    case AKMA: o->akma = true; return true;
    case EXT_BEFORE_KEMAC: o->ext = MSK_EXT_BEFORE_KEMAC; return true;
    case JSON: o->json = true; return true;
    case QUIET: o->quiet = true; return true;
    case SECRETS: o->secrets = true; return true;
    case TRACE: o->trace = true; return true;
    case PCAP: o->pcap = value; return true;
    case KEYLOG: o->keylog = value; return true;
    case METRICS: return address_parse(value, &o->metrics);
    case PUSHES:
        return input_number(value, UINT32_MAX, &o->pushes_per_second) &&
               o->pushes_per_second > 0;
    case BSF: o->bsf.url = value; return value[0] != '\0';
    case BSF_CACERT: o->bsf.cacert = value; return true;
    case BSF_CERT: o->bsf.cert = value; return true;
    case BSF_TIMEOUT:
        return input_number(value, BSF_TIMEOUT_MAX, &o->bsf.timeout) &&
               o->bsf.timeout > 0;
    case BSF_SERVICES: return services_of_text(value, o->bsf.services);
    case NODE: o->node = value; return value[0] != '\0';
    case HELP:
    case VERSION: break;
    }
    return false;
}

static bool
whole(const struct options *o)
{
    if (o->repair)
        return o->store != NULL;
    return o->http.n > 0 && o->mikey.n > 0 && o->fqdn != NULL &&
           o->layout != 0 && o->subscribers != NULL && o->groups != NULL &&
           o->store != NULL;
}

bool
options_read(int argc, char **argv, struct options *out, int *status)
{
    bool registration = false;
    int name;

    memset(out, 0, sizeof *out);
    out->bsf.timeout = BSF_TIMEOUT_DEFAULT;
    (void)services_of_text("none", out->bsf.services);
    *status = 1;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            if (name == HELP)
                printf("%s%s%s", help, options_help, commands_help);
            else
                printf("msk-bmsc %s\n", msk_version());
            *status = 0;
            return false;
        }
        if (name == '?' ||
            !take(out, (enum option_name)name, optarg, &registration)) {
            (void)fprintf(stderr, "msk-bmsc: see --help\n");
            return false;
        }
    }
    if (optind != argc || !whole(out)) {
        (void)fprintf(stderr, "msk-bmsc: options are missing; see --help\n");
        return false;
    }
    if (!registration)
        out->registration = out->layout == MSK_LAYOUT_KEYID;
    return true;
}
