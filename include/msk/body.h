/* SPDX-License-Identifier: MIT */
/*
 * msk/body.h - the XML bodies of the key management procedures (TS 33.246
 * Annex G, TS 26.346 11.4 to 11.8), written and read.
 */
#ifndef MSK_BODY_H
#define MSK_BODY_H

#include "msk/http.h"
#include "msk/service.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_BODY_ITEMS_MAX = 64 /* in one body; more is MSK_ERR_MANY */
};

/* Which body it is. */
enum msk_body_kind {
    MSK_BODY_REGISTER = 1,
    MSK_BODY_DEREGISTER = 2,
    MSK_BODY_REGISTER_RESPONSE = 3, /* answers both */
    MSK_BODY_MSK_REQUEST = 4,
    MSK_BODY_MSK_RESPONSE = 5
};

/* The media type of a body, for Content-Type. Static; empty for another
 * value of kind. */
MSK_API struct msk_bytes msk_body_media_type(enum msk_body_kind kind);

/* One item of a list. */
struct msk_body_item {
    /* Frozen: it stands in arrays. */
    struct msk_bytes service; /* register, deregister and their response: */
                              /*   1..MSK_SERVICE_ID_MAX octets */
    uint8_t domain[3];        /* MSK request and response: */
    uint8_t msk_id[4];        /*   Key Group, Key Number; as transported */
    int code;                 /* responses: 100..599; 0 in requests */
};

/*
 * Writes a body of n items (1..MSK_BODY_ITEMS_MAX), in their order, into buf
 * (cap octets; NULL: counts only). *len: its octets. MSK_ERR_SPACE: cap, or
 * more than MSK_HTTP_BODY_MAX; MSK_ERR_ARGUMENT: no item, too many, a service
 * that is empty, too long, not UTF-8 or holds control characters, a code
 * outside 100..599.
 */
MSK_API int msk_body_write(enum msk_body_kind kind,
                           const struct msk_body_item *items, size_t n,
                           uint8_t *buf, size_t cap, size_t *len);

/* Takes one item; its view is good for the call. A return other than MSK_OK
 * ends the reading with that value. */
typedef int msk_body_sink_fn(void *arg, const struct msk_body_item *item);

/*
 * Reads a body of that kind, calling sink for each item in order; what sink
 * took counts only when the whole was read, with MSK_OK. content_type is the
 * value of the Content-Type header, with or without a charset of UTF-8; an MSK
 * response may have that of the request, as TS 33.246 H.2.1 prints it.
 * Unknown elements and attributes are ignored, and so is text between
 * elements, which the printed examples of TS 26.346 have. MSK_ERR_MEDIA_TYPE;
 * MSK_ERR_MANY; MSK_ERR_MISSING: not a single item; MSK_ERR_VALUE: an item
 * with a part that is missing, there twice, or not of its type; MSK_ERR_KIND:
 * another root element; the errors of struct msk_xml.
 */
MSK_API int msk_body_read(const struct msk_xml *xml, enum msk_body_kind kind,
                          struct msk_bytes content_type, struct msk_bytes body,
                          msk_body_sink_fn *sink, void *arg);

#ifdef __cplusplus
}
#endif

#endif
