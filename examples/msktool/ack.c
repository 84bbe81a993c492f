/* SPDX-License-Identifier: MIT */
/* msktool ack, check-ack: the verification message that answers a request. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "flags.h"
#include "parsed.h"
#include "text.h"

#define MESSAGE_MAX (1u << 17)
#define DATA_TYPE_ACK 1 /* RFC 3830 table 6.1.a, PSK verification message */

enum { PSK, REQUEST, RAND, IDI, IDR, ID_TYPE, NO_ID, MAC_ALG, N_FLAGS };

static const struct flag all_flags[N_FLAGS] = {
    { "--psk", true, false, NULL },    { "--request", true, false, NULL },
    { "--rand", true, false, NULL },   { "--idi", true, false, NULL },
    { "--idr", true, false, NULL },    { "--id-type", true, false, NULL },
    { "--no-id", false, false, NULL }, { "--mac-alg", true, false, NULL },
};

/* What the command line says, and what the request does. */
struct wishes {
    struct flag flags[N_FLAGS];
    struct octets psk, request, rand, idi, idr;
    unsigned long id_type, mac_alg;
    struct parsed parsed;
    struct msk_protection protection;
};

static int
take_wishes(int argc, char **argv, struct wishes *w)
{
    int status;

    memset(w, 0, sizeof *w);
    memcpy(w->flags, all_flags, sizeof all_flags);
    w->mac_alg = MSK_MAC_HMAC_SHA1_160;
    status = take_flags(argc, argv, w->flags, N_FLAGS);
    if (status == TOOL_OK && !(w->flags[PSK].given && w->flags[REQUEST].given))
        status = fail(TOOL_USAGE, "are needed", "--psk and --request");
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[PSK], &w->psk);
    if (status == TOOL_OK)
        status = read_message(w->flags[REQUEST].value, &w->request);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[RAND], &w->rand);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[IDI], &w->idi);
    if (status == TOOL_OK)
        status = flag_hex(&w->flags[IDR], &w->idr);
    if (status == TOOL_OK)
        status = flag_number(&w->flags[MAC_ALG], UINT8_MAX, &w->mac_alg);
    if (status == TOOL_OK)
        status = parse_message(view(&w->request), &w->parsed);
    if (status != TOOL_OK)
        return status;
    w->id_type = w->flags[IDR].given ? 0 : w->parsed.id_types[1];
    status = flag_number(&w->flags[ID_TYPE], UINT8_MAX, &w->id_type);
    return status != TOOL_OK ? status
                             : protection_of(&w->parsed, &w->psk, &w->rand,
                                             false, &w->protection);
}

static void
free_wishes(struct wishes *w)
{
    free_octets(&w->psk);
    free_octets(&w->request);
    free_octets(&w->rand);
    free_octets(&w->idi);
    free_octets(&w->idr);
}

static struct msk_bytes
idr_of(const struct wishes *w)
{
    return w->flags[IDR].given ? view(&w->idr) : w->parsed.ids[1];
}

/* The octets under the MAC; head is the message without it. */
static void
list(const struct wishes *w, struct msk_bytes head, struct msk_v_input *in)
{
    in->message = head;
    in->identity_i = w->flags[IDI].given ? view(&w->idi) : w->parsed.ids[0];
    in->identity_r = idr_of(w);
    in->timestamp = w->parsed.ts;
}

/* HDR T [IDr] V, without the MAC. */
static int
build_head(const struct wishes *w, uint8_t *buf, size_t *len)
{
    struct msk_mikey_header header = { .data_type = DATA_TYPE_ACK };
    struct msk_mikey_builder builder;
    struct msk_payload t = { .type = MSK_PAYLOAD_T }, v = t, id = t;

    header.prf = w->parsed.header.prf;
    header.csb_id = w->parsed.header.csb_id;
    header.map_type = MSK_MAP_EMPTY;
    t.kind = w->parsed.ts_type;
    t.data = w->parsed.ts;
    id.type = MSK_PAYLOAD_ID;
    id.kind = (uint8_t)w->id_type;
    id.data = idr_of(w);
    v.type = MSK_PAYLOAD_V;
    v.kind = (uint8_t)w->mac_alg;
    msk_mikey_build_any(&builder, buf, MESSAGE_MAX, &header);
    msk_mikey_build_add_any(&builder, &t);
    if (id.data.n > 0 && !w->flags[NO_ID].given)
        msk_mikey_build_add_any(&builder, &id);
    msk_mikey_build_add_any(&builder, &v);
    return msk_mikey_build_end(&builder, len);
}

static int
print_ack(const struct wishes *w)
{
    static uint8_t buf[MESSAGE_MAX];
    struct msk_v_input input;
    size_t len = 0, mac_len = 0;
    int err = build_head(w, buf, &len);

    if (err == MSK_OK) {
        list(w, (struct msk_bytes){ buf, len }, &input);
        err = msk_v_mac_make(&w->protection, (uint8_t)w->mac_alg, &input,
                             buf + len, MESSAGE_MAX - len, &mac_len);
    }
    if (err != MSK_OK)
        return fail_msk(err, "ack");
    print_hex(buf, len + mac_len);
    return TOOL_OK;
}

int
command_ack(int argc, char **argv)
{
    struct wishes w;
    int status = take_wishes(argc, argv, &w);

    if (status == TOOL_OK)
        status = print_ack(&w);
    free_wishes(&w);
    return status;
}

static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Before the MAC: is it an answer at all, and to this request? */
static int
check_answer(const struct wishes *w, const struct parsed *ack)
{
    const struct msk_mikey_header *header = &ack->header;

    if (header->data_type != DATA_TYPE_ACK || ack->last.type != MSK_PAYLOAD_V)
        return fail(TOOL_MALFORMED, "is not a verification message",
                    "check-ack");
    if (header->csb_id != w->parsed.header.csb_id ||
        header->prf != w->parsed.header.prf ||
        ack->ts_type != w->parsed.ts_type || !same(ack->ts, w->parsed.ts))
        return fail(TOOL_MALFORMED, "answers another request", "check-ack");
    return TOOL_OK;
}

static int
check_ack(const struct wishes *w, struct msk_bytes message)
{
    struct msk_v_input input;
    struct parsed ack;
    int status = parse_message(message, &ack), err;

    if (status == TOOL_OK)
        status = check_answer(w, &ack);
    if (status != TOOL_OK)
        return status;
    message.n -= ack.last.tail.n;
    list(w, message, &input);
    if (!w->flags[IDR].given && ack.n_ids > 0)
        input.identity_r = ack.ids[0];
    err = msk_v_mac_check(&w->protection, ack.last.kind, &input, ack.last.tail);
    if (err != MSK_OK)
        return fail_msk(err, "check-ack");
    puts("{\"mac\":\"ok\"}");
    return TOOL_OK;
}

int
command_check_ack(int argc, char **argv)
{
    struct octets message = { NULL, 0 };
    struct wishes w;
    int status;

    if (argc < 1)
        return fail(TOOL_USAGE, "there is no message", "usage");
    status = take_wishes(argc - 1, argv, &w);
    if (status == TOOL_OK)
        status = read_message(argv[argc - 1], &message);
    if (status == TOOL_OK)
        status = check_ack(&w, view(&message));
    free_octets(&message);
    free_wishes(&w);
    return status;
}
