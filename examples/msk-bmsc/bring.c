/* SPDX-License-Identifier: MIT */
/*
 * Subscribers and Key Groups from JSON: files at the start, lines on stdin
 * later. They make records; a record that is there keeps its keys, counters
 * and RAND (decision 2), and takes what is only the host's: services and
 * address.
 */
#include <string.h>

#include "../hosts/secrecy.h"
#include "host.h"

/* A list of services, as the database keeps it. */
static bool
take_services(const json_t *object, char out[SERVICES_MAX])
{
    const json_t *list = json_object_get(object, "services");
    size_t n;

    out[0] = '\0';
    if (list == NULL)
        return true;
    if (!json_is_array(list))
        return false;
    n = json_dumpb(list, out, SERVICES_MAX - 1, JSON_COMPACT);
    if (n == 0 || n >= SERVICES_MAX)
        return false;
    out[n] = '\0';
    return true;
}

/* --- subscribers --------------------------------------------------------- */

struct subscriber {
    const char *btid, *impi, *address;
    struct secrecy_keys keys;
    json_int_t expires, age;
};

static bool
take_keys(const json_t *object, struct secrecy_keys *keys)
{
    uint8_t ks_naf[32];
    size_t n = 0;
    bool fine;

    if (!input_json_hex(object, "ks_naf", ks_naf, sizeof ks_naf, &n))
        return false;
    if (n > 0) {
        fine = n == 32 && secrecy_derive(ks_naf, keys) == MSK_OK;
        msk_wipe(ks_naf, sizeof ks_naf);
        return fine;
    }
    return input_json_hex(object, "muk", keys->muk, sizeof keys->muk,
                          &keys->muk_n) &&
           input_json_hex(object, "mrk", keys->mrk, sizeof keys->mrk,
                          &keys->mrk_n) &&
           keys->muk_n > 0 && keys->mrk_n > 0;
}

static bool
take_subscriber(const json_t *object, struct subscriber *s)
{
    const json_t *expires = json_object_get(object, "expires");
    const json_t *age = json_object_get(object, "age");

    memset(s, 0, sizeof *s);
    if (!input_json_text(object, "btid", &s->btid) || s->btid == NULL ||
        !input_json_text(object, "impi", &s->impi) ||
        !input_json_text(object, "address", &s->address) ||
        (expires != NULL && !json_is_integer(expires)) ||
        (age != NULL && !json_is_integer(age)))
        return false;
    if (s->impi == NULL)
        s->impi = s->btid;
    s->expires = json_integer_value(expires);
    s->age = json_integer_value(age);
    return s->expires >= 0 && s->age >= 0 && take_keys(object, &s->keys);
}

static bool
make_subscriber(struct host *h, const struct subscriber *s)
{
    struct msk_subscriber_config c = { .size = sizeof c };
    struct subscriber_row *row = &h->row;
    struct msk_bytes btid;

    c.btid = msk_text(s->btid);
    c.id = msk_text(s->impi);
    c.muk = (struct msk_bytes){ s->keys.muk, s->keys.muk_n };
    c.mrk = (struct msk_bytes){ s->keys.mrk, s->keys.mrk_n };
    c.expires =
        s->expires == 0 ? MSK_NEVER : (msk_time)s->expires * (msk_time)1000;
    c.address = address_view(&row->address);
    c.age = (uint64_t)s->age;
    if (msk_subscriber_init(&h->subscriber, &c) != MSK_OK ||
        msk_subscriber_pack(&h->subscriber, row->packed, sizeof row->packed,
                            &row->n) != MSK_OK)
        return false;
    btid = msk_subscriber_btid(&h->subscriber);
    memcpy(row->btid, btid.p, btid.n);
    row->btid_n = btid.n;
    memcpy(row->id, c.id.p, c.id.n);
    row->id_n = c.id.n;
    row->due = MSK_NEVER;
    return true;
}

/* What the services say now acts at once: the subscriber in h->row is no
 * member any more of what it may not have. */
