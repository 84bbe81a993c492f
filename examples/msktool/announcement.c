/* SPDX-License-Identifier: MIT */
/* msktool announcement: a securityDescription to JSON and back. Numbers of 64
 * bits are strings: not every reader of JSON has them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "msk/announcement.h"
#include "msk/xml_expat.h"

#define SERVERS_MAX 512
#define FLOWS_MAX 512
#define ARENA_MAX 65536

static const char *const switches[] = { "default", "on", "off" };

#define N_SWITCHES (sizeof switches / sizeof switches[0])

static json_t *
fec_json(const struct msk_service *s)
{
    json_t *object = json_object();
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, s->fec_encoding);
    json_object_set_new(object, "encoding", json_string(text));
    snprintf(text, sizeof text, "%" PRIu64, s->fec_instance);
    json_object_set_new(object, "instance", json_string(text));
    set_text(object, "oti", s->fec_oti);
    return object;
}

static json_t *
flow_json(const struct msk_flow *flow)
{
    json_t *object = json_object();

    set_text(object, "id", flow->id);
    set_hex(
        object, "domain",
        (struct msk_bytes){ flow->group.domain, sizeof flow->group.domain });
    set_int(object, "group", flow->group.group);
    return object;
}

static json_t *
service_json(const struct msk_service *s)
{
    json_t *object = json_object(), *servers = json_array(),
           *flows = json_array();

    set_text(object, "service", s->id);
    for (size_t i = 0; i < s->n_servers; i++) /* printable, as they were read */
        json_array_append_new(
            servers,
            json_stringn((const char *)s->servers[i].p, s->servers[i].n));
    json_object_set_new(object, "servers", servers);
    for (size_t i = 0; i < s->n_flows; i++)
        json_array_append_new(flows, flow_json(&s->flows[i]));
    json_object_set_new(object, "flows", flows);
    json_object_set_new(object, "uicc_required",
                        json_boolean(s->uicc_required));
    json_object_set_new(object, "confidentiality",
                        json_string(switches[s->confidentiality]));
    json_object_set_new(object, "integrity",
                        json_string(switches[s->integrity]));
    set_int(object, "offset_time", s->offset_time);
    set_int(object, "random_period", s->random_period);
    if (s->has_fec)
        json_object_set_new(object, "fec", fec_json(s));
    return object;
}

