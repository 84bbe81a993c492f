/* SPDX-License-Identifier: MIT */
/*
 * bundle.h - what stands around a securityDescription: the bundleDescription
 * of TS 26.346 11.2, which says where that of a service is, and the metadata
 * envelope, which may hold fragments.
 */
#ifndef MSK_UE_BUNDLE_H
#define MSK_UE_BUNDLE_H

#include "msk/types.h"

#define BUNDLE_URI_MAX 512

enum bundle_kind {
    BUNDLE_OTHER, /* no XML, or another root */
    BUNDLE_SECURITY,
    BUNDLE_SERVICES,
    BUNDLE_ENVELOPE
};

struct bundle {
    enum bundle_kind kind;
    size_t services;              /* how many the bundle has, */
    char service[BUNDLE_URI_MAX]; /*   the one that was asked for, or */
    bool found;                   /*   the only one; is it there? */
    char uri[BUNDLE_URI_MAX];     /* of its securityDescription, or empty */
    bool ambiguous;               /* it has two */
    bool (*fragment)(void *arg, struct msk_bytes uri, struct msk_bytes text);
    void *arg; /* called for each fragment inside an envelope */
};

/*
 * Reads an XML document. service: which one is wanted, or NULL. False: it is
 * not well formed, has a DOCTYPE, or there is no room.
 */
bool bundle_read(struct bundle *bundle, struct msk_bytes document,
                 const char *service);

#endif
