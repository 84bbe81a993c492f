/* SPDX-License-Identifier: MIT */
/* MSKs are asked for: by the host, or since traffic shows that one was missed. */
#include "base/bytes.h"
#include "base/octets.h"
#include "msk/body.h"
#include "ue/group.h"
#include "ue/service.h"
#include "ue/ue.h"
#include "ue/work.h"

#define MKI_LEN 6

/* The Key Group of a flow that an MKI names; which MSK is put into
 * ue->work.named. MSK_ERR_NOT_MINE: no such flow, or another group. */
static int
find_missed(struct msk_ue *ue, struct msk_bytes service, struct msk_bytes flow,
            struct msk_bytes mki, size_t *group)
{
    size_t i = msk_ue_service_find(ue, service), f;
    uint16_t id, number;
    struct msk_reader r;

    msk_reader_init(&r, mki.p, mki.n);
    id = msk_reader_u16(&r);
    number = msk_reader_u16(&r);
    f = i < ue->n_services ? msk_ue_service_flow(ue, i, flow) : ue->n_flows;
    if (f == ue->n_flows || number == 0)
        return MSK_ERR_NOT_MINE;
    *group = ue->flows[f].group;
    if (ue->groups[*group].id.group != id)
        return MSK_ERR_NOT_MINE;
    ue->work.named = ue->groups[*group].id;
    ue->work.named.number = number;
    return MSK_OK;
}

int
msk_ue_missed(struct msk_ue *ue, struct msk_bytes service,
              struct msk_bytes flow, struct msk_bytes mki, msk_time now)
{
    size_t group = 0;
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    if (!msk_octets_fit(service, 1, SIZE_MAX) ||
        !msk_octets_fit(flow, 1, SIZE_MAX) || !msk_octets_fit(mki, 0, SIZE_MAX))
        return msk_ue_refuse(ue, MSK_ERR_ARGUMENT);
    if (mki.n != MKI_LEN)
        return msk_ue_refuse(ue, MSK_ERR_LENGTH);
    err = find_missed(ue, service, flow, mki, &group);
    if (err == MSK_OK)
        err = msk_ue_roll(ue);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    return msk_ue_finish(ue, msk_work_check(ue, group));
}

/* How many MSKs of a group are asked for by their number. */
static size_t
specific(const struct msk_ue_group *group)
{
    size_t n = 0;

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number != 0 &&
            (group->want[i].wanted || group->want[i].asked))
            n++;
    return n;
}

/* Is that a want which neither the group nor an ID before has? */
static bool
is_new(const struct msk_ue_group *group, const struct msk_key_id *ids, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (msk_key_id_equal(&ids[j], &ids[i]))
            return false;
    for (size_t w = 0; w < MSK_UE_WANTS; w++)
        if (group->want[w].wanted && group->want[w].number == ids[i].number)
            return false;
    return true;
}

/* The last place is for the current MSK, which pulls and traffic ask for. */
static bool
has_room_to_ask(const struct msk_ue *ue, const struct msk_ue_group *group,
                const struct msk_key_id *ids, size_t n)
{
    size_t more = 0;

    for (size_t i = 0; i < n; i++)
        if (ids[i].number != 0 && msk_ue_group_of(ue, &ids[i]) == group &&
            is_new(group, ids, i))
            more++;
    return specific(group) + more <= MSK_UE_WANTS - 1;
}

/* Decision 17: a specific MSK can be asked for in KEYID only. */
static int
check_missed(const struct msk_ue *ue, const struct msk_key_id *ids, size_t n)
{
    if (ids == NULL || n == 0)
        return MSK_ERR_ARGUMENT;
    if (!msk_ue_asks(ue) || ue->keys.btid_len == 0)
        return MSK_ERR_STATE;
    if (n > MSK_BODY_ITEMS_MAX)
        return MSK_ERR_LIMIT;
    for (size_t i = 0; i < n; i++)
        if (ue->layout == MSK_LAYOUT_CSB && ids[i].number != 0)
            return MSK_ERR_ARGUMENT;
    for (size_t i = 0; i < n; i++) {
        const struct msk_ue_group *group = msk_ue_group_of(ue, &ids[i]);

        if (group == NULL)
            return MSK_ERR_NOT_MINE;
        if (!has_room_to_ask(ue, group, ids, n))
            return MSK_ERR_LIMIT;
    }
    return MSK_OK;
}

int
msk_ue_request(struct msk_ue *ue, const struct msk_key_id *ids, size_t n,
               msk_time now)
{
    int err = msk_ue_enter(ue, now);

    if (err != MSK_OK)
        return err;
    err = check_missed(ue, ids, n);
    if (err == MSK_OK)
        err = msk_ue_roll(ue);
    if (err != MSK_OK)
        return msk_ue_refuse(ue, err);
    for (size_t i = 0; i < n; i++)
        msk_ue_group_want(msk_ue_group_of(ue, &ids[i]), ids[i].number);
    for (size_t i = 0; i < n; i++)
        msk_ue_group_step(ue, msk_ue_group_of(ue, &ids[i]), MSK_GROUP_NEED);
    return msk_ue_settle(ue);
}
