/* SPDX-License-Identifier: MIT */
#include "ue/session.h"

#define LATE 1000        /* milliseconds: a host that is not in time */
#define PAUSE_FIRST 1000 /* milliseconds */
#define PAUSE_MAX 64000

bool
msk_ue_asks(const struct msk_ue *ue)
{
    return ue->xml != NULL && ue->random != NULL &&
           (ue->keys.btid_len == 0 || ue->keys.mrk_len > 0);
}

struct msk_bytes
msk_ue_fqdn(const struct msk_ue *ue)
{
    struct msk_bytes fqdn = { ue->fqdn, ue->fqdn_len };

    return fqdn;
}

/* A clock that stepped back: running timers start again. */
static void
rebase_session(struct msk_ue *ue, msk_time now)
{
    struct msk_ue_exchange *exchange = &ue->exchange;

    msk_timer_rebase(&exchange->timer, now);
    msk_timer_rebase(&ue->work.rest, now);
    if (exchange->held_since > now)
        exchange->held_since = now;
    for (size_t i = 0; i < ue->n_groups; i++) {
        msk_timer_rebase(&ue->groups[i].timer, now);
        msk_timer_rebase(&ue->groups[i].patience, now);
        msk_timer_rebase(&ue->groups[i].calm, now);
        msk_timer_rebase(&ue->groups[i].damp, now);
    }
    for (size_t i = 0; i < ue->n_services; i++) {
        msk_timer_rebase(&ue->services[i].timer, now);
        msk_timer_rebase(&ue->services[i].patience, now);
    }
}

/* Called late: the device slept, or its clock went forward. Nobody waited in
 * that time, so the patience does not count it. */
static void
sleep_over(struct msk_ue *ue, msk_time now)
{
    for (size_t i = 0; i < ue->n_groups; i++)
        msk_timer_shift(&ue->groups[i].patience, ue->due, now);
    for (size_t i = 0; i < ue->n_services; i++)
        msk_timer_shift(&ue->services[i].patience, ue->due, now);
}

static void
note_time(struct msk_ue *ue, msk_time now)
{
    if (now < ue->now)
        rebase_session(ue, now);
    else if (now > ue->due && now - ue->due > LATE)
        sleep_over(ue, now);
    ue->now = now;
    ue->inside = true;
}

int
msk_ue_enter(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (ue->work.pending || ue->outbox.polled)
        return MSK_ERR_BUSY;
    note_time(ue, now);
    ue->has_dice = false;
    ue->work.verdict = MSK_OK;
    ue->work.started = false;
    ue->work.in_step = ue->changes == ue->mgvf->changes;
    return MSK_OK;
}

int
msk_ue_resume(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (!ue->work.pending)
        return MSK_ERR_STATE;
    note_time(ue, now);
    return MSK_OK;
}

int
msk_ue_refuse(struct msk_ue *ue, int err)
{
    ue->inside = false;
    return err;
}

int
msk_ue_roll(struct msk_ue *ue)
{
    uint8_t octets[sizeof ue->dice];

    if (ue->has_dice || ue->random == NULL)
        return MSK_OK;
    if (ue->random->fill(ue->random->user, octets, sizeof octets) != 0)
        return MSK_ERR_RANDOM;
    ue->dice = 0;
    for (size_t i = 0; i < sizeof octets; i++)
        ue->dice = ue->dice << 8 | octets[i];
    ue->has_dice = true;
    return MSK_OK;
}

void
msk_ue_try_roll(struct msk_ue *ue)
{
    int err = msk_ue_roll(ue);

    if (ue->work.verdict == MSK_OK)
        ue->work.verdict = err;
}

/* period * dice / 2^32, without a product that is too long. */
msk_time
msk_ue_spread(const struct msk_ue *ue, msk_time offset, msk_time period)
{
    msk_time high = period >> 32, low = period & UINT32_MAX;

    if (!ue->has_dice)
        return offset + period;
    return offset + high * ue->dice + (low * ue->dice >> 32);
}

msk_time
msk_ue_pause(const struct msk_ue *ue, uint32_t attempts)
{
    msk_time base = PAUSE_FIRST;

    for (uint32_t i = 1; i < attempts && base < PAUSE_MAX; i++)
        base *= 2;
    return msk_ue_spread(ue, base, base);
}
