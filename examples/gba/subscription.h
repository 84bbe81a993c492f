/* SPDX-License-Identifier: MIT */
/*
 * subscription.h - what a USIM and its home both know, as JSON:
 *   {"impi":S,"k":HEX,"opc":HEX | "op":HEX}
 * and, at home, "amf":HEX, 8000 if it is not there, and "gba_u":true of a card
 * that keeps its keys itself (GBA_U) and the keys of MBMS under them.
 */
#ifndef GBA_SUBSCRIPTION_H
#define GBA_SUBSCRIPTION_H

#include <jansson.h>

#include "milenage.h"
#include "msk/ub.h"

struct subscription {
    char impi[MSK_IMPI_MAX + 1];
    struct milenage milenage;
    uint8_t amf[MILENAGE_AMF];
    bool gba_u;
};

/* Reads one; NULL: fine, else why not. An input_json_take: arg is the
 * subscription. */
const char *subscription_take(void *arg, const json_t *object);

/* Reads a file that has one and that others may not read. False: the reason was
 * told on stderr. */
bool subscription_read(struct subscription *s, const char *path);

#endif
