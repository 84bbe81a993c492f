/* SPDX-License-Identifier: MIT */
/*
 * Messages whose end touches memory that nobody may read, where there is no
 * sanitizer: each message of mbms_vectors.h and each file of the folders
 * named as arguments, cut at every length and with every single bit changed.
 * Prints how many of these inputs were accepted, which is the same on every
 * machine.
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mbms_vectors.h"
#include "msk/mbms.h"
#include "support.h"

#define MESSAGE_MAX 65536

static struct {
    int folders;
    char **folder;
} arguments;

/* The first octet that nobody may read; MESSAGE_MAX before it may be. */
static uint8_t *fence;

/* Inputs, and how many the walk and either layout took. */
struct tally {
    unsigned long inputs, walked, read;
};

static int
put_up_fence(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t n = (MESSAGE_MAX + page - 1) / page * page;
    uint8_t *p = mmap(NULL, n + page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    if (p == MAP_FAILED || mprotect(p + n, page, PROT_NONE) != 0)
        return -1;
    fence = p + n;
    return 0;
}

/* Reads every octet of a view. */
static void
touch(struct msk_bytes view)
{
    static volatile uint8_t sum;

    for (size_t i = 0; i < view.n; i++)
        sum = (uint8_t)(sum + view.p[i]);
}

static void
look_inside(const struct msk_payload *p)
{
    struct msk_bytes rest = p->data;
    struct msk_srtp_policy policy;
    struct msk_ext_key_id ids;
    struct msk_key_data key;

    touch(p->data);
    touch(p->tail);
    if (p->type == MSK_PAYLOAD_SP)
        msk_srtp_policy_get(p->data, &policy);
    if (p->type == MSK_PAYLOAD_EXT)
        msk_ext_key_id_get(p->data, &ids);
    if (p->type != MSK_PAYLOAD_KEMAC)
        return;
    while (rest.n > 0 && msk_key_data_get(&rest, &key) == MSK_OK) {
        touch(key.key);
        touch(key.valid_to);
    }
}

static bool
walks(struct msk_bytes message)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload p;
    int err = msk_mikey_begin_any(&cursor, message, MSK_PAYLOADS_ANY, &header);

    if (err != MSK_OK)
        return false;
    touch(header.map);
    err = msk_mikey_next_any(&cursor, &p);
    while (err == MSK_OK && p.type != MSK_PAYLOAD_LAST) {
        look_inside(&p);
        err = msk_mikey_next_any(&cursor, &p);
    }
    return err == MSK_OK;
}

static bool
reads(enum msk_layout layout, struct msk_bytes octets)
{
    struct msk_message m;

    if (msk_message_read(layout, octets, &m, NULL) != MSK_OK)
        return false;
    touch(m.rand);
    touch(m.idi);
    touch(m.idr);
    touch(m.sp);
    touch(m.protection.data);
    touch(m.protection.tail);
    return true;
}

static void
try(const uint8_t *p, size_t n, struct tally *tally)
{
    struct msk_bytes octets = { p, n };

    tally->inputs++;
    tally->walked += walks(octets);
    tally->read +=
        reads(MSK_LAYOUT_CSB, octets) || reads(MSK_LAYOUT_KEYID, octets);
}

static void
try_all(struct msk_bytes whole, struct tally *tally)
{
    assert_true(whole.n <= MESSAGE_MAX);
    for (size_t n = 0; n <= whole.n; n++) {
        if (n > 0)
            memcpy(fence - n, whole.p, n);
        try(fence - n, n, tally);
    }
    for (size_t bit = 0; bit < 8 * whole.n; bit++) {
        uint8_t *at = fence - whole.n + bit / 8;

        *at ^= (uint8_t)(1u << bit % 8);
        try(fence - whole.n, whole.n, tally);
        *at ^= (uint8_t)(1u << bit % 8);
    }
}

static void
report(const char *what, const struct tally *tally)
{
    print_message("%s: %lu inputs, %lu walked, %lu read\n", what, tally->inputs,
                  tally->walked, tally->read);
}

static void
reads_nothing_after_the_messages_of_the_vectors(void **state)
{
    struct tally tally = { 0, 0, 0 };

    (void)state;
    for (size_t i = 0; i < sizeof mbms_vectors / sizeof mbms_vectors[0]; i++) {
        try_all(hex(mbms_vectors[i].message), &tally);
        release(NULL);
    }
    report("vectors", &tally);
    /* The same everywhere; other vectors or other rules, other numbers. */
    assert_int_equal(tally.inputs, 54935);
    assert_int_equal(tally.walked, 41834);
    assert_int_equal(tally.read, 38678);
}

static void
try_file(const char *path, struct tally *tally)
{
    static uint8_t octets[MESSAGE_MAX];
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        fail_msg("%s cannot be read", path);
    try_all((struct msk_bytes){ octets, fread(octets, 1, sizeof octets, file) },
            tally);
    fclose(file);
}

static void
reads_nothing_after_the_messages_of_the_folders(void **state)
{
    struct tally tally = { 0, 0, 0 };
    char path[4096];

    (void)state;
    for (int i = 0; i < arguments.folders; i++) {
        DIR *folder = opendir(arguments.folder[i]);
        struct dirent *e;

        if (folder == NULL)
            fail_msg("%s cannot be read", arguments.folder[i]);
        for (e = readdir(folder); e != NULL; e = readdir(folder)) {
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", arguments.folder[i],
                     e->d_name);
            try_file(path, &tally);
        }
        closedir(folder);
        assert_true(tally.inputs > 0);
    }
    report("folders", &tally);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            reads_nothing_after_the_messages_of_the_vectors, release),
        cmocka_unit_test_teardown(
            reads_nothing_after_the_messages_of_the_folders, release),
    };

    arguments.folders = argc - 1;
    arguments.folder = argv + 1;
    return cmocka_run_group_tests(tests, put_up_fence, NULL);
}
