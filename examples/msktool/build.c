/* SPDX-License-Identifier: MIT */
/* msktool build: JSON to a MIKEY message, as decode prints it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "fields.h"
#include "msk/mikey.h"

#define MESSAGE_MAX (1u << 20)

/* The longest a field of a payload can be, and room for a few. */
#define SCRATCH_MAX (1u << 18)

/* A payload on its way: the octets that its views point to. */
struct parts {
    struct msk_payload payload;
    struct octets data, tail;
};

static bool
get_u8(const json_t *object, const char *name, uint8_t *out)
{
    uint64_t value;

    if (name == NULL)
        return true;
    if (!get_int(object, name, UINT8_MAX, 0, &value))
        return false;
    *out = (uint8_t)value;
    return true;
}

/* A list of type, length, value to its octets. */
static bool
get_list(const json_t *object, const char *name, const char *value_name,
         struct octets *out)
{
    const json_t *list = json_object_get(object, name), *item;
    struct octets value;
    size_t i;

    out->n = 0;
    out->p = malloc(SCRATCH_MAX);
    if (out->p == NULL || (list != NULL && !json_is_array(list)))
        return false;
    json_array_foreach(list, i, item)
    {
        uint8_t type = 0;

        if (!get_u8(item, "t", &type) || !get_octets(item, value_name, &value))
            return false;
        if (value.n > UINT8_MAX || out->n + 2 + value.n > SCRATCH_MAX)
            return false;
        out->p[out->n++] = type;
        out->p[out->n++] = (uint8_t)value.n;
        if (value.n > 0)
            memcpy(out->p + out->n, value.p, value.n);
        out->n += value.n;
        free_octets(&value);
    }
    return true;
}

static bool
put_validity(const struct msk_key_data *key, struct octets *out)
{
    out->p = malloc(SCRATCH_MAX);
    return out->p != NULL &&
           msk_key_validity_put(key, out->p, SCRATCH_MAX, &out->n) == MSK_OK;
}

/* KV data of a DH payload. */
static bool
get_dh(const json_t *object, struct parts *parts)
{
    struct octets spi = { NULL, 0 }, from = { NULL, 0 }, to = { NULL, 0 };
    struct msk_key_data key = { .type = 0 };
    uint8_t reserved = 0;
    bool ok = get_octets(object, "spi", &spi) &&
              get_octets(object, "vf", &from) &&
              get_octets(object, "vt", &to) && get_u8(object, "kv", &key.kv) &&
              get_u8(object, "reserved", &reserved) && reserved <= 0x0F;

    key.spi = view(&spi);
    key.valid_from = view(&from);
    key.valid_to = view(&to);
    ok = ok && put_validity(&key, &parts->tail);
    parts->payload.detail = (uint8_t)(reserved << 4 | key.kv);
    free_octets(&spi);
    free_octets(&from);
    free_octets(&to);
    return ok;
}

static bool
get_err(const json_t *object, struct octets *data)
{
    uint64_t reserved;

    if (!get_int(object, "reserved", UINT16_MAX, 0, &reserved))
        return false;
    data->p = malloc(2);
    if (data->p == NULL)
        return false;
    data->p[0] = (uint8_t)(reserved >> 8);
    data->p[1] = (uint8_t)reserved;
    data->n = 2;
    return true;
}

/* What the table of fields does not cover. */
static bool
get_special(const json_t *object, struct parts *parts)
{
    bool has_data = json_object_get(object, "data") != NULL;

    switch (parts->payload.type) {
    case MSK_PAYLOAD_SP: return get_list(object, "params", "v", &parts->data);
    case MSK_PAYLOAD_DH: return get_dh(object, parts);
    case MSK_PAYLOAD_ERR: return get_err(object, &parts->data);
    case MSK_PAYLOAD_EXT:
        return has_data || get_list(object, "key_ids", "id", &parts->data);
    default: return true;
    }
}

static bool
get_parts(const json_t *object, struct parts *parts)
{
    const struct fields *fields =
        fields_of_name(json_string_value(json_object_get(object, "type")));
    struct msk_payload *p = &parts->payload;

    memset(parts, 0, sizeof *parts);
    if (fields == NULL)
        return false;
    p->type = fields->type;
    if (!get_u8(object, fields->kind, &p->kind) ||
        !get_u8(object, fields->detail, &p->detail))
        return false;
    if (fields->data != NULL && !get_octets(object, fields->data, &parts->data))
        return false;
    if (fields->tail != NULL && !get_octets(object, fields->tail, &parts->tail))
        return false;
    if (!get_special(object, parts))
        return false;
    p->data = view(&parts->data);
    p->tail = view(&parts->tail);
    return true;
}

static bool
get_srtp_id(const json_t *object, struct msk_cs *cs, uint8_t *policy)
{
    uint64_t ssrc, roc;

    if (!get_u8(object, "policy", policy) ||
        !get_int(object, "ssrc", UINT32_MAX, 0, &ssrc) ||
        !get_int(object, "roc", UINT32_MAX, 0, &roc))
        return false;
    cs->policies = (struct msk_bytes){ policy, 1 };
    cs->ssrc = (uint32_t)ssrc;
    cs->roc = (uint32_t)roc;
    return true;
}

