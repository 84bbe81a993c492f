/* SPDX-License-Identifier: MIT */
/* Who bootstrapped becomes a subscriber, or gets new keys. */
#include <string.h>

#include "bsf_question.h"
#include "repair_place.h"
#include "row.h"

static void
begin(struct bsf *bsf, struct question *q, const struct records_request *what)
{
    q->requests[0] = *what;
    q->requests[1] = (struct records_request){ .kind = RECORDS_LOOK_REPAIR,
                                               .note = &q->repair };
    q->batch = (struct records_batch){ .requests = q->requests, .n = 2 };
    q->state = what->kind == RECORDS_SAVE ? QUESTION_SAVES : QUESTION_FINDS;
    records_begin(bsf->host->store.records, &q->batch);
}

void
question_find(struct bsf *bsf, struct question *q)
{
    const struct records_request request = { .kind = RECORDS_BY_ID,
                                             .key = msk_text(q->info.impi),
                                             .rows = &q->row };

    begin(bsf, q, &request);
}

/* New keys of who is there, or a new subscriber; decision 43. */
static int
change(const struct bsf *bsf, struct question *q, bool there)
{
    const struct bsf_options *options = &bsf->host->options.bsf;
    static struct msk_subscriber subscriber;
    struct msk_subscriber_config c = { .size = sizeof c };
    const struct secrecy_keys *keys = &q->info.keys;
    bool changed;
    int err;

    c.btid = question_btid(q);
    c.id = msk_text(q->info.impi);
    c.muk = (struct msk_bytes){ keys->muk, keys->muk_n };
    c.mrk = (struct msk_bytes){ keys->mrk, keys->mrk_n };
    c.expires = q->info.expires;
    c.age = q->info.age;
    if (there) {
        err = row_get(&q->row, &subscriber);
        if (err == MSK_OK)
            err = msk_subscriber_rebind(&subscriber, &c);
        if (err == MSK_OK)
            err = row_put(&q->row, &subscriber, &changed);
    } else {
        memset(&q->row, 0, sizeof q->row);
        memcpy(q->row.services, options->services, sizeof q->row.services);
        err = row_make(&q->row, &subscriber, &c);
    }
    msk_subscriber_wipe(&subscriber);
    return err;
}

static void
tell_of_before(struct host *h, const struct question *q)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "refused");

    h->stats.refused++;
    event_word(event, "what", "bsf");
    event_word(event, "reason", "bootstrapped before the store was repaired");
    event_text(event, "btid", question_btid(q));
    event_tell(&h->log, event);
}

static void
take_found(struct bsf *bsf, struct question *q)
{
    const struct records_request save = { .kind = RECORDS_SAVE,
                                          .rows = &q->row };
    int err;

    if (q->requests[0].result == RECORDS_FAILED ||
        q->requests[1].result == RECORDS_FAILED) {
        question_fail(bsf, q, records_why(bsf->host->store.records));
        return;
    }
    /* The store may have had these keys and lost how far their counters came. */
    if (repair_place_after(&q->repair, q->info.age)) {
        tell_of_before(bsf->host, q);
        question_unknown(bsf, q);
        return;
    }
    err = change(bsf, q, q->requests[0].result == RECORDS_OK);
    if (err == MSK_OK) {
        begin(bsf, q, &save);
        return;
    }
    tell_refused(bsf->host, "bsf", err); /* such as keys older than others */
    question_unknown(bsf, q);
}

static void
tell_saved(struct bsf *bsf, const struct question *q)
{
    const struct event_log *log = &bsf->host->log;
    json_t *event = event_new(log, "bootstrapped");

    event_text(event, "btid", question_btid(q));
    event_word(event, "impi", q->info.impi);
    event_number(event, "age", (json_int_t)q->info.age);
    if (q->info.expires != MSK_NEVER)
        event_number(event, "expires", (json_int_t)(q->info.expires / 1000));
    event_tell(log, event);
}

static void
take_saved(struct bsf *bsf, struct question *q)
{
    if (q->requests[0].result == RECORDS_OK) {
        tell_saved(bsf, q);
        bsf->counts.found++;
        question_end(bsf, q, false);
    } else if (q->requests[0].result == RECORDS_CONFLICT &&
               ++q->tries < BSF_TRIES) {
        question_find(bsf, q);
    } else {
        question_fail(bsf, q, "it cannot be saved");
    }
}

void
question_stored(struct bsf *bsf, struct question *q)
{
    store_note(&bsf->host->store, &q->batch);
    if (q->state == QUESTION_FINDS)
        take_found(bsf, q);
    else
        take_saved(bsf, q);
}
