/* SPDX-License-Identifier: MIT */
/* Must be stopped by UndefinedBehaviorSanitizer: signed overflow. */
#include <limits.h>

int
main(int argc, char **argv)
{
    volatile int n = INT_MAX;

    (void)argv;
    n = n + argc;
    return 0;
}
