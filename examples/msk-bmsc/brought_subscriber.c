/* SPDX-License-Identifier: MIT */
#include "brought_subscriber.h"

#include <string.h>

#include "services.h"

#define NOBODY_KEY 32 /* octets */

static const char bad_kind[] =
    "btid or keys are missing, or a value is of another kind";

/* None, or all of them. */
static bool
take_keys(const json_t *object, struct brought_subscriber *s)
{
    struct secrecy_keys *keys = &s->keys;
    const char *name =
        json_object_get(object, "k_af") != NULL ? "k_af" : "ks_naf";

    if (!input_json_hex(object, name, s->ks_naf, sizeof s->ks_naf,
                        &s->ks_naf_n))
        return false;
    if (s->ks_naf_n > 0)
        return s->ks_naf_n == sizeof s->ks_naf;
    return input_json_hex(object, "muk", keys->muk, sizeof keys->muk,
                          &keys->muk_n) &&
           input_json_hex(object, "mrk", keys->mrk, sizeof keys->mrk,
                          &keys->mrk_n) &&
           (keys->muk_n > 0) == (keys->mrk_n > 0);
}

/* A name, cut if it is longer than any may be: then the library refuses it. */
static void
take_name(char *out, size_t cap, const char *name)
{
    size_t n = strlen(name);

    n = n < cap ? n : cap - 1;
    memcpy(out, name, n);
    out[n] = '\0';
}

/* Who will bootstrap has keys that nobody knows and that have ended, under a
 * name that no BSF gives: as unknown as any (decision 43). */
static bool
take_nobody(struct brought_subscriber *s, const char *impi)
{
    const struct msk_random *random = &host_randomness;
    struct secrecy_keys *keys = &s->keys;

    keys->muk_n = keys->mrk_n = NOBODY_KEY;
    s->drawn = true;
    s->expires = 1;
    take_name(s->impi, sizeof s->impi, impi);
    s->btid[0] = ' ';
    take_name(s->btid + 1, sizeof s->btid - 1, impi);
    return random->fill(random->user, keys->muk, keys->muk_n) == 0 &&
           random->fill(random->user, keys->mrk, keys->mrk_n) == 0;
}

/* Who is at a BSF has nothing in the line but a name. */
static const char *
take_identity(const struct host *h, const json_t *object,
              struct brought_subscriber *s)
{
    const char *btid, *impi;
    bool waits;

    if (!input_json_text(object, "btid", &btid) ||
        !input_json_text(object, "impi", &impi) || !take_keys(object, s))
        return bad_kind;
    waits = btid == NULL && impi != NULL && impi[0] != '\0' &&
            s->ks_naf_n + s->keys.muk_n == 0 && h->options.bsf.url != NULL &&
            s->expires == 0 && s->age == 0;
    if (!waits && (btid == NULL || s->ks_naf_n + s->keys.muk_n == 0))
        return bad_kind;
    impi = impi != NULL ? impi : btid;
    if (strlen(impi) >= sizeof s->impi ||
        (btid != NULL && strlen(btid) >= sizeof s->btid))
        return brought_refused;
    if (waits)
        return take_nobody(s, impi) ? NULL : "there is no randomness";
    take_name(s->btid, sizeof s->btid, btid);
    take_name(s->impi, sizeof s->impi, impi);
    return NULL;
}

static const char *
take_values(const struct host *h, const json_t *object,
            struct brought_subscriber *s)
{
    const json_t *expires = json_object_get(object, "expires");
    const json_t *age = json_object_get(object, "age");
    const char *address, *why;

    if (!input_json_text(object, "address", &address) ||
        (expires != NULL && !json_is_integer(expires)) ||
        (age != NULL && !json_is_integer(age)))
        return bad_kind;
    s->expires = json_integer_value(expires);
    s->age = json_integer_value(age);
    if (s->expires < 0 || s->age < 0)
        return bad_kind;
    why = take_identity(h, object, s);
    if (why != NULL)
        return why;
    if (address != NULL && !address_parse(address, &s->address))
        return "address is no IP:PORT";
    return services_take(object, s->services)
               ? NULL
               : "services is no list of texts, or too long";
}

static const char *const members[] = {
    "btid", "impi",    "ks_naf", "k_af",     "muk",
    "mrk",  "expires", "age",    "services", "address",
};

const char *
brought_subscriber_take(const struct host *h, const json_t *object,
                        struct brought_subscriber *s)
{
    const char *why =
        input_json_unknown(object, members, sizeof members / sizeof members[0]);

    memset(s, 0, sizeof *s);
    return why != NULL ? why : take_values(h, object, s);
}
