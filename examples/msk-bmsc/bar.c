/* SPDX-License-Identifier: MIT */
#include "bar.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CELLS 20u
#define CLEAR "\033[K\r" /* what is right of it; and back to its front */

/* A terminal that is stopped takes nothing, and it does not matter. */
static void
draw(const char *text, size_t n)
{
    struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

    if (isatty(STDERR_FILENO) == 1 && poll(&p, 1, 0) == 1 &&
        write(STDERR_FILENO, text, n) < 0)
        return;
}

static void
fill(char cells[CELLS + 1], uint64_t part, uint64_t all)
{
    uint64_t n = part >= all ? CELLS : part * CELLS / all;

    for (uint64_t i = 0; i < CELLS; i++)
        cells[i] = i < n ? '#' : '-';
    cells[CELLS] = '\0';
}

void
bar_show(const struct bar *bar)
{
    const uint8_t *d = bar->group.domain;
    uint64_t all = bar->members > 0 ? bar->members : 1;
    char cells[CELLS + 1], left[32] = "", text[160];
    int n;

    fill(cells, bar->seen, all);
    if (bar->seconds_left != BAR_UNKNOWN)
        (void)snprintf(left, sizeof left, ", %" PRIu64 " s left",
                       bar->seconds_left);
    n = snprintf(
        text, sizeof text,
        "\r%s %02x%02x%02x:%u [%s] %" PRIu64 " %% of %" PRIu64 "%s" CLEAR,
        bar->what, d[0], d[1], d[2], bar->group.group, cells,
        bar->seen >= all ? 100 : bar->seen * 100 / all, bar->members, left);
    draw(text, (size_t)n);
}

void
bar_clear(void)
{
    draw("\r" CLEAR, sizeof "\r" CLEAR - 1);
}
