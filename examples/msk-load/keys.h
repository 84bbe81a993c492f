/* SPDX-License-Identifier: MIT */
/* keys.h - what bootstrapping would have left with each member of a crowd. */
#ifndef MSK_LOAD_KEYS_H
#define MSK_LOAD_KEYS_H

#include "msk/types.h"

struct keys {
    char btid[40];
    uint8_t muk[32], mrk[32];
};

/* Those of member number i of the crowd with that seed: anybody can compute
 * them. False: the provider failed. */
bool keys_of(uint64_t seed, size_t i, struct keys *keys);

#endif
