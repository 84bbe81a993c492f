/* SPDX-License-Identifier: MIT */
/*
 * msk/xml.h - what the library asks of an XML reader: one whole document in,
 * its elements, attributes and text out. xml_expat.h is one on expat.
 */
#ifndef MSK_XML_H
#define MSK_XML_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_XML_DOCUMENT_MAX = 16384 /* octets; a larger one is never fed */
};
/* Of what the sink does not pass by: */
enum {
    MSK_XML_DEPTH_MAX = 8,       /* elements inside one another */
    MSK_XML_ELEMENTS_MAX = 512,  /* in one document */
    MSK_XML_ATTRIBUTES_MAX = 16, /* without namespace, on one element */
    MSK_XML_TEXT_MAX = 512       /* octets of text; a longer one is cut */
};

/* What start returns for an element that is passed by: nothing in it is told,
 * nor its end, and none of it counts. */
enum { MSK_XML_PASS_BY = 256 };

/* An attribute without namespace, its value unescaped. */
struct msk_xml_attribute {
    /* Frozen: it stands in arrays. */
    struct msk_bytes name, value;
};

/*
 * Told of each element while the document is read. Namespace and local name
 * are apart; ns is empty for "none". Views are good for the call. A return
 * other than MSK_OK and MSK_XML_PASS_BY stops the reader, which returns it.
 */
struct msk_xml_sink {
    /* Frozen: the library makes it, the reader only calls it. */
    int (*start)(void *arg, struct msk_bytes ns, struct msk_bytes name,
                 const struct msk_xml_attribute *attributes, size_t n);
    /* All text of the element itself, without that of its children and
     * without white space at its ends, in one piece, at its end. */
    int (*end)(void *arg, struct msk_bytes ns, struct msk_bytes name,
               struct msk_bytes text);
};

/*
 * An XML reader. Reads one document of UTF-8 with namespaces, whole. It
 * refuses, with MSK_ERR_XML: what is not well formed, any DOCTYPE or entity
 * but the five built-in ones, any other encoding, declared or actual; with
 * MSK_ERR_MANY: more than one of the limits above, but for text.
 * MSK_ERR_SPACE: no memory. Attributes with a namespace are not told and do not
 * count.
 */
struct msk_xml {
    size_t size; /* sizeof(struct msk_xml) */
    void *user;  /* handed to read */
    int (*read)(void *user, struct msk_bytes document,
                const struct msk_xml_sink *sink, void *arg);
};

#ifdef __cplusplus
}
#endif

#endif
