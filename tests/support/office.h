/* SPDX-License-Identifier: MIT */
/*
 * office.h - a BM-SC with a subscriber and a few Key Groups, and the UE
 * at the other end of the wire: a chip.
 *
 * There are two of everything, so that what is mixed up is seen: each Key
 * Group has a twin with the same number in another domain, which comes first
 * in every list, has other MSKs, and is not allowed in the UE; the subscriber
 * is a member of the first few twins, and there is another subscriber.
 */
#ifndef TESTS_SUPPORT_OFFICE_H
#define TESTS_SUPPORT_OFFICE_H

#include "chip.h"
#include "fake_xml.h"
#include "msk/bmsc.h"

#define OFFICE_GROUPS 72
#define OFFICE_TWINS 4 /* that the subscriber is a member of */
#define OFFICE_EFFECTS 448
#define OFFICE_SENT 200
#define OFFICE_MUK 0x10
#define OFFICE_OTHER_MUK 0x50 /* of the other subscriber */
#define OFFICE_MRK "the MRK of the subscriber, 32 oct"

struct office {
    struct chip chip; /* the UE */
    struct fake_crypto crypto;
    struct fake_xml xml;
    struct msk_random random;
    struct rng rng;
    size_t draws, fail_draw;    /* the n-th draw fails; 0: none does */
    bool fails_for_ever;        /* and all after it */
    struct call_record *record; /* of draws; NULL: none is kept */
    struct msk_bmsc_config config;
    struct msk_bmsc *bmsc;
    struct msk_subscriber subscriber, other;
    struct msk_key_group group[OFFICE_GROUPS], twin[OFFICE_GROUPS];
    size_t n_groups;
    bool alone; /* set: the subscriber is a member of no twin from now on */
    struct msk_outbox *outbox;
    msk_time now;
    bool unknown; /* requests come without a record */

    const char *who; /* authorise is asked for this one alone */
    /* what authorise says: of one group, of the others */
    uint16_t odd_group;
    enum msk_permission odd_answer, answer;
    size_t questions;

    /* what the outbox said last */
    size_t effects, sent, delivered, gave_up, joined, parted;
    enum msk_bmsc_effect_kind kind[OFFICE_EFFECTS];
    enum msk_parted why;                   /* of the last that parted */
    struct msk_bytes message[OFFICE_SENT]; /* copies, the test's */
    struct msk_key_id id[OFFICE_SENT];     /* of these */
    struct msk_http_response response;     /* a copy; status 0: none */
    struct msk_http_header header[8];
    struct msk_bytes ack; /* of the UE to the last message, or empty */

    uint8_t memory[MSK_BMSC_SIZE + 1];
    uint8_t outbox_memory[MSK_OUTBOX_SIZE + 1];
};

/* A BM-SC in that layout, a subscriber with MUK OFFICE_MUK at address "ue",
 * and the UE's MGV-F. A service is named by the groups that it needs, in four
 * hexadecimal digits each: "s:18CF,18D0"; of the twins: "t:18CF"; of
 * both: "b:18CF"; many: "s:18C0-18FF". authorise
 * says 200. change: may be NULL; alters o->config before it is used. */
extern const uint8_t office_twin_domain[3];

/* Of the table of deliveries: bits of events, by state, that were taken in all
 * tests so far. */
extern uint32_t office_cells[3];

/* The name of a Key Group. */
#define GROUP_ID(d, number) \
    (&(const struct msk_group_id){ { (d)[0], (d)[1], (d)[2] }, (number) })

void office_start(struct office *o, enum msk_layout layout,
                  void (*change)(struct msk_bmsc_config *config));

/* Adds a Key Group, its number 1; the UE allows it, and is a member. */
struct msk_key_group *office_group(struct office *o, uint16_t group,
                                   bool streaming);

/* The calls of bmsc.h, through a packed record: what comes back from pack and
 * unpack is what counts. The record is thrown away when a call fails, as the
 * contract says. The outbox is emptied into *o. */
int office_push(struct office *o, const struct msk_key_group *group);
int office_push_msk(struct office *o, const struct msk_key_group *group,
                    enum msk_key_group_role role);
int office_pull(struct office *o, const struct msk_key_group *group);
int office_timer(struct office *o);
int office_ack(struct office *o, struct msk_bytes message);
int office_http(struct office *o, const struct msk_http_request *request,
                struct msk_bytes peer);

/* Adds a Key Group that nobody is a member of. */
struct msk_key_group *office_group_alone(struct office *o, uint16_t group,
                                         bool streaming);

/* The UE takes message i of the last call; o->ack is what it says. */
int office_arrives(struct office *o, size_t i);

/* Takes what the outbox holds. */
void office_empty(struct office *o);

/* The n-th call from now on fails, of randomness (what 0) or of crypto (1); or
 * all from there on. n 0: no one does. */
void office_fail(struct office *o, int what, size_t n, bool for_ever);

/* The record of the subscriber, packed. */
struct msk_bytes office_packed(const struct office *o);

/* Packs and unpacks the subscriber. */
void office_store(struct office *o);

#endif
