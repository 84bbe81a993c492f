/* SPDX-License-Identifier: MIT */
#include "mgvf/key_servers.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/held.h"
#include "mikey/tlv.h"

#define ENCR_NULL 0
#define ENCR_MAX 8      /* the last that is known */
#define ENCR_KEY_MIN 16 /* octets; RFC 3711 8.2, RFC 6188 */
#define AUTH_KEY_MIN 20 /* octets, of HMAC-SHA-1 in SRTP; RFC 3711 8.2 */
#define MAC_MIN 4       /* RFC 3711 7.5 */

/* --- which one ------------------------------------------------------------ */

int
msk_server_find(enum msk_layout layout, const struct msk_message *message,
                struct msk_bytes *fqdn)
{
    if (layout == MSK_LAYOUT_CSB)
        return fqdn->n > 0 ? MSK_OK : MSK_ERR_ARGUMENT;
    if (fqdn->n > 0 && !msk_fqdn_same(*fqdn, message->idi))
        return MSK_ERR_NOT_MINE;
    *fqdn = message->idi;
    return MSK_OK;
}

/* --- MUKs ----------------------------------------------------------------- */

size_t
msk_server_keys_find(const struct msk_server_keys *keys, struct msk_bytes btid)
{
    for (size_t i = 0; i < keys->n; i++)
        if (msk_octets_are(btid, keys->muk[i].btid, keys->muk[i].btid_len))
            return i;
    return 2;
}

static bool
same_key(const struct msk_server_muk *muk, struct msk_bytes key)
{
    return muk->key_len == key.n && msk_secret_equal(muk->key, key.p, key.n);
}

/* The last generated MUK is replaced; if it was ever used it stays as the
 * last used one. */
static void
generate(struct msk_server_keys *keys, struct msk_bytes btid,
         struct msk_bytes key)
{
    struct msk_server_muk *muk = &keys->muk[MSK_MUK_GENERATED];

    if (keys->n > 0 && muk->has_counter) {
        memcpy(&keys->muk[MSK_MUK_USED], muk, sizeof *muk);
        keys->n = 2;
    }
    if (keys->n == 0)
        keys->n = 1;
    msk_secret_wipe(muk, sizeof *muk);
    memcpy(muk->btid, btid.p, btid.n);
    muk->btid_len = (uint8_t)btid.n;
    memcpy(muk->key, key.p, key.n);
    muk->key_len = (uint8_t)key.n;
}

/* Decision 27: what is not newer than the newest that ever was, and not held,
 * may have been held once; its counter is gone. */
int
msk_server_keys_set(struct msk_server_keys *keys, struct msk_bytes btid,
                    struct msk_bytes key, uint64_t age, bool *changed)
{
    size_t i = msk_server_keys_find(keys, btid);
    bool newer = keys->n == 0 || age > keys->age;

    *changed = false;
    if (i < 2 && !same_key(&keys->muk[i], key))
        return MSK_ERR_CONFLICT;
    if (i == 2 && !newer)
        return MSK_ERR_OLD_KEY;
    if (i == 2)
        generate(keys, btid, key);
    if (newer)
        keys->age = age;
    *changed = newer;
    return MSK_OK;
}

bool
msk_server_keys_fresh(const struct msk_server_keys *keys, size_t i,
                      uint32_t counter)
{
    return !keys->muk[i].has_counter ||
           msk_serial_newer(counter, keys->muk[i].counter);
}

void
msk_server_keys_used(struct msk_server_keys *keys, size_t i, uint32_t counter)
{
    keys->muk[i].has_counter = true;
    keys->muk[i].counter = counter;
    if (i == MSK_MUK_GENERATED && keys->n == 2) {
        msk_secret_wipe(&keys->muk[MSK_MUK_USED],
                        sizeof keys->muk[MSK_MUK_USED]);
        keys->n = 1;
    }
}

/* --- owners --------------------------------------------------------------- */

/* Any key server that may be known has a tag of its own: 8 octets of a hash of
 * its name, the same however the name is written. */
int
msk_owners_tag(const struct msk_crypto *crypto, struct msk_bytes fqdn,
               uint8_t tag[MSK_OWNER_TAG])
{
    uint8_t name[MSK_FQDN_MAX], digest[MSK_HASH_MAX] = { 0 };
    struct msk_bytes in = { name, fqdn.n };
    int err = MSK_OK;

    msk_fqdn_fold(fqdn, name);
    if (fqdn.n > 0 &&
        crypto->hash(crypto->user, MSK_HASH_SHA256, &in, 1, digest) != 0)
        err = MSK_ERR_CRYPTO;
    memcpy(tag, digest, MSK_OWNER_TAG);
    return err;
}

/* Where the owner of that tag stands; n: it is none. */
static size_t
find_owner(const struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG])
{
    size_t i = 0;

    while (i < owners->n &&
           memcmp(owners->owner[i].tag, tag, MSK_OWNER_TAG) != 0)
        i++;
    return i;
}

bool
msk_owners_has(const struct msk_owners *owners,
               const uint8_t tag[MSK_OWNER_TAG])
{
    return find_owner(owners, tag) < owners->n;
}

bool
msk_owners_has_host(const struct msk_owners *owners)
{
    static const uint8_t host[MSK_OWNER_TAG];

    return msk_owners_has(owners, host);
}

/* Decision 29. */
int
msk_owners_check(const struct msk_owners *owners,
                 const struct msk_crypto *crypto, struct msk_bytes fqdn)
{
    uint8_t tag[MSK_OWNER_TAG];
    int err;

    if (msk_owners_has_host(owners))
        return MSK_OK;
    err = msk_owners_tag(crypto, fqdn, tag);
    if (err == MSK_OK && !msk_owners_has(owners, tag))
        err = MSK_ERR_NOT_MINE;
    return err;
}

