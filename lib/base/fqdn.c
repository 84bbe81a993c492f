/* SPDX-License-Identifier: MIT */
#include "base/fqdn.h"

#include "base/text.h"

bool
msk_fqdn_same(struct msk_bytes a, struct msk_bytes b)
{
    return msk_text_same(a, b);
}

void
msk_fqdn_fold(struct msk_bytes fqdn, uint8_t *out)
{
    for (size_t i = 0; i < fqdn.n; i++)
        out[i] = msk_text_lower(fqdn.p[i]);
}
