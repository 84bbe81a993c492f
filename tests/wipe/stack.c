/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "secrets.h"

#define STACK (512 * 1024)
#define UNTOUCHED 0xCC

static uint8_t stack[STACK];
static ucontext_t outside, inside;
static int (*volatile running)(void);
static volatile int ended;

static void
enter(void)
{
    ended = running();
}

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

int
stack_run(int (*call)(void))
{
    memset(stack, UNTOUCHED, sizeof stack);
    running = call;
    if (getcontext(&inside) != 0)
        stop("getcontext");
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = sizeof stack;
    inside.uc_link = &outside;
    makecontext(&inside, enter, 0);
    if (swapcontext(&outside, &inside) != 0)
        stop("swapcontext");
    return ended;
}

const char *
stack_holds(size_t *used)
{
    size_t from = 0;

    while (from < STACK && stack[from] == UNTOUCHED)
        from++;
    *used = STACK - from > *used ? STACK - from : *used;
    return secrets_in(stack + from, STACK - from);
}

bool
is_nothing(const void *p, size_t n)
{
    const uint8_t *octet = p;

    for (size_t i = 0; i < n; i++)
        if (octet[i] != 0)
            return false;
    return true;
}
