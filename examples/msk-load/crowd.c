/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "held.h"
#include "msk/xml_expat.h"
#include "wire.h"

#define GLANCE 200        /* sleep no longer, in milliseconds */
#define STARTS 32         /* in a turn, however many are late */
#define WITHOUT_POWER 500 /* how long a member is, in milliseconds */

static bool
told(const char *what, bool fine)
{
    if (!fine)
        (void)fprintf(stderr, "msk-load: %s\n", what);
    return fine;
}

/* xorshift64*: what is lost need not be a secret, but the same again. */
uint64_t
crowd_chance(struct crowd *crowd, uint64_t n)
{
    crowd->chance ^= crowd->chance >> 12;
    crowd->chance ^= crowd->chance << 25;
    crowd->chance ^= crowd->chance >> 27;
    return (crowd->chance * 2685821657736338717u >> 32) % n;
}

/* --- start and end --------------------------------------------------------- */

static void
make_service(struct crowd *crowd)
{
    const struct options *o = crowd->options;

    (void)snprintf(crowd->uri, sizeof crowd->uri, "http://%s", o->fqdn);
    crowd->server = msk_text(crowd->uri);
    for (size_t i = 0; i < o->n_groups; i++) {
        char *name = crowd->flow_names[i];

        (void)snprintf(name, sizeof crowd->flow_names[i], "239.1.1.%zu/5000",
                       1 + i);
        crowd->flows[i] = (struct msk_flow){ msk_text(name), o->groups[i] };
    }
    crowd->service = (struct msk_service){ .size = sizeof crowd->service,
                                           .id = msk_text(o->service),
                                           .servers = &crowd->server,
                                           .n_servers = 1,
                                           .flows = crowd->flows,
                                           .n_flows = o->n_groups };
}

static void
answered(void *who, const struct msk_http_response *answer, uint64_t us)
{
    member_answered(who, answer, us, posts_clock() / 1000);
}

/* All of it at once, and in large pages: else its first touch costs more than
 * the member that it is for. */
static uint8_t *
get_memory(size_t n)
{
    void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, n, MADV_HUGEPAGE);
    return memory;
}

bool
crowd_start(struct crowd *crowd, const struct options *o)
{
    memset(crowd, 0, sizeof *crowd);
    crowd->udp = -1;
    crowd->options = o;
    crowd->chance = o->seed * 2 + 1;
    make_service(crowd);
    crowd->members = calloc(o->members, sizeof crowd->members[0]);
    crowd->memory = get_memory(o->members * member_size(crowd));
    if (!told("no memory", due_start(&crowd->due, o->members) &&
                               crowd->members != NULL &&
                               crowd->memory != NULL) ||
        !told("no XML reader", msk_xml_expat_init(&crowd->xml, NULL) == MSK_OK))
        return false;
    for (size_t i = 0; i < o->members; i++) {
        crowd->members[i].crowd = crowd;
        crowd->members[i].index = i;
        crowd->members[i].server = i % o->n_servers;
    }
    crowd->udp = wire_open(o->port);
    crowd->posts = posts_start(o->fqdn, o->servers, o->connections, answered);
    return crowd->udp >= 0 && capture_open(&crowd->capture, o->pcap) &&
           told("no memory, or no sockets", crowd->posts != NULL);
}

void
crowd_end(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->started; i++)
        member_end(&crowd->members[i]);
    if (crowd->posts != NULL)
        posts_end(crowd->posts);
    if (crowd->udp >= 0)
        (void)close(crowd->udp);
    capture_close(&crowd->capture);
    if (crowd->memory != NULL)
        (void)munmap(crowd->memory,
                     crowd->options->members * member_size(crowd));
    free(crowd->members);
    due_end(&crowd->due);
    counts_end(&crowd->counts);
}

/* --- a turn ----------------------------------------------------------------- */

/* How many of something that happens so often in a second happened by now. */
static size_t
by_now(msk_time began, msk_time now, size_t rate)
{
    return (size_t)((now - began) * rate / 1000);
}

static bool
start_some(struct crowd *crowd, msk_time began, msk_time now)
{
    size_t n = by_now(began, now, crowd->options->rate);
    bool fine = true;

    if (n > crowd->started + STARTS)
        n = crowd->started + STARTS;
    while (fine && crowd->started < n &&
           crowd->started < crowd->options->members) {
        crowd->counts.n[COUNT_STARTED]++;
        fine = member_start(&crowd->members[crowd->started++], now);
    }
    return told("a member does not start", fine);
}

/* Anybody may lose their power, also those who just did. */
static void
stop_some(struct crowd *crowd, msk_time began, msk_time now)
{
    size_t n = by_now(began, now, crowd->options->restarts);

    while (crowd->started > 0 && crowd->counts.n[COUNT_RESTARTED] < n) {
        struct member *m = &crowd->members[crowd_chance(crowd, crowd->started)];

        member_stop(m);
        due_set(&crowd->due, m->index, now + WITHOUT_POWER);
        crowd->counts.n[COUNT_RESTARTED]++;
    }
}

static bool
serve_due(struct crowd *crowd, msk_time now)
{
    bool fine = true;
    size_t i;

    while (fine && due_first(&crowd->due, &i) <= now) {
        struct member *m = &crowd->members[i];

        if (m->ue != NULL)
            member_timer(m, now);
        else
            fine = member_start(m, now);
    }
    return told("a member does not come back", fine);
}

static void
receive(void *arg, size_t member, struct msk_bytes from,
        struct msk_bytes message)
{
    struct crowd *crowd = arg;

    if (member < crowd->started)
        member_receive(&crowd->members[member], from, message,
                       posts_clock() / 1000);
}

static int
sleep_for(const struct crowd *crowd, msk_time began, msk_time now)
{
    const struct options *o = crowd->options;
    size_t i;
    msk_time until = due_first(&crowd->due, &i), next;

    if (crowd->started < o->members) {
        next = began + (crowd->started + 1) * 1000 / o->rate + 1;
        until = next < until ? next : until;
    }
    if (until <= now)
        return 0;
    return until - now < GLANCE ? (int)(until - now) : GLANCE;
}

bool
crowd_turn(struct crowd *crowd, msk_time began, msk_time now)
{
    bool fine = start_some(crowd, began, now);

    if (began + (msk_time)crowd->options->seconds * 500 > now)
        stop_some(crowd, began, now);
    fine = fine && serve_due(crowd, now);
    posts_turn(crowd->posts, crowd->udp, sleep_for(crowd, began, now));
    wire_receive(crowd->udp, receive, crowd);
    return fine;
}

void
crowd_judge(const struct crowd *crowd, struct verdict *verdict)
{
    *verdict = (struct verdict){ 0 };
    for (size_t i = 0; i < crowd->options->members; i++) {
        const struct member *m = &crowd->members[i];

        if (m->left && m->reason == MSK_REASON_REFUSED)
            verdict->refused++;
        else if (m->left)
            verdict->left++;
        else if (held_is_current(m))
            verdict->current++;
        else
            verdict->without++;
    }
}
