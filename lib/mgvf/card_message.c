/* SPDX-License-Identifier: MIT */
/* Messages on a UICC: what the ME checks, what the card is asked, and what its
 * answers mean. */
#include <string.h>

#include "base/octets.h"
#include "mgvf/card.h"
#include "mgvf/held.h"
#include "mgvf/key_servers.h"

#define SUCCESS 0xDB /* first octet of a reply that is one */

/* More status words of the MBMS security context, TS 31.102 7.3.1. */
#define NOT_NOW 0x6985
#define BAD_MAC 0x9862
#define NOT_FRESH 0x9865
#define NO_ROOM_MSK 0x9866
#define NO_ROOM_MUK 0x9867
#define BAD_DATA 0x6A80

/* --- replies ------------------------------------------------------------- */

/* What stands in a reply after the octet of success. */
static bool
get_reply(const struct msk_uicc *u, struct msk_bytes *body)
{
    struct msk_bytes reply = { u->reply, u->reply_len };
    size_t used;

    if (!msk_uicc_is_fine(u) ||
        !msk_card_get_object(reply, MSK_CARD_OBJECT, body, &used) ||
        used != reply.n || body->n == 0 || body->p[0] != SUCCESS)
        return false;
    body->p++;
    body->n--;
    return true;
}

static int
error_of(uint16_t status)
{
    switch (status) {
    case BAD_MAC: return MSK_ERR_MAC;
    case BAD_DATA: return MSK_ERR_VALUE;
    case NO_ROOM_MSK:
    case NO_ROOM_MUK: return MSK_ERR_LIMIT;
    default: return MSK_ERR_CARD;
    }
}

static void
tell_sp(struct msk_uicc *u)
{
    memcpy(u->sp, u->group->sp, u->group->sp_len);
    u->result.sp.p = u->sp;
    u->result.sp.n = u->group->sp_len;
}

/* --- MSK messages -------------------------------------------------------- */

/* TS 33.246 6.4.6 step 5: what the message says on SRTP goes live with it. */
static void
keep_card_sp(struct msk_uicc *u)
{
    const struct msk_message *m = &u->message;

    if (!m->has_sp)
        return;
    if (m->sp.n > 0)
        memcpy(u->group->sp, m->sp.p, m->sp.n);
    u->group->sp_len = (uint8_t)m->sp.n;
}

/* Step 6: a pull is found out by the ME. What the card returns is sent back
 * only if it was asked for. */
static int
take_msk(struct msk_uicc *u, struct msk_bytes verification)
{
    struct msk_mgvf_result *result = &u->result;

    if (verification.n > MSK_ACK_MAX)
        return MSK_ERR_CARD;
    result->outcome = MSK_OUTCOME_PULL;
    if (u->message.id.number == 0)
        return MSK_OK;
    u->base.changes++;
    result->outcome = MSK_OUTCOME_STORED;
    keep_card_sp(u);
    if (u->message.v)
        result->acknowledgement = verification;
    return MSK_OK;
}

static int
msk_updated(struct msk_uicc *u)
{
    struct msk_mgvf_result *result = &u->result;
    struct msk_bytes verification;
    int err = MSK_OK;

    result->id = u->message.id;
    result->btid = u->message.idr;
    if (u->status == MSK_CARD_NOT_FOUND || u->status == NOT_NOW)
        err = MSK_ERR_NO_MUK;
    else if (u->status == NOT_FRESH)
        result->outcome =
            u->message.id.number == 0 ? MSK_OUTCOME_PULL : MSK_OUTCOME_STALE;
    else if (get_reply(u, &verification))
        err = take_msk(u, verification);
    else
        err = error_of(msk_uicc_is_fine(u) ? 0 : u->status);
    if (err == MSK_OK)
        tell_sp(u);
    return err;
}

static int
update_msk(struct msk_uicc *u)
{
    return msk_uicc_authenticate(u, MSK_CARD_MSK_UPDATE, u->message.octets.n,
                                 msk_updated);
}

/* 6.4.6 step 2: is the counter newer than that of the MUK in EF_MUK? A MUK
 * that is not there was never used, if the card has it at all. */
static int
visit_muk(struct msk_uicc *u)
{
    struct msk_bytes idi = { u->fqdn, u->fqdn_len };
    struct msk_card_muk muk;

    if (!msk_card_get_muk(msk_uicc_data(u), &muk) ||
        !msk_fqdn_same(muk.idi, idi) ||
        !msk_octets_equal(muk.idr, u->message.idr))
        return msk_uicc_next(u);
    if (!msk_serial_newer(u->message.counter, muk.counter))
        return MSK_ERR_REPLAY;
    return update_msk(u);
}

/* Decision 23; nothing is stored from a pull. */
static int
check_card_sp(const struct msk_uicc *u)
{
    const struct msk_message *m = &u->message;
    struct msk_bytes sp = { u->group->sp, u->group->sp_len };

    if (m->kind == MSK_MESSAGE_MSK && m->id.number == 0)
        return MSK_OK;
    return msk_policy_check(msk_owners_require(&u->group->owners),
                            m->has_sp ? m->sp : sp);
}

/* The MUK is named by IDi in KEYID, by the session in CSB. */
static int
name_muk(struct msk_uicc *u)
{
    const struct msk_message *m = &u->message;
    struct msk_bytes fqdn = { u->fqdn, u->fqdn_len };

    if (m->idr.n == 0)
        return MSK_ERR_MISSING;
    if (u->layout == MSK_LAYOUT_CSB)
        return fqdn.n > 0 ? MSK_OK : MSK_ERR_ARGUMENT;
    if (fqdn.n > 0)
        return msk_fqdn_same(fqdn, m->idi) ? MSK_OK : MSK_ERR_NOT_MINE;
    if (m->idi.n > sizeof u->fqdn)
        return MSK_ERR_LENGTH;
    memcpy(u->fqdn, m->idi.p, m->idi.n);
    u->fqdn_len = m->idi.n;
    return MSK_OK;
}