static int
print_service(const char *id, struct msk_bytes document)
{
    struct msk_service service = { .size = sizeof service };
    void *arena = malloc(ARENA_MAX);
    struct msk_xml xml;
    int status, err = msk_xml_expat_init(&xml, NULL);

    if (arena == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    if (err == MSK_OK)
        err = msk_announcement_read(&xml, document, msk_text(id), arena,
                                    ARENA_MAX, &service);
    status = err == MSK_OK ? print_json(service_json(&service))
                           : fail_msk(err, "announcement");
    free(arena);
    return status;
}

/* A service that JSON describes, and what its views are of. */
struct described {
    struct msk_service service;
    struct msk_bytes servers[SERVERS_MAX];
    struct msk_flow flows[FLOWS_MAX];
    struct octets flow_ids[FLOWS_MAX], oti;
};

static bool
get_servers(const json_t *list, struct described *d)
{
    size_t n = json_array_size(list);

    if (n > SERVERS_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *server = json_array_get(list, i);

        if (!json_is_string(server))
            return false;
        d->servers[i].p = (const uint8_t *)json_string_value(server);
        d->servers[i].n = json_string_length(server);
    }
    d->service.servers = d->servers;
    d->service.n_servers = n;
    return true;
}

static bool
get_flow(const json_t *object, struct msk_flow *flow, struct octets *id)
{
    struct octets domain = { NULL, 0 };
    uint64_t group = 0;
    bool ok = get_text(object, "id", id) &&
              get_octets(object, "domain", &domain) &&
              domain.n == sizeof flow->group.domain &&
              get_int(object, "group", UINT16_MAX, 0, &group);

    if (ok)
        memcpy(flow->group.domain, domain.p, sizeof flow->group.domain);
    flow->id = view(id);
    flow->group.group = (uint16_t)group;
    free_octets(&domain);
    return ok;
}

static bool
get_flows(const json_t *list, struct described *d)
{
    size_t n = json_array_size(list);

    if (n > FLOWS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!get_flow(json_array_get(list, i), &d->flows[i], &d->flow_ids[i]))
            return false;
    d->service.flows = d->flows;
    d->service.n_flows = n;
    return true;
}

static bool
get_switch(const json_t *object, const char *name, enum msk_switch *out)
{
    const json_t *value = json_object_get(object, name);

    if (value == NULL)
        return true;
    for (size_t i = 0; json_is_string(value) && i < N_SWITCHES; i++)
        if (strcmp(json_string_value(value), switches[i]) == 0) {
            *out = (enum msk_switch)i;
            return true;
        }
    return false;
}

static bool
get_u64(const json_t *object, const char *name, uint64_t *out)
{
    const char *text = json_string_value(json_object_get(object, name));
    int used = 0;

    return text != NULL && sscanf(text, "%" SCNu64 "%n", out, &used) == 1 &&
           text[used] == '\0';
}

static bool
get_fec(const json_t *fec, struct described *d)
{
    d->service.has_fec = fec != NULL;
    if (fec == NULL)
        return true;
    if (!get_u64(fec, "encoding", &d->service.fec_encoding) ||
        !get_u64(fec, "instance", &d->service.fec_instance) ||
        !get_text(fec, "oti", &d->oti))
        return false;
    d->service.fec_oti = view(&d->oti);
    return true;
}

static bool
get_service(const json_t *value, struct described *d)
{
    const json_t *uicc = json_object_get(value, "uicc_required");
    uint64_t offset, random;

    if (!get_int(value, "offset_time", UINT32_MAX, 0, &offset) ||
        !get_int(value, "random_period", UINT32_MAX, 0, &random))
        return false;
    d->service.size = sizeof d->service;
    d->service.offset_time = (uint32_t)offset;
    d->service.random_period = (uint32_t)random;
    d->service.uicc_required = uicc == NULL || json_is_true(uicc);
    return get_switch(value, "confidentiality", &d->service.confidentiality) &&
           get_switch(value, "integrity", &d->service.integrity) &&
           get_servers(json_object_get(value, "servers"), d) &&
           get_flows(json_object_get(value, "flows"), d) &&
           get_fec(json_object_get(value, "fec"), d);
}

static int
print_xml(const struct msk_service *service)
{
    uint8_t document[MSK_XML_DOCUMENT_MAX];
    size_t len;
    int err = msk_announcement_write(service, document, sizeof document, &len);

    if (err != MSK_OK)
        return fail_msk(err, "announcement");
    printf("%.*s\n", (int)len, (const char *)document);
    return TOOL_OK;
}

static int
write_json(const char *argument)
{
    struct described *d = calloc(1, sizeof *d);
    json_t *value = read_json(argument);
    int status = TOOL_MALFORMED;

    if (d != NULL && value != NULL)
        status = get_service(value, d)
                     ? print_xml(&d->service)
                     : fail(TOOL_MALFORMED, "not as announcement prints it",
                            "service");
    json_decref(value);
    for (size_t i = 0; d != NULL && i < FLOWS_MAX; i++)
        free_octets(&d->flow_ids[i]);
    if (d != NULL)
        free_octets(&d->oti);
    free(d);
    return status;
}

int
command_announcement(int argc, char **argv)
{
    struct octets document;
    int status;

    if (argc == 2 && strcmp(argv[0], "--xml") == 0)
        return write_json(argv[1]);
    if (argc != 2)
        return fail(TOOL_USAGE,
                    "announcement SERVICE HEX|@FILE|- or announcement --xml "
                    "FILE|-",
                    "usage");
    status = read_octets(argv[1], &document);
    if (status != TOOL_OK)
        return status;
    status = print_service(argv[0], view(&document));
    free_octets(&document);
    return status;
}
