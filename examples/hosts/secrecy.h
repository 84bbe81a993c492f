/* SPDX-License-Identifier: MIT */
/* secrecy.h - keeps keys out of where they were not asked for. */
#ifndef HOSTS_SECRECY_H
#define HOSTS_SECRECY_H

#include "msk/types.h"

/* The first thing that a program does. Every library bound at once: if it was
 * not started so, it starts itself again, with LD_BIND_NOW=1. No core dumps, and
 * nobody but root may attach to this process. */
void secrecy_start(char **argv);

/* Takes a key from the command line: its octets, and the text is overwritten,
 * so that a list of processes shows it no longer. False: not hex of 1..cap
 * octets. */
bool secrecy_argument(char *text, uint8_t *out, size_t cap, size_t *n);

/* MUK and MRK of a UE whose MBMS keys are in the ME, from Ks_NAF (32 octets;
 * also K_AF, Ks_ext_NAF). TS 33.246 6.1, Annex F. */
struct secrecy_keys {
    uint8_t muk[MSK_MUK_MAX], mrk[MSK_MRK_MAX];
    size_t muk_n, mrk_n;
};
int secrecy_derive(const uint8_t ks_naf[32], struct secrecy_keys *keys);

#endif
