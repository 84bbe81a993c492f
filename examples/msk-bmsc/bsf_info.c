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

/* Of a UE whose UICC has the keys of MBMS (decision 41). */
static void
use_uicc(const uint8_t ks_int_naf[32], const uint8_t ks_ext_naf[32],
         struct secrecy_keys *keys)
{
    memcpy(keys->muk, ks_int_naf, 32);
    memcpy(keys->mrk, ks_ext_naf, 32);
    keys->muk_n = 32;
    keys->mrk_n = 32;
}

static const char *
take_keys(const json_t *object, struct secrecy_keys *keys)
{
    uint8_t me[32], uicc[32];
    size_t n, uicc_n;
    int err = MSK_OK;
    const char *why = NULL;

    if (!input_json_hex(object, "meKeyMaterial", me, sizeof me, &n) ||
        n != sizeof me)
        why = "meKeyMaterial is no key";
    else if (!input_json_hex(object, "uiccKeyMaterial", uicc, sizeof uicc,
                             &uicc_n) ||
             (uicc_n != 0 && uicc_n != sizeof uicc))
        why = "uiccKeyMaterial is no key";
    else if (uicc_n > 0)
        use_uicc(uicc, me, keys);
    else
        err = secrecy_derive(me, keys);
    msk_wipe(me, sizeof me);
    msk_wipe(uicc, sizeof uicc);
    return err == MSK_OK ? why : msk_err_text(err);
}

static const char *
take_members(const json_t *object, struct msk_bytes btid, msk_time now,
             struct bsf_info *out)
{
    const json_t *impi = json_object_get(object, "impi");
    const char *why = take_keys(object, &out->keys);
    msk_time created;

    if (why != NULL)
        return why;
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
