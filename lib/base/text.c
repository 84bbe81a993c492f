/* SPDX-License-Identifier: MIT */
#include "msk/types.h"

struct msk_bytes
msk_text(const char *text)
{
    struct msk_bytes view = { (const uint8_t *)text, 0 };

    while (text != NULL && text[view.n] != '\0')
        view.n++;
    return view;
}
