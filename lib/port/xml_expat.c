/* SPDX-License-Identifier: MIT */
/*
 * An XML reader on expat. A document is fed whole, in one call and as its
 * last part, so nothing of it is scanned twice. Each read has a parser of its
 * own: one that failed is never used again.
 */
#ifdef MSK_EXPAT_HAS_EXPANSION_LIMIT
#define XML_DTD /* expat.h declares the limits only then */
#endif
#include "msk/xml_expat.h"

#include <string.h>

#include "port/xml_expat_heap.h"

#define TEXT_ROOM (MSK_XML_TEXT_MAX + 1)
#define SEPARATOR '\n' /* of namespace and name; stands in neither of them */

/*
 * A document that is being read. The texts of the open elements lie one
 * after the other: that of an element goes on when its child has ended and its
 * text is gone.
 */
struct expat_reading {
    XML_Parser parser;
    const struct msk_xml_sink *sink;
    void *arg;
    int err; /* why it stopped; MSK_OK: goes on */
    size_t depth, elements;
    size_t passed; /* open elements that are passed by; they have no depth */
    size_t begin[MSK_XML_DEPTH_MAX + 1]; /* of the text at each depth */
    size_t end;
    uint8_t text[MSK_XML_DEPTH_MAX * TEXT_ROOM];
};

/* Stops the parser, for good. The first reason is the one that counts. */
static void
stop(struct expat_reading *r, int err)
{
    if (r->err != MSK_OK || err == MSK_OK)
        return;
    r->err = err;
    XML_StopParser(r->parser, XML_FALSE);
}

/* Takes a name of expat apart; ns is empty for none. */
static void
split(const XML_Char *full, struct msk_bytes *ns, struct msk_bytes *name)
{
    const char *at = strchr(full, SEPARATOR);

    *ns = msk_text(at != NULL ? full : "");
    *name = msk_text(at != NULL ? at + 1 : full);
    if (at != NULL)
        ns->n = (size_t)(at - full);
}

/* Collects the attributes without namespace. False: there are more. */
static bool
take_attributes(const XML_Char **atts, struct msk_xml_attribute *out, size_t *n)
{
    struct msk_bytes ns, name;

    for (*n = 0; *atts != NULL; atts += 2) {
        split(atts[0], &ns, &name);
        if (ns.n > 0)
            continue;
        if (*n == MSK_XML_ATTRIBUTES_MAX)
            return false;
        out[*n].name = name;
        out[(*n)++].value = msk_text(atts[1]);
    }
    return true;
}

/* Limits are for what is known, and only the sink knows what that is. */
static int
start_element(struct expat_reading *r, const XML_Char *full,
              const XML_Char **atts)
{
    struct msk_xml_attribute attributes[MSK_XML_ATTRIBUTES_MAX];
    struct msk_bytes ns, name;
    size_t n;
    bool fits = take_attributes(atts, attributes, &n);
    int err;

    split(full, &ns, &name);
    err = r->sink->start(r->arg, ns, name, attributes, n);
    if (err != MSK_OK)
        return err;
    if (!fits || r->depth == MSK_XML_DEPTH_MAX ||
        ++r->elements > MSK_XML_ELEMENTS_MAX)
        return MSK_ERR_MANY;
    r->begin[++r->depth] = r->end;
    return MSK_OK;
}

static void XMLCALL
on_expat_start(void *user, const XML_Char *full, const XML_Char **atts)
{
    struct expat_reading *r = user;
    int err = MSK_XML_PASS_BY;

    if (r->err != MSK_OK)
        return;
    if (r->passed == 0)
        err = start_element(r, full, atts);
    if (err == MSK_XML_PASS_BY)
        r->passed++;
    else
        stop(r, err);
}

static bool
is_xml_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void XMLCALL
on_expat_end(void *user, const XML_Char *full)
{
    struct expat_reading *r = user;
    struct msk_bytes ns, name, text;

    if (r->err != MSK_OK)
        return;
    if (r->passed > 0) {
        r->passed--;
        return;
    }
    while (r->end > r->begin[r->depth] && is_xml_blank(r->text[r->end - 1]))
        r->end--;
    text.n = r->end - r->begin[r->depth];
    text.p = text.n > 0 ? r->text + r->begin[r->depth] : NULL;
    r->end = r->begin[r->depth--];
    split(full, &ns, &name);
    stop(r, r->sink->end(r->arg, ns, name, text));
}

/* Behind a text that is full: one octet says that it goes on. */
static void
overflow(struct expat_reading *r, struct msk_bytes in)
{
    for (size_t i = 0; i < in.n; i++)
        if (!is_xml_blank(in.p[i]))
            r->text[r->begin[r->depth] + MSK_XML_TEXT_MAX] = in.p[i];
}

/* Text comes in pieces of any size. White space in front is not kept, so that
 * the indentation of children never fills the text of their parent. */
