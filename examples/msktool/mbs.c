/* SPDX-License-Identifier: MIT */
/* msktool mbs: the JSON of 5G MBS, as it is meant, and back. */
#include <string.h>

#include "../5g/mbs_json.h"
#include "commands.h"

/* How the two forms begin. */
static bool
is_service(const json_t *value)
{
    return json_object_get(value, "mBSSFAddresses") != NULL;
}

/* --- print ---------------------------------------------------------------- */

static json_t *
key_json(const struct mbs_key_info *k)
{
    json_t *object = json_object();

    set_hex(object, "domain", (struct msk_bytes){ k->id.domain, 3 });
    set_int(object, "group", k->id.group);
    set_int(object, "number", k->id.number);
    if (k->msk_len > 0)
        set_hex(object, "msk", (struct msk_bytes){ k->msk, k->msk_len });
    if (k->expires > 0)
        set_int(object, "expires", (json_int_t)k->expires);
    if (k->mtk_id > 0) {
        set_int(object, "mtk_id", k->mtk_id);
        set_hex(object, "mtk",
                (struct msk_bytes){ k->mtk.key, k->mtk.key_len });
    }
    if (k->mtk.salt_len > 0)
        set_hex(object, "salt",
                (struct msk_bytes){ k->mtk.salt, k->mtk.salt_len });
    return object;
}

static json_t *
service_as_json(const struct mbs_service *s)
{
    json_t *object = json_object(), *servers = json_array(),
           *groups = json_array();

    for (size_t i = 0; i < s->service.n_servers; i++)
        json_array_append_new(
            servers,
            json_stringn((const char *)s->servers[i].p, s->servers[i].n));
    json_object_set_new(object, "servers", servers);
    for (size_t i = 0; i < s->service.n_flows; i++)
        json_array_append_new(groups, json_string(s->flow_ids[i]));
    json_object_set_new(object, "groups", groups);
    json_object_set_new(object, "uicc_required",
                        json_boolean(s->service.uicc_required));
    json_object_set_new(object, "2g_allowed", json_boolean(s->gba_2g));
    set_int(object, "offset_time", s->service.offset_time);
    set_int(object, "random_period", s->service.random_period);
    return object;
}

static json_t *
keys_as_json(const struct mbs_key_info *keys, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, key_json(&keys[i]));
    return list;
}

/* --- back ----------------------------------------------------------------- */

/* A member of hex of at most cap octets. */
static bool
take_hex(const json_t *object, const char *name, uint8_t *out, size_t cap,
         size_t *n)
{
    struct octets octets = { NULL, 0 };
    bool fine = get_octets(object, name, &octets) && octets.n <= cap;

    *n = fine ? octets.n : 0;
    if (*n > 0)
        memcpy(out, octets.p, *n);
    free_octets(&octets);
    return fine;
}

static bool
take_key(const json_t *object, struct mbs_key_info *k)
{
    uint64_t group, number, mtk_id;
    size_t domain;
    bool fine;

    memset(k, 0, sizeof *k);
    fine =
        take_hex(object, "domain", k->id.domain, 3, &domain) && domain == 3 &&
        get_int(object, "group", UINT16_MAX, 0, &group) &&
        get_int(object, "number", UINT16_MAX, 0, &number) &&
        get_int(object, "mtk_id", UINT16_MAX, 0, &mtk_id) &&
        get_int(object, "expires", INT64_MAX, 0, &k->expires) &&
        take_hex(object, "msk", k->msk, sizeof k->msk, &k->msk_len) &&
        take_hex(object, "mtk", k->mtk.key, MSK_KEY_MAX, &k->mtk.key_len) &&
        take_hex(object, "salt", k->mtk.salt, MSK_SALT_MAX, &k->mtk.salt_len);
    if (fine) {
        k->id.group = (uint16_t)group;
        k->id.number = (uint16_t)number;
        k->mtk_id = (uint16_t)mtk_id;
    }
    return fine;
}

/* What is written has to be what would be read. */
static int
print_checked(json_t *context, struct mbs_key_info *keys)
{
    const char *why = "it cannot be written";
    size_t n;

    if (context != NULL)
        why = mbs_context_read(context, keys, MBS_GROUPS_MAX, &n);
    if (why == NULL)
        return print_json(context);
    json_decref(context);
    return fail(TOOL_MALFORMED, why, "key");
}

static int
make_context(const json_t *value, struct mbs_key_info *keys)
{
    size_t n = json_array_size(value);

    if (n == 0 || n > 10)
        return fail(TOOL_MALFORMED, "not as mbs prints it", "keys");
    for (size_t i = 0; i < n; i++)
        if (!take_key(json_array_get(value, i), &keys[i]))
            return fail(TOOL_MALFORMED, "not as mbs prints it", "key");
    return print_checked(mbs_context_write(keys, n), keys);
}

/* --- the command ---------------------------------------------------------- */

static int
show_service(const json_t *value, bool again)
{
    struct mbs_service service;
    const char *why = mbs_service_read(value, &service);

    if (why != NULL)
        return fail(TOOL_MALFORMED, why, "SecurityDescription");
    return print_json(again
                          ? mbs_service_write(&service.service, service.gba_2g)
                          : service_as_json(&service));
}

static int
show_keys(const json_t *value, struct mbs_key_info *keys, bool again)
{
    size_t n;
    const char *why = mbs_context_read(value, keys, MBS_GROUPS_MAX, &n);

    if (why != NULL)
        return fail(TOOL_MALFORMED, why, "MbsSecurityContext");
    if (again && n > 10)
        return fail(TOOL_MALFORMED, "more keys than are written", "keyList");
    return print_json(again ? mbs_context_write(keys, n)
                            : keys_as_json(keys, n));
}

int
command_mbs(int argc, char **argv)
{
    struct mbs_key_info keys[MBS_GROUPS_MAX];
    const char *how = argc == 2 ? argv[0] : "";
    json_t *value;
    int status;

    if (argc < 1 || argc > 2 ||
        (argc == 2 && strcmp(how, "--make") != 0 &&
         strcmp(how, "--again") != 0))
        return fail(TOOL_USAGE, "mbs [--again|--make] FILE|-", "usage");
    value = read_json(argv[argc - 1]);
    if (value == NULL)
        return TOOL_MALFORMED;
    if (strcmp(how, "--make") == 0)
        status = make_context(value, keys);
    else if (is_service(value))
        status = show_service(value, argc == 2);
    else
        status = show_keys(value, keys, argc == 2);
    json_decref(value);
    msk_wipe(keys, sizeof keys);
    return status;
}
