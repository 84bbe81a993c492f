/* SPDX-License-Identifier: MIT */
/* Keys for --secrets. The MGV-F gives none of them out again, so they are read
 * where it keeps them, with the private headers of the library: no program
 * that is to be copied does that. */
#include <string.h>

#include "host.h"
#include "mgvf/record.h"

static const struct msk_held_key *
find(const struct msk_held_group *group, uint16_t number)
{
    for (size_t i = 0; i < group->n; i++)
        if (group->msk[i].number == number)
            return &group->msk[i];
    return NULL;
}

void
shown_add(const struct host *h, json_t *event, const struct msk_key_id *id)
{
    const struct msk_group_id key_group = msk_key_id_group(id);
    uint8_t name[MSK_RECORD_KEY_MAX];
    struct msk_held_group group;
    struct msk_stored stored;
    const struct msk_held_key *msk;
    size_t n;

    if (!h->log.secrets || h->card.keeps)
        return;
    msk_record_group_key(&key_group, name, &n);
    if (h->store.load(h->store.user, 0, (struct msk_bytes){ name, n },
                      &stored) == MSK_OK &&
        stored.version != 0 &&
        msk_record_get_group((struct msk_bytes){ stored.value, stored.n },
                             &group) == MSK_OK) {
        msk = find(&group, id->number);
        if (msk != NULL)
            event_secret(&h->log, event, "key",
                         (struct msk_bytes){ msk->key, msk->key_len });
        msk_wipe(&group, sizeof group);
    }
    msk_wipe(&stored, sizeof stored);
}
