/* SPDX-License-Identifier: MIT */
/* msktool decode: a MIKEY message to JSON. Octets are printed as hex, so
 * nothing of a message reaches a terminal as it is. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "fields.h"
#include "msk/mikey.h"
#include "text.h"

/* A list of type, length, value: [{"t":0,"v":"01"}]. */
static int
set_list(json_t *object, const char *name, const char *value_name,
         struct msk_bytes list)
{
    json_t *array = json_array();
    int err = MSK_OK;

    while (err == MSK_OK && list.n > 0) {
        struct msk_bytes value;
        uint8_t type;

        err = msk_tlv_get(&list, &type, &value);
        if (err == MSK_OK) {
            json_t *item = json_object();

            set_int(item, "t", type);
            set_hex(item, value_name, value);
            json_array_append_new(array, item);
        }
    }
    json_object_set_new(object, name, array);
    return err;
}

static int
set_dh(json_t *object, const struct msk_payload *p)
{
    struct msk_key_data key = { .kv = p->detail & 0x0F };
    int err = msk_key_validity_get(p->tail, &key);

    set_int(object, "reserved", p->detail >> 4);
    set_int(object, "kv", key.kv);
    if (key.kv == MSK_KV_SPI)
        set_hex(object, "spi", key.spi);
    if (key.kv == MSK_KV_INTERVAL) {
        set_hex(object, "vf", key.valid_from);
        set_hex(object, "vt", key.valid_to);
    }
    return err;
}

/* What the table of fields does not cover. */
static int
set_special(json_t *object, const struct msk_payload *p)
{
    switch (p->type) {
    case MSK_PAYLOAD_SP: return set_list(object, "params", "v", p->data);
    case MSK_PAYLOAD_DH: return set_dh(object, p);
    case MSK_PAYLOAD_ERR:
        set_int(object, "reserved", p->data.p[0] << 8 | p->data.p[1]);
        return MSK_OK;
    case MSK_PAYLOAD_EXT:
        return p->kind == MSK_EXT_KEY_ID
                   ? set_list(object, "key_ids", "id", p->data)
                   : MSK_OK;
    default: return MSK_OK;
    }
}

static int
append_payload(json_t *payloads, const struct msk_payload *p)
{
    const struct fields *fields = fields_of_type(p->type);
    json_t *object = json_object();

    json_array_append_new(payloads, object);
    json_object_set_new(object, "type", json_string(fields->name));
    if (fields->kind != NULL)
        set_int(object, fields->kind, p->kind);
    if (fields->detail != NULL)
        set_int(object, fields->detail, p->detail);
    if (fields->data != NULL)
        set_hex(object, fields->data, p->data);
    if (fields->tail != NULL)
        set_hex(object, fields->tail, p->tail);
    set_int(object, "off", (json_int_t)p->offset);
    set_int(object, "len", (json_int_t)p->length);
    return set_special(object, p);
}

static void
append_srtp_id(json_t *object, const struct msk_cs *cs)
{
    set_int(object, "policy", cs->policies.p[0]);
    set_int(object, "ssrc", cs->ssrc);
    set_int(object, "roc", cs->roc);
}

static void
append_generic(json_t *object, const struct msk_cs *cs)
{
    json_t *policies = json_array();

    set_int(object, "cs_id", cs->id);
    set_int(object, "prot", cs->prot);
    json_object_set_new(object, "s", json_boolean(cs->s));
    for (size_t i = 0; i < cs->policies.n; i++)
        json_array_append_new(policies, json_integer(cs->policies.p[i]));
    json_object_set_new(object, "policies", policies);
    set_hex(object, "session_data", cs->data);
    set_hex(object, "spi", cs->spi);
}

static void
set_map(json_t *object, const struct msk_mikey_header *header)
{
    struct msk_bytes rest = header->map;
    json_t *map = json_array();

    for (unsigned i = 0; i < header->n_cs; i++) {
        json_t *entry = json_object();
        struct msk_cs cs;

        if (msk_cs_get(header->map_type, &rest, &cs) != MSK_OK)
            break;
        if (header->map_type == MSK_MAP_SRTP_ID)
            append_srtp_id(entry, &cs);
        else
            append_generic(entry, &cs);
        json_array_append_new(map, entry);
    }
    json_object_set_new(object, "cs", map);
}

static json_t *
header_json(const struct msk_mikey_header *header)
{
    json_t *object = json_object();

    set_int(object, "version", 1);
    set_int(object, "data_type", header->data_type);
    json_object_set_new(object, "data_type_name",
                        json_string(data_type_name(header->data_type)));
    json_object_set_new(object, "v", json_boolean(header->v));
    set_int(object, "prf", header->prf);
    set_int(object, "csb_id", header->csb_id);
    set_int(object, "n_cs", header->n_cs);
    set_int(object, "cs_map_type", header->map_type);
    if (header->map_type != MSK_MAP_EMPTY)
        set_map(object, header);
    return object;
}

/* MIKEY begins with its version, 1. Of what does not, no more need be said. */
static bool
is_mikey(struct msk_bytes message)
{
    return message.n > 0 && message.p[0] == 1;
}

/* Where it went wrong: the cursor stands before what could not be read. */
static void
explain(const struct msk_mikey_cursor *cursor, int err)
{
    const struct fields *fields = fields_of_type(cursor->next);
    char where[64];

    if (!is_mikey(cursor->message))
        err = MSK_ERR_VERSION;
    if (cursor->at == 0)
        snprintf(where, sizeof where, "header, at offset 0");
    else if (cursor->next == MSK_PAYLOAD_LAST)
        snprintf(where, sizeof where, "at offset %zu", cursor->at);
    else
        snprintf(where, sizeof where, "%s (payload type %u), at offset %zu",
                 fields != NULL ? fields->name : "unknown", cursor->next,
                 cursor->at);
    fail_msk(err, where);
}

json_t *
decode_message(struct msk_bytes message, bool lenient)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload payload = { .type = MSK_PAYLOAD_LAST };
    json_t *object = NULL, *payloads = json_array();
    int err = msk_mikey_begin_any(&cursor, message, MSK_PAYLOADS_ANY, &header);

    if (err == MSK_OK)
        object = header_json(&header);
    while (err == MSK_OK) {
        err = msk_mikey_next_any(&cursor, &payload);
        if (err != MSK_OK || payload.type == MSK_PAYLOAD_LAST)
            break;
        err = append_payload(payloads, &payload);
    }
    if (err == MSK_ERR_TRAILING && lenient)
        err = MSK_OK;
    if (err == MSK_OK) {
        json_object_set_new(object, "payloads", payloads);
        return object;
    }
    explain(&cursor, err);
    json_decref(object);
    json_decref(payloads);
    return NULL;
}

int
command_decode(int argc, char **argv)
{
    bool lenient = argc == 2 && strcmp(argv[0], "--lenient") == 0;
    struct octets message;
    json_t *object;
    int status;

    if (argc != (lenient ? 2 : 1))
        return fail(TOOL_USAGE, "decode [--lenient] HEX|@FILE|-", "usage");
    status = read_message(argv[argc - 1], &message);
    if (status != TOOL_OK)
        return status;
    object = decode_message(view(&message), lenient);
    free_octets(&message);
    return object == NULL ? TOOL_MALFORMED : print_json(object);
}
