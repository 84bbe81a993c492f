/* SPDX-License-Identifier: MIT */
#include "msk/store_ram.h"

#include <string.h>

/* Clears a record in a way that stays: its memory is reachable by the host,
 * which a compiler cannot overlook. */
static void
clear_record(struct msk_ram_record *record)
{
    memset(record, 0, sizeof *record);
}

static bool
has_key(const struct msk_ram_record *record, struct msk_bytes key)
{
    return record->version != 0 && record->key_len == key.n &&
           memcmp(record->key, key.p, key.n) == 0;
}

/* The record of that key; NULL: there is none. */
static struct msk_ram_record *
find_in_ram(const struct msk_ram *ram, struct msk_bytes key)
{
    for (size_t i = 0; i < ram->n; i++)
        if (has_key(&ram->records[i], key))
            return &ram->records[i];
    return NULL;
}

static int
ram_load(void *user, uint32_t token, struct msk_bytes key,
         struct msk_stored *out)
{
    const struct msk_ram_record *record = find_in_ram(user, key);

    (void)token;
    out->n = 0;
    out->version = 0;
    if (record == NULL)
        return MSK_OK;
    memcpy(out->value, record->value, record->value_len);
    out->n = record->value_len;
    out->version = record->version;
    return MSK_OK;
}

static int
ram_each(void *user, struct msk_bytes prefix,
         int (*visit)(void *arg, struct msk_bytes key, struct msk_bytes value),
         void *arg)
{
    const struct msk_ram *ram = user;
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < ram->n; i++) {
        const struct msk_ram_record *record = &ram->records[i];
        struct msk_bytes key = { record->key, record->key_len };
        struct msk_bytes value = { record->value, record->value_len };

        if (record->version != 0 && key.n >= prefix.n &&
            (prefix.n == 0 || memcmp(key.p, prefix.p, prefix.n) == 0))
            err = visit(arg, key, value);
    }
    return err;
}

static size_t
count_free(const struct msk_ram *ram)
{
    size_t n = 0;

    for (size_t i = 0; i < ram->n; i++)
        if (ram->records[i].version == 0)
            n++;
    return n;
}

/* Would the change go through? *room: free records when it comes. */
static int
check_change(const struct msk_ram *ram, const struct msk_change *change,
             size_t *room)
{
    const struct msk_ram_record *record = find_in_ram(ram, change->key);

    if (change->key.n == 0 || change->key.n > MSK_STORE_KEY_MAX ||
        change->value.n > MSK_STORE_VALUE_MAX)
        return MSK_ERR_ARGUMENT;
    if (change->version != (record == NULL ? 0 : record->version))
        return MSK_ERR_CONFLICT;
    if (record != NULL && change->value.p == NULL)
        ++*room;
    if (record != NULL || change->value.p == NULL)
        return MSK_OK;
    if (*room == 0)
        return MSK_ERR_LIMIT;
    --*room;
    return MSK_OK;
}

static struct msk_ram_record *
find_free_record(const struct msk_ram *ram)
{
    for (size_t i = 0; i < ram->n; i++)
        if (ram->records[i].version == 0)
            return &ram->records[i];
    return NULL;
}

/* Of the value before, nothing stays that the new one does not cover. */
static void
put_value(struct msk_ram_record *record, struct msk_bytes value)
{
    memcpy(record->value, value.p, value.n);
    if (record->value_len > value.n)
        memset(record->value + value.n, 0, record->value_len - value.n);
    record->value_len = value.n;
}

static void
apply(struct msk_ram *ram, const struct msk_change *change)
{
    struct msk_ram_record *record = find_in_ram(ram, change->key);

    if (change->value.p == NULL) {
        if (record != NULL)
            clear_record(record);
        return;
    }
    if (record == NULL)
        record = find_free_record(ram);
    if (record == NULL) /* check has counted: there is one */
        return;
    memcpy(record->key, change->key.p, change->key.n);
    record->key_len = change->key.n;
    put_value(record, change->value);
    record->version = ++ram->last_version;
}

static int
ram_commit(void *user, uint32_t token, const struct msk_change *changes,
           size_t n)
{
    struct msk_ram *ram = user;
    size_t room = count_free(ram);
    int err = MSK_OK;

    (void)token;
    for (size_t i = 0; err == MSK_OK && i < n; i++)
        err = check_change(ram, &changes[i], &room);
    for (size_t i = 0; err == MSK_OK && i < n; i++)
        apply(ram, &changes[i]);
    return err;
}

void
msk_store_ram_wipe(struct msk_ram *ram)
{
    if (ram == NULL)
        return;
    for (size_t i = 0; i < ram->n; i++)
        clear_record(&ram->records[i]);
}

int
msk_store_ram_init(struct msk_store *store, struct msk_ram *ram,
                   struct msk_ram_record *records, size_t n)
{
    if (store == NULL || ram == NULL || records == NULL || n == 0)
        return MSK_ERR_ARGUMENT;
    ram->records = records;
    ram->n = n;
    ram->last_version = 0;
    msk_store_ram_wipe(ram);
    store->size = sizeof *store;
    store->user = ram;
    store->load = ram_load;
    store->each = ram_each;
    store->commit = ram_commit;
    return MSK_OK;
}
