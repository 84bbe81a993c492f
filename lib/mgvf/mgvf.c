/* SPDX-License-Identifier: MIT */
/*
 * The public calls. Each checks its arguments, brings structs of callers of
 * any age to the size that the implementation knows, and goes to it.
 */
#include "msk/mgvf.h"

#include "base/octets.h"

/* Does the implementation reach as far as that method? */
#define HAS(mgvf, method)                                        \
    ((mgvf)->ops->size >= MSK_SIZE_UPTO(msk_mgvf_ops, method) && \
     (mgvf)->ops->method != NULL)

static bool
is_usable_mgvf(const struct msk_mgvf *mgvf)
{
    if (mgvf == NULL || mgvf->ops == NULL)
        return false;
    if (!HAS(mgvf, complete))
        return false;
    return mgvf->ops->process != NULL;
}

static bool
is_group(const struct msk_group_id *group)
{
    return group != NULL && group->group != 0;
}

/* The host names itself by no name. */
static bool
is_owner(struct msk_bytes owner)
{
    return msk_octets_fit(owner, 0, MSK_FQDN_MAX);
}

/* A caller's struct for the result is there in full, or not at all. */
static bool
is_result(const struct msk_mgvf_result *result)
{
    return result == NULL || result->size >= MSK_SIZE_UPTO(msk_mgvf_result, sp);
}

int
msk_mgvf_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                 struct msk_mgvf_result *result)
{
    struct msk_mgvf_result r = { .size = sizeof r };
    struct msk_mgvf_input in;
    int err;

    if (!is_usable_mgvf(mgvf) || !is_result(result) ||
        !msk_sized_take(&in, sizeof in, input,
                        MSK_SIZE_UPTO(msk_mgvf_input, message)))
        return MSK_ERR_ARGUMENT;
    err = mgvf->ops->process(mgvf, &in, &r);
    if (err == MSK_OK)
        msk_sized_give(result, &r, sizeof r);
    return err;
}

int
msk_mgvf_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
                  struct msk_mgvf_result *out)
{
    struct msk_mgvf_result r = { .size = sizeof r };
    int err;

    if (!is_usable_mgvf(mgvf) || !is_result(out))
        return MSK_ERR_ARGUMENT;
    err = mgvf->ops->complete(mgvf, token, result, &r);
    if (err == MSK_OK)
        msk_sized_give(out, &r, sizeof r);
    return err;
}

int
msk_mgvf_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk)
{
    struct msk_muk m;

    if (!is_usable_mgvf(mgvf) ||
        !msk_sized_take(&m, sizeof m, muk, MSK_SIZE_UPTO(msk_muk, key)))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, set_muk) ? mgvf->ops->set_muk(mgvf, &m) : MSK_ERR_STATE;
}

int
msk_mgvf_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
               const struct msk_group_id *group, enum msk_require require)
{
    if (!is_usable_mgvf(mgvf) || !is_owner(owner) || !is_group(group) ||
        require > MSK_REQUIRE_BOTH)
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, allow) ? mgvf->ops->allow(mgvf, owner, group, require)
                            : MSK_ERR_STATE;
}

int
msk_mgvf_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                const struct msk_group_id *group)
{
    if (!is_usable_mgvf(mgvf) || !is_owner(owner) || !is_group(group))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, forget) ? mgvf->ops->forget(mgvf, owner, group)
                             : MSK_ERR_STATE;
}

int
msk_mgvf_import_msk(struct msk_mgvf *mgvf, const struct msk_import *msk)
{
    struct msk_import m;

    if (!is_usable_mgvf(mgvf) ||
        !msk_sized_take(&m, sizeof m, msk, MSK_SIZE_UPTO(msk_import, sp)))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, import_msk) ? mgvf->ops->import_msk(mgvf, &m)
                                 : MSK_ERR_STATE;
}

int
msk_mgvf_held(struct msk_mgvf *mgvf, const struct msk_group_id *group,
              struct msk_held *held)
{
    if (!is_usable_mgvf(mgvf) || !is_group(group) || held == NULL ||
        held->size < MSK_SIZE_UPTO(msk_held, msk))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, held) ? mgvf->ops->held(mgvf, group, held) : MSK_ERR_STATE;
}

int
msk_mgvf_released(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                  struct msk_released *released)
{
    if (!is_usable_mgvf(mgvf) || !is_group(group) || released == NULL ||
        released->size < MSK_SIZE_UPTO(msk_released, sp_len))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, released) ? mgvf->ops->released(mgvf, group, released)
                               : MSK_ERR_STATE;
}

int
msk_mgvf_forget_all(struct msk_mgvf *mgvf)
{
    if (!is_usable_mgvf(mgvf))
        return MSK_ERR_ARGUMENT;
    return HAS(mgvf, forget_all) ? mgvf->ops->forget_all(mgvf) : MSK_ERR_STATE;
}

void
msk_mgvf_wipe(struct msk_mgvf *mgvf)
{
    if (mgvf == NULL || mgvf->ops == NULL)
        return;
    if (HAS(mgvf, wipe))
        mgvf->ops->wipe(mgvf);
}
