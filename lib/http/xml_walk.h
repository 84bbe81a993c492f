/* SPDX-License-Identifier: MIT */
/* http/xml_walk.h - the way through a document: which of its elements are
 * known. All others are passed by (MSK_XML_PASS_BY) with everything inside
 * them, also with what there looks like a known one. */
#ifndef MSK_HTTP_XML_WALK_H
#define MSK_HTTP_XML_WALK_H

#include "msk/xml.h"

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

#endif
