/* SPDX-License-Identifier: MIT */
/* Key Groups and services of one run, and their names. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define GROUP 0x18C0

static const uint8_t domains[2][3] = { { 0x21, 0x63, 0x54 },
                                       { 0x21, 0x63, 0x55 } };

bool
sim_in(uint64_t set, uint8_t i)
{
    return (set >> i & 1) != 0;
}

const char *
sim_fqdn(uint8_t server)
{
    return server == 0 ? "bmsc.example.org" : "other.example.org";
}

struct msk_bytes
sim_service_name(uint8_t service)
{
    static char names[SIM_SERVICES][32];

    if (names[service][0] == 0)
        (void)snprintf(names[service], 32, "urn:service:%u", service);
    return msk_text(names[service]);
}

struct msk_bytes
sim_flow_name(uint8_t group)
{
    static char names[SIM_GROUPS][32];

    if (names[group][0] == 0)
        (void)snprintf(names[group], 32, "239.1.1.%u/5000", group);
    return msk_text(names[group]);
}

uint8_t
sim_service_index(const struct sim *w, struct msk_bytes name)
{
    for (uint8_t i = 0; i < w->map.n_services; i++)
        if (sim_service_name(i).n == name.n &&
            memcmp(sim_service_name(i).p, name.p, name.n) == 0)
            return i;
    return SIM_SERVICES;
}

uint8_t
sim_group_index(const struct sim *w, const uint8_t domain[3], uint16_t group)
{
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (w->map.group[g].group == group &&
            memcmp(domains[w->map.group[g].domain], domain, 3) == 0)
            return g;
    return SIM_GROUPS;
}

struct msk_key_id
sim_group_id(const struct sim *w, uint8_t group)
{
    struct msk_key_id id = { { 0, 0, 0 }, w->map.group[group].group, 0 };

    memcpy(id.domain, domains[w->map.group[group].domain], 3);
    return id;
}

/* R of RFC 4771, and where something is off, NULL for it. */
struct msk_bytes
sim_group_sp(const struct sim *w, uint8_t group)
{
    static const uint8_t rate[] = { 0x0D, 0x02, 0x00, 0x01 };
    static const uint8_t open[] = { 0x00, 0x01, 0x00, 0x0D, 0x02, 0x00, 0x01 };
    static const uint8_t loose[] = { 0x02, 0x01, 0x00, 0x0D, 0x02, 0x00, 0x01 };
    static const uint8_t null[] = { 0x00, 0x01, 0x00, 0x02, 0x01,
                                    0x00, 0x0D, 0x02, 0x00, 0x01 };
    static const struct msk_bytes sps[] = { { rate, sizeof rate },
                                            { open, sizeof open },
                                            { loose, sizeof loose },
                                            { null, sizeof null } };

    if (!w->map.group[group].sp)
        return (struct msk_bytes){ NULL, 0 };
    return sps[w->map.group[group].off];
}

/* --- how it is made ------------------------------------------------------ */

static void
add_group(struct sim *w, uint8_t domain, uint16_t number)
{
    uint8_t g = w->map.n_groups++;

    memset(&w->map.group[g], 0, sizeof w->map.group[g]);
    w->map.group[g].domain = domain;
    w->map.group[g].group = (uint16_t)(GROUP + number);
}

static void
add_service(struct sim *w, uint8_t server, uint64_t groups)
{
    uint8_t i = w->map.n_services++;

    w->map.service[i].server = server;
    w->map.service[i].groups = groups;
    w->map.service[i].terms.require = MSK_REQUIRE_BOTH;
    w->map.served[server] |= groups;
}

static void
make_streaming(struct sim *w, uint8_t g, uint16_t seq_high)
{
    w->map.group[g].streaming = w->map.group[g].sp = true;
    w->map.group[g].seq_high = seq_high;
}

/* The first group is streaming, and has short intervals. */
static void
make_old(struct sim *w)
{
    w->map.n_servers = 1;
    for (uint16_t i = 0; i < 3; i++)
        add_group(w, 0, i);
    make_streaming(w, 0, 30);
    add_service(w, 0, 1);
    add_service(w, 0, 3);
    add_service(w, 0, 6);
}

