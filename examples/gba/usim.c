/* SPDX-License-Identifier: MIT */
#include "usim.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define RECORD "sqn"

/* What it has seen: the highest SEQ of each IND. */
struct seen {
    uint64_t seq[USIM_INDS];
    uint64_t version;
};

static int
load_seen(const struct usim *usim, struct seen *seen)
{
    struct msk_stored stored;
    int err = usim->store.load(usim->store.user, 0, msk_text(RECORD), &stored);

    if (err != MSK_OK)
        return err;
    memset(seen, 0, sizeof *seen);
    seen->version = stored.version;
    if (stored.version == 0)
        return MSK_OK;
    if (stored.n != USIM_RECORD)
        return MSK_ERR_RECORD;
    for (size_t i = 0; i < USIM_INDS; i++)
        seen->seq[i] = milenage_number(stored.value + i * MILENAGE_SQN);
    return MSK_OK;
}

static int
save_seen(const struct usim *usim, const struct seen *seen)
{
    uint8_t octets[USIM_RECORD];
    struct msk_change change = { .key = msk_text(RECORD),
                                 .value = { octets, sizeof octets },
                                 .version = seen->version };

    for (size_t i = 0; i < USIM_INDS; i++)
        milenage_octets(seen->seq[i], octets + i * MILENAGE_SQN);
    return usim->store.commit(usim->store.user, 0, &change, 1);
}

bool
usim_open(struct usim *usim, const char *path)
{
    char name[PATH_MAX];
    int n = snprintf(name, sizeof name, "%s.sqn", path);
    struct seen seen;
    int err = MSK_ERR_ARGUMENT;

    memset(usim, 0, sizeof *usim);
    usim->medium.fd = -1;
    if (!subscription_read(&usim->subscription, path))
        return false;
    if (n > 0 && (size_t)n < sizeof name)
        err = store_posix_open(&usim->medium, name, USIM_SLOT);
    if (err == MSK_OK)
        err = store_file_open(&usim->store, &usim->file, &usim->medium.io,
                              usim->memory, USIM_SLOT, 0);
    if (err == MSK_OK)
        err = load_seen(usim, &seen);
    if (err == MSK_OK)
        return true;
    (void)fprintf(stderr, "%s.sqn: %s\n", path, msk_err_text(err));
    usim_close(usim);
    return false;
}

void
usim_close(struct usim *usim)
{
    if (usim->medium.fd >= 0)
        store_posix_close(&usim->medium);
    msk_wipe(usim, sizeof *usim);
    usim->medium.fd = -1;
}

/* TS 33.102 C.2.2: newer than all under its IND, and not so far ahead of the
 * highest of all that the numbers would soon be used up. */
static bool
is_fresh(const struct seen *seen, uint64_t sqn, uint64_t *highest)
{
    uint64_t seq = sqn >> USIM_IND_BITS, top = 0, ind = 0;

    for (size_t i = 0; i < USIM_INDS; i++)
        if (seen->seq[i] > top) {
            top = seen->seq[i];
            ind = i;
        }
    *highest = top << USIM_IND_BITS | ind;
    return seq > seen->seq[sqn % USIM_INDS] &&
           (seq <= top || seq - top <= USIM_AHEAD);
}

/* TS 33.102 6.3.3: SQN_MS under AK*, and a MAC over it with an AMF of zeros. */
static int
make_auts(const struct usim *usim, const struct msk_aka_challenge *challenge,
          const struct milenage_keys *keys, uint64_t highest,
          uint8_t auts[MSK_AKA_AUTS_LEN])
{
    static const uint8_t amf[MILENAGE_AMF] = { 0 };
    uint8_t sqn[MILENAGE_SQN];
    struct milenage_macs macs;
    int err;

    milenage_octets(highest, sqn);
    err = milenage_macs(&usim->subscription.milenage, challenge->rand, sqn, amf,
                        &macs);
    if (err != MSK_OK)
        return err;
    milenage_hide(sqn, keys->ak_s, auts);
    memcpy(auts + MILENAGE_SQN, macs.s, MILENAGE_MAC);
    return MSK_OK;
}

/* SQN of AUTN, if AUTN is from home. */
static int
open_autn(const struct usim *usim, const struct msk_aka_challenge *challenge,
          const struct milenage_keys *keys, uint64_t *sqn, bool *is_home)
{
    const uint8_t *autn = challenge->autn;
    uint8_t clear[MILENAGE_SQN], wrong = 0;
    struct milenage_macs macs;
    int err;

    milenage_hide(autn, keys->ak, clear);
    *sqn = milenage_number(clear);
    err = milenage_macs(&usim->subscription.milenage, challenge->rand, clear,
                        autn + MILENAGE_SQN, &macs);
    for (size_t i = 0; i < MILENAGE_MAC; i++)
        wrong |= macs.a[i] ^ autn[MILENAGE_SQN + MILENAGE_AMF + i];
    *is_home = wrong == 0;
    msk_wipe(&macs, sizeof macs);
    return err;
}

/* It is from home: its SQN is seen from now on, or was already. */
static int
decide(struct usim *usim, const struct msk_aka_challenge *challenge,
       const struct milenage_keys *keys, uint64_t sqn,
       struct usim_answer *answer)
{
    struct seen seen;
    uint64_t highest;
    int err = load_seen(usim, &seen);

    if (err != MSK_OK)
        return err;
    if (!is_fresh(&seen, sqn, &highest)) {
        answer->kind = USIM_AUTS;
        return make_auts(usim, challenge, keys, highest, answer->auts);
    }
    seen.seq[sqn % USIM_INDS] = sqn >> USIM_IND_BITS;
    err = save_seen(usim, &seen);
    if (err != MSK_OK)
        return err;
    answer->kind = USIM_RES;
    answer->age = sqn;
    memcpy(answer->res, keys->res, MILENAGE_RES);
    answer->res_n = MILENAGE_RES;
    memcpy(answer->ks, keys->ck, MILENAGE_KEY);
    memcpy(answer->ks + MILENAGE_KEY, keys->ik, MILENAGE_KEY);
    return MSK_OK;
}

int
usim_authenticate(struct usim *usim, const struct msk_aka_challenge *challenge,
                  struct usim_answer *answer)
{
    struct milenage_keys keys;
    uint64_t sqn;
    bool is_home = false;
    int err =
        milenage_keys(&usim->subscription.milenage, challenge->rand, &keys);

    memset(answer, 0, sizeof *answer);
    answer->kind = USIM_REFUSED;
    if (err == MSK_OK)
        err = open_autn(usim, challenge, &keys, &sqn, &is_home);
    if (err == MSK_OK && is_home)
        err = decide(usim, challenge, &keys, sqn, answer);
    if (err != MSK_OK)
        msk_wipe(answer, sizeof *answer);
    msk_wipe(&keys, sizeof keys);
    return err;
}

static int
authenticate(void *user, const struct msk_aka_challenge *challenge,
             struct usim_answer *answer)
{
    return usim_authenticate(user, challenge, answer);
}

struct aka_usim
usim_face(struct usim *usim)
{
    return (struct aka_usim){ usim, usim->subscription.impi, authenticate };
}
