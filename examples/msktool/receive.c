/* SPDX-License-Identifier: MIT */
/*
 * msktool receive: a receiver of MSK and MTK messages on a store in a file.
 * Takes MUKs and messages in the order of the command line, and prints one
 * JSON line for each message.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../provider.h"
#include "commands.h"
#include "file.h"
#include "flags.h"
#include "mgvf/record.h"
#include "msk/mgvf.h"
#include "received.h"
#include "text.h"

#define GROUPS_MAX 32

struct receiver {
    struct file file;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    enum msk_layout layout;
    enum msk_require require;
    struct msk_key_id groups[GROUPS_MAX]; /* none: any that a message names */
    size_t n_groups;
    bool secrets;
    struct msk_bytes fqdn; /* of the last MUK: the session, in CSB */
    unsigned long age;     /* of the next MUK */
    size_t n;              /* messages so far */
    int status;
};

/* FQDN:BTID:HEX, as views into text; key is to be freed. */
static int
read_muk(const char *text, struct msk_muk *muk, struct octets *key)
{
    const char *first = strchr(text, ':'), *last = strrchr(text, ':');

    memset(muk, 0, sizeof *muk);
    muk->size = sizeof *muk;
    if (first == NULL || first == last ||
        !from_hex(last + 1, strlen(last + 1), key))
        return fail(TOOL_USAGE, "is FQDN:BTID:HEX", "--muk");
    muk->fqdn = msk_text(text);
    muk->fqdn.n = (size_t)(first - text);
    muk->btid = msk_text(first + 1);
    muk->btid.n = (size_t)(last - first - 1);
    muk->key = view(key);
    return TOOL_OK;
}

static bool
is_muk(int argc, char **argv, int i)
{
    return i + 1 < argc && strcmp(argv[i], "--muk") == 0;
}

/* An age for the MUKs after it, for each one more. */
static int
set_age(struct receiver *r, const char *text)
{
    return read_number(text, strlen(text), ULONG_MAX, &r->age)
               ? TOOL_OK
               : fail(TOOL_USAGE, "is a number", "--age");
}

static int
set_muk(struct receiver *r, const char *text)
{
    struct octets key = { NULL, 0 };
    struct msk_muk muk;
    int status = read_muk(text, &muk, &key), err = MSK_OK;

    muk.age = r->age;
    if (status == TOOL_OK)
        err = msk_mgvf_set_muk(r->mgvf, &muk);
    r->age++;
    if (err == MSK_ERR_OLD_KEY) { /* the same command line again */
        fprintf(stderr, "msktool: --muk: %s\n", msk_err_text(err));
        err = MSK_OK;
    }
    if (status == TOOL_OK)
        r->fqdn = muk.fqdn;
    free_octets(&key);
    return err == MSK_OK ? status : fail_msk(err, "--muk");
}

static int
process(struct receiver *r, struct msk_bytes message,
        struct msk_mgvf_result *result)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    input.layout = r->layout;
    if (r->layout == MSK_LAYOUT_CSB)
        input.fqdn = r->fqdn;
    input.message = message;
    return msk_mgvf_process(r->mgvf, &input, result);
}

static int
allow(struct receiver *r, const struct msk_key_id *id)
{
    const struct msk_group_id group = msk_key_id_group(id);

    return msk_mgvf_allow(r->mgvf, msk_text(""), &group, r->require);
}

/* Without --group any Key Group may come, but a message that is refused leaves
 * none behind. */
static int
process_any(struct receiver *r, struct msk_bytes message,
            struct msk_mgvf_result *result)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_group_id group;
    struct msk_peek peek;
    bool is_new = false;
    int err = msk_mikey_peek(r->layout, message, &peek);

    if (err == MSK_OK && peek.kind != MSK_MESSAGE_VERIFICATION) {
        group = msk_key_id_group(&peek.id);
        is_new = msk_mgvf_held(r->mgvf, &group, &held) == MSK_ERR_NOT_MINE;
        err = allow(r, &peek.id);
    }
    if (err == MSK_OK)
        err = process(r, message, result);
    if (err < 0 && is_new)
        (void)msk_mgvf_forget(r->mgvf, msk_text(""), &group);
    return err;
}

static int
receive(struct receiver *r, const char *argument)
{
    struct msk_mgvf_result result = { .size = sizeof result };
    struct octets message = { NULL, 0 };
    int status = read_message(argument, &message), err;
    json_t *object;

    if (status != TOOL_OK)
        return status;
    err = r->n_groups > 0 ? process(r, view(&message), &result)
                          : process_any(r, view(&message), &result);
    object =
        err == MSK_OK ? accepted_json(&result, r->secrets) : refused_json(err);
    set_int(object, "n", (json_int_t)++r->n);
    if (err != MSK_OK && r->status != TOOL_AUTH)
        r->status = err == MSK_ERR_MAC ? TOOL_AUTH : TOOL_MALFORMED;
    free_octets(&message);
    return print_json(object);
}

