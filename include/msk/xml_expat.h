/* SPDX-License-Identifier: MIT */
/*
 * msk/xml_expat.h - an XML reader on expat. There with -Dxml=expat.
 */
#ifndef MSK_XML_EXPAT_H
#define MSK_XML_EXPAT_H

#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most heap that one read takes. */
enum { MSK_XML_EXPAT_HEAP_MAX = 524288 };

/* Heap for expat: as malloc, realloc and free, with `user` first. */
struct msk_xml_heap {
    size_t size; /* sizeof(struct msk_xml_heap) */
    void *user;
    void *(*alloc)(void *user, size_t n);
    void *(*resize)(void *user, void *p, size_t n);
    void (*release)(void *user, void *p);
};

/*
 * Makes *xml a reader on expat. heap: kept; NULL for that of the C library.
 * At most MSK_XML_EXPAT_HEAP_MAX octets are held at any time, none between
 * reads. A reader may be used by one thread for each read; reads share
 * nothing but the heap. MSK_ERR_ARGUMENT.
 */
MSK_API int msk_xml_expat_init(struct msk_xml *xml,
                               const struct msk_xml_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
