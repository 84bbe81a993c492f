/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"
#include "help.h"
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
                printf("%s%s%s", help_text, help_options, help_commands);
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
