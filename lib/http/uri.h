/* SPDX-License-Identifier: MIT */
/* http/uri.h - the parts of a URI that names a key management server. */
#ifndef MSK_HTTP_URI_H
#define MSK_HTTP_URI_H

#include "msk/types.h"

/* Views into the URI; what is not there is empty. */
struct msk_uri {
    struct msk_bytes scheme; /* "http" */
    struct msk_bytes host;   /* an FQDN, 1..MSK_FQDN_MAX octets, without the
                                dot of the root at its end */
    struct msk_bytes port;   /* 1 to 5 digits, 1..65535 */
    struct msk_bytes path;   /* from "/" on, with query and fragment */
};

/*
 * Takes uri apart: [scheme "://"] FQDN [":" port] [path]. False: it is not of
 * that form, so also one with a user name in front of the host, which would
 * make another host look like a known one, or with an IPv6 address.
 */
bool msk_uri_split(struct msk_bytes uri, struct msk_uri *out);

#endif
