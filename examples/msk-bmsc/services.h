/* SPDX-License-Identifier: MIT */
/* services.h - lists of services: of what a subscriber has, and of what uses a
 * Key Group. */
#ifndef MSK_BMSC_SERVICES_H
#define MSK_BMSC_SERVICES_H

#include <jansson.h>

#include "../records/records.h"

/* Is service in a JSON array of services? "": every service is. */
bool services_have(const char *services, struct msk_bytes service);
/* Does one list name a service of the other? */
bool services_meet(const char *a, const char *b);
/* The list of an object, as the store keeps it. False: it is none. */
bool services_take(const json_t *object, char out[RECORDS_SERVICES_MAX]);

#endif
