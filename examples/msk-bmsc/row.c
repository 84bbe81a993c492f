/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <string.h>

static bool
is_same(const uint8_t *octets, size_t n, struct msk_bytes now)
{
    return n == now.n && (n == 0 || memcmp(octets, now.p, n) == 0);
}

/* What stands in columns of its own. */
static void
take_columns(struct records_subscriber *row, const struct msk_subscriber *s)
{
    struct msk_bytes btid = msk_subscriber_btid(s);
    struct msk_bytes old = msk_subscriber_old_btid(s);

    row->same_btids = is_same(row->btid, row->btid_n, btid) &&
                      is_same(row->old_btid, row->old_btid_n, old);
    memcpy(row->btid, btid.p, btid.n);
    row->btid_n = btid.n;
    if (old.n > 0)
        memcpy(row->old_btid, old.p, old.n);
    row->old_btid_n = old.n;
    row->due = msk_subscriber_due(s);
}

/* The index of members is written where it is another one than before. */
static void
take_groups(struct records_subscriber *row, const struct msk_subscriber *s)
{
    struct msk_group_id now[MSK_SUBSCRIBER_GROUPS_MAX];
    size_t n;

    memset(now, 0, sizeof now);
    n = msk_subscriber_groups(s, now, MSK_SUBSCRIBER_GROUPS_MAX);
    row->regrouped =
        n != row->n_groups || memcmp(now, row->groups, n * sizeof now[0]) != 0;
    memcpy(row->groups, now, n * sizeof now[0]);
    row->n_groups = n;
}

int
row_get(struct records_subscriber *row, struct msk_subscriber *s)
{
    struct msk_bytes packed = { row->packed, row->n };
    int err = msk_subscriber_unpack(s, packed);

    memset(row->groups, 0, sizeof row->groups);
    row->n_groups = 0;
    row->regrouped = false;
    if (err == MSK_OK)
        row->n_groups =
            msk_subscriber_groups(s, row->groups, MSK_SUBSCRIBER_GROUPS_MAX);
    return err;
}

int
row_put(struct records_subscriber *row, const struct msk_subscriber *s,
        bool *changed)
{
    static uint8_t octets[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n = 0;
    int err = msk_subscriber_pack(s, octets, sizeof octets, &n);

    *changed =
        err == MSK_OK && (row->n != n || memcmp(row->packed, octets, n) != 0 ||
                          row->due != msk_subscriber_due(s));
    if (*changed) {
        memcpy(row->packed, octets, n);
        row->n = n;
        take_columns(row, s);
        take_groups(row, s);
    }
    msk_wipe(octets, n);
    return err;
}

int
row_make(struct records_subscriber *row, struct msk_subscriber *s,
         const struct msk_subscriber_config *config)
{
    bool changed;
    int err = msk_subscriber_init(s, config);

    row->version = 0;
    row->n = row->n_groups = row->btid_n = row->old_btid_n = 0;
    if (err != MSK_OK)
        return err;
    memcpy(row->id, config->id.p, config->id.n);
    row->id_n = config->id.n;
    return row_put(row, s, &changed);
}

void
row_make_nobody(struct records_subscriber *row)
{
    static const uint8_t zeros[32];
    struct msk_subscriber_config c = { .size = sizeof c };
    static struct msk_subscriber s;

    c.btid = msk_text("nobody");
    c.id = c.btid;
    c.muk = (struct msk_bytes){ zeros, sizeof zeros };
    c.mrk = c.muk;
    c.expires = MSK_NEVER;
    memset(row, 0, sizeof *row);
    (void)row_make(row, &s, &c);
}