static bool
end_memberships(struct host *h)
{
    struct subscriber_row *row = &h->row;
    struct msk_group_id group = { { 0, 0, 0 }, 0 };
    struct msk_bytes packed = { row->packed, row->n };

    if (msk_subscriber_unpack(&h->subscriber, packed) != MSK_OK)
        return false;
    while (database_each_group(&h->database, group.domain, group.group,
                               &h->found_row) == DATABASE_OK) {
        memcpy(group.domain, h->found_row.domain, sizeof group.domain);
        group.group = h->found_row.group;
        if (!records_allow(h))
            msk_subscriber_part(&h->subscriber, &group);
    }
    row->due = msk_subscriber_due(&h->subscriber);
    return msk_subscriber_pack(&h->subscriber, row->packed, sizeof row->packed,
                               &row->n) == MSK_OK;
}

/* The reason: a commit that failed, or else. */
static const char *
why_not(const struct host *h, uint64_t failures, const char *why)
{
    return h->database.failures != failures ? h->database.why : why;
}

/* Nothing is written, nor read once more, for who is known and the same; that
 * other services of a Key Group end memberships is a job of its own. */
static bool
is_known(const struct subscriber_row *row, const struct address *address,
         const char *services)
{
    return row->address.n == address->n &&
           memcmp(row->address.octets, address->octets, address->n) == 0 &&
           strcmp(row->services, services) == 0;
}

/* A B-TID names one subscriber. */
static bool
is_taken(struct host *h, const char *btid)
{
    return database_by_btid(&h->database, msk_text(btid), &h->row) ==
           DATABASE_OK;
}

static const char *
save_subscriber(struct host *h, const struct subscriber *s,
                const json_t *object)
{
    uint64_t failures = h->database.failures;
    struct address address = { .n = 0 };
    char services[SERVICES_MAX];
    enum database_result found =
        database_by_id(&h->database, msk_text(s->impi), &h->row);

    if (s->address != NULL && !address_parse(s->address, &address))
        return "address is no IP:PORT";
    if (!take_services(object, services))
        return "services is no list of texts, or too long";
    if (found == DATABASE_OK && is_known(&h->row, &address, services))
        return NULL;
    if (found == DATABASE_NONE) {
        if (is_taken(h, s->btid))
            return "the B-TID is another subscriber's";
        memset(&h->row, 0, sizeof h->row);
    }
    h->row.address = address;
    memcpy(h->row.services, services, sizeof services);
    if (found == DATABASE_FAILED ||
        !(found == DATABASE_OK ? end_memberships(h) : make_subscriber(h, s)))
        return why_not(h, failures, "the library refuses a value");
    return database_save(&h->database, &h->row) == DATABASE_OK
               ? NULL
               : why_not(h, failures, "another process was faster");
}

static const char *const subscriber_members[] = {
    "btid",    "impi", "ks_naf",   "muk",     "mrk",
    "expires", "age",  "services", "address",
};

const char *
bring_subscriber(void *host, const json_t *object)
{
    struct host *h = host;
    struct subscriber s;
    const char *why = input_json_unknown(object, subscriber_members,
                                         sizeof subscriber_members /
                                             sizeof subscriber_members[0]);

    memset(&s, 0, sizeof s);
    if (why == NULL && !take_subscriber(object, &s))
        why = "btid or keys are missing, or a value is of another kind";
    if (why == NULL)
        why = save_subscriber(h, &s, object);
    msk_wipe(&s.keys, sizeof s.keys);
    msk_subscriber_wipe(&h->subscriber);
    msk_wipe(h->row.packed, sizeof h->row.packed);
    return why;
}

/* --- Key Groups ---------------------------------------------------------- */