static bool
get_policies(const json_t *object, uint8_t *policies, size_t *n)
{
    const json_t *array = json_object_get(object, "policies"), *item;
    size_t i;

    *n = json_array_size(array);
    if (*n > 127)
        return false;
    json_array_foreach(array, i, item)
    {
        json_int_t value = json_integer_value(item);

        if (!json_is_integer(item) || value < 0 || value > UINT8_MAX)
            return false;
        policies[i] = (uint8_t)value;
    }
    return true;
}

static bool
get_generic(const json_t *object, struct msk_cs *cs, uint8_t *policies,
            struct octets *data, struct octets *spi)
{
    cs->policies.p = policies;
    cs->s = json_is_true(json_object_get(object, "s"));
    return get_u8(object, "cs_id", &cs->id) &&
           get_u8(object, "prot", &cs->prot) &&
           get_policies(object, policies, &cs->policies.n) &&
           get_octets(object, "session_data", data) &&
           get_octets(object, "spi", spi);
}

/* One entry of the map after those that are there. */
static bool
append_cs(const json_t *object, uint8_t map_type, struct octets *map)
{
    uint8_t policies[127] = { 0 };
    struct octets data = { NULL, 0 }, spi = { NULL, 0 };
    struct msk_cs cs = { .id = 0 };
    size_t len = 0;
    bool ok = map_type == MSK_MAP_SRTP_ID
                  ? get_srtp_id(object, &cs, policies)
                  : get_generic(object, &cs, policies, &data, &spi);

    cs.data = view(&data);
    cs.spi = view(&spi);
    ok = ok && msk_cs_put(map_type, &cs, map->p + map->n, SCRATCH_MAX - map->n,
                          &len) == MSK_OK;
    map->n += len;
    free_octets(&data);
    free_octets(&spi);
    return ok;
}

static bool
get_map(const json_t *object, struct msk_mikey_header *header,
        struct octets *map)
{
    const json_t *list = json_object_get(object, "cs"), *item;
    size_t i;

    map->n = 0;
    map->p = malloc(SCRATCH_MAX);
    if (map->p == NULL || header->map_type == MSK_MAP_EMPTY)
        return map->p != NULL;
    if (json_array_size(list) > UINT8_MAX)
        return false;
    header->n_cs = (uint8_t)json_array_size(list);
    json_array_foreach(list, i, item)
    {
        if (!append_cs(item, header->map_type, map))
            return false;
    }
    header->map = view(map);
    return true;
}

static bool
get_header(const json_t *object, struct msk_mikey_header *header,
           struct octets *map)
{
    uint64_t version, csb_id, prf;

    memset(header, 0, sizeof *header);
    if (!json_is_object(object))
        return false;
    header->v = json_is_true(json_object_get(object, "v"));
    if (!get_int(object, "version", 1, 1, &version) || version != 1 ||
        !get_int(object, "csb_id", UINT32_MAX, 0, &csb_id) ||
        !get_int(object, "prf", 127, 0, &prf))
        return false;
    header->csb_id = (uint32_t)csb_id;
    header->prf = (uint8_t)prf;
    return get_u8(object, "data_type", &header->data_type) &&
           get_u8(object, "n_cs", &header->n_cs) &&
           get_u8(object, "cs_map_type", &header->map_type) &&
           get_map(object, header, map);
}

/* Adds the payloads one by one. Returns how many, or -1 for one that is not
 * as decode prints it. */
static bool
add_payloads(struct msk_mikey_builder *builder, const json_t *list)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        struct parts parts;
        bool ok = get_parts(item, &parts);

        if (ok)
            msk_mikey_build_add_any(builder, &parts.payload);
        free_octets(&parts.data);
        free_octets(&parts.tail);
        if (!ok)
            return false;
    }
    return true;
}

int
build_message(const json_t *value, struct octets *out)
{
    struct msk_mikey_header header;
    struct msk_mikey_builder builder;
    struct octets map = { NULL, 0 };
    int status = TOOL_OK, err;

    out->n = 0;
    out->p = malloc(MESSAGE_MAX);
    if (out->p == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    if (!get_header(value, &header, &map)) {
        status = fail(TOOL_MALFORMED, "not as decode prints it", "header");
    } else {
        msk_mikey_build_any(&builder, out->p, MESSAGE_MAX, &header);
        if (!add_payloads(&builder, json_object_get(value, "payloads")))
            status = fail(TOOL_MALFORMED, "not as decode prints it", "payload");
        else if ((err = msk_mikey_build_end(&builder, &out->n)) != MSK_OK)
            status = fail_msk(err, "build");
    }
    free_octets(&map);
    if (status != TOOL_OK)
        free_octets(out);
    return status;
}

int
command_build(int argc, char **argv)
{
    struct octets message;
    json_t *value;
    int status;

    if (argc != 1)
        return fail(TOOL_USAGE, "build FILE|-", "usage");
    value = read_json(argv[0]);
    if (value == NULL)
        return TOOL_MALFORMED;
    status = build_message(value, &message);
    json_decref(value);
    if (status != TOOL_OK)
        return status;
    for (size_t i = 0; i < message.n; i++)
        printf("%02x", message.p[i]);
    putchar('\n');
    free_octets(&message);
    return TOOL_OK;
}
