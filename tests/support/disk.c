/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include <stdlib.h>
#include <string.h>

#define FILES 64
#define NAME 32

enum kind { CREATE, DELETE, WRITE, TRUNCATE, SYNC, MARK };

struct op {
    enum kind kind;
    size_t file, at, n;
    uint8_t *data;
    bool sync;    /* DELETE: it is on the medium when it returns */
    size_t first; /* of its places for a cut */
};

struct file {
    char name[NAME];
    bool is_there;
    uint8_t *data;
    size_t n, cap;
};

static struct {
    struct file files[FILES]; /* each deleted one stays, without its name */
    size_t n_files;
    struct op *ops;
    size_t n_ops, cap_ops, cuts;
    bool logs;
} disk;

static void *
grown(void *p, size_t n)
{
    p = realloc(p, n);
    assert_non_null(p);
    return p;
}

static void
resize(struct file *f, size_t n)
{
    if (n > f->cap) {
        f->cap = n + n / 2 + 64;
        f->data = grown(f->data, f->cap);
    }
    if (n > f->n)
        memset(f->data + f->n, 0, n - f->n);
    f->n = n;
}

static void
place(struct file *f, size_t at, const uint8_t *p, size_t n)
{
    if (at + n > f->n)
        resize(f, at + n);
    memcpy(f->data + at, p, n);
}

/* --- the log ------------------------------------------------------------- */

/* A write may be cut in each octet, all else in one place. */
static void
note(struct op op)
{
    if (!disk.logs)
        return;
    if (disk.n_ops == disk.cap_ops) {
        disk.cap_ops = 2 * disk.cap_ops + 64;
        disk.ops = grown(disk.ops, disk.cap_ops * sizeof *disk.ops);
    }
    op.first = disk.cuts;
    disk.cuts += op.kind == WRITE ? op.n : 1;
    disk.ops[disk.n_ops++] = op;
}

void
disk_start(void)
{
    for (size_t i = 0; i < disk.n_files; i++)
        free(disk.files[i].data);
    for (size_t i = 0; i < disk.n_ops; i++)
        free(disk.ops[i].data);
    free(disk.ops);
    memset(&disk, 0, sizeof disk);
    disk.logs = true;
}

size_t
disk_stop(void)
{
    disk_mark();
    disk.logs = false;
    return disk.cuts;
}

size_t
disk_find(const char *name, bool make)
{
    struct file *f = disk.files + disk.n_files;

    for (size_t i = 0; i < disk.n_files; i++)
        if (disk.files[i].is_there && strcmp(disk.files[i].name, name) == 0)
            return i;
    if (!make)
        return DISK_NO_FILE;
    assert_true(disk.n_files < FILES && strlen(name) < NAME);
    memset(f, 0, sizeof *f);
    strcpy(f->name, name);
    f->is_there = true;
    note((struct op){ .kind = CREATE, .file = disk.n_files });
    return disk.n_files++;
}

void
disk_delete(const char *name, bool sync)
{
    size_t file = disk_find(name, false);

    if (file == DISK_NO_FILE)
        return;
    disk.files[file].is_there = false;
    note((struct op){ .kind = DELETE, .file = file, .sync = sync });
}

size_t
disk_size(size_t file)
{
    return disk.files[file].n;
}

void
disk_write(size_t file, size_t at, const uint8_t *p, size_t n)
{
    struct op op = { .kind = WRITE, .file = file, .at = at, .n = n };

    place(&disk.files[file], at, p, n);
    if (!disk.logs || n == 0)
        return;
    op.data = grown(NULL, n);
    memcpy(op.data, p, n);
    note(op);
}

void
disk_truncate(size_t file, size_t n)
{
    resize(&disk.files[file], n);
    note((struct op){ .kind = TRUNCATE, .file = file, .n = n });
}

void
disk_sync(size_t file)
{
    note((struct op){ .kind = SYNC, .file = file });
}

size_t
disk_syncs(void)
{
    size_t n = 0;

    for (size_t i = 0; i < disk.n_ops; i++)
        n += disk.ops[i].kind == SYNC ? 1 : 0;
    return n;
}

size_t
disk_read(size_t file, size_t at, uint8_t *out, size_t n)
{
    const struct file *f = &disk.files[file];
    size_t there = at >= f->n ? 0 : f->n - at;

    if (there > n)
        there = n;
    memset(out, 0, n);
    if (there > 0)
        memcpy(out, f->data + at, there);
    return there;
}

void
disk_mark(void)
{
    note((struct op){ .kind = MARK });
}

/* --- the cut ------------------------------------------------------------- */

static void
apply(const struct op *op)
{
    struct file *f = &disk.files[op->file];

    if (op->kind == WRITE)
        place(f, op->at, op->data, op->n);
    if (op->kind == TRUNCATE)
        resize(f, op->n);
}

static void
garble(const struct op *op, size_t octet, struct rng *r)
{
    uint8_t garbage;

    rng_fill(r, &garbage, 1);
    place(&disk.files[op->file], op->at + octet, &garbage, 1);
}

/* The first octets of a write, and garbage where it was. */
static void
apply_until(const struct op *op, size_t octet, struct rng *r)
{
    struct op part = *op;

    if (op->kind != WRITE)
        return;
    part.n = octet;
    apply(&part);
    garble(op, octet, r);
}

