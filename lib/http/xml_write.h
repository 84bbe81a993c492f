/* SPDX-License-Identifier: MIT */
/* http/xml_write.h - XML, written. */
#ifndef MSK_HTTP_XML_WRITE_H
#define MSK_HTTP_XML_WRITE_H

#include "base/bytes.h"

/* Writes text as it is: markup, a name. */
void msk_xml_put(struct msk_writer *w, const char *text);

/* Writes what stands in front of a root element, and its tag with namespace:
 * <?xml ...?> <root xmlns="ns"> */
void msk_xml_put_root(struct msk_writer *w, const char *root, const char *ns);

/* Writes <name> or, with end, </name>. */
void msk_xml_put_tag(struct msk_writer *w, const char *name, bool end);

/* Writes text: & < > and " are escaped. It is text by msk_xml_is_text. */
void msk_xml_put_text(struct msk_writer *w, struct msk_bytes text);

/* Writes a number in decimal; n octets, 1..4, in base64. */
void msk_xml_put_number(struct msk_writer *w, uint64_t number);
void msk_xml_put_octets(struct msk_writer *w, const uint8_t *p, size_t n);

/* Writes an attribute, with a blank in front: text, a number, an xs:boolean. */
void msk_xml_put_attribute(struct msk_writer *w, const char *name,
                           struct msk_bytes value);
void msk_xml_put_attribute_number(struct msk_writer *w, const char *name,
                                  uint64_t value);
void msk_xml_put_attribute_boolean(struct msk_writer *w, const char *name,
                                   bool value);

/* Writes the three elements MSK, keyDomainID and MSKID of all schemas. */
void msk_xml_put_msk(struct msk_writer *w, const uint8_t domain[3],
                     const uint8_t msk_id[4]);

#endif
