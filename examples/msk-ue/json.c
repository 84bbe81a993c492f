/* SPDX-License-Identifier: MIT */
/* Finds the SecurityDescription of TS 26.517 in a User Service Announcement. */
#include <string.h>

#include "announced.h"

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

/* One that names another service, or none, is that of the options. */
const char *
json_service(struct host *h, struct msk_bytes text)
{
    const json_t *found;
    const char *why;

    h->announced_json =
        json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    if (h->announced_json == NULL)
        return "it is not JSON";
    found = find(h->announced_json, h->options.service, true, 0);
    if (found == NULL)
        return "it has no SecurityDescription of that service";
    why = mbs_service_read(found, &h->mbs);
    h->service = h->mbs.service;
    h->service.id = msk_text(h->options.service);
    return why;
}
