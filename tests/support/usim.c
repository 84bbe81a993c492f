/* SPDX-License-Identifier: MIT */
#include "usim.h"

#include <stdio.h>
#include <string.h>

#include "provider.h"

#define OK 0x9000

static uint16_t
get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void
put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

/* --- the files ----------------------------------------------------------- */

/* The name of a MUK, as in EF_MUK and in a command. */
static size_t
put_name(uint8_t *p, const struct card_muk *m)
{
    size_t idr = strlen(m->btid), idi = strlen(m->fqdn);

    p[0] = 0xA0;
    p[1] = (uint8_t)(4 + idr + idi);
    p[2] = 0x80;
    p[3] = (uint8_t)idr;
    memcpy(p + 4, m->btid, idr);
    p[4 + idr] = 0x82;
    p[5 + idr] = (uint8_t)idi;
    memcpy(p + 6 + idr, m->fqdn, idi);
    return 6 + idr + idi;
}

static bool
has_idi(const uint8_t *record, const char *fqdn)
{
    size_t idr = record[3], idi = record[5 + idr];

    return record[0] == 0xA0 && idi == strlen(fqdn) &&
           memcmp(record + 6 + idr, fqdn, idi) == 0;
}

/* The record of a server, for there are no two with the same IDi. */
static uint8_t *
muk_record(struct card *card, const char *fqdn)
{
    size_t n = card->muk_room > 0 ? card->muk_room : CARD_MUKS;
    uint8_t *free = NULL;

    for (size_t i = n; i-- > 0;) {
        if (card->ef_muk[i][0] == 0xFF)
            free = card->ef_muk[i];
        else if (has_idi(card->ef_muk[i], fqdn))
            return card->ef_muk[i];
    }
    return free;
}

static bool
is_muk_in(const uint8_t *record, const struct card_muk *m)
{
    uint8_t name[CARD_MUK_RECORD];
    size_t n = put_name(name, m);

    return memcmp(record, name, n) == 0;
}

/* Is it the last one that the server used? */
static bool
is_used(struct card *card, const struct card_muk *m)
{
    const uint8_t *record = muk_record(card, m->fqdn);

    return record != NULL && is_muk_in(record, m);
}

static void
write_muk(uint8_t *record, const struct card_muk *m, uint32_t counter)
{
    size_t n;

    memset(record, 0xFF, CARD_MUK_RECORD);
    n = put_name(record, m);
    record[n] = 0x81;
    record[n + 1] = 4;
    put32(record + n + 2, counter);
}

/* --- GBA_U --------------------------------------------------------------- */

bool
card_has_muk(const struct card *card, const char *fqdn, const char *btid)
{
    for (size_t i = 0; i < CARD_MUKS; i++)
        if (strcmp(card->muks[i].fqdn, fqdn) == 0 &&
            strcmp(card->muks[i].btid, btid) == 0)
            return true;
    return false;
}

/* A free place, or that of one that is neither the last nor in use. */
static struct card_muk *
place_for_muk(struct card *card)
{
    struct card_muk *idle = NULL;

    for (size_t i = 0; i < CARD_MUKS; i++) {
        struct card_muk *m = &card->muks[i];

        if (m->fqdn[0] == '\0')
            return m;
        if (!m->is_last && !is_used(card, m))
            idle = m;
    }
    assert_non_null(idle);
    return idle;
}

void
card_add_muk(struct card *card, const char *fqdn, const char *btid,
             const uint8_t key[32])
{
    struct card_muk *m;

    for (size_t i = 0; i < CARD_MUKS; i++)
        if (strcmp(card->muks[i].fqdn, fqdn) == 0)
            card->muks[i].is_last = false;
    m = place_for_muk(card);
    (void)snprintf(m->fqdn, sizeof m->fqdn, "%s", fqdn);
    (void)snprintf(m->btid, sizeof m->btid, "%s", btid);
    memcpy(m->key, key, sizeof m->key);
    m->is_last = true;
    m->is_gone = false;
}

void
card_make_muk(struct card *card, const char *fqdn, uint8_t muk)
{
    char btid[8];
    uint8_t key[32];

    (void)snprintf(btid, sizeof btid, "btid-%02x", muk);
    memset(key, muk, sizeof key);
    card_add_muk(card, fqdn, btid, key);
}

