/* SPDX-License-Identifier: MIT */
/*
 * msk/store.h - where records live. A store maps key octets to value octets
 * with a version and knows nothing else; what is inside is the library's.
 * store_ram.h is one in the caller's memory; a phone wants one that survives
 * a power cut.
 *
 * Values hold keys: a store keeps them as secret as the device can.
 */
#ifndef MSK_STORE_H
#define MSK_STORE_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A commit is never larger than this. */
enum {
    MSK_STORE_KEY_MAX = 256,    /* octets of a key */
    MSK_STORE_VALUE_MAX = 1024, /* octets of a value */
    MSK_STORE_CHANGES_MAX = 3   /* changes in one commit */
};

/* The answer to load. */
struct msk_stored {
    /* Frozen: it is on the way of every load. */
    uint8_t value[MSK_STORE_VALUE_MAX];
    size_t n;         /* octets of value */
    uint64_t version; /* 0: there is no such key, and n is 0 */
};

/* One change of a commit. The views are good until the commit has ended. */
struct msk_change {
    /* Frozen: it stands in arrays. */
    struct msk_bytes key;
    struct msk_bytes value; /* p NULL: delete the key */
    uint64_t version;       /* the version loaded; 0: the key must be new */
    bool delayable;         /* may reach the medium later: see commit */
};

/*
 * The three functions of a store. Each may be called at any time from inside
 * a library call and must not call the library back.
 *
 * `token` names one call of load or commit. A store that cannot answer at
 * once keeps the token and returns MSK_PENDING; the pointers it was given
 * stay good. When the work is done the host calls the _complete function of
 * the object that asked (msk_mgvf_complete, msk_ue_complete) with the token
 * and the result. Until then calls on that object return MSK_ERR_BUSY and
 * change nothing.
 */
struct msk_store {
    size_t size; /* sizeof(struct msk_store) */
    void *user;  /* handed to every function */

    /* Fills *out: MSK_OK also when the key is not there (version 0).
     * May return MSK_PENDING; MSK_ERR_STORE: the medium failed. */
    int (*load)(void *user, uint32_t token, struct msk_bytes key,
                struct msk_stored *out);

    /* Calls visit for every key that starts with prefix, in any order, until
     * visit returns something other than MSK_OK, and returns that; else
     * MSK_OK. visit calls no function of the store. MSK_ERR_STORE: the medium
     * failed. Never pending: it is used only when a session starts, when all
     * is forgotten, and by tools. */
    int (*each)(void *user, struct msk_bytes prefix,
                int (*visit)(void *arg, struct msk_bytes key,
                             struct msk_bytes value),
                void *arg);

    /*
     * All n changes, of different keys, or none, also through a power cut.
     * What a change deletes is room for those after it.
     * MSK_OK means durable, unless every change is delayable; then the store
     * may lose the youngest such commits, oldest kept first, and
     * doc/security.md says what that costs. May return MSK_PENDING.
     * MSK_ERR_CONFLICT: a version is not the stored one; nothing changed.
     * MSK_ERR_LIMIT: full; nothing changed. MSK_ERR_STORE: the medium failed;
     * nothing changed, or the result is not known.
     */
    int (*commit)(void *user, uint32_t token, const struct msk_change *changes,
                  size_t n);
};

#ifdef __cplusplus
}
#endif

#endif
