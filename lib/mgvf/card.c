/* SPDX-License-Identifier: MIT */
#include "mgvf/card.h"

#include <string.h>

#include "base/bytes.h"

#define DATA_MAX 255 /* octets in one command */
#define TAG_LEN 1
#define MODE_LEN 1

/* Commands: class, instruction, P1, P2 (TS 102 221 11.1). */
#define CLA 0x00
#define SELECT 0xA4
#define SELECT_NO_DATA 0x0C
#define READ_RECORD 0xB2
#define ABSOLUTE 0x04
#define AUTHENTICATE 0x89
#define MBMS 0x85 /* the MBMS security context */
#define FIRST 0x80
#define NEXT 0x00
#define FIRST_REPLY 0xA0
#define NEXT_REPLY 0x20

/* Answers. The last octet says more: a proactive command waits as well. */
#define FINE 0x9000
#define PROACTIVE 0x9100
#define REPLY_MORE 0x62F1
#define REPLY_MORE_PROACTIVE 0x62F2
#define REPLY_READY 0x62F3
#define WANTS_MORE 0x63F1
#define WANTS_MORE_PROACTIVE 0x63F2
#define NO_RECORD 0x6A83

bool
msk_uicc_is_fine(const struct msk_uicc *u)
{
    return u->status == FINE || (u->status & 0xFF00) == PROACTIVE;
}

static void
begin_command(struct msk_uicc *u, struct msk_writer *w, uint8_t ins, uint8_t p1,
              uint8_t p2)
{
    msk_writer_init(w, u->command, sizeof u->command);
    msk_writer_u8(w, CLA);
    msk_writer_u8(w, ins);
    msk_writer_u8(w, p1);
    msk_writer_u8(w, p2);
}

/* The command is ready; MSK_PENDING says so to msk_uicc_run. */
static int
send_command(struct msk_uicc *u, const struct msk_writer *w,
             enum msk_card_expects expects)
{
    u->command_len = w->len;
    u->expects = expects;
    return MSK_PENDING;
}

/* --- AUTHENTICATE, in blocks (TS 102 221 11.1.16) ------------------------ */

static int
ask_reply(struct msk_uicc *u)
{
    struct msk_writer w;

    begin_command(u, &w, AUTHENTICATE,
                  u->reply_len == 0 ? FIRST_REPLY : NEXT_REPLY, MBMS);
    msk_writer_u8(&w, 0); /* as much as there is */
    return send_command(u, &w, MSK_CARD_REPLY);
}

static int
add_reply(struct msk_uicc *u)
{
    if (u->answer.n > sizeof u->reply - u->reply_len)
        return MSK_ERR_CARD;
    if (u->answer.n > 0)
        memcpy(u->reply + u->reply_len, u->answer.data, u->answer.n);
    u->reply_len += u->answer.n;
    return MSK_OK;
}

/* A reply that grows by nothing would never end. */
static int
take_reply(struct msk_uicc *u)
{
    bool more = u->status == REPLY_MORE || u->status == REPLY_MORE_PROACTIVE;
    int err = add_reply(u);

    if (err == MSK_OK && more && u->answer.n == 0)
        err = MSK_ERR_CARD;
    if (err != MSK_OK)
        return err;
    return more ? ask_reply(u) : u->done(u);
}

static int
send_block(struct msk_uicc *u)
{
    size_t left = u->object_end - u->object_at;
    size_t n = left < DATA_MAX ? left : DATA_MAX;
    struct msk_writer w;

    begin_command(u, &w, AUTHENTICATE,
                  u->expects == MSK_CARD_BLOCK ? NEXT : FIRST, MBMS);
    msk_writer_u8(&w, (uint8_t)n);
    msk_writer_put(&w, u->object + u->object_at, n);
    u->object_at += n;
    return send_command(u, &w, MSK_CARD_BLOCK);
}

/* The card says what it wants next; but not before it has everything. */
static int
take_block_answer(struct msk_uicc *u)
{
    bool wants_more =
        u->status == WANTS_MORE || u->status == WANTS_MORE_PROACTIVE;

    if (wants_more && u->object_at < u->object_end)
        return send_block(u);
    if (wants_more || (u->object_at < u->object_end && msk_uicc_is_fine(u)))
        return MSK_ERR_CARD;
    return u->status == REPLY_READY ? ask_reply(u) : take_reply(u);
}

