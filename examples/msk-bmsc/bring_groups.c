/* SPDX-License-Identifier: MIT */
/* Key Groups that are brought. */
#include <string.h>

#include "brought.h"
#include "brought_srtp.h"
#include "repair_group.h"
#include "services.h"

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

/* What a line says, with the octets that its configuration points to. */
struct brought_group {
    enum brought_state state;
    bool was_there; /* with other services */
    uint64_t age;
    const char *why; /* it is not taken */
    char services[RECORDS_SERVICES_MAX];
    uint8_t domain[3], msk[MSK_KEY_MAX], rand[MSK_RAND_MAX], sp[MSK_SP_MAX];
    struct msk_key_group_config config;
};

static struct {
    struct brought_group all[BRING_MAX];
    struct records_group rows[BRING_MAX];
    size_t n;
} taken;

static bool
take_age(const json_t *object, struct brought_group *g)
{
    const json_t *age = json_object_get(object, "age");

    g->age = (uint64_t)json_integer_value(age);
    return age == NULL ||
           (json_is_integer(age) && json_integer_value(age) >= 0);
}

static bool
take_keys_of_group(const json_t *object, struct brought_group *g)
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
take_group(const json_t *object, struct brought_group *g)
{
    struct msk_key_group_config *c = &g->config;
    struct msk_srtp_policy policy;
    size_t n = 0;

    memset(g, 0, sizeof *g);
    c->size = sizeof *c;
    if (!input_json_hex(object, "domain", g->domain, 3, &n) || n != 3 ||
        !take_number(object, "group", &c->id.group) ||
        !take_number(object, "number", &c->id.number) || !take_seq(object, c) ||
        !take_keys_of_group(object, g) || !take_age(object, g) ||
        !brought_srtp_take(object, &policy))
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

static const char *const group_members[] = {
    "domain", "group", "number",    "services", "msk",
    "rand",   "seq",   "streaming", "srtp",     "age",
};

/* In "srtp" too. */
static const char *
unknown_of_group(const json_t *object)
{
    const char *why = input_json_unknown(
        object, group_members, sizeof group_members / sizeof group_members[0]);

    return why != NULL ? why : brought_srtp_unknown(object);
}

const char *
bring_take_group(void *host, const json_t *object)
{
    struct brought_group *g = &taken.all[taken.n];
    const char *why = unknown_of_group(object);

    (void)host;
    if (why == NULL && !take_group(object, g))
        why = "a member is missing, or a value is of another kind";
    else if (why == NULL && !services_take(object, g->services))
        why = "services is no list of texts, or too long";
    if (why == NULL)
        taken.n++;
    else
        msk_wipe(g, sizeof *g);
    return why;
}

/* --- to the store -------------------------------------------------------- */

static bool
look(struct host *h)
{
    static struct records_request requests[BRING_MAX + 1];

    requests[taken.n] = brought_repair();
    for (size_t i = 0; i < taken.n; i++)
        requests[i] = (struct records_request){ .kind = RECORDS_GROUP,
                                                .group = msk_key_id_group(
                                                    &taken.all[i].config.id),
                                                .group_row = &taken.rows[i] };
    if (!store_do(h, requests, taken.n + 1))
        return false;
    for (size_t i = 0; i < taken.n; i++)
        if (taken.all[i].state == BROUGHT_TAKEN)
            taken.all[i].state =
                requests[i].result == RECORDS_OK ? BROUGHT_FOUND : BROUGHT_NEW;
    return true;
}

/* The store may have had it and lost how many MTKs were made under its MSK, and
 * which numbers UEs have with other keys. NULL, or why it is not taken. */
static const char *
begin_beyond(const struct brought_group *g, struct msk_key_group_config *c)
{
    if (!brought_may_be_lost(g->age))
        return NULL;
    if (c->msk.n > 0)
        return "what was sent under its msk before the store was repaired is "
               "not known: leave msk out, or give it another one with its age";
    c->id.number = repair_group_jump(c->id.number);
    return c->id.number > 0 ? NULL
                            : "what was sent before the store was repaired is "
                              "not known, and it has no numbers left beyond: "
                              "give it another group number";
}

static enum brought_state
prepare(struct brought_group *g, struct records_group *row)
{
    static struct msk_key_group group;
    struct msk_key_group_config c = g->config;
    bool fine = true;

    if (g->state == BROUGHT_FOUND && strcmp(row->services, g->services) == 0)
        return BROUGHT_OVER;
    g->was_there = g->state == BROUGHT_FOUND;
    if (!g->was_there) {
        g->why = begin_beyond(g, &c);
        if (g->why != NULL)
            return BROUGHT_LOST;
        memset(row, 0, sizeof *row);
        row->id = msk_key_id_group(&c.id);
        fine = msk_key_group_init(&group, &c, &host_randomness) == MSK_OK &&
               msk_key_group_pack(&group, row->packed, sizeof row->packed,
                                  &row->n) == MSK_OK;
        msk_key_group_wipe(&group);
    }
    memcpy(row->services, g->services, sizeof row->services);
    return fine ? BROUGHT_SAVES : BROUGHT_WRONG;
}

static bool
save(struct host *h)
{
    static struct records_request requests[BRING_MAX];
    static size_t which[BRING_MAX];
    size_t n = 0;
    bool fine;

    for (size_t i = 0; i < taken.n; i++) {
        if (taken.all[i].state != BROUGHT_SAVES)
            continue;
        which[n] = i;
        requests[n++] = (struct records_request){ .kind = RECORDS_SAVE_GROUP,
                                                  .group_row = &taken.rows[i] };
    }
    fine = n == 0 || store_do(h, requests, n);
    for (size_t i = 0; i < n; i++)
        taken.all[which[i]].state =
            requests[i].result == RECORDS_OK ? BROUGHT_OVER : BROUGHT_TAKEN;
    return fine;
}

/* Its MSK, whoever has made it; and who may not have it any more goes. */
static void
tell(struct host *h, const struct brought_group *g,
     const struct records_group *row)
{
    struct msk_bytes packed = { row->packed, row->n };

    if (msk_key_group_unpack(&h->group, packed) == MSK_OK)
        tell_msk(h, MSK_ROLE_CURRENT);
    msk_key_group_wipe(&h->group);
    /* Where that fails the next push looks all the same. */
    if (g->was_there)
        (void)parts_begin(h, &row->id, JOB_CHECK);
}

static enum bring_result
refuse(struct host *h, const struct brought_group *g)
{
    json_t *event = brought_lost(h, "group", g->why);

    event_key_id(event, &g->config.id);
    event_tell(&h->log, event);
    return BRING_LESS;
}

static enum bring_result
judge(struct host *h)
{
    enum bring_result result = BRING_DONE;

    for (size_t i = 0; i < taken.n; i++) {
        if (taken.all[i].state == BROUGHT_LOST && result != BRING_WRONG)
            result = refuse(h, &taken.all[i]);
        else if (taken.all[i].state == BROUGHT_WRONG && result != BRING_WRONG)
            result = brought_wrong(i, brought_refused);
        else if (taken.all[i].state == BROUGHT_OVER)
            tell(h, &taken.all[i], &taken.rows[i]);
    }
    return result;
}

static bool
is_left(void)
{
    for (size_t i = 0; i < taken.n; i++)
        if (taken.all[i].state == BROUGHT_TAKEN)
            return true;
    return false;
}

enum bring_result
bring_groups(struct host *h)
{
    for (int i = 0; i < BROUGHT_TRIES && is_left(); i++) {
        if (!look(h))
            return BRING_AGAIN;
        for (size_t at = 0; at < taken.n; at++) {
            struct brought_group *g = &taken.all[at];

            if (g->state == BROUGHT_FOUND || g->state == BROUGHT_NEW)
                g->state = prepare(g, &taken.rows[at]);
        }
        if (!save(h))
            return BRING_AGAIN;
    }
    return is_left() ? BRING_AGAIN : judge(h);
}

void
bring_forget_groups(void)
{
    msk_wipe(taken.all, taken.n * sizeof taken.all[0]);
    msk_wipe(taken.rows, taken.n * sizeof taken.rows[0]);
    taken.n = 0;
}
