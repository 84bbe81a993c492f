/* SPDX-License-Identifier: MIT */
/*
 * A commit writes the next image into the slot that does not hold the last
 * one, and syncs; only then does it count. A cut leaves that slot torn, and
 * the CRC tells; the other one is whole. No file is renamed, because nothing
 * that counts is ever written over. The slot is written to its end, so that
 * nothing older is left after the image.
 */
#include "store_file.h"

#include <string.h>

#include "store_image.h"

/* Writes an image where the last one is not. Whatever went wrong before, the
 * slot is written whole again, so a sync that failed once does not matter. */
static int
save(struct store_file *f, uint8_t *image)
{
    unsigned slot = 1 - f->newest;

    store_image_end(image);
    if (f->io->write(f->io->user, slot, image, f->slot) != 0 ||
        f->io->sync(f->io->user) != 0)
        return MSK_ERR_STORE;
    f->newest = slot;
    f->delayed = 0;
    return MSK_OK;
}

/* --- the store ----------------------------------------------------------- */

static int
file_load(void *user, uint32_t token, struct msk_bytes key,
          struct msk_stored *out)
{
    const struct store_file *f = user;
    struct store_record r;

    (void)token;
    out->n = 0;
    out->version = 0;
    if (!store_image_find(f->now, key, &r))
        return MSK_OK;
    if (r.value.n > 0)
        memcpy(out->value, r.value.p, r.value.n);
    out->n = r.value.n;
    out->version = r.version;
    return MSK_OK;
}

static int
file_each(void *user, struct msk_bytes prefix,
          int (*visit)(void *arg, struct msk_bytes key, struct msk_bytes value),
          void *arg)
{
    const struct store_file *f = user;
    struct store_record r;
    int err = MSK_OK;

    for (size_t at = STORE_IMAGE_HEAD;
         err == MSK_OK && store_image_record(f->now, at, &r); at = r.end)
        if (r.key.n >= prefix.n &&
            (prefix.n == 0 || memcmp(r.key.p, prefix.p, prefix.n) == 0))
            err = visit(arg, r.key, r.value);
    return err;
}

/* May the change be made on the store as it is? */
static int
allowed(const struct store_file *f, const struct msk_change *change)
{
    struct store_record r;

    if (change->key.n == 0 || change->key.n > MSK_STORE_KEY_MAX ||
        change->value.n > MSK_STORE_VALUE_MAX)
        return MSK_ERR_ARGUMENT;
    if (!store_image_find(f->now, change->key, &r))
        r.version = 0;
    return change->version == r.version ? MSK_OK : MSK_ERR_CONFLICT;
}

static bool
is_changed(const struct store_record *r, const struct msk_change *changes,
           size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (store_image_is_of(r, changes[i].key))
            return true;
    return false;
}

/* Makes the next image: what stays, then what is new. The sequence number of
 * a commit is the version of all that it wrote. */
static int
make_next(struct store_file *f, const struct msk_change *changes, size_t n)
{
    uint64_t sequence = store_image_sequence(f->now) + 1;
    struct store_record r;
    bool fits = true;

    store_image_begin(f->next, f->slot, sequence);
    for (size_t at = STORE_IMAGE_HEAD; store_image_record(f->now, at, &r);
         at = r.end)
        if (!is_changed(&r, changes, n))
            fits = store_image_append(f->next, f->slot, &r) && fits;
    for (size_t i = 0; i < n; i++) {
        r.key = changes[i].key;
        r.value = changes[i].value;
        r.version = sequence;
        if (r.value.p != NULL)
            fits = store_image_append(f->next, f->slot, &r) && fits;
    }
    return fits ? MSK_OK : MSK_ERR_LIMIT;
}

/* The next image is the store now, and the one before is room. */
static void
turn(struct store_file *f)
{
    uint8_t *last = f->now;

    f->now = f->next;
    f->next = last;
}

static bool
may_wait(const struct store_file *f, const struct msk_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!changes[i].delayable)
            return false;
    return f->delayed < f->delay;
}

static int
file_commit(void *user, uint32_t token, const struct msk_change *changes,
            size_t n)
{
    struct store_file *f = user;
    int err = MSK_OK;

    (void)token;
    for (size_t i = 0; err == MSK_OK && i < n; i++)
        err = allowed(f, &changes[i]);
    if (err == MSK_OK)
        err = make_next(f, changes, n);
    if (err == MSK_OK && may_wait(f, changes, n))
        f->delayed++;
    else if (err == MSK_OK)
        err = save(f, f->next);
    if (err == MSK_OK)
        turn(f);
    msk_wipe(f->next, f->slot);
    return err;
}

/* --- life ---------------------------------------------------------------- */

/* Nothing is whole. The first start writes slot 1 and the first commit slot 0:
 * if that is blank there never was a commit, and a cut came into the start.
 * A file of somebody else begins with something. */
static int
start(struct store_file *f)
{
    if (!store_image_is_blank(f->now, f->slot))
        return MSK_ERR_RECORD;
    store_image_begin(f->now, f->slot, 0);
    return save(f, f->now);
}

/* The newer of the whole images becomes the store. */
static int
choose(struct store_file *f)
{
    bool first = store_image_is_whole(f->now, f->slot);
    bool second = store_image_is_whole(f->next, f->slot);

    f->newest = 0;
    if (!first && !second)
        return start(f);
    if (!first || (second && store_image_sequence(f->next) >
                                 store_image_sequence(f->now))) {
        f->newest = 1;
        turn(f);
    }
    return store_image_check(f->now, f->slot);
}

int
store_file_open(struct msk_store *store, struct store_file *f,
                const struct store_io *io, uint8_t *memory, size_t slot,
                unsigned delay)
{
    int err;

    if (store == NULL || f == NULL || io == NULL || memory == NULL ||
        slot < STORE_IMAGE_HEAD + STORE_IMAGE_CRC || slot > UINT32_MAX)
        return MSK_ERR_ARGUMENT;
    f->io = io;
    f->now = memory;
    f->next = memory + slot;
    f->slot = slot;
    f->delayed = 0;
    f->delay = delay;
    if (io->read(io->user, 0, f->now, slot) != 0 ||
        io->read(io->user, 1, f->next, slot) != 0)
        err = MSK_ERR_STORE;
    else
        err = choose(f);
    msk_wipe(f->next, slot);
    if (err != MSK_OK)
        msk_wipe(f->now, slot);
    *store = (struct msk_store){
        .size = sizeof *store,
        .user = f,
        .load = file_load,
        .each = file_each,
        .commit = file_commit,
    };
    return err;
}

int
store_file_flush(struct store_file *f)
{
    return f->delayed == 0 ? MSK_OK : save(f, f->now);
}

/* Each time with a new sequence number: the later slot is the newer one. */
int
store_file_scrub(struct store_file *f)
{
    int err = MSK_OK;

    for (int i = 0; err == MSK_OK && i < 2; i++) {
        err = make_next(f, NULL, 0);
        if (err == MSK_OK)
            err = save(f, f->next);
        if (err == MSK_OK)
            turn(f);
        msk_wipe(f->next, f->slot);
    }
    return err;
}

void
store_file_wipe(struct store_file *f)
{
    msk_wipe(f->now, f->slot);
    msk_wipe(f->next, f->slot);
}