/* --- MSKs ---------------------------------------------------------------- */

static size_t
n_msks(const struct card *card)
{
    return card->room > 0 ? card->room : CARD_MSKS;
}

static int
msk_index(const struct card *card, const struct msk_key_id *id, bool free)
{
    size_t n = n_msks(card);
    int found = -1;

    for (size_t i = n; i-- > 0;) {
        const uint8_t *r = card->ef_msk[i];

        if (r[3] == 0xFF && free)
            found = (int)i;
        if (r[3] != 0xFF && memcmp(r, id->domain, 3) == 0 &&
            get16(r + 4) == id->group)
            return (int)i;
    }
    return found;
}

/* --- MUKs that GBA_U makes ------------------------------------------------ */

static struct card_muk *
room_for_muk(struct card *card, const char *fqdn, const char *btid)
{
    struct card_muk *found = NULL;

    for (size_t i = CARD_MUKS; i-- > 0;) {
        struct card_muk *m = &card->muks[i];
        bool same = strcmp(m->fqdn, fqdn) == 0;

        if (same && strcmp(m->btid, btid) == 0)
            return m;
        if (same && !m->is_last && !is_used(card, m))
            memset(m, 0, sizeof *m);
        if (m->fqdn[0] == '\0')
            found = m;
    }
    return found;
}

void
card_put_muk(struct card *card, const char *fqdn, const char *btid,
             const uint8_t key[32])
{
    struct card_muk *muk = room_for_muk(card, fqdn, btid);

    assert_non_null(muk);
    for (size_t i = 0; i < CARD_MUKS; i++)
        if (strcmp(card->muks[i].fqdn, fqdn) == 0)
            card->muks[i].is_last = false;
    (void)snprintf(muk->fqdn, sizeof muk->fqdn, "%s", fqdn);
    (void)snprintf(muk->btid, sizeof muk->btid, "%s", btid);
    memcpy(muk->key, key, sizeof muk->key);
    muk->is_last = true;
    muk->is_gone = false;
}

/* --- MSK update ---------------------------------------------------------- */

static bool
is_text(struct msk_bytes octets, const char *text)
{
    return octets.n == strlen(text) && memcmp(octets.p, text, octets.n) == 0;
}

/* The MUK that IDi and IDr name; in CSB IDi is another thing. */
static struct card_muk *
find_muk(struct card *card, const struct msk_message *m)
{
    for (size_t i = 0; i < CARD_MUKS; i++) {
        struct card_muk *muk = &card->muks[i];

        if (muk->fqdn[0] != '\0' && is_text(m->idr, muk->btid) &&
            (card->layout == MSK_LAYOUT_CSB || is_text(m->idi, muk->fqdn)))
            return muk;
    }
    return NULL;
}

/* A new MSK goes to the first place and has no counter; one that is there
 * comes to the first place and keeps it. */
static struct card_msk *
make_room(struct card *card, size_t i, const struct msk_key_id *id)
{
    uint8_t *r = card->ef_msk[i], moved[8];
    struct card_msk *msks = card->msks[i], first = msks[0];
    bool is_free = r[3] == 0xFF, second;

    memcpy(r, id->domain, 3);
    if (!is_free && msks[0].number == id->number)
        return &msks[0];
    second = !is_free && r[3] == 2 && msks[1].number == id->number;
    memcpy(moved, r + 12, 8);
    if (!second) {
        put16(moved, id->group);
        put16(moved + 2, id->number);
        put32(moved + 4, 0);
        memset(&msks[1], 0, sizeof msks[1]);
        msks[1].number = id->number;
        r[3] = is_free ? 1 : 2;
    }
    msks[0] = msks[1];
    if (!is_free) {
        memcpy(r + 12, r + 4, 8);
        msks[1] = first;
    }
    memcpy(r + 4, moved, 8);
    return &msks[0];
}

static bool
is_held(const struct card *card, int i, uint16_t number)
{
    return i >= 0 && card->ef_msk[i][3] != 0xFF &&
           (card->msks[i][0].number == number ||
            (card->ef_msk[i][3] == 2 && card->msks[i][1].number == number));
}

