/* SPDX-License-Identifier: MIT */
/*
 * announced.h - reads how a service is protected from what was announced, in
 * any of the forms that this comes in:
 *
 *   securityDescription      the fragment alone (TS 26.346 11.3)
 *   multipart/related        with a bundleDescription, and more (11.2)
 *   metadataEnvelope         with fragments inside
 *   bundleDescription        alone; the fragment stands in a file beside it,
 *                            under the last part of its URI
 *   JSON                     SecurityDescription of TS 26.517, alone or as a
 *                            part, or inside of a userServiceDescription
 */
#ifndef MSK_UE_ANNOUNCED_H
#define MSK_UE_ANNOUNCED_H

#include "host.h"

#define ANNOUNCED_MAX 262144 /* octets of a file */
#define ANNOUNCED_PARTS 64

/* Fills h->service from the file of the options, for their service, or for the
 * only one that a bundle has. MSK_OK, or an error that was told. */
int announced_read(struct host *h);

/* json.c: the same from JSON. NULL: fine; else what is wrong. Views are good as
 * long as h->announced_json. */
const char *json_service(struct host *h, struct msk_bytes text);

#endif
