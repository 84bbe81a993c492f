/* SPDX-License-Identifier: MIT */
#include "secrecy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../provider.h"
#include "input.h"
#include "msk/gba.h"

/* A library that is bound lazily stores all registers on the stack, and what of
 * keys is in them, when it calls a function of another for the first time. Only
 * the loader can bind it at once, and it looks at its environment only once. */
static void
bind_now(char **argv)
{
    const char *now = getenv("LD_BIND_NOW");
    char program[PATH_MAX];
    ssize_t n;

    if (now != NULL && now[0] != '\0')
        return;
    n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n > 0 && setenv("LD_BIND_NOW", "1", 1) == 0) {
        program[n] = '\0';
        (void)execv(program, argv);
    }
    (void)fprintf(stderr,
                  "%s: what it uses may leave keys on the stack; started with "
                  "LD_BIND_NOW=1 it does not\n",
                  argv[0]);
}

void
secrecy_start(char **argv)
{
    const struct rlimit none = { 0, 0 };

    bind_now(argv);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

bool
secrecy_argument(char *text, uint8_t *out, size_t cap, size_t *n)
{
    bool fine = input_hex(text, out, cap, n) && *n > 0;

    memset(text, 'x', strlen(text));
    return fine;
}

int
secrecy_derive(const uint8_t ks_naf[32], struct secrecy_keys *keys)
{
    memcpy(keys->muk, ks_naf, 32);
    keys->muk_n = 32;
    keys->mrk_n = MSK_GBA_KEY_LEN;
    return msk_gba_mrk(host_crypto(), ks_naf, keys->mrk);
}
