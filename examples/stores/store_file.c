/* SPDX-License-Identifier: MIT */
/*
 * An image holds the whole store: "MSKF", a version, the size of a slot in 4
 * octets, a sequence number in 8, the length of the records in 4, the records,
 * a CRC of 4. A record is the length of its key (2), that of its value (2),
 * its version (8), key and value. Numbers are big endian.
 *
 * A commit writes the next image into the slot that does not hold the last
 * one, and syncs; only then does it count. A cut leaves that slot torn, and
 * the CRC tells; the other one is whole. No file is renamed, because nothing
 * that counts is ever written over. The slot is written to its end, so that
 * nothing older is left after the image.
 */
#include "store_file.h"

#include <string.h>

#define SLOT_AT 5
#define SEQUENCE_AT 9
#define LENGTH_AT 17
#define HEAD 21
#define CRC 4
#define RECORD_HEAD 12

static const uint8_t magic[] = { 'M', 'S', 'K', 'F', 1 };
#define VERSION_AT 4

static void
put(uint8_t *p, size_t n, uint64_t v)
{
    for (; n > 0; n--) {
        p[n - 1] = (uint8_t)v;
        v >>= 8;
    }
}

static uint64_t
get(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* CRC-32 as in IEEE 802.3. Bit by bit: a commit is rare, a table is not
 * small. */
static uint32_t
crc(const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFF;

    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ ((c & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~c;
}

/* --- records in an image ------------------------------------------------- */

struct record {
    struct msk_bytes key, value;
    uint64_t version;
    size_t end; /* the offset after it */
};

static size_t
length_of(const uint8_t *image)
{
    return (size_t)get(image + LENGTH_AT, 4);
}

static size_t
end_of(const uint8_t *image)
{
    return HEAD + length_of(image);
}

/* The record at an offset. False: there is none, or none that is whole. */
static bool
record_at(const uint8_t *image, size_t at, struct record *r)
{
    size_t left = end_of(image) - at;
    const uint8_t *p = image + at;

    if (left < RECORD_HEAD)
        return false;
    r->key.n = (size_t)get(p, 2);
    r->value.n = (size_t)get(p + 2, 2);
    r->version = get(p + 4, 8);
    r->key.p = p + RECORD_HEAD;
    r->value.p = r->key.p + r->key.n;
    r->end = at + RECORD_HEAD + r->key.n + r->value.n;
    return r->key.n >= 1 && r->key.n <= MSK_STORE_KEY_MAX &&
           r->value.n <= MSK_STORE_VALUE_MAX && r->version != 0 &&
           r->end <= end_of(image);
}

static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool
find(const uint8_t *image, struct msk_bytes key, struct record *r)
{
    for (size_t at = HEAD; record_at(image, at, r); at = r->end)
        if (same(r->key, key))
            return true;
    return false;
}

/* Puts a record after the others of an image. False: it is full. */
static bool
append(uint8_t *image, size_t slot, const struct record *r)
{
    size_t at = end_of(image);
    size_t n = RECORD_HEAD + r->key.n + r->value.n;

    if (slot - CRC - at < n)
        return false;
    put(image + at, 2, r->key.n);
    put(image + at + 2, 2, r->value.n);
    put(image + at + 4, 8, r->version);
    memcpy(image + at + RECORD_HEAD, r->key.p, r->key.n);
    if (r->value.n > 0)
        memcpy(image + at + RECORD_HEAD + r->key.n, r->value.p, r->value.n);
    put(image + LENGTH_AT, 4, length_of(image) + n);
    return true;
}

/* --- images in slots ----------------------------------------------------- */

static void
begin(uint8_t *image, size_t slot, uint64_t sequence)
{
    memset(image, 0, slot);
    memcpy(image, magic, sizeof magic);
    put(image + SLOT_AT, 4, slot);
    put(image + SEQUENCE_AT, 8, sequence);
}

/* Did somebody finish writing this? Holds for every version. */
static bool
is_whole(const uint8_t *image, size_t slot)
{
    return memcmp(image, magic, VERSION_AT) == 0 &&
           length_of(image) <= slot - HEAD - CRC &&
           crc(image, end_of(image)) == get(image + end_of(image), CRC);
}

static bool
is_blank(const uint8_t *image, size_t slot)
{
    for (size_t i = 1; i < slot; i++)
        if (image[i] != image[0])
            return false;
    return image[0] == 0x00 || image[0] == 0xFF;
}

/* A whole image may be of a later version, or for slots of another size. */
static int
check(const uint8_t *image, size_t slot)
{
    struct record r;
    size_t at = HEAD;

    if (image[VERSION_AT] != magic[VERSION_AT] ||
        get(image + SLOT_AT, 4) != slot)
        return MSK_ERR_RECORD;
    while (record_at(image, at, &r))
        at = r.end;
    return at == end_of(image) ? MSK_OK : MSK_ERR_RECORD;
}

/* Writes an image where the last one is not. Whatever went wrong before, the
 * slot is written whole again, so a sync that failed once does not matter. */
static int
save(struct store_file *f, uint8_t *image)
{
    unsigned slot = 1 - f->newest;
    size_t end = end_of(image);

    put(image + end, CRC, crc(image, end));
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
    struct record r;

    (void)token;
    out->n = 0;
    out->version = 0;
    if (!find(f->now, key, &r))
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
    struct record r;
    int err = MSK_OK;

    for (size_t at = HEAD; err == MSK_OK && record_at(f->now, at, &r);
         at = r.end)
        if (r.key.n >= prefix.n &&
            (prefix.n == 0 || memcmp(r.key.p, prefix.p, prefix.n) == 0))
            err = visit(arg, r.key, r.value);
    return err;
}

/* May the change be made on the store as it is? */
static int
allowed(const struct store_file *f, const struct msk_change *change)
{
    struct record r;

    if (change->key.n == 0 || change->key.n > MSK_STORE_KEY_MAX ||
        change->value.n > MSK_STORE_VALUE_MAX)
        return MSK_ERR_ARGUMENT;
    if (!find(f->now, change->key, &r))
        r.version = 0;
    return change->version == r.version ? MSK_OK : MSK_ERR_CONFLICT;
}

static bool
is_changed(struct msk_bytes key, const struct msk_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (same(key, changes[i].key))
            return true;
    return false;
}

/* Makes the next image: what stays, then what is new. The sequence number of
 * a commit is the version of all that it wrote. */
static int
make_next(struct store_file *f, const struct msk_change *changes, size_t n)
{
    uint64_t sequence = get(f->now + SEQUENCE_AT, 8) + 1;
    struct record r;
    bool fits = true;

    begin(f->next, f->slot, sequence);
    for (size_t at = HEAD; record_at(f->now, at, &r); at = r.end)
        if (!is_changed(r.key, changes, n))
            fits = append(f->next, f->slot, &r) && fits;
    for (size_t i = 0; i < n; i++) {
        r.key = changes[i].key;
        r.value = changes[i].value;
        r.version = sequence;
        if (r.value.p != NULL)
            fits = append(f->next, f->slot, &r) && fits;
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
    if (!is_blank(f->now, f->slot))
        return MSK_ERR_RECORD;
    begin(f->now, f->slot, 0);
    return save(f, f->now);
}

/* The newer of the whole images becomes the store. */
static int
choose(struct store_file *f)
{
    bool first = is_whole(f->now, f->slot);
    bool second = is_whole(f->next, f->slot);

    f->newest = 0;
    if (!first && !second)
        return start(f);
    if (!first || (second && get(f->next + SEQUENCE_AT, 8) >
                                 get(f->now + SEQUENCE_AT, 8))) {
        f->newest = 1;
        turn(f);
    }
    return check(f->now, f->slot);
}

int
store_file_open(struct msk_store *store, struct store_file *f,
                const struct store_io *io, uint8_t *memory, size_t slot,
                unsigned delay)
{
    int err;

    if (store == NULL || f == NULL || io == NULL || memory == NULL ||
        slot < HEAD + CRC || slot > UINT32_MAX)
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
