/* SPDX-License-Identifier: MIT */
#include "ue/session.h"

#include "ue/machine.h"

#define PAUSE_FIRST 1000 /* milliseconds */
#define PAUSE_MAX 64000

bool
msk_ue_asks(const struct msk_ue *ue)
{
    return ue->xml != NULL && (ue->keys.btid_len == 0 || ue->keys.mrk_len > 0);
}

struct msk_bytes
msk_ue_fqdn(const struct msk_ue *ue)
{
    struct msk_bytes fqdn = { ue->fqdn, ue->fqdn_len };

    return fqdn;
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

bool
msk_ue_flows_next(const struct msk_ue *ue, size_t service, size_t group,
                  size_t *f)
{
    while (*f < ue->n_flows &&
           (!ue->flows[*f].live ||
            (service != MSK_UE_ANY && ue->flows[*f].service != service) ||
            (group != MSK_UE_ANY && ue->flows[*f].group != group)))
        ++*f;
    return *f < ue->n_flows;
}

bool
msk_ue_flows_any(const struct msk_ue *ue, size_t service, size_t group)
{
    size_t f = 0;

    return msk_ue_flows_next(ue, service, group, &f);
}

void
msk_timer_start(struct msk_timer *timer, msk_time now, msk_time interval)
{
    timer->on = true;
    timer->start = now;
    timer->interval = interval;
}

void
msk_timer_stop(struct msk_timer *timer)
{
    timer->on = false;
}

bool
msk_timer_due(const struct msk_timer *timer, msk_time now)
{
    return timer->on && now >= timer->start &&
           now - timer->start >= timer->interval;
}

void
msk_timer_rebase(struct msk_timer *timer, msk_time now)
{
    if (timer->start > now)
        timer->start = now;
}

void
msk_timer_shift(struct msk_timer *timer, msk_time since, msk_time now)
{
    msk_time from = timer->start > since ? timer->start : since;

    if (timer->on && now > from)
        timer->start += now - from;
}

void
msk_timer_extend(struct msk_timer *timer, msk_time more)
{
    bool fits = more < MSK_NEVER - timer->interval;

    timer->interval = fits ? timer->interval + more : MSK_NEVER;
}

msk_time
msk_timer_at(const struct msk_timer *timer, msk_time now)
{
    msk_time start = timer->start < now ? timer->start : now;

    if (!timer->on)
        return MSK_NEVER;
    return timer->interval < MSK_NEVER - start ? start + timer->interval
                                               : MSK_NEVER - 1;
}

uint8_t
msk_machine_cell(const struct msk_machine *machine, size_t state, size_t event)
{
    size_t row = state / MSK_PANEL * machine->n_events + event;

    return machine->cells[row * MSK_PANEL + state % MSK_PANEL];
}

static uint8_t
next_state(const struct msk_machine *machine, uint8_t state, uint8_t action)
{
    if (action == 0 || machine->next[action] == MSK_SAME_STATE)
        return state;
    return machine->next[action];
}

static void
trace_step(const struct msk_ue *ue, const struct msk_machine *machine,
           struct msk_trace *step)
{
    step->machine = (uint8_t)machine->number;
    step->machine_name = machine->name;
    step->state_name = machine->states[step->state];
    step->event_name = machine->events[step->event];
    step->next_name = machine->states[step->next];
    ue->hooks.trace(ue->user, step);
}

uint8_t
msk_machine_step(struct msk_ue *ue, const struct msk_machine *machine,
                 uint8_t event, const struct msk_key_id *id, uint8_t *state)
{
    uint8_t action = msk_machine_cell(machine, *state, event);
    struct msk_trace step = {
        .state = *state,
        .event = event,
        .next = next_state(machine, *state, action),
        .err = action != 0 ? MSK_OK : MSK_ERR_STATE,
        .group = msk_key_id_group(id),
    };

    ue->stirred |= action > MSK_ACTION_KEEP;
    *state = step.next;
    if (ue->hooks.trace != NULL)
        trace_step(ue, machine, &step);
    return action;
}
