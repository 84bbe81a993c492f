/* SPDX-License-Identifier: MIT */
/*
 * mbs_json.h - the JSON in which 5G MBS hands keys and announcements around,
 * into structs of libmsk and out of them, with jansson; to be copied.
 *
 *   SecurityDescription   TS 26.517, in a User Service Announcement
 *   MbsKeyInfo            TS 29.571, an element of MbsSecurityContext
 *
 * What is read is a stranger's: each member is of its type and in its bounds,
 * or the whole is refused, with a reason. Unknown members are passed over.
 */
#ifndef MBS_JSON_H
#define MBS_JSON_H

#include <jansson.h>

#include "msk/key_group.h"
#include "msk/mgvf.h"
#include "msk/service.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MBS_SERVERS_MAX = 16, MBS_GROUPS_MAX = 32 };

/* --- SecurityDescription ------------------------------------------------- */

/* A service that was read. Views point into it and into the JSON. */
struct mbs_service {
    struct msk_service service;
    struct msk_bytes servers[MBS_SERVERS_MAX];
    struct msk_flow flows[MBS_GROUPS_MAX];
    char flow_ids[MBS_GROUPS_MAX][16]; /* DOMAIN:GROUP; it names no flows */
    bool gba_2g;                       /* 2GGBAallowed */
};

/* Reads one. service.id is the caller's to set. Returns NULL, or why it is
 * refused. The schema of TS 26.517 requires mBSSessionKeyInfo where it declares
 * mBSServiceKeyInfo: either is read, one object or an array. */
const char *mbs_service_read(const json_t *description,
                             struct mbs_service *out);

/* Writes one, which the caller owns; an array of keys where there is more than
 * one Key Group. NULL: no memory, or a service without server or flow. */
json_t *mbs_service_write(const struct msk_service *service, bool gba_2g);

/* --- MbsKeyInfo ---------------------------------------------------------- */

/* One key; it holds secrets: wipe it after use (msk_wipe). */
struct mbs_key_info {
    struct msk_key_id id; /* group and number not 0 */
    uint8_t msk[MSK_KEY_MAX];
    size_t msk_len;   /* 0: not there */
    msk_time expires; /* Unix milliseconds; 0: not there */
    uint16_t mtk_id;  /* 0: not there */
    struct msk_mtk mtk;
};

/* Reads one. NULL, or why it is refused; *out is cleared then. */
const char *mbs_key_info_read(const json_t *info, struct mbs_key_info *out);

/* Reads all of an MbsSecurityContext, or a single MbsKeyInfo, into out (cap of
 * them); *n: how many. */
const char *mbs_context_read(const json_t *context, struct mbs_key_info *out,
                             size_t cap, size_t *n);

/* Write one, and an MbsSecurityContext of n, which the caller owns. NULL: no
 * memory. */
json_t *mbs_key_info_write(const struct mbs_key_info *info);
json_t *mbs_context_write(const struct mbs_key_info *info, size_t n);

/* Fills in what a UE imports, and what an MBSTF makes a Key Group of (a RAND is
 * drawn) or prepares as its next MSK (rand: 16 octets, drawn by the caller).
 * Views into *info and rand. False: there is no MSK in it. */
bool mbs_key_info_import(const struct mbs_key_info *info,
                         struct msk_import *out);
bool mbs_key_info_group(const struct mbs_key_info *info,
                        struct msk_key_group_config *out);
bool mbs_key_info_next(const struct mbs_key_info *info, const uint8_t rand[16],
                       struct msk_key_group_next *out);

/* What an MBSF says of the MSK in that role. False: there is none. */
bool mbs_key_info_of(const struct msk_key_group *group,
                     enum msk_key_group_role role, msk_time expires,
                     struct mbs_key_info *out);

#ifdef __cplusplus
}
#endif

#endif
