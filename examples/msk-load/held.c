/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <string.h>

static size_t
group_of(const struct crowd *crowd, const struct msk_key_id *id)
{
    const struct options *o = crowd->options;
    size_t i = 0;

    while (i < o->n_groups &&
           (o->groups[i].group != id->group ||
            memcmp(o->groups[i].domain, id->domain, sizeof id->domain) != 0))
        i++;
    return i;
}

bool
held_is_current(const struct member *m)
{
    const struct crowd *crowd = m->crowd;
    bool current = true;

    for (size_t i = 0; i < crowd->options->n_groups; i++)
        current = current && m->number[i] != 0 &&
                  m->number[i] == crowd->newest[i].number;
    return current;
}

static void
join(struct member *m)
{
    bool all = !m->joined;

    for (size_t i = 0; i < m->crowd->options->n_groups; i++)
        all = all && m->number[i] != 0;
    if (!all)
        return;
    m->joined = true;
    samples_add(&m->crowd->counts.join, posts_clock() - m->began);
}

/* Key Numbers go round. */
static bool
is_newer(uint16_t a, uint16_t b)
{
    return b == 0 || (uint16_t)(a - b) < 0x8000;
}

/* Everybody has an old one now. */
static void
make_newest(struct crowd *crowd, size_t i, uint16_t number)
{
    crowd->newest[i].number = number;
    crowd->newest[i].since = posts_clock();
    crowd->counts.with_msk = 0;
}

void
held_take(struct member *m, const struct msk_msk_event *msk)
{
    struct crowd *crowd = m->crowd;
    size_t i = group_of(crowd, &msk->id);
    bool first, was;

    if (i == crowd->options->n_groups || msk->id.number == m->number[i] ||
        !is_newer(msk->id.number, m->number[i]))
        return;
    crowd->counts.n[COUNT_MSK]++;
    was = held_is_current(m);
    first = msk->id.number != crowd->newest[i].number &&
            is_newer(msk->id.number, crowd->newest[i].number);
    if (first)
        make_newest(crowd, i, msk->id.number);
    if (m->number[i] != 0 && msk->id.number == crowd->newest[i].number)
        samples_add(&crowd->counts.rekey,
                    posts_clock() - crowd->newest[i].since);
    m->number[i] = msk->id.number;
    if (held_is_current(m) && (first || !was))
        crowd->counts.with_msk++;
    join(m);
}
