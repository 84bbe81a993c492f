/* SPDX-License-Identifier: MIT */
/* http/xml_text.h - XML as bodies and announcements have it: the simple types of
 * XML Schema, attributes, the way through a document, and how it is written. */
#ifndef MSK_HTTP_XML_TEXT_H
#define MSK_HTTP_XML_TEXT_H

#include "base/bytes.h"
#include "msk/service.h"
#include "msk/types.h"
#include "msk/xml.h"

/* xs:base64Binary of exactly n octets, 1..4. */
int msk_xml_octets(struct msk_bytes text, uint8_t *out, size_t n);

/* xs:boolean: "true", "false", "1", "0". */
int msk_xml_boolean(struct msk_bytes text, bool *out);

/* xs:unsignedLong of at most `most`. */
int msk_xml_number(struct msk_bytes text, uint64_t most, uint64_t *out);

/* True when it may stand in a document, and so in one that we write: UTF-8
 * without control characters (XML 1.0 2.2, and no line ends either). */
bool msk_xml_is_text(struct msk_bytes text);

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

/* The node of the root element; others are numbered on from here. */
#define MSK_XML_ROOT 1

/* A node in a set of them. */
#define MSK_XML_BIT(node) (1u << (node))

/* An element that may stand in another one. */
struct msk_xml_rule {
    uint8_t parent, node;
    const char *name;
};

struct msk_xml_walk {
    const char *ns, *root; /* namespace of all that is known; root element */
    const struct msk_xml_rule *rules;
    size_t n_rules;
    size_t depth;    /* open elements */
    uint8_t path[8]; /* their nodes, from path[1] on */
};

/* Starts before the root element. */
void msk_xml_walk_init(struct msk_xml_walk *walk, const char *ns,
                       const char *root, const struct msk_xml_rule *rules,
                       size_t n);

/* An element starts. *node: which. MSK_XML_PASS_BY: it is not known;
 * MSK_ERR_KIND: it is the root element of something else. */
int msk_xml_walk_start(struct msk_xml_walk *walk, struct msk_bytes ns,
                       struct msk_bytes name, uint8_t *node);

/* An element ends that was not passed by. Returns its node. */
uint8_t msk_xml_walk_end(struct msk_xml_walk *walk);

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
