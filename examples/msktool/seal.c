/* SPDX-License-Identifier: MIT */
/* msktool seal, open: messages in pre-shared key mode, with their keys. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "flags.h"
#include "keys.h"
#include "parsed.h"
#include "text.h"

#define MESSAGE_MAX (1u << 17)

enum { PSK, RAND, ALLOW_NULL, N_FLAGS };

static const struct flag all_flags[N_FLAGS] = {
    { "--psk", true, false, NULL },
    { "--rand", true, false, NULL },
    { "--allow-null", false, false, NULL },
};

/* What the command line says. */
struct wishes {
    struct octets psk, rand;
    bool allow_null;
    const char *input; /* the last argument */
};

static int
take_wishes(int argc, char **argv, struct wishes *w)
{
    struct flag flags[N_FLAGS];
    int status;

    memset(w, 0, sizeof *w);
    memcpy(flags, all_flags, sizeof flags);
    if (argc < 1)
        return fail(TOOL_USAGE, "there is no message", "usage");
    status = take_flags(argc - 1, argv, flags, N_FLAGS);
    w->input = argv[argc - 1];
    if (status == TOOL_OK && !flags[PSK].given)
        status = fail(TOOL_USAGE, "is needed", "--psk");
    if (status == TOOL_OK)
        status = flag_hex(&flags[PSK], &w->psk);
    if (status == TOOL_OK)
        status = flag_hex(&flags[RAND], &w->rand);
    if (status == TOOL_OK && (w->psk.n == 0 || w->psk.n > MSK_PSK_MAX))
        status = fail(TOOL_USAGE, "is 1 to 128 octets of hex", "--psk");
    w->allow_null = flags[ALLOW_NULL].given;
    return status;
}

static void
free_wishes(struct wishes *w)
{
    free_octets(&w->psk);
    free_octets(&w->rand);
}

/* The i_spec of a case with a KEMAC after it, whose Encr data is n octets of
 * room and whose MAC is not there yet. */
static json_t *
with_kemac(const json_t *row, uint64_t encr_alg, uint64_t mac_alg, size_t n)
{
    struct octets empty = { calloc(n + 1, 1), n };
    json_t *spec = json_deep_copy(json_object_get(row, "i_spec"));
    json_t *kemac = json_object();

    json_object_set_new(kemac, "type", json_string("KEMAC"));
    set_int(kemac, "encr_alg", (json_int_t)encr_alg);
    set_int(kemac, "mac_alg", (json_int_t)mac_alg);
    if (empty.p != NULL)
        set_hex(kemac, "encr_data", view(&empty));
    free_octets(&empty);
    if (json_array_append_new(json_object_get(spec, "payloads"), kemac) == 0)
        return spec;
    json_decref(spec);
    return NULL;
}

/* What parse_message finds in the message before its KEMAC is there. */
static int
parse_open(const json_t *row, struct parsed *parsed, struct octets *message)
{
    int status = build_message(json_object_get(row, "i_spec"), message);

    return status == TOOL_OK ? parse_message(view(message), parsed) : status;
}

/* Seals the message with a KEMAC that lacks its MAC, and prints it. */
static int
print_sealed(const struct msk_protection *protection, uint64_t encr_alg,
             uint64_t mac_alg, const struct octets *plain,
             const struct octets *open)
{
    struct octets sealed = { malloc(MESSAGE_MAX), open->n };
    int status = TOOL_OK, err;

    if (sealed.p == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    if (open->n <= MESSAGE_MAX)
        memcpy(sealed.p, open->p, open->n);
    err = msk_kemac_seal(protection, (uint8_t)encr_alg, (uint8_t)mac_alg,
                         view(plain), sealed.p, MESSAGE_MAX, &sealed.n);
    if (err == MSK_OK)
        print_hex(sealed.p, sealed.n);
    else
        status = fail_msk(err, "seal");
    free_octets(&sealed);
    return status;
}

static int
seal_row(const struct wishes *w, const json_t *row)
{
    struct octets open = { NULL, 0 }, bare = { NULL, 0 }, plain = { NULL, 0 };
    struct octets rand = { NULL, 0 };
    struct msk_protection protection;
    struct parsed parsed;
    uint64_t encr_alg, mac_alg;
    json_t *spec = NULL;
    int status = TOOL_OK;

    if (!get_int(row, "encr_alg", UINT8_MAX, MSK_ENCR_AES_CM_128, &encr_alg) ||
        !get_int(row, "mac_alg", UINT8_MAX, MSK_MAC_HMAC_SHA1_160, &mac_alg) ||
        !get_octets(row, "rand", &rand) ||
        !keys_of_json(json_object_get(row, "sub"), &plain) ||
        (spec = with_kemac(row, encr_alg, mac_alg, plain.n)) == NULL)
        status = fail(TOOL_MALFORMED, "i_spec, sub, encr_alg, mac_alg, rand",
                      "not as it should be");
    if (status == TOOL_OK)
        status = parse_open(row, &parsed, &bare);
    if (status == TOOL_OK)
        status = protection_of(&parsed, &w->psk,
                               w->rand.p != NULL ? &w->rand : &rand,
                               w->allow_null, &protection);
    if (status == TOOL_OK)
        status = build_message(spec, &open);
    if (status == TOOL_OK)
        status = print_sealed(&protection, encr_alg, mac_alg, &plain, &open);
    json_decref(spec);
    free_octets(&open);
    free_octets(&bare);
    free_octets(&plain);
    free_octets(&rand);
    return status;
}

int
command_seal(int argc, char **argv)
{
    struct wishes w;
    json_t *row;
    int status = take_wishes(argc, argv, &w);

    if (status == TOOL_OK) {
        row = read_json(w.input);
        status = row == NULL ? TOOL_MALFORMED : seal_row(&w, row);
        json_decref(row);
    }
    free_wishes(&w);
    return status;
}

static int
print_keys(struct msk_bytes plain)
{
    json_t *object, *keys = keys_json(plain);

    if (keys == NULL)
        return TOOL_MALFORMED;
    object = json_object();
    json_object_set_new(object, "mac", json_string("ok"));
    json_object_set_new(object, "sub", keys);
    return print_json(object);
}

static int
open_message(const struct wishes *w, struct msk_bytes message)
{
    struct msk_protection protection;
    struct octets plain = { NULL, 0 };
    struct parsed parsed;
    int status = parse_message(message, &parsed), err;

    if (status == TOOL_OK && parsed.last.type != MSK_PAYLOAD_KEMAC)
        status = fail(TOOL_MALFORMED, "the last payload is no KEMAC", "open");
    if (status == TOOL_OK)
        status = protection_of(&parsed, &w->psk, &w->rand, w->allow_null,
                               &protection);
    if (status != TOOL_OK)
        return status;
    plain.n = parsed.last.data.n;
    plain.p = malloc(plain.n + 1);
    if (plain.p == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    err = msk_kemac_open(&protection, message, &parsed.last, plain.p, plain.n);
    status = err == MSK_OK ? print_keys(view(&plain)) : fail_msk(err, "open");
    free_octets(&plain);
    return status;
}

int
command_open(int argc, char **argv)
{
    struct octets message = { NULL, 0 };
    struct wishes w;
    int status = take_wishes(argc, argv, &w);

    if (status == TOOL_OK)
        status = read_message(w.input, &message);
    if (status == TOOL_OK)
        status = open_message(&w, view(&message));
    free_octets(&message);
    free_wishes(&w);
    return status;
}
