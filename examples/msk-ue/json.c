/* SPDX-License-Identifier: MIT */
/*
 * SecurityDescription of TS 26.517 (MBS User Service Announcement). Its schema
 * requires mBSSessionKeyInfo where it declares mBSServiceKeyInfo; both are
 * read, one object or an array of them. It names no flows.
 */
#include <string.h>

#include "announced.h"
#include "base/base64.h"

#define DEPTH_MAX 16

static const json_t *
find(const json_t *value, const char *service, bool inside, int depth)
{
    const json_t *id = json_object_get(value, "serviceId"), *one, *found = NULL;
    const char *name;
    size_t i;

    if (depth == DEPTH_MAX)
        return NULL;
    if (json_is_string(id))
        inside = service == NULL || strcmp(json_string_value(id), service) == 0;
    if (inside && json_object_get(value, "mBSSFAddresses") != NULL)
        return value;
    if (json_is_array(value)) {
        json_array_foreach(value, i, one) if (found == NULL) found =
            find(one, service, inside, depth + 1);
    } else {
        json_object_foreach((json_t *)(uintptr_t)value, name,
                            one) if (found == NULL) found =
            find(one, service, inside, depth + 1);
    }
    return found;
}

static bool
octets(const json_t *object, const char *name, uint8_t *out, size_t cap,
       size_t *n)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL &&
           msk_base64_decode(msk_text(text), out, cap, n) == MSK_OK;
}

/* Like the MSKID of an announcement in XML: group, then two octets that are
 * not looked at; these may be missing. */
static bool
take_key(struct host *h, const json_t *info)
{
    struct msk_flow *flow = &h->flows[h->service.n_flows];
    char *name = h->flow_text[h->service.n_flows];
    uint8_t id[4];
    size_t n = 0, domain_n = 0;

    if (h->service.n_flows == HOST_GROUPS ||
        !octets(info, "mBSDomainId", flow->group.domain, 3, &domain_n) ||
        domain_n != 3 || !octets(info, "mBSId", id, sizeof id, &n) ||
        (n != 4 && n != 2))
        return false;
    flow->group.group = (uint16_t)(id[0] << 8 | id[1]);
    (void)snprintf(name, sizeof h->flow_text[0], "%02x%02x%02x:%u",
                   flow->group.domain[0], flow->group.domain[1],
                   flow->group.domain[2], (unsigned)flow->group.group);
    flow->id = msk_text(name);
    h->service.n_flows++;
    return flow->group.group != 0;
}

static bool
take_keys(struct host *h, const json_t *info)
{
    size_t n = json_is_array(info) ? json_array_size(info) : 1;
    bool fine = info != NULL && n > 0;

    h->service.flows = h->flows;
    for (size_t i = 0; fine && i < n; i++)
        fine =
            take_key(h, json_is_array(info) ? json_array_get(info, i) : info);
    return fine;
}

static bool
take_servers(struct host *h, const json_t *addresses)
{
    size_t n = json_array_size(addresses);
    bool fine = n > 0 && n <= SERVERS_MAX;

    for (size_t i = 0; fine && i < n; i++) {
        const char *text = json_string_value(json_array_get(addresses, i));

        fine = text != NULL;
        if (fine)
            h->uris[i] = msk_text(text);
    }
    h->service.servers = h->uris;
    h->service.n_servers = n;
    return fine;
}

static bool
take_seconds(const json_t *object, const char *name, uint32_t *out)
{
    const json_t *value = json_object_get(object, name);
    json_int_t n = json_integer_value(value);

    if (value == NULL)
        return true;
    *out = (uint32_t)n;
    return json_is_integer(value) && n >= 0 && n <= UINT32_MAX;
}

const char *
json_service(struct host *h, struct msk_bytes text)
{
    struct msk_service *s = &h->service;
    const json_t *found, *info, *back_off, *card;

    h->announced_json =
        json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    if (h->announced_json == NULL)
        return "it is not JSON";
    found = find(h->announced_json, h->options.service, true, 0);
    if (found == NULL)
        return "it has no SecurityDescription of that service";
    info = json_object_get(found, "mBSServiceKeyInfo");
    if (info == NULL)
        info = json_object_get(found, "mBSSessionKeyInfo");
    back_off = json_object_get(found, "backOffParameters");
    card = json_object_get(found, "uICCKeyManagement");
    s->id = msk_text(h->options.service);
    s->uicc_required = json_is_true(card);
    if (!take_servers(h, json_object_get(found, "mBSSFAddresses")))
        return "mBSSFAddresses is no list of addresses";
    if (!take_keys(h, info))
        return "mBSServiceKeyInfo names no keys";
    if ((card != NULL && !json_is_boolean(card)) ||
        !take_seconds(back_off, "offsetTime", &s->offset_time) ||
        !take_seconds(back_off, "randomTimePeriod", &s->random_period))
        return "a member is not of its type";
    return NULL;
}
