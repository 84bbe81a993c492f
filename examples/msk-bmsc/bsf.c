/* SPDX-License-Identifier: MIT */
#include "bsf.h"

#include <stdlib.h>
#include <string.h>

#include "bsf_question.h"

#define PATH "/nbsp-gba/v1/bootstrapping-info-retrieval"

static bool
is(struct msk_bytes a, const uint8_t *p, size_t n)
{
    return a.n == n && memcmp(a.p, p, n) == 0;
}

/* --- the BSF -------------------------------------------------------------- */

static void
take_answer(struct bsf *bsf, struct question *q)
{
    msk_time now = event_unix();
    const char *why =
        bsf_info_read(q->post.body, q->post.n, question_btid(q), now, &q->info);

    if (why != NULL)
        question_fail(bsf, q, why);
    else if (q->info.expires <= now)
        question_unknown(bsf, q);
    else
        question_find(bsf, q);
}

static void
posted(void *user, struct bsf_post *post, long status, const char *why)
{
    struct bsf *bsf = user;
    struct question *q = NULL;

    for (size_t i = 0; i < BSF_QUESTIONS; i++)
        if (&bsf->questions[i].post == post)
            q = &bsf->questions[i];
    if (q == NULL)
        return;
    if (status == 200)
        take_answer(bsf, q);
    else if (status == 404)
        question_unknown(bsf, q);
    else
        question_fail(bsf, q,
                      status == 0 ? why : "it answers with an error status");
}

/* --- questions ------------------------------------------------------------ */

static bool
is_unknown(const struct bsf *bsf, struct msk_bytes btid)
{
    msk_time now = event_monotonic();

    for (size_t i = 0; i < BSF_UNKNOWN; i++)
        if (bsf->unknown[i].until > now &&
            is(btid, bsf->unknown[i].btid, bsf->unknown[i].n))
            return true;
    return false;
}

/* One that is under way for it, else a free one; NULL: there is none. */
static struct question *
choose(struct bsf *bsf, struct msk_bytes btid)
{
    struct question *chosen = NULL;

    for (size_t i = 0; i < BSF_QUESTIONS; i++) {
        struct question *q = &bsf->questions[i];

        if (q->state == QUESTION_FREE)
            chosen = q;
        else if (is(btid, q->btid, q->n))
            return q;
    }
    return chosen;
}

static bool
start(struct bsf *bsf, struct question *q, struct msk_bytes btid)
{
    char *text = bsf_info_ask(btid, bsf->fqdn);
    bool fine = text != NULL && bsf_http_post(&bsf->http, &q->post, text);

    free(text);
    if (!fine)
        return false;
    memcpy(q->btid, btid.p, btid.n);
    q->n = btid.n;
    q->tries = 0;
    q->state = QUESTION_ASKS;
    bsf->counts.asked++;
    return true;
}

bool
bsf_ask(struct bsf *bsf, struct work *work)
{
    struct question *q = choose(bsf, work->key);

    if (q == NULL)
        return false;
    if (q->state == QUESTION_FREE && !start(bsf, q, work->key))
        return false;
    if (q->first == NULL)
        q->last = &q->first;
    work->next = NULL;
    *q->last = work;
    q->last = &work->next;
    return true;
}

/* TS 33.220 4.5.2: a B-TID is text with the name of its BSF behind an "@". */
bool
bsf_may_know(const struct bsf *bsf, struct msk_bytes btid)
{
    if (bsf == NULL || btid.n == 0 || btid.n > MSK_BTID_MAX ||
        memchr(btid.p, '@', btid.n) == NULL)
        return false;
    for (size_t i = 0; i < btid.n; i++)
        if (btid.p[i] <= ' ' || btid.p[i] > '~')
            return false;
    return !is_unknown(bsf, btid);
}

/* --- the whole ------------------------------------------------------------ */

struct bsf *
bsf_open(struct host *h, const struct bsf_options *options, const char *fqdn)
{
    struct bsf *bsf = calloc(1, sizeof *bsf);

    if (bsf == NULL)
        return NULL;
    bsf->host = h;
    bsf->fqdn = fqdn;
    if (bsf_http_open(&bsf->http, options, PATH, posted, bsf))
        return bsf;
    (void)fprintf(stderr, "msk-bmsc: --bsf: libcurl does not start\n");
    bsf_close(bsf);
    return NULL;
}

void
bsf_close(struct bsf *bsf)
{
    if (bsf == NULL)
        return;
    bsf_http_close(&bsf->http);
    msk_wipe(bsf, sizeof *bsf);
    free(bsf);
}

void
bsf_run(struct bsf *bsf)
{
    if (bsf == NULL)
        return;
    bsf_http_run(&bsf->http);
    for (size_t i = 0; i < BSF_QUESTIONS; i++) {
        struct question *q = &bsf->questions[i];

        if (q->state >= QUESTION_FINDS && q->batch.over)
            question_stored(bsf, q);
    }
}

int
bsf_fd(const struct bsf *bsf)
{
    return bsf != NULL ? bsf->http.epoll : -1;
}

int
bsf_timeout(const struct bsf *bsf, int ms)
{
    msk_time now = event_monotonic();

    if (bsf == NULL || bsf->http.due >= now + (msk_time)ms)
        return ms;
    return bsf->http.due > now ? (int)(bsf->http.due - now) : 0;
}

void
bsf_give_up(struct bsf *bsf)
{
    for (size_t i = 0; bsf != NULL && i < BSF_QUESTIONS; i++) {
        struct question *q = &bsf->questions[i];

        if (q->state != QUESTION_ASKS)
            continue;
        bsf_http_drop(&bsf->http, &q->post);
        question_end(bsf, q, true);
    }
}

bool
bsf_rests(const struct bsf *bsf)
{
    for (size_t i = 0; bsf != NULL && i < BSF_QUESTIONS; i++)
        if (bsf->questions[i].state != QUESTION_FREE)
            return false;
    return true;
}

const struct bsf_counts *
bsf_counts(const struct bsf *bsf)
{
    static const struct bsf_counts none;

    return bsf != NULL ? &bsf->counts : &none;
}