static void
store_msk(struct card *card, int i, const struct msk_message *m,
          const struct msk_content *content)
{
    bool held = is_held(card, i, m->id.number);
    struct card_msk *msk;

    if (!held && (content->kind == MSK_CONTENT_VALIDITY ||
                  content->seq_low > content->seq_high))
        return;
    msk = make_room(card, (size_t)i, &m->id);
    msk->low = content->seq_low;
    msk->high = content->seq_high;
    if (content->kind != MSK_CONTENT_MSK)
        return;
    memcpy(msk->key, content->key, content->key_len);
    msk->key_len = content->key_len;
    memcpy(msk->rand, m->rand.p, m->rand.n);
    msk->rand_len = m->rand.n;
}

/* 53 L { DB body }. */
static void
put_reply(struct card *card, const uint8_t *body, size_t n)
{
    size_t at = 0;

    card->reply[at++] = 0x53;
    if (n + 1 >= 0x100) {
        card->reply[at++] = 0x82;
        card->reply[at++] = (uint8_t)((n + 1) >> 8);
    } else if (n + 1 >= 0x80) {
        card->reply[at++] = 0x81;
    }
    card->reply[at++] = (uint8_t)(n + 1);
    card->reply[at++] = 0xDB;
    if (n > 0)
        memcpy(card->reply + at, body, n);
    card->reply_len = at + n;
    card->reply_at = 0;
}

static void
verify(struct card *card, const struct card_muk *muk,
       const struct msk_message *m)
{
    struct msk_bytes key = { muk->key, sizeof muk->key };
    uint8_t ack[MSK_ACK_MAX];
    size_t n = 0;

    if (m->v && m->id.number != 0)
        assert_int_equal(msk_verification_make(host_crypto(), key, m,
                                               msk_text(muk->btid), ack,
                                               sizeof ack, &n),
                         MSK_OK);
    put_reply(card, ack, n);
}

/* TS 31.102 lets the ME look at the counter (TS 33.246 6.4.6). */
static void
count_replay(struct card *card, const uint8_t *record,
             const struct card_muk *muk, uint32_t counter)
{
    uint8_t name[CARD_MUK_RECORD];
    size_t n = put_name(name, muk);

    if (is_muk_in(record, muk) && counter <= get32(record + n + 2))
        card->twice++;
}

static uint16_t
accept_msk(struct card *card, const struct card_muk *muk,
           const struct msk_message *m, const struct msk_content *content)
{
    uint8_t *record = muk_record(card, muk->fqdn);
    int i = msk_index(card, &m->id, true);

    if (m->id.number != 0 && i < 0)
        return 0x9866;
    if (record == NULL)
        return 0x9867;
    if (m->id.number != 0)
        store_msk(card, i, m, content);
    count_replay(card, record, muk, m->counter);
    write_muk(record, muk, m->counter);
    verify(card, muk, m);
    return OK;
}

static uint16_t
update_msk(struct card *card, struct msk_bytes octets)
{
    struct msk_message m;
    struct msk_content content;
    struct card_muk *muk;
    struct msk_bytes key;
    int err;

    if (msk_message_read(card->layout, octets, &m, NULL) != MSK_OK ||
        m.kind != MSK_MESSAGE_MSK)
        return 0x6A80;
    muk = find_muk(card, &m);
    if (muk == NULL || (!muk->is_last && !is_used(card, muk)))
        return 0x6A88;
    if (muk->is_gone)
        return 0x6985;
    key = (struct msk_bytes){ muk->key, sizeof muk->key };
    err = msk_msk_message_open(host_crypto(), key, &m, &content);
    if (err == MSK_ERR_MAC)
        return 0x9862;
    if (!muk->is_last)
        return 0x9865;
    return err == MSK_OK ? accept_msk(card, muk, &m, &content) : 0x6A80;
}

/* --- MTK generation ------------------------------------------------------ */

