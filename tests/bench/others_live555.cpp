/* SPDX-License-Identifier: MIT */
/* live555's MIKEY parser, by its own way in. */
#include <MIKEY.hh>

extern "C" {
#include "bench.h"
}

static int
run_parse(void *state, size_t i)
{
    const struct msk_bytes *message =
        static_cast<const struct msk_bytes *>(state);
    MIKEYState *read =
        MIKEYState::createNew(message->p, static_cast<unsigned>(message->n));

    (void)i;
    if (read == nullptr || !read->encryptSRTP())
        return 1;
    delete read;
    return 0;
}

extern "C" void
bench_add_live555(struct bench *b)
{
    static struct msk_bytes message = bench_small();

    bench_add(b, "other", "live555 parses it", run_parse, &message);
}
