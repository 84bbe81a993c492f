/* SPDX-License-Identifier: MIT */
/* options.h - the command line of msk-ue. */
#ifndef MSK_UE_OPTIONS_H
#define MSK_UE_OPTIONS_H

#include "../card/uicc.h"
#include "../hosts/address.h"
#include "../hosts/secrecy.h"
#include "msk/gba.h"
#include "server.h"

#define MIKEY_MAX 4 /* addresses that are listened to */

struct options {
    const char *btid;
    uint8_t ks_naf[32];
    size_t ks_naf_n; /* 32, or 0: MUK and MRK were given */
    struct secrecy_keys keys;
    uint64_t age;                          /* of whichever keys these are */
    uint8_t ks[MSK_GBA_KEY_LEN], rand[16]; /* or these, with the IMPI */
    bool has_ks, has_rand;
    const char *impi;
    uint8_t k_akma[MSK_GBA_KEY_LEN]; /* or this one */
    bool has_k_akma;
    const char *usim;           /* or file of a USIM, or card:READER; */
    const char *reader;         /* of a card, or NULL */
    bool uicc;                  /* which has the MGV-F; and */
    char pin[UICC_PIN_MAX + 1]; /* of the card; "": none */
    const char *gba, *gba_fqdn; /* the URL of a BSF; its name, or NULL */
    struct server bsf;          /* what both say */
    const char *fqdn;
    const char *bmsc;   /* URL, or NULL */
    struct server over; /* what it says */
    const char *cacert;
    uint64_t timeout;  /* for an HTTP answer, in seconds */
    uint64_t patience; /* before a service is left; 0: as the library has it */
    struct address mikey[MIKEY_MAX]; /* where to listen */
    size_t n_mikey;
    const char *interface; /* of multicast, or NULL */
    enum msk_layout layout;
    const char *store;
    const char *announcement, *service; /* or: */
    const char *groups;
    bool auth;           /* qop auth is allowed */
    uint32_t algorithms; /* of Digest, a set; 0: all */
    bool json, secrets, trace;
    const char *pcap, *keylog;
};

/* Reads the command line. False: usage was shown, exit with *status. */
bool options_read(int argc, char **argv, struct options *out, int *status);

/* Are these keys that those of each server are derived from? */
bool options_derive(const struct options *o);

#endif
