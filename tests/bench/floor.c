/* SPDX-License-Identifier: MIT */
/* A provider that records what it is asked, and the floor that plays it back:
 * bench.h says what that is. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define CALLS 64
#define VIEWS 16
#define OCTETS 8192

enum kind { BEGIN, HMAC, HASH, CIPHER };

struct call {
    enum kind kind;
    enum msk_hash hash;
    size_t key; /* BEGIN, HMAC: which key, in the order of their BEGIN */
    struct msk_bytes secret; /* BEGIN, CIPHER */
    struct msk_bytes in[VIEWS];
    size_t n_in;
    uint8_t iv[16];
};

struct floor {
    struct msk_crypto crypto; /* hands on, and records */
    bool records;
    const struct msk_crypto *under;
    struct call call[CALLS];
    size_t n, keys;
    struct { /* keys that are ready while it records */
        const struct msk_hmac *at;
        size_t key;
    } ready[CALLS];
    size_t n_ready;
    uint8_t octets[OCTETS];
    size_t used;
    struct msk_hmac hmac[CALLS];
    uint8_t out[OCTETS];
};

static struct msk_bytes
keep(struct floor *f, const uint8_t *p, size_t n)
{
    struct msk_bytes copy = { f->octets + f->used, n };

    if (n > OCTETS - f->used)
        bench_fail("floor", "too many octets");
    if (n > 0)
        memcpy(f->octets + f->used, p, n);
    f->used += n;
    return copy;
}

static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool
same_call(const struct call *a, const struct call *b)
{
    bool equal = a->kind == b->kind && a->hash == b->hash &&
                 (a->kind == BEGIN || a->key == b->key) && a->n_in == b->n_in &&
                 same(a->secret, b->secret) &&
                 memcmp(a->iv, b->iv, sizeof a->iv) == 0;

    for (size_t i = 0; equal && i < a->n_in; i++)
        equal = same(a->in[i], b->in[i]);
    return equal;
}

/* Records *c, unless it is there already. Returns which it is. */
static size_t
record(struct floor *f, struct call *c, const struct msk_bytes *in, size_t n)
{
    if (f->n == CALLS || f->n_ready == CALLS || n > VIEWS)
        bench_fail("floor", "too many calls");
    for (size_t i = 0; i < n; i++)
        c->in[i] = keep(f, in[i].p, in[i].n);
    c->n_in = n;
    for (size_t i = 0; i < f->n; i++)
        if (same_call(&f->call[i], c))
            return i;
    f->call[f->n] = *c;
    return f->n++;
}

static int
on_hash(void *user, enum msk_hash hash, const struct msk_bytes *in, size_t n_in,
        uint8_t *out)
{
    struct floor *f = user;
    struct call c = { .kind = HASH, .hash = hash };

    if (f->records)
        (void)record(f, &c, in, n_in);
    return f->under->hash(f->under->user, hash, in, n_in, out);
}

/* Keys are counted from 1. */
static void
record_key(struct floor *f, const struct msk_hmac *hmac, enum msk_hash hash,
           struct msk_bytes key)
{
    struct call c = { .kind = BEGIN, .hash = hash };
    size_t at;

    c.secret = keep(f, key.p, key.n);
    at = record(f, &c, NULL, 0);
    if (f->call[at].key == 0)
        f->call[at].key = ++f->keys;
    f->ready[f->n_ready].at = hmac;
    f->ready[f->n_ready++].key = f->call[at].key;
}

static int
on_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
         struct msk_bytes key)
{
    struct floor *f = user;

    if (f->records)
        record_key(f, hmac, hash, key);
    return f->under->hmac_begin(f->under->user, hmac, hash, key);
}

static int
on_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
        size_t n_in, uint8_t *out)
{
    struct floor *f = user;
    struct call c = { .kind = HMAC };

    for (size_t i = 0; i < f->n_ready; i++)
        if (f->ready[i].at == hmac)
            c.key = f->ready[i].key; /* the last one that was put there */
    if (f->records)
        (void)record(f, &c, in, n_in);
    return f->under->hmac(f->under->user, hmac, in, n_in, out);
}

static void
on_end(void *user, struct msk_hmac *hmac)
{
    struct floor *f = user;

    f->under->hmac_end(f->under->user, hmac);
}

static int
on_cipher(void *user, struct msk_bytes key, const uint8_t iv[16],
          const uint8_t *in, uint8_t *out, size_t n)
{
    struct floor *f = user;
    struct call c = { .kind = CIPHER };
    struct msk_bytes text = { in, n };

    memcpy(c.iv, iv, sizeof c.iv);
    if (f->records) {
        c.secret = keep(f, key.p, key.n);
        (void)record(f, &c, &text, 1);
    }
    return f->under->aes_ctr(f->under->user, key, iv, in, out, n);
}

static int
play(struct floor *f, const struct call *c)
{
    const struct msk_crypto *crypto = f->under;

    switch (c->kind) {
    case BEGIN:
        return crypto->hmac_begin(crypto->user, &f->hmac[c->key], c->hash,
                                  c->secret);
    case HMAC:
        return crypto->hmac(crypto->user, &f->hmac[c->key], c->in, c->n_in,
                            f->out);
    case HASH:
        return crypto->hash(crypto->user, c->hash, c->in, c->n_in, f->out);
    case CIPHER:
        return crypto->aes_ctr(crypto->user, c->secret, c->iv, c->in[0].p,
                               f->out, c->in[0].n);
    }
    return -1;
}

static int
run_floor(void *state, size_t i)
{
    struct floor *f = state;
    int wrong = 0;

    (void)i;
    for (size_t k = 0; k < f->n; k++)
        wrong |= play(f, &f->call[k]);
    for (size_t k = 1; k <= f->keys; k++)
        f->under->hmac_end(f->under->user, &f->hmac[k]);
    return wrong;
}

static void
start(struct floor *f, const struct msk_crypto *under)
{
    f->under = under;
    f->crypto = *under;
    f->crypto.user = f;
    f->crypto.hash = on_hash;
    f->crypto.hmac_begin = on_begin;
    f->crypto.hmac = on_hmac;
    f->crypto.hmac_end = on_end;
    f->crypto.aes_ctr = on_cipher;
}

void
bench_add_floor(struct bench *b)
{
    struct bench_op *op = &b->op[b->n - 1], *floor;
    struct floor *f = calloc(1, sizeof *f);

    if (f == NULL)
        bench_fail(op->name, "no memory");
    start(f, *op->provider);
    *op->provider = &f->crypto;
    if (op->prepare != NULL)
        op->prepare(op->state);
    f->records = true;
    if (op->run(op->state, 0) != 0)
        bench_fail(op->name, "does not do what it should");
    *op->provider = f->under;
    floor = bench_add(b, "floor", op->name, run_floor, f);
    for (size_t k = 0; k < f->n; k++)
        if (f->call[k].kind != BEGIN)
            floor->calls[f->call[k].kind - HMAC]++;
}
