/* SPDX-License-Identifier: MIT */
/* BootstrappingInfo, TS 24.109 C.1; and the name of what was bootstrapped. */
#include <string.h>

#include "base/octets.h"
#include "http/date.h"
#include "http/digest_text.h"
#include "http/http_message.h"
#include "http/xml_text.h"
#include "msk/base64.h"
#include "msk/ub.h"

#define UB_NAMESPACE "uri:3gpp-gba"
#define UB_ROOT "BootstrappingInfo"
#define UB_MEDIA_TYPE "application/vnd.3gpp.bsf+xml"

enum ub_node { UB_BTID = MSK_XML_ROOT + 1, UB_LIFETIME };

static const struct msk_xml_rule ub_rules[] = {
    { MSK_XML_ROOT, UB_BTID, "btid" },
    { MSK_XML_ROOT, UB_LIFETIME, "lifetime" },
};

struct msk_bytes
msk_ub_media_type(void)
{
    return msk_text(UB_MEDIA_TYPE);
}

int
msk_ub_btid(const struct msk_aka_challenge *challenge, struct msk_bytes fqdn,
            struct msk_ub_info *info)
{
    struct msk_bytes rand;
    size_t n;

    if (challenge == NULL || info == NULL ||
        !msk_digest_visible(fqdn, MSK_FQDN_MAX) ||
        msk_base64_len(MSK_AKA_RAND_LEN) + 1 + fqdn.n > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    rand = (struct msk_bytes){ challenge->rand, MSK_AKA_RAND_LEN };
    (void)msk_base64_encode(rand, info->btid, sizeof info->btid, &n);
    info->btid[n] = '@';
    memcpy(info->btid + n + 1, fqdn.p, fqdn.n);
    info->btid_len = n + 1 + fqdn.n;
    return MSK_OK;
}

int
msk_ub_info_write(const struct msk_ub_info *info, uint8_t *buf, size_t cap,
                  size_t *len)
{
    uint8_t moment[MSK_XML_MOMENT_LEN];
    struct msk_bytes btid;
    struct msk_writer w;

    if (info == NULL || len == NULL || info->btid_len > MSK_BTID_MAX)
        return MSK_ERR_ARGUMENT;
    btid = (struct msk_bytes){ info->btid, info->btid_len };
    if (!msk_digest_visible(btid, MSK_BTID_MAX) ||
        !msk_xml_moment_write(info->expires / 1000, moment))
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    msk_xml_put_root(&w, UB_ROOT, UB_NAMESPACE);
    msk_xml_put_tag(&w, "btid", false);
    msk_xml_put_text(&w, btid);
    msk_xml_put_tag(&w, "btid", true);
    msk_xml_put_tag(&w, "lifetime", false);
    msk_writer_put(&w, moment, sizeof moment);
    msk_xml_put_tag(&w, "lifetime", true);
    msk_xml_put_tag(&w, UB_ROOT, true);
    return msk_writer_end(&w, len);
}

/* --- reading ----------------------------------------------------------------- */

struct ub_reading {
    struct msk_xml_walk walk;
    unsigned has;
    struct msk_ub_info info;
};

static int
on_ub_start(void *arg, struct msk_bytes ns, struct msk_bytes name,
            const struct msk_xml_attribute *attributes, size_t n)
{
    struct ub_reading *r = arg;
    uint8_t node;
    int err = msk_xml_walk_start(&r->walk, ns, name, &node);

    (void)attributes;
    (void)n;
    if (err != MSK_OK)
        return err;
    if ((r->has & MSK_XML_BIT(node)) != 0)
        return MSK_ERR_VALUE;
    r->has |= MSK_XML_BIT(node);
    return MSK_OK;
}

static int
on_ub_end(void *arg, struct msk_bytes ns, struct msk_bytes name,
          struct msk_bytes text)
{
    struct ub_reading *r = arg;
    uint64_t seconds;

    (void)ns;
    (void)name;
    switch (msk_xml_walk_end(&r->walk)) {
    case UB_BTID:
        if (!msk_digest_visible(text, MSK_BTID_MAX))
            return MSK_ERR_VALUE;
        memcpy(r->info.btid, text.p, text.n);
        r->info.btid_len = text.n;
        return MSK_OK;
    case UB_LIFETIME:
        if (!msk_xml_moment_read(text, &seconds))
            return MSK_ERR_VALUE;
        r->info.expires = seconds * 1000;
        return MSK_OK;
    default: return MSK_OK;
    }
}

int
msk_ub_info_read(const struct msk_xml *xml, struct msk_bytes content_type,
                 struct msk_bytes body, struct msk_ub_info *info)
{
    static const struct msk_xml_sink events = { on_ub_start, on_ub_end };
    const unsigned both = MSK_XML_BIT(UB_BTID) | MSK_XML_BIT(UB_LIFETIME);
    struct ub_reading r;
    int err;

    if (xml == NULL || xml->size < MSK_SIZE_UPTO(msk_xml, read) ||
        xml->read == NULL || info == NULL)
        return MSK_ERR_ARGUMENT;
    if (!msk_media_type_is(content_type, UB_MEDIA_TYPE))
        return MSK_ERR_MEDIA_TYPE;
    memset(&r, 0, sizeof r);
    msk_xml_walk_init(&r.walk, UB_NAMESPACE, UB_ROOT, ub_rules,
                      sizeof ub_rules / sizeof ub_rules[0]);
    err = xml->read(xml->user, body, &events, &r);
    if (err == MSK_OK && (r.has & both) != both)
        err = MSK_ERR_MISSING;
    if (err == MSK_OK)
        *info = r.info;
    return err;
}
