/* SPDX-License-Identifier: MIT */
/* Must not compile when warnings are errors: -Wconversion. */
static int
narrow(long wide)
{
    return wide;
}

int
main(void)
{
    return narrow(0);
}
