/* SPDX-License-Identifier: MIT */
#include "fake_store.h"

#include <string.h>

/* A load that fails may leave anything behind. */
static int
load(struct fake_store *fake, struct msk_bytes key, struct msk_stored *out,
     bool fails)
{
    if (!fails)
        return fake->under.load(fake->under.user, 0, key, out);
    memset(out->value, 0xEE, sizeof out->value);
    out->n = 3;
    out->version = 7;
    return fake->error;
}

static int
commit(struct fake_store *fake, const struct msk_change *changes, size_t n,
       bool fails)
{
    return fails ? fake->error
                 : fake->under.commit(fake->under.user, 0, changes, n);
}

bool
fake_store_count(struct fake_store *fake, uint32_t token)
{
    fake->token = token;
    fake->calls++;
    return fake->fail_at != 0 && fake->calls >= fake->fail_at &&
           (fake->for_ever || fake->calls - fake->fail_at <= fake->fail_n);
}

static bool
is_delayable(const struct msk_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!changes[i].delayable)
            return false;
    return true;
}

static int
fake_load(void *user, uint32_t token, struct msk_bytes key,
          struct msk_stored *out)
{
    struct fake_store *fake = user;
    bool fails = fake_store_count(fake, token);

    if (!fake->later)
        return load(fake, key, out, fails);
    fake->waiting = true;
    fake->out = out;
    fake->key = key;
    fake->fails = fails;
    return MSK_PENDING;
}

static int
fake_each(void *user, struct msk_bytes prefix,
          int (*visit)(void *arg, struct msk_bytes key, struct msk_bytes value),
          void *arg)
{
    struct fake_store *fake = user;

    return fake->under.each(fake->under.user, prefix, visit, arg);
}

static int
fake_commit(void *user, uint32_t token, const struct msk_change *changes,
            size_t n)
{
    struct fake_store *fake = user;
    bool fails = fake_store_count(fake, token);

    fake->commits++;
    fake->delayed += is_delayable(changes, n) ? 1 : 0;
    if (!fake->later)
        return commit(fake, changes, n, fails);
    fake->waiting = true;
    fake->out = NULL;
    fake->changes = changes;
    fake->n = n;
    fake->fails = fails;
    return MSK_PENDING;
}

void
fake_store_start(struct fake_store *fake)
{
    memset(fake, 0, sizeof *fake);
    (void)msk_store_ram_init(&fake->under, &fake->ram, fake->records,
                             FAKE_STORE_RECORDS);
    fake->error = MSK_ERR_STORE;
    fake->store = (struct msk_store){
        .size = sizeof fake->store,
        .user = fake,
        .load = fake_load,
        .each = fake_each,
        .commit = fake_commit,
    };
}

int
fake_store_answer(struct fake_store *fake)
{
    fake->waiting = false;
    if (fake->out != NULL)
        return load(fake, fake->key, fake->out, fake->fails);
    return commit(fake, fake->changes, fake->n, fake->fails);
}

struct msk_bytes
fake_store_view(const struct fake_store *fake)
{
    struct msk_bytes view = { (const uint8_t *)fake->records,
                              sizeof fake->records };

    return view;
}