static const struct flag all_flags[] = {
    { "--layout", true, false, NULL },  { "--store", true, false, NULL },
    { "--muk", true, false, NULL },     { "--group", true, false, NULL },
    { "--require", true, false, NULL }, { "--secrets", false, false, NULL },
    { "--age", true, false, NULL },
};
#define N_FLAGS (sizeof all_flags / sizeof all_flags[0])

/* DOMAIN:N */
static int
take_group(struct receiver *r, const char *text)
{
    struct octets domain = { NULL, 0 };
    unsigned long group = 0;
    const char *colon = strchr(text, ':');
    bool ok = colon != NULL && r->n_groups < GROUPS_MAX &&
              from_hex(text, (size_t)(colon - text), &domain) &&
              domain.n == 3 &&
              read_number(colon + 1, strlen(colon + 1), UINT16_MAX, &group);

    if (ok) {
        memcpy(r->groups[r->n_groups].domain, domain.p, 3);
        r->groups[r->n_groups++].group = (uint16_t)group;
    }
    free_octets(&domain);
    return ok ? TOOL_OK : fail(TOOL_USAGE, "is DOMAIN:N", "--group");
}

static int
take_require(struct receiver *r, const struct flag *flag)
{
    static const char *const names[] = { "nothing", "confidentiality",
                                         "integrity", "both" };

    r->require = MSK_REQUIRE_BOTH;
    if (!flag->given)
        return TOOL_OK;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(flag->value, names[i]) == 0) {
            r->require = (enum msk_require)i;
            return TOOL_OK;
        }
    return fail(TOOL_USAGE, "is nothing, confidentiality, integrity or both",
                flag->name);
}

/* All but MUKs and messages, wherever they stand. */
static int
take_settings(struct receiver *r, int argc, char **argv, const char **path)
{
    struct flag flags[N_FLAGS];
    int status = TOOL_OK;

    memcpy(flags, all_flags, sizeof flags);
    for (int i = 0, at; status == TOOL_OK && i < argc; i = at) {
        at = i;
        if (strncmp(argv[i], "--", 2) != 0) {
            at++;
            continue;
        }
        status = take_flag(argc, argv, &at, flags, N_FLAGS);
        if (status == TOOL_OK && strcmp(argv[i], "--group") == 0)
            status = take_group(r, argv[i + 1]);
    }
    if (status == TOOL_OK)
        status = flag_layout(flag_of(flags, N_FLAGS, "--layout"), &r->layout);
    if (status == TOOL_OK)
        status = take_require(r, flag_of(flags, N_FLAGS, "--require"));
    r->secrets = flag_of(flags, N_FLAGS, "--secrets")->given;
    *path = flag_of(flags, N_FLAGS, "--store")->value;
    return status == TOOL_OK && *path == NULL
               ? fail(TOOL_USAGE, "is missing", "--store")
               : status;
}

static int
start(struct receiver *r)
{
    struct msk_mgvf_config config = { .size = sizeof config };
    int err;

    config.crypto = host_crypto();
    config.store = &r->file.store;
    err = msk_mgvf_init(&r->mgvf, r->memory, sizeof r->memory, &config);
    for (size_t i = 0; err == MSK_OK && i < r->n_groups; i++)
        err = allow(r, &r->groups[i]);
    return err == MSK_OK ? TOOL_OK : fail_msk(err, "store");
}

/* MUKs and messages, one after the other. */
static int
run(struct receiver *r, int argc, char **argv)
{
    int status = start(r);

    for (int i = 0; status == TOOL_OK && i < argc; i++) {
        if (is_muk(argc, argv, i))
            status = set_muk(r, argv[i + 1]);
        else if (strcmp(argv[i], "--age") == 0)
            status = set_age(r, argv[i + 1]);
        else if (strncmp(argv[i], "--", 2) != 0)
            status = receive(r, argv[i]);
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i], "--secrets") != 0)
            i++; /* its value */
    }
    msk_mgvf_wipe(r->mgvf);
    return status == TOOL_OK ? r->status : status;
}

int
command_receive(int argc, char **argv)
{
    struct receiver *r = calloc(1, sizeof *r);
    const char *path = NULL;
    int status;

    if (r == NULL)
        return fail(TOOL_USAGE, "no memory", "");
    status = take_settings(r, argc, argv, &path);
    if (status == TOOL_OK)
        status = open_file(&r->file, path);
    if (status == TOOL_OK) {
        status = run(r, argc, argv);
        close_file(&r->file);
    }
    free(r);
    return status;
}
