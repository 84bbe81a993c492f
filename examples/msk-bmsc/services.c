/* SPDX-License-Identifier: MIT */
/* Lists of services: JSON arrays, as the store keeps them. */
#include "services.h"

#include <jansson.h>
#include <string.h>

static bool
names_service(const json_t *list, struct msk_bytes service)
{
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        const char *text = json_string_value(one);

        if (text != NULL && strlen(text) == service.n &&
            memcmp(text, service.p, service.n) == 0)
            return true;
    }
    return false;
}

bool
services_have(const char *services, struct msk_bytes service)
{
    json_t *list;
    bool has;

    if (services[0] == '\0')
        return true;
    list = json_loads(services, 0, NULL);
    has = names_service(list, service);
    json_decref(list);
    return has;
}

bool
services_meet(const char *of_subscriber, const char *of_group)
{
    json_t *list;
    size_t i;
    json_t *one;
    bool share = false;

    if (of_subscriber[0] == '\0')
        return true;
    list = json_loads(of_subscriber, 0, NULL);
    json_array_foreach(list, i, one)
    {
        if (json_is_string(one))
            share = share ||
                    services_have(of_group, msk_text(json_string_value(one)));
    }
    json_decref(list);
    return share;
}

bool
services_take(const json_t *object, char out[RECORDS_SERVICES_MAX])
{
    const json_t *list = json_object_get(object, "services");
    size_t n;

    out[0] = '\0';
    if (list == NULL)
        return true;
    if (!json_is_array(list))
        return false;
    n = json_dumpb(list, out, RECORDS_SERVICES_MAX - 1, JSON_COMPACT);
    if (n == 0 || n >= RECORDS_SERVICES_MAX)
        return false;
    out[n] = '\0';
    return true;
}

static bool
add_service(json_t *list, const char *p, size_t n)
{
    return n > 0 && json_array_append_new(list, json_stringn(p, n)) == 0;
}

/* Texts between commas. */
static bool
split(json_t *list, const char *text)
{
    bool fine = true;
    size_t n;

    for (n = strcspn(text, ","); fine && text[n] != '\0';
         text += n + 1, n = strcspn(text, ","))
        fine = add_service(list, text, n);
    return fine && add_service(list, text, n);
}

bool
services_of_text(const char *text, char out[RECORDS_SERVICES_MAX])
{
    json_t *object = json_object(), *list = json_array();
    bool fine = true;

    if (strcmp(text, "all") != 0)
        (void)json_object_set(object, "services", list);
    if (strcmp(text, "all") != 0 && strcmp(text, "none") != 0)
        fine = split(list, text);
    fine = fine && services_take(object, out);
    json_decref(list);
    json_decref(object);
    return fine;
}
