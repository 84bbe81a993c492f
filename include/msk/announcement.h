/* SPDX-License-Identifier: MIT */
/*
 * msk/announcement.h - the securityDescription fragment of a service
 * announcement (TS 26.346 11.3) to a struct msk_service.
 */
#ifndef MSK_ANNOUNCEMENT_H
#define MSK_ANNOUNCEMENT_H

#include "msk/service.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The media type of a securityDescription, TS 26.346 11.3; a static view. */
#define MSK_ANNOUNCEMENT_MEDIA_TYPE \
    "application/mbms-protection-description+xml"
MSK_API struct msk_bytes msk_announcement_media_type(void);

/*
 * Reads document into *service; its id is service_id. What it points to is
 * laid into arena (len octets, aligned as malloc's or not) and is good as
 * long as that is. uiccKeyManagement absent means true. The attributes
 * confidentialityProtection and integrityProtection (xs:boolean) of
 * keyManagement are this project's own; absent means on. Unknown elements and
 * attributes are ignored, whatever is in them, and so are the last two octets
 * of an MSKID, and a serverURI that is too long or has no FQDN.
 * MSK_ERR_SPACE: arena; MSK_ERR_MISSING: no server or no Key Group, while the
 * rest of *service is filled; MSK_ERR_VALUE: an item that is not as the schema
 * says, keyManagement after a keyId, a flow ID that is too long, a back-off of
 * more than 32 bits, or Key Group 0; MSK_ERR_KIND: another root element; the
 * errors of struct msk_xml.
 */
MSK_API int msk_announcement_read(const struct msk_xml *xml,
                                  struct msk_bytes document,
                                  struct msk_bytes service_id, void *arena,
                                  size_t len, struct msk_service *service);

/* Writes such a document into buf (cap octets; NULL: counts only); *len: its
 * octets. MSK_ERR_SPACE: cap, or more than MSK_XML_DOCUMENT_MAX.
 * MSK_ERR_ARGUMENT: a service that could not be read again. */
MSK_API int msk_announcement_write(const struct msk_service *service,
                                   uint8_t *buf, size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