/* Octets that the length of an object of n octets takes. */
static size_t
length_len(size_t n)
{
    if (n < 0x80)
        return 1;
    return n <= 0xFF ? 2 : 3;
}

static void
put_length(struct msk_writer *w, size_t n)
{
    if (n >= 0x80)
        msk_writer_u8(w, (uint8_t)(0x7F + length_len(n)));
    if (n > 0xFF)
        msk_writer_u16(w, (uint16_t)n);
    else
        msk_writer_u8(w, (uint8_t)n);
}

int
msk_uicc_authenticate(struct msk_uicc *u, enum msk_card_mode mode, size_t n,
                      msk_uicc_step_fn *done)
{
    size_t head = TAG_LEN + length_len(MODE_LEN + n) + MODE_LEN;
    struct msk_writer w;

    if (u->short_commands && head + n > DATA_MAX)
        return MSK_ERR_LENGTH;
    u->object_at = MSK_CARD_BODY_AT - head;
    u->object_end = MSK_CARD_BODY_AT + n;
    msk_writer_init(&w, u->object + u->object_at, head);
    msk_writer_u8(&w, MSK_CARD_OBJECT);
    put_length(&w, MODE_LEN + n);
    msk_writer_u8(&w, (uint8_t)mode);
    u->reply_len = 0;
    u->done = done;
    u->expects = MSK_CARD_NOTHING;
    return send_block(u);
}

/* --- a walk through a file ----------------------------------------------- */

static int
take_record(struct msk_uicc *u)
{
    if (u->status == NO_RECORD)
        return u->end(u);
    return msk_uicc_is_fine(u) ? u->visit(u) : MSK_ERR_CARD;
}

static int
read_record(struct msk_uicc *u)
{
    struct msk_writer w;

    begin_command(u, &w, READ_RECORD, u->record, ABSOLUTE);
    msk_writer_u8(&w, 0);
    return send_command(u, &w, MSK_CARD_RECORD);
}

/* A file has at most 254 records (TS 102 221 8.2.2.2). */
int
msk_uicc_next(struct msk_uicc *u)
{
    if (u->record == 254)
        return u->end(u);
    u->record++;
    return read_record(u);
}

static int
take_selected(struct msk_uicc *u)
{
    return msk_uicc_is_fine(u) ? msk_uicc_next(u) : MSK_ERR_CARD;
}

static int
select(struct msk_uicc *u)
{
    struct msk_writer w;

    begin_command(u, &w, SELECT, 0, SELECT_NO_DATA);
    msk_writer_u8(&w, 2);
    msk_writer_u16(&w, u->file);
    return send_command(u, &w, MSK_CARD_FILE);
}

int
msk_uicc_walk(struct msk_uicc *u, uint16_t file, msk_uicc_step_fn *visit,
              msk_uicc_step_fn *end)
{
    u->file = file;
    u->record = 0;
    u->visit = visit;
    u->end = end;
    return select(u);
}

int
msk_uicc_again(struct msk_uicc *u)
{
    u->record--;
    return select(u);
}

/* --- one command after the other ----------------------------------------- */

static int
take_answer(struct msk_uicc *u)
{
    if (u->answer.n > sizeof u->answer.data)
        return MSK_ERR_CARD;
    u->status = u->answer.status;
    switch (u->expects) {
    case MSK_CARD_BLOCK: return take_block_answer(u);
    case MSK_CARD_REPLY: return take_reply(u);
    case MSK_CARD_FILE: return take_selected(u);
    case MSK_CARD_RECORD: return take_record(u);
    case MSK_CARD_NOTHING: break;
    }
    return MSK_ERR_CARD;
}

int
msk_uicc_run(struct msk_uicc *u, int err)
{
    while (err == MSK_PENDING) {
        struct msk_bytes command = { u->command, u->command_len };

        memset(&u->answer, 0, sizeof u->answer);
        err = u->card->transmit(u->card->user, ++u->token, command, &u->answer);
        u->waits = err == MSK_PENDING;
        if (u->waits)
            return MSK_PENDING;
        err = err == MSK_OK ? take_answer(u) : MSK_ERR_CARD;
    }
    return err;
}

int
msk_uicc_resume(struct msk_uicc *u)
{
    u->waits = false;
    return msk_uicc_run(u, take_answer(u));
}

struct msk_bytes
msk_uicc_data(const struct msk_uicc *u)
{
    struct msk_bytes data = { u->answer.data, u->answer.n };

    return data;
}