static uint16_t
release_mtk(struct card *card, struct card_msk *msk, uint8_t *counter,
            const struct msk_message *m)
{
    struct msk_bytes key = { msk->key, msk->key_len };
    struct msk_bytes rand = { msk->rand, msk->rand_len };
    struct msk_mtk mtk;
    int err;

    if (msk->low > msk->high)
        return 0x6985;
    if (m->mtk_id <= msk->low || m->mtk_id > msk->high)
        return 0x9865;
    err = msk_mtk_message_open(host_crypto(), key, rand, m, &mtk);
    if (err != MSK_OK)
        return err == MSK_ERR_MAC ? 0x9862 : 0x6A80;
    if (!card->forgets) {
        msk->low = m->mtk_id;
        put32(counter, m->counter);
    }
    memcpy(mtk.key + mtk.key_len, mtk.salt, mtk.salt_len);
    put_reply(card, mtk.key, mtk.key_len + mtk.salt_len);
    return OK;
}

static uint16_t
generate_mtk(struct card *card, struct msk_bytes octets)
{
    struct msk_message m;
    int i;

    if (msk_message_read(card->layout, octets, &m, NULL) != MSK_OK ||
        m.kind != MSK_MESSAGE_MTK)
        return 0x6A80;
    i = msk_index(card, &m.id, false);
    for (int k = 0; i >= 0 && k < card->ef_msk[i][3]; k++)
        if (card->msks[i][k].number == m.id.number)
            return release_mtk(card, &card->msks[i][k],
                               card->ef_msk[i] + 8 + 8 * k, &m);
    return 0x6A88;
}

/* --- deletion ------------------------------------------------------------ */

static uint16_t
delete_msks(struct card *card, struct msk_bytes body)
{
    struct msk_key_id id;
    int i;

    if (body.n != 5)
        return 0x6A80;
    memcpy(id.domain, body.p, 3);
    id.group = get16(body.p + 3);
    i = msk_index(card, &id, false);
    if (i < 0)
        return 0x6A88;
    memset(card->ef_msk[i], 0xFF, CARD_MSK_RECORD);
    memset(card->msks[i], 0, sizeof card->msks[i]);
    put_reply(card, NULL, 0);
    return OK;
}

static uint16_t
delete_muk(struct card *card, struct msk_bytes body)
{
    for (size_t i = 0; i < CARD_MUKS; i++)
        if (body.n >= 6 && body.n == 2u + body.p[1] &&
            memcmp(card->ef_muk[i], body.p, body.n) == 0) {
            memset(card->ef_muk[i], 0xFF, CARD_MUK_RECORD);
            for (size_t k = 0; k < CARD_MUKS; k++) {
                uint8_t name[CARD_MUK_RECORD];

                if (put_name(name, &card->muks[k]) == body.n &&
                    memcmp(name, body.p, body.n) == 0)
                    memset(&card->muks[k], 0, sizeof card->muks[k]);
            }
            put_reply(card, NULL, 0);
            return OK;
        }
    return 0x6A88;
}

/* --- commands ------------------------------------------------------------ */

/* The object is whole: 53 L { mode body }. */
static uint16_t
authenticate(struct card *card, size_t head)
{
    struct msk_bytes body = { card->data + head + 1, card->len - head - 1 };
    uint16_t status = 0x6A80;

    card->reply_len = 0;
    switch (card->data[head]) {
    case 1: status = update_msk(card, body); break;
    case 2: status = generate_mtk(card, body); break;
    case 3: status = delete_msks(card, body); break;
    case 4: status = delete_muk(card, body); break;
    default: break;
    }
    return status == OK ? 0x62F3 : status;
}

/* Octets of tag and length, and of all that they announce. */
static bool
measure(const struct card *card, size_t *head, size_t *all)
{
    size_t more = card->len > 1 && card->data[1] > 0x80
                      ? (size_t)card->data[1] - 0x80
                      : 0;

    *head = 2 + more;
    if (card->len < *head || more > 2 || card->data[0] != 0x53)
        return false;
    *all = *head + (more == 0   ? card->data[1]
                    : more == 1 ? card->data[2]
                                : get16(card->data + 2));
    return true;
}

