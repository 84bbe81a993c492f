/* SPDX-License-Identifier: MIT */
#include "secrecy.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "../provider.h"
#include "input.h"
#include "msk/gba.h"

void
secrecy_start(void)
{
    const struct rlimit none = { 0, 0 };

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
