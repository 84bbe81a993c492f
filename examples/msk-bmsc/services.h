/* SPDX-License-Identifier: MIT */
/* services.h - lists of services: of what a subscriber has, and of what uses a
 * Key Group. */
#ifndef MSK_BMSC_SERVICES_H
#define MSK_BMSC_SERVICES_H

#include <jansson.h>

#include "../records/records.h"

/* Is service in a JSON array of services? "": every service is. */
bool services_have(const char *services, struct msk_bytes service);
/* May a subscriber have a Key Group: does one list name a service of the other?
 * Who has no service has none of a Key Group that every service uses. */
bool services_meet(const char *of_subscriber, const char *of_group);
/* The list of an object, as the store keeps it. False: it is none. */
bool services_take(const json_t *object, char out[RECORDS_SERVICES_MAX]);
/* The same of a text: all, none, or services with commas between them. */
bool services_of_text(const char *text, char out[RECORDS_SERVICES_MAX]);

#endif
