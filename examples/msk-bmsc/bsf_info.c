/* SPDX-License-Identifier: MIT */
#include "bsf_info.h"

#include <string.h>

#include "../gba/moment.h"
#include "../hosts/input.h"

#define UA_MBMS "0100000001" /* TS 33.220 H.3: TS 33.246 */

char *
bsf_info_ask(struct msk_bytes btid, const char *fqdn)
{
    json_t *question =
        json_pack("{s:s%, s:{s:s, s:s}}", "btId", (const char *)btid.p, btid.n,
                  "nafId", "nafFqdn", fqdn, "uaSecProtId", UA_MBMS);
    char *text = json_dumps(question, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(question);
    return text;
}

/* Visible ASCII, as many as an identity may have. */
static bool
take_impi(struct bsf_info *out, const char *impi, size_t n)
{
    if (n == 0 || n >= sizeof out->impi)
        return false;
    for (size_t i = 0; i < n; i++)
        if (impi[i] <= ' ' || impi[i] > '~')
            return false;
    memcpy(out->impi, impi, n);
    out->impi[n] = '\0';
    return true;
}

/* A moment that need not be there. False: something else is. */
static bool
take_moment(const json_t *object, const char *name, msk_time otherwise,
            msk_time *out)
{
    const char *text;

    *out = otherwise;
    return input_json_text(object, name, &text) &&
           (text == NULL || moment_read(text, out));
}

static const char *
take_members(const json_t *object, struct msk_bytes btid, msk_time now,
             struct bsf_info *out)
{
    const json_t *impi = json_object_get(object, "impi");
    msk_time created;
    size_t n;

    if (!input_json_hex(object, "meKeyMaterial", out->ks_naf,
                        sizeof out->ks_naf, &n) ||
        n != sizeof out->ks_naf)
        return "meKeyMaterial is no key";
    if (impi != NULL
            ? !take_impi(out, json_string_value(impi), json_string_length(impi))
            : !take_impi(out, (const char *)btid.p, btid.n))
        return "impi is no name";
    if (!take_moment(object, "keyExpiryTime", MSK_NEVER, &out->expires) ||
        !take_moment(object, "bootstrappingInfoCreationTime", now, &created))
        return "a time is none";
    out->age = created;
    return NULL;
}

const char *
bsf_info_read(const char *body, size_t n, struct msk_bytes btid, msk_time now,
              struct bsf_info *out)
{
    json_t *object = json_loadb(body, n, JSON_REJECT_DUPLICATES, NULL);
    const char *why = "it is no JSON object";

    memset(out, 0, sizeof *out);
    if (json_is_object(object))
        why = take_members(object, btid, now, out);
    if (why != NULL)
        msk_wipe(out, sizeof *out);
    json_decref(object);
    return why;
}