/* The names that "srtp" may use. */
static const struct {
    const char *name;
    enum msk_srtp_param param;
} names[] = {
    { "encr_alg", MSK_SRTP_ENCR_ALG },
    { "encr_key_len", MSK_SRTP_ENCR_KEY_LEN },
    { "auth_alg", MSK_SRTP_AUTH_ALG },
    { "auth_key_len", MSK_SRTP_AUTH_KEY_LEN },
    { "salt_len", MSK_SRTP_SALT_LEN },
    { "prf", MSK_SRTP_PRF },
    { "kdr", MSK_SRTP_KDR },
    { "srtp_encr", MSK_SRTP_SRTP_ENCR },
    { "srtcp_encr", MSK_SRTP_SRTCP_ENCR },
    { "fec_order", MSK_SRTP_FEC_ORDER },
    { "auth", MSK_SRTP_AUTH },
    { "tag_len", MSK_SRTP_TAG_LEN },
    { "prefix_len", MSK_SRTP_PREFIX_LEN },
    { "r", MSK_SRTP_R },
    { "srtp_auth_alg", MSK_SRTP_SRTP_AUTH_ALG },
    { "srtcp_auth_alg", MSK_SRTP_SRTCP_AUTH_ALG },
    { "srtp_auth_key_len", MSK_SRTP_SRTP_AUTH_KEY_LEN },
    { "srtcp_auth_key_len", MSK_SRTP_SRTCP_AUTH_KEY_LEN },
    { "srtp_tag_len", MSK_SRTP_SRTP_TAG_LEN },
    { "srtcp_tag_len", MSK_SRTP_SRTCP_TAG_LEN },
};

static bool
set_param(struct msk_srtp_policy *policy, const char *name, const json_t *value)
{
    json_int_t number = json_integer_value(value);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i].name) == 0 && json_is_integer(value) &&
            number >= 0 && number <= 0xFFFF) {
            policy->value[names[i].param] = (uint32_t)number;
            policy->given |= (uint32_t)1 << names[i].param;
            return true;
        }
    return false;
}

/* TS 33.246 6.6.2.1: R is always there. */
static bool
take_srtp(const json_t *object, struct msk_srtp_policy *policy)
{
    json_t *srtp = json_object_get(object, "srtp"), *value;
    const char *name;

    memset(policy, 0, sizeof *policy);
    policy->value[MSK_SRTP_R] = 1;
    policy->given = (uint32_t)1 << MSK_SRTP_R;
    if (srtp != NULL && !json_is_object(srtp))
        return false;
    json_object_foreach(
        srtp, name, value) if (!set_param(policy, name, value)) return false;
    return true;
}

static bool
take_seq(const json_t *object, struct msk_key_group_config *c)
{
    const json_t *seq = json_object_get(object, "seq");
    json_int_t low, high;

    if (seq == NULL)
        return true;
    low = json_integer_value(json_array_get(seq, 0));
    high = json_integer_value(json_array_get(seq, 1));
    if (json_array_size(seq) != 2 || low < 0 || high <= low || high > 0xFFFE)
        return false;
    c->seq_low = (uint16_t)low;
    c->seq_high = (uint16_t)high;
    return true;
}

static bool
take_number(const json_t *object, const char *name, uint16_t *out)
{
    json_int_t number = json_integer_value(json_object_get(object, name));

    *out = (uint16_t)number;
    return number > 0 && number <= 0xFFFF;
}

/* Octets that the configuration of a Key Group points to. */
struct group {
    uint8_t domain[3], msk[MSK_KEY_MAX], rand[MSK_RAND_MAX], sp[MSK_SP_MAX];
    struct msk_key_group_config config;
};

static bool
take_keys_of_group(const json_t *object, struct group *g)
{
    struct msk_key_group_config *c = &g->config;
    size_t msk = 0, rand = 0;

    if (!input_json_hex(object, "msk", g->msk, sizeof g->msk, &msk) ||
        !input_json_hex(object, "rand", g->rand, sizeof g->rand, &rand))
        return false;
    c->msk = (struct msk_bytes){ g->msk, msk };
    c->rand = (struct msk_bytes){ g->rand, rand };
    c->key_len = (uint8_t)msk;
    return true;
}

