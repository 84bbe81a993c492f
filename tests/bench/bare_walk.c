/* SPDX-License-Identifier: MIT */
/* The least that reading a chain of payloads can be: a loop by hand that knows
 * the payloads of MBMS, checks that each ends inside the message, and keeps
 * where each begins. What a strict parser costs is measured beside it. */
#include <stdlib.h>

#include "bench.h"
#include "msk/mikey.h"

struct walk {
    struct msk_bytes message;
    size_t at[16]; /* where each payload begins */
};

/* Octets of the payload of that type at p, of which left are there; more than
 * left: it does not end. */
static size_t
length(uint8_t type, const uint8_t *p, size_t left)
{
    if (left < 5)
        return left + 1;
    switch (type) {
    case MSK_PAYLOAD_T: return p[1] == MSK_TS_COUNTER ? 6 : 10;
    case MSK_PAYLOAD_RAND: return 2u + p[1];
    case MSK_PAYLOAD_ID: return 4u + ((unsigned)p[2] << 8 | p[3]);
    case MSK_PAYLOAD_EXT: return 4u + ((unsigned)p[2] << 8 | p[3]);
    case MSK_PAYLOAD_SP: return 5u + ((unsigned)p[3] << 8 | p[4]);
    case MSK_PAYLOAD_KEMAC:
        return 4u + ((unsigned)p[2] << 8 | p[3]) + 1 +
               (p[1] == MSK_ENCR_NULL ? 0 : 20);
    default: return left + 1;
    }
}

static int
run_walk(void *state, size_t i)
{
    struct walk *w = state;
    const uint8_t *p = w->message.p;
    size_t at = 10u + 9u * p[8], n = w->message.n, count = 0;
    uint8_t type = p[2];

    (void)i;
    while (type != MSK_PAYLOAD_LAST && at < n && count < 16) {
        size_t step = length(type, p + at, n - at);

        if (step > n - at)
            return 1;
        w->at[count++] = at;
        type = p[at];
        at += step;
    }
    return at != n;
}

void
bench_add_walk(struct bench *b, struct msk_bytes message)
{
    struct walk *w = calloc(1, sizeof *w);

    if (w == NULL)
        bench_fail("walk", "no memory");
    w->message = message;
    bench_add(b, "beside", "bare walk", run_walk, w);
}
