/* SPDX-License-Identifier: MIT */
#include "counts.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[COUNT_N] = {
    [COUNT_STARTED] = "started",
    [COUNT_RESTARTED] = "restarted",
    [COUNT_REQUESTS] = "requests",
    [COUNT_ANSWERS] = "answers",
    [COUNT_NO_ANSWER] = "no_answer",
    [COUNT_BELIEVED] = "believed",
    [COUNT_DATAGRAMS] = "datagrams",
    [COUNT_REFUSED] = "datagrams_refused",
    [COUNT_LOST] = "datagrams_lost",
    [COUNT_MSK] = "msks",
    [COUNT_ACK] = "acknowledgements",
    [COUNT_BOOTSTRAP] = "bootstraps",
    [COUNT_LEFT] = "left",
};

const char *
counts_name(enum count count)
{
    return names[count];
}

static bool
has_room(struct counts *c)
{
    size_t cap = c->cap == 0 ? 64 : 2 * c->cap;
    struct second *more;

    if (c->n_seconds < c->cap)
        return true;
    more = realloc(c->seconds, cap * sizeof *more);
    if (more == NULL)
        return false;
    c->seconds = more;
    c->cap = cap;
    return true;
}

bool
counts_second(struct counts *c)
{
    struct second *s;

    if (!has_room(c))
        return false;
    s = &c->seconds[c->n_seconds++];
    for (size_t i = 0; i < COUNT_N; i++)
        s->n[i] = c->n[i] - c->before[i];
    s->p50 = samples_permille(&c->http, c->http_before, 500);
    s->p99 = samples_permille(&c->http, c->http_before, 990);
    s->with_msk = c->with_msk;
    s->left = (size_t)c->n[COUNT_LEFT];
    memcpy(c->before, c->n, sizeof c->before);
    c->http_before = c->http.n;
    return true;
}

void
counts_end(struct counts *c)
{
    samples_end(&c->http);
    samples_end(&c->join);
    samples_end(&c->rekey);
    free(c->seconds);
}
