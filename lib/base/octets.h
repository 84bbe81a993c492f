/* SPDX-License-Identifier: MIT */
/* base/octets.h - views of octets, checked and compared. Secrets are compared
 * with msk_secret_equal. */
#ifndef MSK_BASE_OCTETS_H
#define MSK_BASE_OCTETS_H

#include "msk/types.h"

/* Makes it the view of nothing, nowhere. */
void msk_octets_clear(struct msk_bytes *view);

/* True when the view has least to most octets, and points at them. */
bool msk_octets_fit(struct msk_bytes view, size_t least, size_t most);

/* True when both have the same octets. */
bool msk_octets_equal(struct msk_bytes a, struct msk_bytes b);

/* True when the view has the n octets at p. */
bool msk_octets_are(struct msk_bytes view, const uint8_t *p, size_t n);

/* Copies a view into a field of cap octets, 255 at most. False: it is longer;
 * nothing was changed. */
bool msk_octets_keep(struct msk_bytes view, uint8_t *field, size_t cap,
                     uint8_t *len);

#endif
