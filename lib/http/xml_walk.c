/* SPDX-License-Identifier: MIT */
#include "http/xml_walk.h"

#include <string.h>

#include "http/view.h"

void
msk_xml_walk_init(struct msk_xml_walk *walk, const char *ns, const char *root,
                  const struct msk_xml_rule *rules, size_t n)
{
    memset(walk, 0, sizeof *walk);
    walk->ns = ns;
    walk->root = root;
    walk->rules = rules;
    walk->n_rules = n;
}

/* The node of that name in the innermost open element; 0: not known. */
static uint8_t
find_node(const struct msk_xml_walk *walk, struct msk_bytes name)
{
    if (walk->depth == 0)
        return msk_view_is(name, walk->root) ? MSK_XML_ROOT : 0;
    for (size_t i = 0; i < walk->n_rules; i++)
        if (walk->rules[i].parent == walk->path[walk->depth] &&
            msk_view_is(name, walk->rules[i].name))
            return walk->rules[i].node;
    return 0;
}

int
msk_xml_walk_start(struct msk_xml_walk *walk, struct msk_bytes ns,
                   struct msk_bytes name, uint8_t *node)
{
    *node = 0;
    if (walk->depth + 1 < sizeof walk->path && msk_view_is(ns, walk->ns))
        *node = find_node(walk, name);
    if (*node == 0)
        return walk->depth == 0 ? MSK_ERR_KIND : MSK_XML_PASS_BY;
    walk->path[++walk->depth] = *node;
    return MSK_OK;
}

uint8_t
msk_xml_walk_end(struct msk_xml_walk *walk)
{
    if (walk->depth == 0) /* not of a reader that keeps its contract */
        return 0;
    return walk->path[walk->depth--];
}
