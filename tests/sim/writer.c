/* SPDX-License-Identifier: MIT */
/* The one who makes MTK messages: it reserves counters in blocks, commits, and
 * sends. When its node loses power the other one goes on. */
#include <string.h>

#include "sim.h"

#define SEEN 30000 /* traffic that shows an MSK */
#define BLOCK 5
#define SENT 2 /* MTKs at a time */
#define BUSY 6 /* groups that have traffic at one time, at most */

/* The MTKs under an MSK differ from those under another one. */
void
sim_mtk(uint8_t group, uint16_t number, uint8_t out[16])
{
    memset(out, 0x4D, 16);
    out[0] = group;
    out[1] = (uint8_t)number;
}

static bool
load(struct sim *w, uint8_t g)
{
    w->writer.group[g].row = 0;
    w->writer.group[g].loaded = sim_database_group(
        w, g, &w->writer.group[g].record, &w->writer.group[g].version);
    return w->writer.group[g].loaded;
}

/* A writer that has made two MTKs knows that those before are sent no more. */
static void
note_past(struct sim *w, uint8_t g, const struct msk_key_group *record)
{
    struct msk_key_id id;
    uint16_t past;

    msk_key_group_current(record, &id);
    past = w->db.group[g].made[id.number];
    if (w->writer.group[g].row < SENT || past < SENT)
        return;
    w->db.group[g].past_before = w->db.group[g].past[id.number];
    w->db.group[g].past_at = w->now;
    w->db.group[g].past_number = id.number;
    w->db.group[g].past[id.number] = (uint16_t)(past - SENT);
}

/* False: somebody else changed the record; it is to be loaded again. */
static bool
reserve(struct sim *w, uint8_t g)
{
    struct msk_key_group *record = &w->writer.group[g].record;
    int err = msk_key_group_reserve(record, BLOCK);

    if (err == MSK_ERR_STATE) {
        w->writer.group[g].loaded = false;
        /* A UE that cannot be pushed to must see a new MSK in the traffic. */
        if (w->db.group[g].version == w->writer.group[g].version &&
            w->now + SIM_QUIET + SEEN < w->end)
            sim_office_rekey(w, g);
        return false;
    }
    if (err != MSK_OK)
        sim_fail(w, "group %u: nothing can be reserved", g);
    if (w->broken == SIM_BREAK_WRITER)
        return true;
    if (w->broken == SIM_BREAK_NEXT && msk_key_group_switch(record) == MSK_OK)
        return msk_key_group_reserve(record, BLOCK) == MSK_OK;
    if (!sim_database_put_group(w, g, record, w->writer.group[g].version)) {
        w->totals->conflicts++;
        w->writer.group[g].loaded = false;
        return false;
    }
    w->writer.group[g].version++;
    note_past(w, g, record);
    return true;
}

static void
send(struct sim *w, uint8_t g, const struct msk_key_id *id,
     struct msk_bytes octets, uint16_t mtk_id)
{
    struct sim_mark mark = { .kind = MSK_MESSAGE_MTK };
    struct msk_message m;

    if (msk_message_read(w->layout, octets, &m, NULL) != MSK_OK ||
        m.mtk_id != mtk_id || !msk_key_id_equal(&m.id, id))
        sim_fail(w, "group %u: not an MTK message", g);
    if (!sim_ledger_note(w, SIM_FACT_MTK, g, id->number, m.counter) ||
        !sim_ledger_note(w, SIM_FACT_MTK_ID, g, id->number, mtk_id))
        sim_fail(w, "group %u number %u: counter %u or MTK %u sent twice", g,
                 id->number, m.counter, mtk_id);
    if (id->number > w->db.group[g].number)
        sim_fail(w, "group %u: MTK %u under number %u, and %u is the current",
                 g, mtk_id, id->number, w->db.group[g].number);
    mark.group = g;
    mark.number = id->number;
    mark.mtk_id = mtk_id;
    mark.counter = m.counter;
    w->db.group[g].made[id->number] = mtk_id;
    w->writer.group[g].row++;
    sim_say(w, "group %u number %u: MTK %u", g, id->number, mtk_id);
    sim_archive_datagram(w, SIM_TO_UE, SIM_UES, octets, &mark);
    for (uint8_t u = 0; u < w->n_ues; u++) {
        char peer[MSK_PEER_MAX];

        sim_ue_address(&w->ue[u], peer);
        sim_network_to_ue(w, u, peer, octets, &mark);
    }
}

static void
make(struct sim *w, uint8_t g)
{
    struct msk_key_group *record = &w->writer.group[g].record;
    uint8_t key[16], salt[14] = { 1 }, buf[MSK_MIKEY_MAX];
    struct msk_bmsc_mtk mtk = { .size = sizeof mtk, .key = { key, 16 } };
    struct msk_key_id id;
    size_t n = 0;
    int err;

    if (msk_key_group_streaming(record))
        mtk.salt = (struct msk_bytes){ salt, sizeof salt };
    for (int i = 0; i < 2; i++) {
        msk_key_group_current(record, &id); /* reserve may have switched */
        sim_mtk(g, id.number, key);
        err = msk_bmsc_make_mtk(sim_node_bmsc(0), record, &mtk, buf, sizeof buf,
                                &n);
        if (err == MSK_OK)
            send(w, g, &id, (struct msk_bytes){ buf, n }, mtk.mtk_id);
        if (err != MSK_ERR_STATE || !reserve(w, g))
            return;
    }
}

void
sim_writer_tick(struct sim *w)
{
    uint32_t turns = 1u + w->map.n_groups / (BUSY + 1);

    if (!w->node[w->writer.node].up) {
        w->writer.node = (uint8_t)((w->writer.node + 1) % SIM_NODES);
        for (size_t g = 0; g < SIM_GROUPS; g++)
            w->writer.group[g].loaded = false;
    }
    if (!w->node[w->writer.node].up)
        return;
    w->writer.turn++;
    for (uint8_t g = 0; g < w->map.n_groups; g++) {
        bool old = w->writer.group[g].loaded &&
                   w->writer.group[g].version != w->db.group[g].version;

        if ((g + w->writer.turn) % turns != 0)
            continue;
        if (old && !sim_chance(w, 50)) /* it was told */
            w->writer.group[g].loaded = false;
        if (w->writer.group[g].loaded || load(w, g))
            make(w, g);
    }
}
