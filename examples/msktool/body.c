/* SPDX-License-Identifier: MIT */
/* msktool body: the XML bodies of the key management procedures to JSON and
 * back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "msk/body.h"
#include "msk/xml_expat.h"

static const struct {
    enum msk_body_kind kind;
    const char *name;
} kinds[] = {
    { MSK_BODY_REGISTER, "register" },
    { MSK_BODY_DEREGISTER, "deregister" },
    { MSK_BODY_REGISTER_RESPONSE, "register-response" },
    { MSK_BODY_MSK_REQUEST, "msk-request" },
    { MSK_BODY_MSK_RESPONSE, "msk-response" },
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* Items of these kinds name MSKs, or have a code. */
static bool
has_msk(enum msk_body_kind kind)
{
    return kind == MSK_BODY_MSK_REQUEST || kind == MSK_BODY_MSK_RESPONSE;
}

static bool
has_code(enum msk_body_kind kind)
{
    return kind == MSK_BODY_REGISTER_RESPONSE || kind == MSK_BODY_MSK_RESPONSE;
}

struct list {
    enum msk_body_kind kind;
    json_t *items;
};

static int
append(void *arg, const struct msk_body_item *item)
{
    const struct list *list = arg;
    json_t *object = json_object();

    if (has_msk(list->kind)) {
        set_hex(object, "domain",
                (struct msk_bytes){ item->domain, sizeof item->domain });
        set_hex(object, "msk_id",
                (struct msk_bytes){ item->msk_id, sizeof item->msk_id });
    } else {
        set_text(object, "service", item->service);
    }
    if (has_code(list->kind))
        set_int(object, "code", item->code);
    json_array_append_new(list->items, object);
    return MSK_OK;
}

/* The kind of a body is in its root element: tries one by one. */
static int
print_body(struct msk_bytes body)
{
    struct msk_xml xml;
    int err = msk_xml_expat_init(&xml, NULL);

    for (size_t i = 0; err == MSK_OK && i < N_KINDS; i++) {
        struct list list = { kinds[i].kind, json_array() };
        json_t *object = json_object();

        json_object_set_new(object, "kind", json_string(kinds[i].name));
        json_object_set_new(object, "items", list.items);
        err = msk_body_read(&xml, kinds[i].kind,
                            msk_body_media_type(kinds[i].kind), body, append,
                            &list);
        if (err == MSK_OK)
            return print_json(object);
        json_decref(object);
        if (err == MSK_ERR_KIND && i + 1 < N_KINDS)
            err = MSK_OK;
    }
    return fail_msk(err, "body");
}

/* service: what item->service is a view of. */
static bool
get_item(const json_t *object, enum msk_body_kind kind,
         struct msk_body_item *item, struct octets *service)
{
    struct octets domain = { NULL, 0 }, msk_id = { NULL, 0 };
    uint64_t code = 0;
    bool ok = get_int(object, "code", INT16_MAX, 0, &code) &&
              get_text(object, "service", service) &&
              get_octets(object, "domain", &domain) &&
              get_octets(object, "msk_id", &msk_id);

    ok = ok && (!has_msk(kind) || (domain.n == sizeof item->domain &&
                                   msk_id.n == sizeof item->msk_id));
    if (ok && has_msk(kind)) {
        memcpy(item->domain, domain.p, sizeof item->domain);
        memcpy(item->msk_id, msk_id.p, sizeof item->msk_id);
    }
    item->service = view(service);
    item->code = (int)code;
    free_octets(&domain);
    free_octets(&msk_id);
    return ok;
}

static int
print_xml(enum msk_body_kind kind, const struct msk_body_item *items, size_t n)
{
    uint8_t body[MSK_HTTP_BODY_MAX];
    size_t len;
    int err = msk_body_write(kind, items, n, body, sizeof body, &len);

    if (err != MSK_OK)
        return fail_msk(err, "body");
    printf("%.*s\n", (int)len, (const char *)body);
    return TOOL_OK;
}

/* One item more than may be, so that the library says that it is too much. */
#define ITEMS_MAX (MSK_BODY_ITEMS_MAX + 1)

static int
write_body(enum msk_body_kind kind, const json_t *list)
{
    struct msk_body_item items[ITEMS_MAX];
    struct octets services[ITEMS_MAX];
    size_t n = json_array_size(list), i = 0;
    bool ok = n <= ITEMS_MAX;
    int status;

    memset(items, 0, sizeof items);
    memset(services, 0, sizeof services);
    for (; ok && i < n; i++)
        ok = get_item(json_array_get(list, i), kind, &items[i], &services[i]);
    status = ok ? print_xml(kind, items, n)
                : fail(TOOL_MALFORMED, "not as body prints it", "items");
    for (i = 0; i < ITEMS_MAX; i++)
        free_octets(&services[i]);
    return status;
}

static int
write_json(const char *argument)
{
    json_t *value = read_json(argument);
    const char *name = json_string_value(json_object_get(value, "kind"));
    int status = TOOL_MALFORMED;
    size_t i = 0;

    if (value == NULL)
        return TOOL_MALFORMED;
    while (name != NULL && i < N_KINDS && strcmp(kinds[i].name, name) != 0)
        i++;
    if (name == NULL || i == N_KINDS)
        fail(status, "is not among those of body", "kind");
    else
        status = write_body(kinds[i].kind, json_object_get(value, "items"));
    json_decref(value);
    return status;
}

int
command_body(int argc, char **argv)
{
    struct octets body;
    int status;

    if (argc == 2 && strcmp(argv[0], "--xml") == 0)
        return write_json(argv[1]);
    if (argc != 1)
        return fail(TOOL_USAGE, "body HEX|@FILE|- or body --xml FILE|-",
                    "usage");
    status = read_octets(argv[0], &body);
    if (status != TOOL_OK)
        return status;
    status = print_body(view(&body));
    free_octets(&body);
    return status;
}