static int
begin_msk(struct msk_uicc *u)
{
    struct msk_bytes fqdn;
    int err = name_muk(u);

    fqdn.p = u->fqdn;
    fqdn.n = u->fqdn_len;
    if (err == MSK_OK && !msk_uicc_is_owner(u, u->group, fqdn))
        err = MSK_ERR_NOT_MINE;
    if (err == MSK_OK)
        err = check_card_sp(u);
    if (err != MSK_OK)
        return err;
    return msk_uicc_walk(u, MSK_CARD_EF_MUK, visit_muk, update_msk);
}

/* --- MTK messages -------------------------------------------------------- */

/* Where the last MTK ID under an MSK is remembered; the older of two goes. */
static size_t
remembered(struct msk_card_group *group, uint16_t number)
{
    if (group->number[0] == number || group->number[0] == 0)
        return 0;
    if (group->number[1] == number)
        return 1;
    group->number[1] = group->number[0];
    group->mtk_id[1] = group->mtk_id[0];
    group->mtk_id[0] = 0;
    return 0;
}

static void
remember(struct msk_card_group *group, const struct msk_message *m)
{
    size_t i = remembered(group, m->id.number);

    group->number[i] = m->id.number;
    group->mtk_id[i] = m->mtk_id;
}

/* MTK || salt; their lengths tell where one ends. */
static int
take_mtk(struct msk_uicc *u, struct msk_bytes keys)
{
    struct msk_mgvf_result *result = &u->result;
    size_t salt = 0;

    if (keys.n != 16 && keys.n != 24 && keys.n != 32)
        salt = MSK_SALT_MAX;
    if (keys.n < 16 + salt || keys.n > MSK_KEY_MAX + salt ||
        (keys.n - salt) % 8 != 0)
        return MSK_ERR_CARD;
    result->outcome = MSK_OUTCOME_MTK;
    result->mtk_id = u->message.mtk_id;
    result->key.p = keys.p;
    result->key.n = keys.n - salt;
    result->salt.p = keys.p + result->key.n;
    result->salt.n = salt;
    remember(u->group, &u->message);
    return MSK_OK;
}

static int
mtk_generated(struct msk_uicc *u)
{
    struct msk_bytes keys;

    u->result.id = u->message.id;
    tell_sp(u);
    switch (u->status) {
    case MSK_CARD_NOT_FOUND: return MSK_ERR_NO_MSK;
    case NOT_NOW: return MSK_ERR_INVALIDATED;
    case NOT_FRESH: return MSK_ERR_RANGE;
    default: break;
    }
    if (get_reply(u, &keys))
        return take_mtk(u, keys);
    return error_of(msk_uicc_is_fine(u) ? 0 : u->status);
}

/* 6.4.6 step 3: the MTK ID is higher than that of the last one. The card knows
 * it as SEQl, until a new interval comes. */
static bool
is_new_mtk(const struct msk_card_group *group, const struct msk_message *m)
{
    for (size_t i = 0; i < MSK_HELD_MAX; i++)
        if (group->number[i] == m->id.number && m->mtk_id <= group->mtk_id[i])
            return false;
    return true;
}

/* An MSK without a counter is another one than any before under its number. */
static void
forget(struct msk_card_group *group, uint16_t number)
{
    for (size_t i = 0; i < MSK_HELD_MAX; i++)
        if (group->number[i] == number)
            group->mtk_id[i] = 0;
}

static int
generate_mtk(struct msk_uicc *u, uint32_t counter)
{
    if (counter == 0)
        forget(u->group, u->message.id.number);
    if (counter != 0 && !msk_serial_newer(u->message.counter, counter))
        return MSK_ERR_REPLAY;
    if (!is_new_mtk(u->group, &u->message))
        return MSK_ERR_RANGE;
    return msk_uicc_authenticate(u, MSK_CARD_MTK_GENERATION,
                                 u->message.octets.n, mtk_generated);
}

static int
visit_msks(struct msk_uicc *u)
{
    struct msk_card_msks msks;

    if (!msk_card_get_msks(msk_uicc_data(u), &msks) ||
        !msk_group_id_equal(&msks.id, &u->group->id))
        return msk_uicc_next(u);
    for (size_t i = 0; i < msks.n; i++)
        if (msks.number[i] == u->message.id.number)
            return generate_mtk(u, msks.counter[i]);
    return msk_uicc_next(u);
}

static int
no_msk(struct msk_uicc *u)
{
    (void)u;
    return MSK_ERR_NO_MSK;
}

static int
begin_mtk(struct msk_uicc *u)
{
    int err = check_card_sp(u);

    if (err != MSK_OK)
        return err;
    return msk_uicc_walk(u, MSK_CARD_EF_MSK, visit_msks, no_msk);
}

/* --- a message ----------------------------------------------------------- */

int
msk_uicc_take(struct msk_uicc *u, size_t n)
{
    struct msk_bytes octets = { u->object + MSK_CARD_BODY_AT, n };
    int err = msk_message_read(u->layout, octets, &u->message, NULL);
    struct msk_group_id group;

    if (err != MSK_OK)
        return err;
    if (u->message.kind == MSK_MESSAGE_VERIFICATION)
        return MSK_ERR_KIND;
    group = msk_key_id_group(&u->message.id);
    u->group = msk_uicc_find(u, &group);
    if (u->group == NULL)
        return MSK_ERR_NOT_MINE;
    return u->message.kind == MSK_MESSAGE_MSK ? begin_msk(u) : begin_mtk(u);
}
