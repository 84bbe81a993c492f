/* SPDX-License-Identifier: MIT */
/* Must be stopped by AddressSanitizer: reads one octet after its heap. */
#include <stdlib.h>

int
main(int argc, char **argv)
{
    volatile size_t n = (size_t)argc + 15;
    volatile char *p = malloc(n);
    int last;

    (void)argv;
    if (p == NULL)
        return 0;
    p[0] = 0;
    last = p[n];
    free((void *)p);
    return last == 256;
}