static bool
take_group(const json_t *object, struct group *g)
{
    struct msk_key_group_config *c = &g->config;
    struct msk_srtp_policy policy;
    size_t n = 0;

    memset(g, 0, sizeof *g);
    c->size = sizeof *c;
    if (!input_json_hex(object, "domain", g->domain, 3, &n) || n != 3 ||
        !take_number(object, "group", &c->id.group) ||
        !take_number(object, "number", &c->id.number) || !take_seq(object, c) ||
        !take_keys_of_group(object, g) || !take_srtp(object, &policy))
        return false;
    memcpy(c->id.domain, g->domain, 3);
    c->streaming = json_is_true(json_object_get(object, "streaming"));
    n = 0;
    if (c->streaming &&
        msk_srtp_policy_put(&policy, g->sp, sizeof g->sp, &n) != MSK_OK)
        return false;
    c->sp = (struct msk_bytes){ g->sp, n };
    return true;
}

static const char *
save_group(struct host *h, const struct group *g, const json_t *object,
           bool *other_services)
{
    uint64_t failures = h->database.failures;
    const struct msk_key_group_config *c = &g->config;
    char services[SERVICES_MAX];
    enum database_result found =
        database_group(&h->database, c->id.domain, c->id.group, &h->group_row);

    if (!take_services(object, services))
        return "services is no list of texts, or too long";
    if (found == DATABASE_FAILED)
        return why_not(h, failures, NULL);
    if (found == DATABASE_NONE) {
        memset(&h->group_row, 0, sizeof h->group_row);
        memcpy(h->group_row.domain, c->id.domain, 3);
        h->group_row.group = c->id.group;
        if (msk_key_group_init(&h->group, c, &host_randomness) != MSK_OK ||
            msk_key_group_pack(&h->group, h->group_row.packed,
                               sizeof h->group_row.packed,
                               &h->group_row.n) != MSK_OK)
            return "the library refuses a value";
    }
    *other_services =
        found == DATABASE_OK && strcmp(h->group_row.services, services) != 0;
    if (found == DATABASE_OK && !*other_services)
        return NULL;
    memcpy(h->group_row.services, services, sizeof services);
    return database_save_group(&h->database, &h->group_row) == DATABASE_OK
               ? NULL
               : why_not(h, failures, "another process was faster");
}

static const char *const group_members[] = {
    "domain", "group", "number",    "services", "msk",
    "rand",   "seq",   "streaming", "srtp",
};

/* In "srtp" too. */
static const char *
unknown_of_group(const json_t *object)
{
    const char *srtp[sizeof names / sizeof names[0]];
    const char *why = input_json_unknown(
        object, group_members, sizeof group_members / sizeof group_members[0]);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        srtp[i] = names[i].name;
    return why != NULL ? why
                       : input_json_unknown(json_object_get(object, "srtp"),
                                            srtp, sizeof srtp / sizeof srtp[0]);
}

const char *
bring_group(void *host, const json_t *object)
{
    struct host *h = host;
    struct group g;
    const char *why = unknown_of_group(object);
    struct msk_group_id id;
    bool others = false;

    memset(&g, 0, sizeof g);
    if (why == NULL && !take_group(object, &g))
        why = "a member is missing, or a value is of another kind";
    if (why == NULL)
        why = save_group(h, &g, object, &others);
    id = msk_key_id_group(&g.config.id);
    if (why == NULL && records_group(h, &id)) {
        effects_log_group(h, MSK_ROLE_CURRENT);
        /* Where there is no room the next push looks all the same. */
        if (others)
            (void)jobs_all(h, JOB_CHECK);
    }
    msk_wipe(&g, sizeof g);
    msk_key_group_wipe(&h->group);
    return why;
}

/* One commit for all of a file. What was brought before a line that is wrong
 * stays. */
static bool
bring_file(struct host *h, const char *path, input_json_take *take)
{
    bool fine;

    if (database_begin(&h->database) != DATABASE_OK) {
        (void)fprintf(stderr, "%s: %s\n", path, h->database.why);
        return false;
    }
    fine = input_json_lines(path, take, h);
    return database_commit(&h->database) == DATABASE_OK && fine;
}

bool
bring_files(struct host *h)
{
    return bring_file(h, h->options.groups, bring_group) &&
           bring_file(h, h->options.subscribers, bring_subscriber);
}
