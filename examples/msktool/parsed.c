/* SPDX-License-Identifier: MIT */
#include "parsed.h"

#include <stdio.h>
#include <string.h>

#include "../provider.h"

static void
take(struct parsed *parsed, const struct msk_payload *p)
{
    parsed->last = *p;
    if (p->type == MSK_PAYLOAD_RAND && !parsed->has_rand) {
        parsed->has_rand = true;
        parsed->rand = p->data;
    } else if (p->type == MSK_PAYLOAD_T && !parsed->has_ts) {
        parsed->has_ts = true;
        parsed->ts_type = p->kind;
        parsed->ts = p->data;
    } else if (p->type == MSK_PAYLOAD_ID && parsed->n_ids < 2) {
        parsed->id_types[parsed->n_ids] = p->kind;
        parsed->ids[parsed->n_ids++] = p->data;
    }
}

int
parse_message(struct msk_bytes message, struct parsed *parsed)
{
    struct msk_mikey_cursor cursor;
    struct msk_payload p;
    char about[32];
    int err;

    memset(parsed, 0, sizeof *parsed);
    err = msk_mikey_begin_any(&cursor, message, MSK_PAYLOADS_ANY,
                              &parsed->header);
    while (err == MSK_OK) {
        err = msk_mikey_next_any(&cursor, &p);
        if (err != MSK_OK || p.type == MSK_PAYLOAD_LAST)
            break;
        take(parsed, &p);
    }
    if (err == MSK_OK)
        return TOOL_OK;
    snprintf(about, sizeof about, "offset %zu", cursor.at);
    return fail_msk(err, about);
}

/* RFC 3830 6.6, RFC 6043 6.4: T as 64 bits. */
static uint64_t
time_of(const struct parsed *parsed)
{
    uint64_t time = 0;

    for (size_t i = 0; i < parsed->ts.n; i++)
        time = time << 8 | parsed->ts.p[i];
    return parsed->ts_type == MSK_TS_NTP_UTC_32 ? time << 32 : time;
}

int
protection_of(const struct parsed *parsed, const struct octets *psk,
              const struct octets *rand, bool allow_null,
              struct msk_protection *out)
{
    memset(out, 0, sizeof *out);
    if (!parsed->has_ts)
        return fail(TOOL_MALFORMED, "there is no T", "message");
    if (rand->p == NULL && !parsed->has_rand)
        return fail(TOOL_MALFORMED, "there is no RAND, so --rand is needed",
                    "message");
    out->crypto = host_crypto();
    if (out->crypto == NULL)
        return fail(TOOL_USAGE, "does not start", "the crypto provider");
    out->psk = view(psk);
    out->rand = rand->p != NULL ? view(rand) : parsed->rand;
    out->csb_id = parsed->header.csb_id;
    out->prf = parsed->header.prf;
    out->time = time_of(parsed);
    out->allow_null = allow_null;
    return TOOL_OK;
}

void
print_hex(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", p[i]);
    putchar('\n');
}
