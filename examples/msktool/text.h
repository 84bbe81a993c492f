/* SPDX-License-Identifier: MIT */
/* text.h - the ways in which a MIKEY message is written down. */
#ifndef MSKTOOL_TEXT_H
#define MSKTOOL_TEXT_H

#include "tool.h"

/*
 * Reads a message from ARGUMENT, @FILE or - (stdin): in hex, in base64, or as
 * SDP in which a line "a=key-mgmt:mikey BASE64" has it (RFC 4567; the first
 * one counts). File and stdin may also hold the octets themselves. A message
 * starts with 01, which is "AQ" in base64 and so never hex as well. Returns
 * TOOL_OK or the status to exit with.
 */
int read_message(const char *argument, struct octets *out);

#endif
