/* SPDX-License-Identifier: MIT */
/*
 * member.h - one UE of a crowd: its keys, its store, its MGV-F and its session,
 * which are the library's, so that it behaves as any UE with libmsk does.
 */
#ifndef MSK_LOAD_MEMBER_H
#define MSK_LOAD_MEMBER_H

#include "../hosts/capture.h"
#include "counts.h"
#include "due.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "options.h"
#include "posts.h"

/* What a Key Group came to, in all of the crowd. */
struct newest {
    uint16_t number;
    uint64_t since; /* when the first member had it; posts_clock */
};

/* What all members have in common. */
struct crowd {
    const struct options *options;
    struct msk_xml xml;
    struct msk_service service;
    struct msk_bytes server; /* as the service names it */
    struct msk_flow flows[OPTIONS_GROUPS_MAX];
    char flow_names[OPTIONS_GROUPS_MAX][24], uri[MSK_FQDN_MAX + 8];
    struct newest newest[OPTIONS_GROUPS_MAX];
    struct counts counts;
    struct capture capture;
    struct posts *posts;
    struct due due;
    int udp;
    uint64_t chance; /* of what is lost, and of who is restarted */
    struct member *members;
    uint8_t *memory; /* member_size for each of them */
    size_t started;
};

/* All zeros: it was not started yet. */
struct member {
    struct crowd *crowd;
    size_t index;
    size_t server;     /* that it asks */
    struct msk_ue *ue; /* NULL: it has no power */
    struct msk_mgvf *mgvf;
    uint8_t *memory; /* of store, session and MGV-F; NULL: none yet */
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record *records;
    struct post *post;                   /* the request under way, or NULL */
    uint64_t began;                      /* posts_clock */
    uint16_t number[OPTIONS_GROUPS_MAX]; /* MSKs that it was given; 0: none */
    bool joined, left;
    enum msk_reason reason; /* why it left */
};

/* Octets of memory that each member takes. */
size_t member_size(const struct crowd *crowd);

/* Power on: the store is what it was. False: no memory, or the library says
 * no, which is a defect. */
bool member_start(struct member *m, msk_time now);

/* Power off, in the middle of whatever it does. */
void member_stop(struct member *m);

/* It is gone for good. */
void member_end(struct member *m);

void member_receive(struct member *m, struct msk_bytes from,
                    struct msk_bytes message, msk_time now);
void member_timer(struct member *m, msk_time now);

/* Its request was answered, or was not. */
void member_answered(struct member *m, const struct msk_http_response *answer,
                     uint64_t us, msk_time now);

/* A number below n, of the chance of the crowd. */
uint64_t crowd_chance(struct crowd *crowd, uint64_t n);

#endif
