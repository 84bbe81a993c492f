/* SPDX-License-Identifier: MIT */
/* msktool store: what a software MGV-F keeps, one JSON line a record. Reads
 * the records as the library does, so it is built with its private headers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"
#include "mgvf/record.h"

static void
set_secret(json_t *object, const char *name, const uint8_t *p, size_t n,
           bool secrets)
{
    if (secrets)
        set_hex(object, name, (struct msk_bytes){ p, n });
}

static void
set_counter(json_t *object, const char *name, bool has, uint32_t counter)
{
    json_object_set_new(object, name,
                        has ? json_integer(counter) : json_null());
}

static json_t *
muk_json(const struct msk_server_muk *muk, bool generated, bool secrets)
{
    json_t *object = json_object();

    json_object_set_new(object, "role",
                        json_string(generated ? "generated" : "used"));
    set_text(object, "btid", (struct msk_bytes){ muk->btid, muk->btid_len });
    set_counter(object, "counter", muk->has_counter, muk->counter);
    set_secret(object, "key", muk->key, muk->key_len, secrets);
    return object;
}

static int
print_server(struct msk_bytes fqdn, struct msk_bytes value, bool secrets)
{
    struct msk_server_keys keys;
    json_t *object, *muks;

    if (msk_record_get_server(value, &keys) != MSK_OK)
        return MSK_ERR_RECORD;
    object = json_object();
    muks = json_array();
    json_object_set_new(object, "record", json_string("server"));
    set_text(object, "fqdn", fqdn);
    for (size_t i = 0; i < keys.n; i++)
        json_array_append_new(muks, muk_json(&keys.muk[i], i == 0, secrets));
    json_object_set_new(object, "age", json_integer((json_int_t)keys.age));
    json_object_set_new(object, "muks", muks);
    msk_wipe(&keys, sizeof keys);
    return print_json(object) == TOOL_OK ? MSK_OK : MSK_ERR_STORE;
}

static json_t *
msk_json(const struct msk_held_key *msk, bool secrets)
{
    json_t *object = json_object();

    set_int(object, "number", msk->number);
    set_int(object, "seq_low", msk->seq_low);
    set_int(object, "seq_high", msk->seq_high);
    set_counter(object, "mtk_counter", msk->has_counter, msk->counter);
    set_counter(object, "mtk_id", msk->mtk_id != 0, msk->mtk_id);
    set_secret(object, "key", msk->key, msk->key_len, secrets);
    set_secret(object, "rand", msk->rand, msk->rand_len, secrets);
    return object;
}

static json_t *
mtk_json(const struct msk_released_mtk *m, bool secrets)
{
    json_t *object = json_object();

    set_int(object, "number", m->number);
    set_int(object, "mtk_id", m->mtk_id);
    set_secret(object, "key", m->mtk.key, m->mtk.key_len, secrets);
    set_secret(object, "salt", m->mtk.salt, m->mtk.salt_len, secrets);
    return object;
}

/* Each by its tag, 0 for the host. */
static json_t *
owners_json(const struct msk_owners *owners)
{
    json_t *list = json_array();

    for (size_t i = 0; i < owners->n; i++) {
        const struct msk_owner *owner = &owners->owner[i];
        json_t *object = json_object();

        set_hex(object, "tag", (struct msk_bytes){ owner->tag, MSK_OWNER_TAG });
        set_int(object, "require", owner->require);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *
group_json(const struct msk_held_group *group, bool secrets)
{
    json_t *object = json_object(), *msks = json_array(), *mtks = json_array();

    json_object_set_new(object, "record", json_string("group"));
    for (size_t i = 0; i < group->n; i++)
        json_array_append_new(msks, msk_json(&group->msk[i], secrets));
    for (size_t i = 0; i < group->released.n; i++)
        json_array_append_new(mtks, mtk_json(&group->released.mtk[i], secrets));
    set_int(object, "require", msk_owners_require(&group->owners));
    json_object_set_new(object, "owners", owners_json(&group->owners));
    set_hex(object, "sp", (struct msk_bytes){ group->sp, group->sp_len });
    json_object_set_new(object, "msks", msks);
    json_object_set_new(object, "mtks", mtks);
    return object;
}

/* Behind the first octet of the key: domain and group. */
static int
print_group(struct msk_bytes key, struct msk_bytes value, bool secrets)
{
    struct msk_held_group group;
    json_t *object;

    if (key.n != 5 || msk_record_get_group(value, &group) != MSK_OK)
        return MSK_ERR_RECORD;
    object = group_json(&group, secrets);
    set_hex(object, "domain", (struct msk_bytes){ key.p, 3 });
    set_int(object, "group", key.p[3] << 8 | key.p[4]);
    msk_wipe(&group, sizeof group);
    return print_json(object) == TOOL_OK ? MSK_OK : MSK_ERR_STORE;
}

/* What MTK messages have left under one MSK that is held no longer. */
static json_t *
past_json(const struct msk_past *past)
{
    json_t *object = json_object();
    struct msk_key_id id;

    msk_key_id_unpack(past->name, &id);
    set_hex(object, "domain", (struct msk_bytes){ id.domain, 3 });
    set_int(object, "group", id.group);
    set_int(object, "number", id.number);
    set_hex(object, "tag", (struct msk_bytes){ past->tag, MSK_HISTORY_TAG });
    set_int(object, "mtk_counter", past->counter);
    set_counter(object, "mtk_id", past->mtk_id != 0, past->mtk_id);
    return object;
}

static int
print_history(struct msk_bytes value)
{
    json_t *object, *pasts;
    struct msk_history history;

    if (msk_record_get_history(value, &history) != MSK_OK)
        return MSK_ERR_RECORD;
    object = json_object();
    pasts = json_array();
    for (size_t i = 0; i < history.n; i++)
        json_array_append_new(pasts, past_json(&history.past[i]));
    json_object_set_new(object, "record", json_string("history"));
    json_object_set_new(object, "pasts", pasts);
    return print_json(object) == TOOL_OK ? MSK_OK : MSK_ERR_STORE;
}

static int
print_unknown(struct msk_bytes key)
{
    json_t *object = json_object();

    json_object_set_new(object, "record", json_string("unknown"));
    set_hex(object, "key", key);
    return print_json(object) == TOOL_OK ? MSK_OK : MSK_ERR_STORE;
}

static int
visit(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    bool secrets = *(const bool *)arg;
    struct msk_bytes rest = { key.p + 1, key.n - 1 };
    int err = MSK_ERR_RECORD;

    if (key.n > 0 && key.p[0] == MSK_RECORD_SERVER)
        err = print_server(rest, value, secrets);
    else if (key.n > 0 && key.p[0] == MSK_RECORD_GROUP)
        err = print_group(rest, value, secrets);
    else if (key.n > 0 && key.p[0] == MSK_RECORD_HISTORY)
        err = print_history(value);
    return err == MSK_ERR_RECORD ? print_unknown(key) : err;
}

int
command_store(int argc, char **argv)
{
    static const char usage[] = "store FILE [--secrets]";
    struct msk_bytes all = { NULL, 0 };
    const char *path = NULL;
    struct file *file;
    bool secrets = false;
    int status;

    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--secrets") == 0)
            secrets = true;
        else if (path == NULL && argv[i][0] != '-')
            path = argv[i];
        else
            return fail(TOOL_USAGE, usage, "usage");
    file = path != NULL ? calloc(1, sizeof *file) : NULL;
    if (file == NULL)
        return fail(TOOL_USAGE, usage, "usage");
    status = access(path, R_OK) == 0 ? open_file(file, path)
                                     : fail(TOOL_USAGE, "cannot be read", path);
    if (status == TOOL_OK) {
        int err = file->store.each(file->store.user, all, visit, &secrets);

        status = err == MSK_OK ? TOOL_OK : fail_msk(err, path);
        close_file(file);
    }
    free(file);
    return status;
}
