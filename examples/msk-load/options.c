/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"
#include "msk/mbms.h"
#include "wire.h"

#define RATE_MAX 20000
#define RESTARTS_MAX 1000
#define CONNECTIONS_MAX 1000
#define SECONDS_MAX 86400

enum option_name {
    MEMBERS = 1,
    SEED,
    PORT,
    HTTP,
    FQDN,
    SERVICE,
    LAYOUT,
    GROUP,
    QOP,
    RATE,
    RESTARTS,
    SECONDS,
    CONNECTIONS,
    LOSE,
    JSON,
    SVG,
    PCAP,
    HELP,
    VERSION
};

static const struct option names[] = {
    { "members", required_argument, NULL, MEMBERS },
    { "seed", required_argument, NULL, SEED },
    { "port", required_argument, NULL, PORT },
    { "http", required_argument, NULL, HTTP },
    { "fqdn", required_argument, NULL, FQDN },
    { "service", required_argument, NULL, SERVICE },
    { "layout", required_argument, NULL, LAYOUT },
    { "group", required_argument, NULL, GROUP },
    { "qop", required_argument, NULL, QOP },
    { "rate", required_argument, NULL, RATE },
    { "restarts", required_argument, NULL, RESTARTS },
    { "seconds", required_argument, NULL, SECONDS },
    { "connections", required_argument, NULL, CONNECTIONS },
    { "lose", required_argument, NULL, LOSE },
    { "json", required_argument, NULL, JSON },
    { "svg", required_argument, NULL, SVG },
    { "pcap", required_argument, NULL, PCAP },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: msk-load subscribers --members N [--seed N] [--port N]\n"
    "       msk-load run --members N [--seed N] [--port N]\n"
    "                --http ADDR:PORT [--http ..] --fqdn NAME\n"
    "                --layout csb|keyid --group DOMAINHEX:G [--group ..]\n"
    "                [--service ID] [--qop auth] [--rate N] [--restarts N]\n"
    "                [--seconds N] [--connections N] [--lose PERMILLE]\n"
    "                [--json FILE] [--svg FILE] [--pcap FILE]\n"
    "\n"
    "A crowd of UEs on this machine: each has keys, an MGV-F and a session of\n"
    "its own, registers, asks, takes MSKs and acknowledges them.\n"
    "\n"
    "subscribers: writes the crowd for --subscribers of msk-bmsc to stdout.\n"
    "Anybody can compute the keys in it.\n"
    "run: starts the crowd, shows a line a second on a terminal, and a table\n"
    "at the end. Ends with 0 if every member has the newest MSKs that any of\n"
    "them was given, or was refused by the BM-SC; else with 1.\n"
    "\n"
    "  --members N           how many, 1 to 8000000; each takes 40 kB\n"
    "  --seed N              of their keys, and of what is lost; 1\n"
    "  --port N              where each of them takes MIKEY; 2269\n"
    "  --http ADDR:PORT      a BM-SC of 127.0.0.0/8; of several each member "
    "asks\n"
    "                        one, and the next one when that does not answer\n"
    "  --fqdn NAME           of the BM-SC\n"
    "  --layout csb|keyid    as the BM-SC has it\n"
    "  --group D:G           a Key Group of the service; up to 8\n"
    "  --service ID          urn:msk-load if it is not given\n"
    "  --qop auth            accept it as well; only in tests\n"
    "  --rate N              members that start in a second; 200, at most "
    "20000\n"
    "  --restarts N          members in a second that lose their power, and\n"
    "                        come back with their stores; 0, at most 1000\n"
    "  --seconds N           how long all of it takes; 60\n"
    "  --connections N       at once, kept alive; 64, at most 1000\n"
    "  --lose PERMILLE       of the datagrams, each way; 0\n"
    "  --json FILE           what was measured\n"
    "  --svg FILE            and drawn over time\n"
    "  --pcap FILE           MIKEY messages as they came and went, as pcapng\n";

static bool
number(const char *text, uint64_t least, uint64_t most, size_t *out)
{
    uint64_t value;

    if (!input_number(text, most, &value) || value < least)
        return false;
    *out = (size_t)value;
    return true;
}

/* Load is for machines of one's own. */
static bool
add_server(struct options *o, const char *text)
{
    struct address *a = &o->servers[o->n_servers];

    if (o->n_servers == OPTIONS_SERVERS_MAX || !address_parse(text, a) ||
        a->n != ADDRESS_V4 || a->octets[0] != 127)
        return false;
    o->n_servers++;
    return true;
}

static bool
add_group(struct options *o, char *text)
{
    char *colon = strchr(text, ':');
    struct msk_group_id *g = &o->groups[o->n_groups];
    size_t n, group;

    if (o->n_groups == OPTIONS_GROUPS_MAX || colon == NULL)
        return false;
    *colon = '\0';
    if (!input_hex(text, g->domain, sizeof g->domain, &n) ||
        n != sizeof g->domain || !number(colon + 1, 1, UINT16_MAX, &group))
        return false;
    g->group = (uint16_t)group;
    o->n_groups++;
    return true;
}

static bool
set_layout(struct options *o, const char *text)
{
    bool csb = strcmp(text, "csb") == 0;

    o->layout = csb ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    return csb || strcmp(text, "keyid") == 0;
}

static bool
set_small(size_t *out, const char *text, size_t most)
{
    return number(text, 0, most, out);
}

static bool
set(struct options *o, int name, char *text)
{
    size_t n = 0;
    bool fine = true;

    switch (name) {
    case MEMBERS: return number(text, 1, WIRE_MEMBERS_MAX, &o->members);
    case SEED: return input_number(text, UINT64_MAX, &o->seed);
    case PORT:
        fine = number(text, 1, UINT16_MAX, &n);
        o->port = (uint16_t)n;
        return fine;
    case HTTP: return add_server(o, text);
    case FQDN: o->fqdn = text; return true;
    case SERVICE: o->service = text; return true;
    case LAYOUT: return set_layout(o, text);
    case GROUP: return add_group(o, text);
    case QOP: o->auth = strcmp(text, "auth") == 0; return o->auth;
    case RATE: return number(text, 1, RATE_MAX, &o->rate);
    case RESTARTS: return set_small(&o->restarts, text, RESTARTS_MAX);
    case SECONDS: return number(text, 1, SECONDS_MAX, &o->seconds);
    case CONNECTIONS: return number(text, 1, CONNECTIONS_MAX, &o->connections);
    case LOSE:
        fine = set_small(&n, text, 999);
        o->lose = (unsigned)n;
        return fine;
    case JSON: o->json = text; return true;
    case SVG: o->svg = text; return true;
    case PCAP: o->pcap = text; return true;
    default: return false;
    }
}

static bool
is_whole(const struct options *o)
{
    return o->members > 0 &&
           (o->what == WHAT_SUBSCRIBERS ||
            (o->n_servers > 0 && o->fqdn != NULL && o->n_groups > 0 &&
             (o->layout == MSK_LAYOUT_CSB || o->layout == MSK_LAYOUT_KEYID)));
}

static bool
read_all(struct options *o, int argc, char **argv, int *code)
{
    int name;

    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == HELP || name == VERSION) {
            *code = 0;
            if (name == HELP)
                (void)fputs(help, stdout);
            else
                printf("msk-load %s\n", msk_version());
            return false;
        }
        if (!set(o, name, optarg)) {
            if (name != '?')
                (void)fprintf(stderr, "msk-load: no good value: %s\n", optarg);
            return false;
        }
    }
    return true;
}

bool
options_read(struct options *o, int argc, char **argv, int *code)
{
    const char *what = argc > 1 ? argv[1] : "";

    *o = (struct options){ .seed = 1,
                           .port = MSK_MBMS_PORT,
                           .service = "urn:msk-load",
                           .rate = 200,
                           .seconds = 60,
                           .connections = 64 };
    *code = 2;
    if (strcmp(what, "subscribers") == 0)
        o->what = WHAT_SUBSCRIBERS;
    if (!read_all(o, argc, argv, code))
        return false;
    if (optind == argc - 1 && is_whole(o) &&
        (strcmp(argv[optind], "run") == 0 ||
         strcmp(argv[optind], "subscribers") == 0))
        return true;
    (void)fputs("msk-load: something is missing; see msk-load --help\n",
                stderr);
    return false;
}
