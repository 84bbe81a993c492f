/* SPDX-License-Identifier: MIT */
/* Must be stopped by -fsanitize=integer: a length below zero. */
#include <stddef.h>

int
main(int argc, char **argv)
{
    volatile size_t n = (size_t)argc;

    (void)argv;
    n = n - 2;
    return 0;
}