/* What is announced, and what is sent: a group whose SP switches something off
 * that one service announces as on, and another one does not. */
static void
make_terms(struct sim *w)
{
    for (uint8_t i = 0; i < w->map.n_services; i++)
        w->map.service[i].terms.require = (uint8_t)sim_below(w, 4);
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (w->map.group[g].streaming && sim_below(w, 2) == 0)
            w->map.group[g].off = (uint8_t)sim_below(w, 4);
}

/* Groups 0 and 2 are those of services of both servers; 3 and 4 have the
 * numbers of 0 and 2 in another domain. */
static void
make_wide(struct sim *w)
{
    w->map.n_servers = 2;
    for (uint16_t i = 0; i < 3; i++)
        add_group(w, 0, i);
    add_group(w, 1, 0);
    add_group(w, 1, 2);
    make_streaming(w, 0, 30);
    make_streaming(w, 2, 0);
    add_service(w, 0, 1);
    add_service(w, 0, 3);
    add_service(w, 0, 6);
    add_service(w, 1, sim_part(w, SIM_PART_SHARE) ? 4 | 8 : 8);
    add_service(w, 1, sim_part(w, SIM_PART_SHARE) ? 1 : 24);
    add_service(w, 1, 16);
    if (sim_below(w, 3) == 0 && sim_part(w, SIM_PART_TERMS))
        make_terms(w);
}

static size_t
count(uint64_t set)
{
    size_t n = 0;

    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

/* Some groups in a row; without sharing each server has its own. */
static uint64_t
some_groups(struct sim *w, uint8_t server)
{
    uint64_t n = w->map.n_groups, first = sim_below(w, n);
    uint64_t more = sim_below(w, 4) == 0 ? n - first : sim_below(w, 4);
    uint64_t set = 0;

    for (uint64_t g = first; g <= first + more && g < n; g++)
        if (sim_part(w, SIM_PART_SHARE) || g / 2 % SIM_SERVERS == server)
            set |= UINT64_C(1) << g;
    return set;
}

/* The first so many of a set. */
static uint64_t
first_of(uint64_t set, size_t most)
{
    uint64_t some = 0;

    for (; set != 0 && most > 0; most--) {
        some |= set & -set;
        set &= set - 1;
    }
    return some;
}

/* As many as there may be, some of the time all of one server. A session has
 * two flows for each Key Group: the last services get what is left. */
static void
make_full(struct sim *w)
{
    size_t left[SIM_SERVERS] = { 2 * SIM_GROUPS, 2 * SIM_GROUPS };
    bool one = sim_below(w, 4) == 0;

    w->map.n_servers = 2;
    for (uint64_t i = 0; i < SIM_GROUPS; i++) {
        add_group(w, i & 1, (uint16_t)(i / 2));
        if (sim_below(w, 2) == 0)
            make_streaming(w, (uint8_t)i, 0);
    }
    for (size_t i = 0; i < SIM_SERVICES; i++) {
        uint8_t server = one ? 0 : (uint8_t)sim_below(w, SIM_SERVERS);
        size_t others = SIM_SERVICES - 1 - i;
        uint64_t set = first_of(some_groups(w, server), left[server] - others);

        if (set == 0)
            set = UINT64_C(1) << (2 * server);
        left[server] -= count(set);
        add_service(w, server, set);
    }
    if (sim_below(w, 3) == 0 && sim_part(w, SIM_PART_TERMS))
        make_terms(w);
}

void
sim_map_make(struct sim *w)
{
    memset(&w->map, 0, sizeof w->map);
    switch (w->width) {
    case SIM_WIDTH_OLD: make_old(w); break;
    case SIM_WIDTH_WIDE: make_wide(w); break;
    case SIM_WIDTH_FULL:
    case SIM_WIDTH_DRAWN: make_full(w); break;
    }
}