/* Pieces of a write. Where the file grew, what is between them may be
 * anything. */
static void
apply_pieces(const struct op *op, struct rng *r)
{
    static const size_t sizes[] = { 1, 16, 512, SIZE_MAX };
    size_t size = sizes[rng_below(r, 4)], was = disk.files[op->file].n, n;
    bool garbage = rng_below(r, 2) == 0;

    for (size_t at = 0; at < op->n; at += n) {
        struct op piece = *op;

        n = op->n - at < size ? op->n - at : size;
        piece.at += at;
        piece.n = n;
        piece.data += at;
        if (rng_below(r, 2) == 0)
            apply(&piece);
        else if (garbage && piece.at >= was && n <= 512)
            for (size_t i = 0; i < n; i++)
                garble(op, at + i, r);
    }
}

/* Is it still in the air when the power goes? */
static bool
is_unsynced(size_t i, size_t end)
{
    for (size_t k = i + 1; k < end; k++)
        if (disk.ops[k].kind == SYNC && disk.ops[k].file == disk.ops[i].file)
            return false;
    return true;
}

static void
apply_unsynced(const struct op *op, struct rng *r)
{
    if (op->kind == WRITE)
        apply_pieces(op, r);
    else if (rng_below(r, 2) == 0)
        apply(op);
}

/* All that was synced, then the rest in any order, and only in part. */
static void
apply_out_of_order(size_t end, size_t octet, struct rng *r)
{
    size_t loose[256], n = 0;

    for (size_t i = 0; i < end; i++) {
        if (disk.ops[i].kind != WRITE && disk.ops[i].kind != TRUNCATE)
            continue;
        if (!is_unsynced(i, end))
            apply(&disk.ops[i]);
        else if (n < sizeof loose / sizeof loose[0])
            loose[n++] = i;
        else
            fail_msg("more than 256 writes without a sync");
    }
    if (disk.ops[end].kind == WRITE || disk.ops[end].kind == TRUNCATE)
        loose[n++ % 256] = end;
    for (; n > 0; n--) {
        size_t k = (size_t)rng_below(r, n);

        apply_unsynced(&disk.ops[loose[k]], r);
        loose[k] = loose[n - 1];
    }
    if (disk.ops[end].kind == WRITE)
        garble(&disk.ops[end], octet, r);
}

static bool
is_name(const struct op *op)
{
    return op->kind == CREATE || op->kind == DELETE;
}

/* A synced file has its name, and with it all that came before. */
static bool
keeps_names(const struct op *op)
{
    return op->kind == SYNC || (op->kind == DELETE && op->sync);
}

static size_t
made_at(size_t file)
{
    size_t i = 0;

    while (disk.ops[i].kind != CREATE || disk.ops[i].file != file)
        i++;
    return i;
}

/* How far the names have come, at least. */
static size_t
names_kept(size_t end)
{
    size_t kept = 0;

    for (size_t i = 0; i < end; i++) {
        size_t at = i;

        if (!keeps_names(&disk.ops[i]))
            continue;
        if (disk.ops[i].kind == SYNC)
            at = made_at(disk.ops[i].file);
        if (at + 1 > kept)
            kept = at + 1;
    }
    return kept;
}

static void
apply_names(size_t end)
{
    for (size_t i = 0; i < end; i++)
        if (is_name(&disk.ops[i]))
            disk.files[disk.ops[i].file].is_there = disk.ops[i].kind == CREATE;
}

static size_t
op_at(size_t where)
{
    size_t low = 0, high = disk.n_ops;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (disk.ops[middle].first <= where)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The files that the log knows, empty; those made after a cut are gone. */
static void
forget_files(void)
{
    size_t made = 0;

    for (size_t i = 0; i < disk.n_ops; i++)
        if (disk.ops[i].kind == CREATE && disk.ops[i].file >= made)
            made = disk.ops[i].file + 1;
    for (size_t i = 0; i < disk.n_files; i++) {
        disk.files[i].is_there = false;
        disk.files[i].n = 0;
        if (i >= made) {
            free(disk.files[i].data);
            disk.files[i].data = NULL;
            disk.files[i].cap = 0;
        }
    }
    disk.n_files = made;
}

size_t
disk_marks(size_t where, bool *edge)
{
    size_t end = op_at(where), marks = 0;
    size_t octet = where - disk.ops[end].first;

    *edge = disk.ops[end].kind != WRITE || octet == 0 ||
            octet == disk.ops[end].n - 1;
    for (size_t i = 0; i < end; i++)
        marks += disk.ops[i].kind == MARK ? 1 : 0;
    return marks;
}

void
disk_cut(size_t where, bool in_order, struct rng *r)
{
    size_t end = op_at(where), octet = where - disk.ops[end].first;
    size_t names = end;

    forget_files();
    if (in_order) {
        for (size_t i = 0; i < end; i++)
            apply(&disk.ops[i]);
        apply_until(&disk.ops[end], octet, r);
    } else {
        size_t kept = names_kept(end);

        names = kept + (size_t)rng_below(r, end - kept + 1);
        apply_out_of_order(end, octet, r);
    }
    apply_names(names);
}
