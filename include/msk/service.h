/* SPDX-License-Identifier: MIT */
/*
 * msk/service.h - what a service announcement says about the protection of
 * one MBMS User Service (change request 6.3.2.2.2; TS 26.346 11.3).
 * announcement.h reads one from XML; a host may as well fill it by hand.
 */
#ifndef MSK_SERVICE_H
#define MSK_SERVICE_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_SERVICE_ID_MAX = 255, /* octets of a service ID (a URI) */
    MSK_FLOW_ID_MAX = 64      /* octets of a flow ID, "IP/port" */
};

/* Is a protection used by the service? */
enum msk_switch {
    MSK_SWITCH_DEFAULT = 0, /* not announced: on */
    MSK_SWITCH_ON = 1,
    MSK_SWITCH_OFF = 2
};

/* A flow (RTP session or FLUTE channel) and the Key Group that protects it. */
struct msk_flow {
    /* Frozen: it stands in arrays. */
    struct msk_bytes id; /* "IP/port"; 1..MSK_FLOW_ID_MAX octets */
    struct msk_group_id group;
};

/*
 * One service. The pointers and views are the caller's; a function that
 * keeps a service copies what it needs.
 */
struct msk_service {
    size_t size;         /* sizeof(struct msk_service) */
    struct msk_bytes id; /* serviceId; 1..MSK_SERVICE_ID_MAX octets */
    const struct msk_bytes *servers; /* key management servers, at least one: */
    size_t n_servers;                /*   "http://FQDN[:port]" or FQDN alone */
    const struct msk_flow *flows;    /* at least one */
    size_t n_flows;
    bool uicc_required; /* MBMS keys must be on the UICC */
    enum msk_switch confidentiality;
    enum msk_switch integrity;
    uint32_t offset_time;   /* back-off before MSK requests, seconds: */
    uint32_t random_period; /*   offset_time + U(0, random_period) */
    bool has_fec;           /* MIKEY messages of this service use FEC: */
    uint64_t fec_encoding;
    uint64_t fec_instance;
    struct msk_bytes fec_oti;
};

/*
 * Picks one of the servers of a service at random, each as likely as the
 * others; a UE keeps to it (TS 26.346 9.3.5). *server: the URI, *fqdn: its
 * name without scheme, port and path; views into the service.
 * MSK_ERR_RANDOM; MSK_ERR_ARGUMENT; MSK_ERR_VALUE: it has no name.
 */
MSK_API int msk_service_pick(const struct msk_service *service,
                             const struct msk_random *random,
                             struct msk_bytes *server, struct msk_bytes *fqdn);

/*
 * The base path of a server, for msk_ue_config.base: what follows its
 * name and port; empty where there is none. *base: a view into server.
 * MSK_ERR_VALUE: no such URI, or one with a query or a fragment.
 */
MSK_API int msk_service_base(struct msk_bytes server, struct msk_bytes *base);

#ifdef __cplusplus
}
#endif

#endif
