/* SPDX-License-Identifier: MIT */
/* http/xml_value.h - the simple types of XML Schema, read. White space at the
 * ends of a value is skipped. What is no such value is MSK_ERR_VALUE. */
#ifndef MSK_HTTP_XML_VALUE_H
#define MSK_HTTP_XML_VALUE_H

#include "msk/types.h"

/* xs:base64Binary of exactly n octets, 1..4. */
int msk_xml_octets(struct msk_bytes text, uint8_t *out, size_t n);

/* xs:boolean: "true", "false", "1", "0". */
int msk_xml_boolean(struct msk_bytes text, bool *out);

/* xs:unsignedLong of at most `most`. */
int msk_xml_number(struct msk_bytes text, uint64_t most, uint64_t *out);

/* True when it may stand in a document, and so in one that we write: UTF-8
 * without control characters (XML 1.0 2.2, and no line ends either). */
bool msk_xml_is_text(struct msk_bytes text);

#endif