static void XMLCALL
on_text(void *user, const XML_Char *piece, int len)
{
    struct expat_reading *r = user;
    struct msk_bytes in = { (const uint8_t *)piece, (size_t)len };
    size_t had, n;

    if (r->err != MSK_OK || r->depth == 0 || r->passed > 0)
        return;
    had = r->end - r->begin[r->depth];
    while (had == 0 && in.n > 0 && is_xml_blank(in.p[0])) {
        in.p++;
        in.n--;
    }
    n = in.n < TEXT_ROOM - had ? in.n : TEXT_ROOM - had;
    if (n > 0)
        memcpy(r->text + r->end, in.p, n);
    r->end += n;
    overflow(r, (struct msk_bytes){ in.p + n, in.n - n });
}

/* No DOCTYPE: then there are no entities and nothing is fetched. */
static void XMLCALL
on_doctype(void *user, const XML_Char *name, const XML_Char *system,
           const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(user, MSK_ERR_XML);
}

static void XMLCALL
on_entity(void *user, const XML_Char *name, int parameter,
          const XML_Char *value, int len, const XML_Char *base,
          const XML_Char *system, const XML_Char *public,
          const XML_Char *notation)
{
    (void)name;
    (void)parameter;
    (void)value;
    (void)len;
    (void)base;
    (void)system;
    (void)public;
    (void)notation;
    stop(user, MSK_ERR_XML);
}

/* "UTF-8" in any case. */
static bool
is_utf8(const char *name)
{
    static const char upper[] = "UTF-8", lower[] = "utf-8";
    size_t i = 0;

    while (i + 1 < sizeof upper && (name[i] == upper[i] || name[i] == lower[i]))
        i++;
    return i + 1 == sizeof upper && name[i] == '\0';
}

/* Expat would read a document declared as something else as UTF-8. */
static void XMLCALL
on_declaration(void *user, const XML_Char *version, const XML_Char *encoding,
               int standalone)
{
    (void)version;
    (void)standalone;
    if (encoding != NULL && !is_utf8(encoding))
        stop(user, MSK_ERR_XML);
}

/* UTF-16 and UTF-32, which expat would read whatever it was told: a document
 * begins with a blank or with '<', and half of that is a zero. */
static bool
is_wide(struct msk_bytes document)
{
    size_t first = document.n < 4 ? document.n : 4;

    return first > 0 && memchr(document.p, 0, first) != NULL;
}

/* Belts for a day on which expat expands or allocates what it should not: no
 * more octets than the document, no more heap than ours. */
static void
limit(XML_Parser parser)
{
    (void)parser;
#ifdef MSK_EXPAT_HAS_EXPANSION_LIMIT
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, 1.0F);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(
        parser, MSK_XML_DOCUMENT_MAX);
#endif
#ifdef MSK_EXPAT_HAS_HEAP_LIMIT
    XML_SetAllocTrackerMaximumAmplification(parser, 1.0F);
    XML_SetAllocTrackerActivationThreshold(parser, MSK_XML_EXPAT_HEAP_MAX);
#endif
}

static int
parse(struct expat_reading *r, struct msk_bytes document)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_expat_start, on_expat_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    XML_SetEntityDeclHandler(r->parser, on_entity);
    XML_SetXmlDeclHandler(r->parser, on_declaration);
    limit(r->parser);
    if (XML_Parse(r->parser, (const char *)document.p, (int)document.n,
                  XML_TRUE) == XML_STATUS_OK)
        return MSK_OK;
    if (r->err != MSK_OK)
        return r->err;
    return XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY ? MSK_ERR_SPACE
                                                              : MSK_ERR_XML;
}

/* Reads with a parser and a reading of the budget's. */
static int
read_within(struct msk_bytes document, const struct msk_xml_sink *sink,
            void *arg)
{
    static const XML_Char separator[] = { SEPARATOR, '\0' };
    struct expat_reading *r = msk_budget_alloc(sizeof *r);
    int err = MSK_ERR_SPACE;

    if (r == NULL)
        return MSK_ERR_SPACE;
    memset(r, 0,
           offsetof(struct expat_reading, text)); /* written before read */
    r->sink = sink;
    r->arg = arg;
    r->parser = XML_ParserCreate_MM("UTF-8", &msk_budget_suite, separator);
    if (r->parser != NULL) {
        err = parse(r, document);
        XML_ParserFree(r->parser);
    }
    msk_budget_release(r);
    return err;
}

static int
expat_read(void *user, struct msk_bytes document,
           const struct msk_xml_sink *sink, void *arg)
{
    struct msk_budget budget, *outer;
    int err;

    if (document.n > MSK_XML_DOCUMENT_MAX)
        return MSK_ERR_MANY;
    if (is_wide(document))
        return MSK_ERR_XML;
    outer = msk_budget_enter(&budget, user); /* a sink may read as well */
    err = read_within(document, sink, arg);
    msk_budget_leave(outer);
    return err;
}

int
msk_xml_expat_init(struct msk_xml *xml, const struct msk_xml_heap *heap)
{
    if (xml == NULL)
        return MSK_ERR_ARGUMENT;
    if (heap != NULL && (heap->size < sizeof *heap || heap->alloc == NULL ||
                         heap->resize == NULL || heap->release == NULL))
        return MSK_ERR_ARGUMENT;
    xml->size = sizeof *xml;
    memcpy(&xml->user, &heap, sizeof xml->user); /* it stays const in use */
    xml->read = expat_read;
    return MSK_OK;
}
