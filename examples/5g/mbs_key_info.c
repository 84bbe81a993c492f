/* SPDX-License-Identifier: MIT */
/* MbsKeyInfo and MbsSecurityContext of TS 29.571; see decision 39. */
#include <string.h>

#include "mbs_member.h"

static const char *
take_name(const json_t *info, struct mbs_key_info *k)
{
    uint8_t id[4];
    size_t n;

    if (!mbs_member_octets(info, "keyDomainId", k->id.domain, 3, &n) || n != 3)
        return "keyDomainId is not 3 octets in base64";
    if (!mbs_member_octets(info, "mskId", id, sizeof id, &n) || n != 4)
        return "mskId is not 4 octets in base64";
    k->id.group = (uint16_t)(id[0] << 8 | id[1]);
    k->id.number = (uint16_t)(id[2] << 8 | id[3]);
    if (k->id.group == 0 || k->id.number == 0)
        return "mskId has a Key Group or a Key Number of 0";
    return NULL;
}

static bool
is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}

static const char *
take_msk(const json_t *info, struct mbs_key_info *k)
{
    if (!mbs_member_octets(info, "msk", k->msk, sizeof k->msk, &k->msk_len) ||
        (json_object_get(info, "msk") != NULL && !is_key_len(k->msk_len)))
        return "msk is not 16, 24 or 32 octets in base64";
    if (!mbs_member_moment(info, "mskLifetime", &k->expires))
        return "mskLifetime is no moment (RFC 3339)";
    return NULL;
}

/* A key, or a key and its salt. */
static bool
take_mtk_value(const uint8_t *p, size_t n, struct msk_mtk *mtk)
{
    bool salted = n > MSK_SALT_MAX && is_key_len(n - MSK_SALT_MAX);

    if (!is_key_len(n) && !salted)
        return false;
    mtk->salt_len = salted ? MSK_SALT_MAX : 0;
    mtk->key_len = n - mtk->salt_len;
    memcpy(mtk->key, p, mtk->key_len);
    memcpy(mtk->salt, p + mtk->key_len, mtk->salt_len);
    return true;
}

static const char *
take_mtk(const json_t *info, struct mbs_key_info *k)
{
    bool has_id = json_object_get(info, "mtkId") != NULL;
    bool has_mtk = json_object_get(info, "mtk") != NULL, fine;
    uint8_t id[2], mtk[MSK_KEY_MAX + MSK_SALT_MAX];
    size_t n;

    if (has_id != has_mtk)
        return "mtkId and mtk come together";
    if (!has_id)
        return NULL;
    if (!mbs_member_octets(info, "mtkId", id, sizeof id, &n) || n != 2)
        return "mtkId is not 2 octets in base64";
    k->mtk_id = (uint16_t)(id[0] << 8 | id[1]);
    if (k->mtk_id == 0 || k->mtk_id == 0xFFFF)
        return "mtkId is 0 or 65535";
    fine = mbs_member_octets(info, "mtk", mtk, sizeof mtk, &n) &&
           take_mtk_value(mtk, n, &k->mtk);
    msk_wipe(mtk, sizeof mtk);
    return fine ? NULL : "mtk is no key, nor a key and a salt, in base64";
}

const char *
mbs_key_info_read(const json_t *info, struct mbs_key_info *k)
{
    const char *why;

    memset(k, 0, sizeof *k);
    if (!json_is_object(info))
        return "MbsKeyInfo is no object";
    why = take_name(info, k);
    if (why == NULL)
        why = take_msk(info, k);
    if (why == NULL)
        why = take_mtk(info, k);
    if (why != NULL)
        msk_wipe(k, sizeof *k);
    return why;
}

const char *
mbs_context_read(const json_t *context, struct mbs_key_info *out, size_t cap,
                 size_t *n)
{
    const json_t *list = json_object_get(context, "keyList"), *one;
    const char *why = NULL, *name;

    *n = 0;
    if (list == NULL) {
        *n = 1;
        return cap < 1 ? "no room" : mbs_key_info_read(context, out);
    }
    if (json_object_size(list) == 0)
        return "keyList is no map of keys";
    if (json_object_size(list) > cap)
        return "keyList has too many keys";
    json_object_foreach((json_t *)(uintptr_t)list, name, one)
    {
        if (why == NULL)
            why = mbs_key_info_read(one, &out[(*n)++]);
    }
    if (why != NULL)
        msk_wipe(out, *n * sizeof *out);
    return why;
}

