/* SPDX-License-Identifier: MIT */
/* Counts what is taken from the heap, by whomever in the process: these stand in
 * front of the functions of the C library (glibc), which its own names still
 * reach. */
#include <stddef.h>

#include "bench.h"

static unsigned long taken;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);

void *
malloc(size_t n)
{
    taken++;
    return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
    taken++;
    return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
    taken++;
    return __libc_realloc(p, n);
}

unsigned long
bench_heap(void)
{
    return taken;
}
