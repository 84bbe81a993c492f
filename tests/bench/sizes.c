/* SPDX-License-Identifier: MIT */
/* Sizes of what a host sets aside, and the stack that operations use: each runs
 * on a painted stack of its own. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/bmsc.h"
#include "msk/ue.h"

#define STACK ((size_t)256 * 1024)
#define PAINT 0xC5

static void *
run(void *arg)
{
    struct bench_op *op = arg;

    (void)op->run(op->state, 0);
    return NULL;
}

static void *
nothing(void *arg)
{
    return arg;
}

/* The octets of a stack that are no longer painted after f ran on it. */
static size_t
painted(void *(*f)(void *arg), void *arg)
{
    pthread_t thread;
    pthread_attr_t attr;
    uint8_t *stack = NULL;
    size_t clean = 0;

    if (posix_memalign((void **)&stack, 4096, STACK) != 0)
        bench_fail("stack", "no memory");
    memset(stack, PAINT, STACK);
    (void)pthread_attr_init(&attr);
    if (pthread_attr_setstack(&attr, stack, STACK) != 0 ||
        pthread_create(&thread, &attr, f, arg) != 0)
        bench_fail("stack", "no thread");
    (void)pthread_join(thread, NULL);
    (void)pthread_attr_destroy(&attr);
    while (clean < STACK && stack[clean] == PAINT)
        clean++;
    free(stack);
    return STACK - clean;
}

static void
print_stack(const struct msk_crypto *crypto)
{
    static struct bench b;
    size_t base = painted(nothing, NULL);
    const char *comma = "";

    bench_add_all(&b, crypto);
    for (size_t i = 0; i < b.n; i++) {
        if (strcmp(b.op[i].kind, "libmsk") != 0)
            continue;
        if (b.op[i].prepare != NULL)
            b.op[i].prepare(b.op[i].state);
        (void)painted(run, &b.op[i]); /* whoever binds or warms up has */
        if (b.op[i].prepare != NULL)
            b.op[i].prepare(b.op[i].state);
        printf("%s\"%s\": %zu", comma, b.op[i].name,
               painted(run, &b.op[i]) - base);
        comma = ", ";
    }
}

static void
print(const char *name, size_t n)
{
    printf("\"%s\": %zu, ", name, n);
}

void
bench_print_sizes(void)
{
    print("UE session, 1 Key Group, 1 service", MSK_UE_SIZE(1, 1));
    print("UE session, 64 Key Groups, 32 services", MSK_UE_SIZE(64, 32));
    print("MGV-F", MSK_MGVF_SIZE);
    print("BM-SC", MSK_BMSC_SIZE);
    print("outbox of the BM-SC", MSK_OUTBOX_SIZE);
    print("subscriber in memory", sizeof(struct msk_subscriber));
    print("Key Group in memory", sizeof(struct msk_key_group));
    printf("\"stack\": {");
    print_stack(bench_null_crypto());
    printf("}");
}