/* --- and out of it -------------------------------------------------------- */

static bool
add_mtk(json_t *info, const struct mbs_key_info *k)
{
    const uint8_t id[2] = { (uint8_t)(k->mtk_id >> 8),
                            (uint8_t)(k->mtk_id & 0xFF) };
    uint8_t mtk[MSK_KEY_MAX + MSK_SALT_MAX];
    bool fine;

    memcpy(mtk, k->mtk.key, k->mtk.key_len);
    memcpy(mtk + k->mtk.key_len, k->mtk.salt, k->mtk.salt_len);
    fine = mbs_member_add_octets(info, "mtkId", id, sizeof id) &&
           mbs_member_add_octets(info, "mtk", mtk,
                                 k->mtk.key_len + k->mtk.salt_len);
    msk_wipe(mtk, sizeof mtk);
    return fine;
}

json_t *
mbs_key_info_write(const struct mbs_key_info *k)
{
    const uint8_t id[4] = { (uint8_t)(k->id.group >> 8),
                            (uint8_t)(k->id.group & 0xFF),
                            (uint8_t)(k->id.number >> 8),
                            (uint8_t)(k->id.number & 0xFF) };
    json_t *info = json_object();

    if (mbs_member_add_octets(info, "keyDomainId", k->id.domain, 3) &&
        mbs_member_add_octets(info, "mskId", id, sizeof id) &&
        (k->msk_len == 0 ||
         mbs_member_add_octets(info, "msk", k->msk, k->msk_len)) &&
        (k->expires == 0 ||
         mbs_member_add_moment(info, "mskLifetime", k->expires)) &&
        (k->mtk_id == 0 || add_mtk(info, k)))
        return info;
    json_decref(info);
    return NULL;
}

/* The keys of the map mean nothing: they are numbered. */
json_t *
mbs_context_write(const struct mbs_key_info *info, size_t n)
{
    json_t *list = json_object();
    char name[] = "0";

    for (size_t i = 0; i < n && i < 10; i++, name[0]++)
        if (json_object_set_new(list, name, mbs_key_info_write(&info[i])) !=
            0) {
            json_decref(list);
            return NULL;
        }
    return json_pack("{so}", "keyList", list);
}

/* --- into the structs of the library -------------------------------------- */

#define SEQ_MAX 0xFFFE /* decision 39: the whole interval */

bool
mbs_key_info_import(const struct mbs_key_info *k, struct msk_import *out)
{
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->id = k->id;
    out->key = (struct msk_bytes){ k->msk, k->msk_len };
    out->seq_high = SEQ_MAX;
    out->expires = k->expires;
    out->mtk_id = k->mtk_id;
    out->mtk = (struct msk_bytes){ k->mtk.key, k->mtk.key_len };
    out->mtk_salt = (struct msk_bytes){ k->mtk.salt, k->mtk.salt_len };
    return k->msk_len > 0;
}

bool
mbs_key_info_group(const struct mbs_key_info *k,
                   struct msk_key_group_config *out)
{
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->id = k->id;
    out->key_len = (uint8_t)k->msk_len;
    out->msk = (struct msk_bytes){ k->msk, k->msk_len };
    return k->msk_len > 0;
}

bool
mbs_key_info_next(const struct mbs_key_info *k, const uint8_t rand[16],
                  struct msk_key_group_next *out)
{
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->number = k->id.number;
    out->msk = (struct msk_bytes){ k->msk, k->msk_len };
    out->rand = (struct msk_bytes){ rand, 16 };
    return k->msk_len > 0;
}

bool
mbs_key_info_of(const struct msk_key_group *group, enum msk_key_group_role role,
                msk_time expires, struct mbs_key_info *out)
{
    struct msk_key_group_msk msk = { .size = sizeof msk };

    memset(out, 0, sizeof *out);
    if (!msk_key_group_get(group, role, &msk))
        return false;
    out->id = msk.id;
    memcpy(out->msk, msk.msk.p, msk.msk.n);
    out->msk_len = msk.msk.n;
    out->expires = expires;
    return true;
}
