/* SPDX-License-Identifier: MIT */
/* http/xml_attribute.h - the attributes of an element, by name and type. One
 * that is not there leaves *out as it is; one of another type is
 * MSK_ERR_VALUE. */
#ifndef MSK_HTTP_XML_ATTRIBUTE_H
#define MSK_HTTP_XML_ATTRIBUTE_H

#include "msk/service.h"
#include "msk/xml.h"

struct msk_xml_attributes {
    const struct msk_xml_attribute *p;
    size_t n;
};

/* NULL: there is none of that name. */
const struct msk_bytes *
msk_xml_attribute(const struct msk_xml_attributes *attributes,
                  const char *name);

/* xs:unsignedLong; the same of at most 32 bits; xs:boolean; xs:boolean as a
 * switch. */
int msk_xml_attribute_u64(const struct msk_xml_attributes *attributes,
                          const char *name, uint64_t *out);
int msk_xml_attribute_u32(const struct msk_xml_attributes *attributes,
                          const char *name, uint32_t *out);
int msk_xml_attribute_boolean(const struct msk_xml_attributes *attributes,
                              const char *name, bool *out);
int msk_xml_attribute_switch(const struct msk_xml_attributes *attributes,
                             const char *name, enum msk_switch *out);

#endif
