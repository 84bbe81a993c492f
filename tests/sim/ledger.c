/* SPDX-License-Identifier: MIT */
/* A set of numbers: open addressing, cleared for each run. */
#include "sim.h"

static size_t
find(const struct sim_ledger *ledger, uint64_t key)
{
    size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 50);

    while (ledger->fact[at] != 0 && ledger->fact[at] != key)
        at = (at + 1) % SIM_FACTS;
    return at;
}

static uint64_t
key_of(enum sim_fact fact, uint32_t a, uint32_t b, uint32_t c)
{
    return (uint64_t)fact << 60 | (uint64_t)(a & 0xFF) << 52 |
           (uint64_t)(b & 0xFFFFF) << 32 | c;
}

bool
sim_ledger_knows(const struct sim *w, enum sim_fact fact, uint32_t a,
                 uint32_t b, uint32_t c)
{
    return w->ledger.fact[find(&w->ledger, key_of(fact, a, b, c))] != 0;
}

bool
sim_ledger_note(struct sim *w, enum sim_fact fact, uint32_t a, uint32_t b,
                uint32_t c)
{
    struct sim_ledger *ledger = &w->ledger;
    uint64_t key = key_of(fact, a, b, c);
    size_t at = find(ledger, key);

    if (ledger->n > SIM_FACTS / 2)
        sim_fail(w, "the ledger is full");
    if (ledger->fact[at] == key)
        return false;
    ledger->fact[at] = key;
    ledger->n++;
    return true;
}