int
msk_owners_add(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG],
               enum msk_require require, bool *changed)
{
    size_t i = find_owner(owners, tag);

    *changed = i == owners->n || owners->owner[i].require != (uint8_t)require;
    if (i == MSK_OWNERS_MAX)
        return MSK_ERR_LIMIT;
    if (i == owners->n)
        owners->n++;
    memcpy(owners->owner[i].tag, tag, MSK_OWNER_TAG);
    owners->owner[i].require = (uint8_t)require;
    return MSK_OK;
}

bool
msk_owners_remove(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG])
{
    size_t i = find_owner(owners, tag);

    if (i == owners->n)
        return false;
    for (owners->n--; i < owners->n; i++)
        memcpy(&owners->owner[i], &owners->owner[i + 1],
               sizeof owners->owner[i]);
    memset(&owners->owner[i], 0, sizeof owners->owner[i]);
    return true;
}

uint8_t
msk_owners_require(const struct msk_owners *owners)
{
    unsigned require = MSK_REQUIRE_NOTHING;

    for (size_t i = 0; i < owners->n; i++)
        require |= owners->owner[i].require;
    return (uint8_t)require;
}

/* --- what must stay on ---------------------------------------------------- */

/* Of ciphers that authenticate by themselves the octets of a tag: SEED-CCM,
 * SEED-GCM (RFC 5669), AES-GCM (RFC 7714), ARIA-GCM (RFC 8269). 0: another. */
static uint32_t
aead_tag(uint32_t encr)
{
    switch (encr) {
    case 4: return 10;
    case 5: return 12;
    case 6:
    case 8: return 16;
    default: return 0;
    }
}

static bool
is_confidential(const struct msk_srtp_policy *policy)
{
    const uint32_t *v = policy->value;

    return v[MSK_SRTP_ENCR_ALG] != ENCR_NULL &&
           v[MSK_SRTP_ENCR_ALG] <= ENCR_MAX &&
           v[MSK_SRTP_ENCR_KEY_LEN] >= ENCR_KEY_MIN &&
           v[MSK_SRTP_SRTP_ENCR] != 0;
}

static bool
has_roc(uint32_t auth)
{
    return auth == MSK_SRTP_AUTH_RCCM1 || auth == MSK_SRTP_AUTH_RCCM2;
}

/* Octets of the MAC in a tag of RTP, whose length counts a ROC (RFC 4771 4). */
static uint32_t
rtp_mac_len(const struct msk_srtp_policy *policy, enum msk_srtp_param tag)
{
    uint32_t len = policy->value[tag];
    uint32_t auth = policy->value[MSK_SRTP_SRTP_AUTH_ALG];

    if (!has_roc(auth))
        return len;
    return len > MSK_SRTP_ROC_LEN ? len - MSK_SRTP_ROC_LEN : 0;
}

/* RTCP has no ROC: of a tag for both the MAC is what it is for RTP. */
static uint32_t
rtcp_mac_len(const struct msk_srtp_policy *policy)
{
    return msk_srtp_policy_has(policy, MSK_SRTP_SRTCP_TAG_LEN)
               ? policy->value[MSK_SRTP_SRTCP_TAG_LEN]
               : rtp_mac_len(policy, MSK_SRTP_TAG_LEN);
}

/* In every packet. */
static bool
has_mac(const struct msk_srtp_policy *policy)
{
    const uint32_t *v = policy->value;
    uint32_t auth = v[MSK_SRTP_SRTP_AUTH_ALG];

    return v[MSK_SRTP_AUTH] != 0 &&
           (auth == MSK_SRTP_AUTH_HMAC_SHA1 || has_roc(auth)) &&
           (auth != MSK_SRTP_AUTH_RCCM1 || v[MSK_SRTP_R] == 1) &&
           v[MSK_SRTP_SRTP_AUTH_KEY_LEN] >= AUTH_KEY_MIN &&
           rtp_mac_len(policy, MSK_SRTP_SRTP_TAG_LEN) >= MAC_MIN;
}

/* RTCP has a MAC whatever the SP says (RFC 3711 3.4), but not always a good
 * one. */
static bool
has_rtcp_mac(const struct msk_srtp_policy *policy)
{
    return policy->value[MSK_SRTP_SRTCP_AUTH_KEY_LEN] >= AUTH_KEY_MIN &&
           rtcp_mac_len(policy) >= MAC_MIN;
}

static bool
is_authentic(const struct msk_srtp_policy *policy)
{
    uint32_t tag = aead_tag(policy->value[MSK_SRTP_ENCR_ALG]);

    if (tag > 0)
        return is_confidential(policy) &&
               policy->value[MSK_SRTP_AEAD_TAG_LEN] >= tag;
    return has_mac(policy) && has_rtcp_mac(policy);
}

int
msk_policy_check(uint8_t require, struct msk_bytes sp)
{
    struct msk_srtp_policy policy;
    int err = msk_srtp_policy_get(sp, &policy);

    if (err != MSK_OK)
        return err;
    if ((require & MSK_REQUIRE_CONFIDENTIALITY) != 0 &&
        !is_confidential(&policy))
        return MSK_ERR_POLICY;
    if ((require & MSK_REQUIRE_INTEGRITY) != 0 && !is_authentic(&policy))
        return MSK_ERR_POLICY;
    return MSK_OK;
}
