/* SPDX-License-Identifier: MIT */
#include "http/xml_text.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "msk/base64.h"

/* --- values, read ---------------------------------------------------------- */

int
msk_xml_octets(struct msk_bytes text, uint8_t *out, size_t n)
{
    uint8_t octets[4];
    size_t len;

    if (n > sizeof octets ||
        msk_base64_decode(text, octets, sizeof octets, &len) != MSK_OK ||
        len != n)
        return MSK_ERR_VALUE;
    memcpy(out, octets, n);
    return MSK_OK;
}

int
msk_xml_boolean(struct msk_bytes text, bool *out)
{
    struct msk_bytes value = msk_view_trim(text);

    *out = msk_view_is(value, "true") || msk_view_is(value, "1");
    return *out || msk_view_is(value, "false") || msk_view_is(value, "0")
               ? MSK_OK
               : MSK_ERR_VALUE;
}

int
msk_xml_number(struct msk_bytes text, uint64_t most, uint64_t *out)
{
    struct msk_bytes digits = msk_view_trim(text);

    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = digits.p[i] - '0';

        if (digit < 0 || digit > 9 || *out > most / 10 ||
            (unsigned)digit > most - *out * 10)
            return MSK_ERR_VALUE;
        *out = *out * 10 + (unsigned)digit;
    }
    return digits.n > 0 ? MSK_OK : MSK_ERR_VALUE;
}

/* The rest of a character of `more` octets beyond its first; the smallest
 * that is written that long, so that there is one form of each. */
static bool
take_rest(struct msk_reader *r, uint32_t c, unsigned more, uint32_t least)
{
    for (unsigned i = 0; i < more; i++) {
        uint8_t next = msk_reader_u8(r);

        if ((next & 0xC0) != 0x80)
            return false;
        c = c << 6 | (next & 0x3F);
    }
    return c >= least && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) &&
           c != 0xFFFE && c != 0xFFFF;
}

static bool
take_character(struct msk_reader *r)
{
    uint8_t c = msk_reader_u8(r);

    if (c < 0x80)
        return c >= ' ' && c != 0x7F;
    if (c < 0xE0)
        return c >= 0xC0 && take_rest(r, c & 0x1F, 1, 0xA0); /* no C1 */
    if (c < 0xF0)
        return take_rest(r, c & 0x0F, 2, 0x800);
    return c < 0xF8 && take_rest(r, c & 0x07, 3, 0x10000);
}

bool
msk_xml_is_text(struct msk_bytes text)
{
    struct msk_reader r;

    msk_reader_init(&r, text.p, text.n);
    while (msk_reader_left(&r) > 0)
        if (!take_character(&r))
            return false;
    return true;
}

/* --- attributes ------------------------------------------------------------ */

const struct msk_bytes *
msk_xml_attribute(const struct msk_xml_attributes *attributes, const char *name)
{
    for (size_t i = 0; i < attributes->n; i++)
        if (msk_view_is(attributes->p[i].name, name))
            return &attributes->p[i].value;
    return NULL;
}

static int
take_number(const struct msk_xml_attributes *attributes, const char *name,
            uint64_t most, uint64_t *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);

    return value != NULL ? msk_xml_number(*value, most, out) : MSK_OK;
}

int
msk_xml_attribute_u64(const struct msk_xml_attributes *attributes,
                      const char *name, uint64_t *out)
{
    return take_number(attributes, name, UINT64_MAX, out);
}

int
msk_xml_attribute_u32(const struct msk_xml_attributes *attributes,
                      const char *name, uint32_t *out)
{
    uint64_t value = *out;
    int err = take_number(attributes, name, UINT32_MAX, &value);

    *out = (uint32_t)value;
    return err;
}

int
msk_xml_attribute_boolean(const struct msk_xml_attributes *attributes,
                          const char *name, bool *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);

    return value != NULL ? msk_xml_boolean(*value, out) : MSK_OK;
}

int
msk_xml_attribute_switch(const struct msk_xml_attributes *attributes,
                         const char *name, enum msk_switch *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);
    bool on;
    int err;

    if (value == NULL)
        return MSK_OK;
    err = msk_xml_boolean(*value, &on);
    *out = on ? MSK_SWITCH_ON : MSK_SWITCH_OFF;
    return err;
}

/* --- the way through a document -------------------------------------------- */

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

/* --- written --------------------------------------------------------------- */

void
msk_xml_put(struct msk_writer *w, const char *text)
{
    struct msk_bytes octets = msk_text(text);

    msk_writer_put(w, octets.p, octets.n);
}

void
msk_xml_put_root(struct msk_writer *w, const char *root, const char *ns)
{
    msk_xml_put(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    msk_xml_put(w, root);
    msk_xml_put(w, " xmlns=\"");
    msk_xml_put(w, ns);
    msk_xml_put(w, "\">");
}

void
msk_xml_put_tag(struct msk_writer *w, const char *name, bool end)
{
    msk_xml_put(w, end ? "</" : "<");
    msk_xml_put(w, name);
    msk_xml_put(w, ">");
}

void
msk_xml_put_text(struct msk_writer *w, struct msk_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        switch (text.p[i]) {
        case '&': msk_xml_put(w, "&amp;"); break;
        case '<': msk_xml_put(w, "&lt;"); break;
        case '>': msk_xml_put(w, "&gt;"); break;
        case '"': msk_xml_put(w, "&quot;"); break;
        default: msk_writer_u8(w, text.p[i]); break;
        }
}

void
msk_xml_put_number(struct msk_writer *w, uint64_t number)
{
    uint64_t unit = 1;

    while (number / unit >= 10)
        unit *= 10;
    for (; unit > 0; unit /= 10)
        msk_writer_u8(w, (uint8_t)('0' + number / unit % 10));
}

/* What stands in front of a value and after it. */
static void
open_attribute(struct msk_writer *w, const char *name)
{
    msk_xml_put(w, " ");
    msk_xml_put(w, name);
    msk_xml_put(w, "=\"");
}

void
msk_xml_put_attribute(struct msk_writer *w, const char *name,
                      struct msk_bytes value)
{
    open_attribute(w, name);
    msk_xml_put_text(w, value);
    msk_xml_put(w, "\"");
}

void
msk_xml_put_attribute_number(struct msk_writer *w, const char *name,
                             uint64_t value)
{
    open_attribute(w, name);
    msk_xml_put_number(w, value);
    msk_xml_put(w, "\"");
}

void
msk_xml_put_attribute_boolean(struct msk_writer *w, const char *name,
                              bool value)
{
    open_attribute(w, name);
    msk_xml_put(w, value ? "true\"" : "false\"");
}

void
msk_xml_put_octets(struct msk_writer *w, const uint8_t *p, size_t n)
{
    uint8_t text[8];
    size_t len = 0;

    if (msk_base64_encode((struct msk_bytes){ p, n }, text, sizeof text,
                          &len) == MSK_OK)
        msk_writer_put(w, text, len);
}

void
msk_xml_put_msk(struct msk_writer *w, const uint8_t domain[3],
                const uint8_t msk_id[4])
{
    msk_xml_put(w, "<MSK><keyDomainID>");
    msk_xml_put_octets(w, domain, 3);
    msk_xml_put(w, "</keyDomainID><MSKID>");
    msk_xml_put_octets(w, msk_id, 4);
    msk_xml_put(w, "</MSKID></MSK>");
}
