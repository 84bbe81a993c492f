/* SPDX-License-Identifier: MIT */
/*
 * bench - measures all operations in one run, in turn, and prints what came
 * out as JSON. tests/bench/run makes tables of it.
 *
 *   bench [ROUNDS [NAME]]
 *
 * NAME: only what has it in its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void
print(const struct bench *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct bench_op *op = &b->op[i];

        printf("%s\n  {\"kind\": \"%s\", \"name\": \"%s\", \"provider\": "
               "\"%s\", \"best_ns\": %.1f, \"median_ns\": %.1f, "
               "\"allocations\": %.2f, \"hmac\": %zu, \"hash\": %zu, "
               "\"aes_ctr\": %zu}",
               i == 0 ? "" : ",", op->kind, op->name,
               op->provider_name == NULL ? "" : op->provider_name, op->best,
               op->median, op->allocations, op->calls[0], op->calls[1],
               op->calls[2]);
    }
}

/* Takes away all that does not have it in its name. */
static void
only(struct bench *b, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < b->n; i++)
        if (strstr(b->op[i].name, name) != NULL)
            b->op[kept++] = b->op[i];
    b->n = kept;
}

static void
add_protected(struct bench *b, const struct bench_provider *provider)
{
    size_t from = b->n;

    bench_add_messages(b, provider->crypto());
    bench_add_ue(b, provider->crypto());
    bench_add_bmsc(b, provider->crypto());
    bench_add_http(b, provider->crypto());
    for (size_t i = from; i < b->n; i++)
        b->op[i].provider_name = provider->name;
}

int
main(int argc, char **argv)
{
    static struct bench b;
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;

    if (rounds == 0)
        bench_fail("ROUNDS", "is a number above 0");
    bench_add_reading(&b);
    bench_add_record(&b);
    bench_add_bodies(&b);
    for (size_t i = 0; i < bench_providers_n; i++)
        add_protected(&b, &bench_providers[i]);
    bench_add_small(&b);
    bench_add_gst(&b);
    bench_add_live555(&b);
    bench_add_system(&b);
    if (argc > 2)
        only(&b, argv[2]);
    bench_measure(&b, rounds);
    printf("{\"rounds\": %zu, \"operations\": [", rounds);
    print(&b);
    printf("],\n\"sizes\": {");
    bench_print_sizes();
    printf("}}\n");
    return 0;
}