static uint16_t
take_block(struct card *card, uint8_t p1, const uint8_t *p, size_t n)
{
    size_t head, all;

    card->blocks++;
    if (p1 == 0x80)
        card->len = 0;
    else if (card->len == 0)
        return 0x6A86;
    assert_true(card->len + n <= sizeof card->data);
    memcpy(card->data + card->len, p, n);
    card->len += n;
    if (!measure(card, &head, &all) || card->len > all || all == head)
        return 0x6A80;
    if (card->len < all)
        return 0x63F1;
    all = authenticate(card, head);
    card->len = 0;
    return (uint16_t)all;
}

/* Small blocks, so that there are several. */
static uint16_t
give_reply(struct card *card, uint8_t p1, struct msk_card_answer *answer)
{
    size_t left = card->reply_len - card->reply_at;

    if ((p1 == 0xA0) != (card->reply_at == 0) || left == 0)
        return 0x6A86;
    answer->n = left < 40 ? left : 40;
    memcpy(answer->data, card->reply + card->reply_at, answer->n);
    card->reply_at += answer->n;
    return answer->n < left ? 0x62F1 : OK;
}

static uint16_t
read_record(struct card *card, uint8_t number, struct msk_card_answer *answer)
{
    bool muk = card->selected == 0x6FD8;
    size_t n = muk ? CARD_MUKS : n_msks(card);

    if (card->selected == 0)
        return 0x6986;
    if (number < 1 || number > n)
        return 0x6A83;
    answer->n = muk ? CARD_MUK_RECORD : CARD_MSK_RECORD;
    memcpy(answer->data,
           muk ? card->ef_muk[number - 1] : card->ef_msk[number - 1],
           answer->n);
    return OK;
}

static uint16_t
run(struct card *card, const uint8_t *c, size_t n,
    struct msk_card_answer *answer)
{
    assert_true(n >= 5 && c[0] == 0x00);
    if (c[1] == 0xA4 && n == 7 && c[2] == 0 && c[3] == 0x0C && c[4] == 2) {
        card->selected = get16(c + 5);
        return card->selected == 0x6FD7 || card->selected == 0x6FD8 ? OK
                                                                    : 0x6A82;
    }
    if (c[1] == 0xB2 && n == 5 && c[3] == 0x04)
        return read_record(card, c[2], answer);
    if (c[1] == 0x89 && c[3] == 0x85 && (c[2] & 0x20) != 0 && n == 5)
        return give_reply(card, c[2], answer);
    if (c[1] == 0x89 && c[3] == 0x85 && n == 5u + c[4])
        return take_block(card, c[2], c + 5, c[4]);
    fail_msg("not a command that this card knows");
    return 0x6D00;
}

/* The same with a proactive command waiting. */
static uint16_t
with_proactive(uint16_t status)
{
    switch (status) {
    case OK: return 0x9110;
    case 0x62F1: return 0x62F2;
    case 0x63F1: return 0x63F2;
    default: return status;
    }
}

static int
execute(struct card *card)
{
    struct msk_card_answer *answer = card->answer;

    if (++card->commands == card->fail_at && card->fail_err != MSK_OK)
        return card->fail_err;
    answer->n = 0;
    if (card->commands == card->fail_at)
        answer->status = card->fail_status;
    else
        answer->status = run(card, card->command.p, card->command.n, answer);
    if (card->proactive)
        answer->status = with_proactive(answer->status);
    return MSK_OK;
}

static int
transmit(void *user, uint32_t token, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    struct card *card = user;

    assert_true(command.n <= MSK_CARD_COMMAND_MAX);
    card->token = token;
    card->command = command;
    card->answer = answer;
    return card->later ? MSK_PENDING : execute(card);
}

int
card_answer(struct card *card)
{
    return execute(card);
}

void
card_reset(struct card *card)
{
    card->selected = 0;
    card->len = card->reply_len = card->reply_at = 0;
}

void
card_start(struct card *card, enum msk_layout layout)
{
    static const struct card none;

    *card = none;
    card->layout = layout;
    memset(card->ef_muk, 0xFF, sizeof card->ef_muk);
    memset(card->ef_msk, 0xFF, sizeof card->ef_msk);
    card->driver = (struct msk_card){ sizeof card->driver, card, transmit };
}
