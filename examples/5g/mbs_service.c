/* SPDX-License-Identifier: MIT */
/* SecurityDescription of TS 26.517. */
#include <stdio.h>
#include <string.h>

#include "mbs_member.h"

/* Like the MSKID of an announcement in XML: group, then two octets that are not
 * looked at; these may be missing. */
static const char *
take_key(const json_t *info, struct mbs_service *s)
{
    struct msk_flow *flow = &s->flows[s->service.n_flows];
    char *name = s->flow_ids[s->service.n_flows];
    uint8_t id[4];
    size_t n = 0, domain_n = 0;

    if (s->service.n_flows == MBS_GROUPS_MAX)
        return "mBSServiceKeyInfo names too many keys";
    if (!mbs_member_octets(info, "mBSDomainId", flow->group.domain, 3,
                           &domain_n) ||
        domain_n != 3)
        return "mBSDomainId is not 3 octets in base64";
    if (!mbs_member_octets(info, "mBSId", id, sizeof id, &n) ||
        (n != 4 && n != 2))
        return "mBSId is not 4 octets in base64";
    flow->group.group = (uint16_t)(id[0] << 8 | id[1]);
    if (flow->group.group == 0)
        return "mBSId names the Key Group 0";
    (void)snprintf(name, sizeof s->flow_ids[0], "%02x%02x%02x:%u",
                   flow->group.domain[0], flow->group.domain[1],
                   flow->group.domain[2], (unsigned)flow->group.group);
    flow->id = msk_text(name);
    s->service.n_flows++;
    return NULL;
}

static const char *
take_keys(const json_t *info, struct mbs_service *s)
{
    const char *why = NULL;
    const json_t *one;
    size_t i;

    if (json_is_object(info))
        return take_key(info, s);
    if (!json_is_array(info) || json_array_size(info) == 0)
        return "mBSServiceKeyInfo names no keys";
    json_array_foreach(info, i, one)
    {
        if (why == NULL)
            why = take_key(one, s);
    }
    return why;
}

static const char *
take_servers(const json_t *addresses, struct mbs_service *s)
{
    size_t n = json_array_size(addresses);

    if (n == 0 || n > MBS_SERVERS_MAX)
        return "mBSSFAddresses is no list of addresses";
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(addresses, i);

        if (!json_is_string(one) || json_string_length(one) == 0)
            return "mBSSFAddresses has what is no address";
        s->servers[i].p = (const uint8_t *)json_string_value(one);
        s->servers[i].n = json_string_length(one);
    }
    s->service.n_servers = n;
    return NULL;
}

static bool
take_seconds(const json_t *object, const char *name, uint32_t *out)
{
    const json_t *value = json_object_get(object, name);
    json_int_t n = json_integer_value(value);

    *out = (uint32_t)n;
    return value == NULL ||
           (json_is_integer(value) && n >= 0 && n <= UINT32_MAX);
}

static bool
take_flag(const json_t *object, const char *name, bool *out)
{
    const json_t *value = json_object_get(object, name);

    *out = json_is_true(value);
    return value == NULL || json_is_boolean(value);
}

static const char *
take_terms(const json_t *d, struct mbs_service *s)
{
    const json_t *back_off = json_object_get(d, "backOffParameters");

    if (!take_flag(d, "uICCKeyManagement", &s->service.uicc_required))
        return "uICCKeyManagement is no truth value";
    if (!take_flag(d, "2GGBAallowed", &s->gba_2g))
        return "2GGBAallowed is no truth value";
    if (back_off != NULL && !json_is_object(back_off))
        return "backOffParameters is no object";
    if (!take_seconds(back_off, "offsetTime", &s->service.offset_time))
        return "offsetTime is no number of seconds";
    if (!take_seconds(back_off, "randomTimePeriod", &s->service.random_period))
        return "randomTimePeriod is no number of seconds";
    return NULL;
}

const char *
mbs_service_read(const json_t *d, struct mbs_service *s)
{
    const json_t *info = json_object_get(d, "mBSServiceKeyInfo");
    const char *why;

    memset(s, 0, sizeof *s);
    s->service.size = sizeof s->service;
    s->service.servers = s->servers;
    s->service.flows = s->flows;
    if (info == NULL)
        info = json_object_get(d, "mBSSessionKeyInfo");
    why = take_servers(json_object_get(d, "mBSSFAddresses"), s);
    if (why == NULL)
        why = take_keys(info, s);
    return why == NULL ? take_terms(d, s) : why;
}

/* --- and out of it -------------------------------------------------------- */

static json_t *
servers_of(const struct msk_service *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_servers; i++)
        (void)json_array_append_new(
            list, json_stringn((const char *)s->servers[i].p, s->servers[i].n));
    return list;
}

/* MSKID as in XML: the Key Group, and number 0, the current one. */
static json_t *
key_of(const struct msk_group_id *group)
{
    const uint8_t id[4] = { (uint8_t)(group->group >> 8),
                            (uint8_t)(group->group & 0xFF), 0, 0 };
    json_t *info = json_object();

    if (mbs_member_add_octets(info, "mBSId", id, sizeof id) &&
        mbs_member_add_octets(info, "mBSDomainId", group->domain, 3))
        return info;
    json_decref(info);
    return NULL;
}

static bool
is_new_group(const struct msk_service *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (s->flows[i].group.group == s->flows[at].group.group &&
            memcmp(s->flows[i].group.domain, s->flows[at].group.domain, 3) == 0)
            return false;
    return true;
}

/* An object where there is one Key Group, as the schema has it. */
static json_t *
keys_of(const struct msk_service *s)
{
    json_t *list = json_array(), *one;

    for (size_t i = 0; i < s->n_flows; i++)
        if (is_new_group(s, i))
            (void)json_array_append_new(list, key_of(&s->flows[i].group));
    if (json_array_size(list) != 1)
        return list;
    one = json_incref(json_array_get(list, 0));
    json_decref(list);
    return one;
}

json_t *
mbs_service_write(const struct msk_service *s, bool gba_2g)
{
    if (s->n_servers == 0 || s->n_flows == 0)
        return NULL;
    return json_pack("{so so sb sb s{sI sI}}", "mBSSFAddresses", servers_of(s),
                     "mBSServiceKeyInfo", keys_of(s), "uICCKeyManagement",
                     (int)s->uicc_required, "2GGBAallowed", (int)gba_2g,
                     "backOffParameters", "offsetTime",
                     (json_int_t)s->offset_time, "randomTimePeriod",
                     (json_int_t)s->random_period);
}
