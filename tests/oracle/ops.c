/* SPDX-License-Identifier: MIT */
/*
 * Runs a stream of operations on a software MGV-F and prints what comes of
 * each, for tests/oracle/oracle.py to compare with its model.
 *
 *   ops csb|keyid <OPERATIONS
 *
 * An operation is a line: a letter and numbers.
 *   U server muk value age                 set a MUK
 *   A domain group owner require           allow a Key Group; owner 2: the host
 *   F domain group owner                   forget it
 *   I domain group number key low high sp  import an MSK
 *   M server muk value domain group number counter kind key low high v sp
 *     forged                               an MSK message
 *   T domain group number key counter mtk_id mtk streaming forged
 *                                          an MTK message
 *   R                                      restart on the same store
 *   X                                      forget all
 * A key is a number of which all its octets are made; sp is one of a table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mgvf/record.h"
#include "msk/store_ram.h"
#include "provider.h"

#define RECORDS 10
#define ARGUMENTS 16

static const struct {
    bool streaming;
    uint8_t octets[4];
    size_t n;
} policies[] = {
    { false, { 0 }, 0 },       { true, { 0 }, 0 },
    { true, { 0, 1, 1 }, 3 },  { true, { 0, 1, 0 }, 3 },
    { true, { 10, 1, 0 }, 3 }, { true, { 13, 2, 0, 0 }, 4 },
};

static enum msk_layout layout;
static struct msk_ram_record records[RECORDS];
static struct msk_ram ram;
static struct msk_store store;
static uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
static struct msk_mgvf *mgvf;
static unsigned long arg[ARGUMENTS];

static void
stop(const char *why)
{
    fprintf(stderr, "ops: %s\n", why);
    exit(1);
}

/* Octets that live until the next operation. */
static struct msk_bytes
octets(unsigned long value, size_t n)
{
    static uint8_t all[16][MSK_KEY_MAX];
    static unsigned next;
    uint8_t *p = all[next++ % 16];

    memset(p, (int)value, n);
    return (struct msk_bytes){ p, n };
}

static struct msk_bytes
server_name(unsigned long server)
{
    static const char *const names[] = { "bmsc0.example.com",
                                         "bmsc1.example.com", "" };

    return msk_text(names[server]);
}

/* The same name as others may write it. */
static struct msk_bytes
spelled(unsigned long server, unsigned long how)
{
    static const char *const names[] = { "BMSC0.Example.COM",
                                         "bmSc1.eXample.com", "" };

    return how % 2 == 0 ? msk_text(names[server]) : server_name(server);
}

static struct msk_bytes
muk_name(unsigned long muk)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct msk_bytes name = msk_text(letters + muk % 26);

    name.n = 1;
    return name;
}

/* The same name has another value at another server. */
static struct msk_bytes
muk_value(unsigned long server, unsigned long muk, unsigned long value)
{
    return octets(1 + muk + 32 * server + 64 * value, 32);
}

static void
name_key(struct msk_key_id *id, const unsigned long *a)
{
    memset(id->domain, (int)a[0], sizeof id->domain);
    id->group = (uint16_t)a[1];
    id->number = (uint16_t)a[2];
}

static void
name_group(struct msk_group_id *id, const unsigned long *a)
{
    memset(id->domain, (int)a[0], sizeof id->domain);
    id->group = (uint16_t)a[1];
}

static void
start(void)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = host_crypto();
    config.store = &store;
    memset(memory, 0xA5, sizeof memory);
    if (msk_mgvf_init(&mgvf, memory, sizeof memory, &config) != MSK_OK)
        stop("init");
}

static int
set_muk(void)
{
    struct msk_muk muk = { .size = sizeof muk };

    muk.fqdn = spelled(arg[0], arg[3]);
    muk.btid = muk_name(arg[1]);
    muk.key = muk_value(arg[0], arg[1], arg[2]);
    muk.age = arg[3];
    return msk_mgvf_set_muk(mgvf, &muk);
}

static int
import_msk(void)
{
    struct msk_import m = { .size = sizeof m };

    name_key(&m.id, arg);
    m.key = octets(arg[3], 16);
    m.rand = octets(arg[3] + 1, 16);
    m.seq_low = (uint16_t)arg[4];
    m.seq_high = (uint16_t)arg[5];
    m.sp = (struct msk_bytes){ policies[arg[6]].octets, policies[arg[6]].n };
    return msk_mgvf_import_msk(mgvf, &m);
}

static int
make_msk(uint8_t *buf, size_t *len)
{
    struct msk_msk_message m = { .size = sizeof m };

    m.layout = layout;
    m.ext = (enum msk_ext_position)(arg[6] % 2);
    m.content = (enum msk_content_kind)arg[7];
    name_key(&m.id, arg + 3);
    m.fqdn = spelled(arg[0], arg[6]);
    m.btid = muk_name(arg[1]);
    m.rand = octets(arg[8] + 1, 16);
    m.csb_id = (uint32_t)(arg[6] * 2654435761u);
    m.counter = (uint32_t)arg[6];
    m.v = arg[11] != 0;
    m.streaming = policies[arg[12]].streaming;
    m.sp = (struct msk_bytes){ policies[arg[12]].octets, policies[arg[12]].n };
    if (m.content == MSK_CONTENT_MSK)
        m.key = octets(arg[8], 16);
    m.seq_low = (uint16_t)arg[9];
    m.seq_high = (uint16_t)arg[10];
    return msk_msk_message_make(host_crypto(),
                                muk_value(arg[0], arg[1], arg[2]), &m, buf,
                                MSK_MIKEY_MAX, len);
}

static int
make_mtk(uint8_t *buf, size_t *len)
{
    struct msk_mtk_message m = { .size = sizeof m };

    m.layout = layout;
    name_key(&m.id, arg);
    m.mtk_id = (uint16_t)arg[5];
    m.rand = octets(arg[3] + 1, 16);
    m.csb_id = (uint32_t)arg[4];
    m.counter = (uint32_t)arg[4];
    m.key = octets(arg[6], 16);
    if (arg[7] != 0)
        m.salt = octets(arg[6] + 1, MSK_SALT_MAX);
    return msk_mtk_message_make(host_crypto(), octets(arg[3], 16), &m, buf,
                                MSK_MIKEY_MAX, len);
}

/* What the result says, where it has something to say. */
static void
print_result(const struct msk_mgvf_result *r)
{
    printf(" outcome %d id %u.%u.%u", (int)r->outcome,
           (unsigned)r->id.domain[0], (unsigned)r->id.group,
           (unsigned)r->id.number);
    if (r->has_interval)
        printf(" seq %u..%u", (unsigned)r->seq_low, (unsigned)r->seq_high);
    if (r->has_deleted)
        printf(" deleted %u", (unsigned)r->deleted.number);
    if (r->acknowledgement.n > 0)
        printf(" ack");
    if (r->btid.n > 0)
        printf(" btid %c", r->btid.p[0]);
    if (r->outcome == MSK_OUTCOME_MTK)
        printf(" mtk %u", (unsigned)r->mtk_id);
    if (r->key.n > 0)
        printf(" key %u", (unsigned)r->key.p[15]);
    if (r->salt.n > 0)
        printf(" salt %u", (unsigned)r->salt.p[13]);
    if (r->sp.n > 0)
        printf(" sp %u", (unsigned)(r->sp.p[0] * 256u + r->sp.p[2]));
}

static int
receive(bool mtk)
{
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_mgvf_input input = { .size = sizeof input };
    uint8_t buf[MSK_MIKEY_MAX];
    size_t len = 0;
    int err = mtk ? make_mtk(buf, &len) : make_msk(buf, &len);

    if (err != MSK_OK)
        stop("a message could not be made");
    if (arg[mtk ? 8 : 13] != 0) /* forged */
        buf[len - 1] ^= 1;
    input.layout = layout;
    input.fqdn = spelled(mtk ? 0 : arg[0], arg[6] / 2);
    input.message = (struct msk_bytes){ buf, len };
    err = msk_mgvf_process(mgvf, &input, &result);
    if (err == MSK_OK)
        print_result(&result);
    return err;
}

static bool
load(const uint8_t *key, size_t len, struct msk_stored *stored)
{
    struct msk_bytes view = { key, len };

    if (store.load(store.user, 0, view, stored) != MSK_OK)
        stop("load");
    return stored->version != 0;
}

static void
print_counter(bool has, uint32_t counter)
{
    if (has)
        printf(" %lu", (unsigned long)counter);
    else
        printf(" -");
}

static void
print_server(unsigned long server)
{
    static struct msk_stored stored;
    struct msk_server_keys keys;
    uint8_t key[MSK_RECORD_KEY_MAX];
    size_t len;

    msk_record_server_key(server_name(server), key, &len);
    printf(" |U%lu", server);
    if (!load(key, len, &stored))
        return;
    if (msk_record_get_server((struct msk_bytes){ stored.value, stored.n },
                              &keys) != MSK_OK)
        stop("record of a server");
    for (size_t i = 0; i < keys.n; i++) {
        printf(" %c=%u", keys.muk[i].btid[0], (unsigned)keys.muk[i].key[31]);
        print_counter(keys.muk[i].has_counter, keys.muk[i].counter);
    }
}

static void
print_msks(const struct msk_held_group *g)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct msk_held_key *m = &g->msk[i];

        printf(" %u=%u/%u %u..%u", (unsigned)m->number, (unsigned)m->key[15],
               (unsigned)m->rand[15], (unsigned)m->seq_low,
               (unsigned)m->seq_high);
        print_counter(m->has_counter, m->counter);
        printf(" %u", (unsigned)m->mtk_id);
    }
    for (size_t i = 0; i < g->released.n; i++) {
        const struct msk_released_mtk *m = &g->released.mtk[i];

        printf(" mtk %u.%u=%u", (unsigned)m->number, (unsigned)m->mtk_id,
               (unsigned)m->mtk.key[15]);
    }
}

static void
print_owners(const struct msk_owners *owners)
{
    printf(" require %u", (unsigned)msk_owners_require(owners));
    for (size_t i = 0; i < owners->n; i++)
        printf("%s%u", i == 0 ? " of " : ",",
               (unsigned)owners->owner[i].require);
}

static void
print_group(const unsigned long *a)
{
    static struct msk_stored stored;
    struct msk_held_group g;
    struct msk_group_id id;
    uint8_t key[MSK_RECORD_KEY_MAX];
    size_t len;

    name_group(&id, a);
    msk_record_group_key(&id, key, &len);
    printf(" |G%lu.%lu", a[0], a[1]);
    if (!load(key, len, &stored))
        return;
    if (msk_record_get_group((struct msk_bytes){ stored.value, stored.n },
                             &g) != MSK_OK)
        stop("record of a group");
    print_owners(&g.owners);
    if (g.sp_len > 0)
        printf(" sp %u", (unsigned)(g.sp[0] * 256u + g.sp[2]));
    print_msks(&g);
}

static void
print_history(const unsigned long *a)
{
    static struct msk_stored stored;
    static struct msk_history h;
    struct msk_group_id id;
    uint8_t key[MSK_RECORD_KEY_MAX];
    size_t len;

    name_group(&id, a);
    msk_record_history_key(&id, key, &len);
    printf(" |H%u", (unsigned)msk_record_bucket(&id));
    if (!load(key, len, &stored))
        return;
    if (msk_record_get_history((struct msk_bytes){ stored.value, stored.n },
                               &h) != MSK_OK)
        stop("record of pasts");
    for (size_t i = 0; i < h.n; i++)
        printf(" %u.%u.%u=%lu/%u", (unsigned)h.past[i].name[0],
               (unsigned)h.past[i].name[4], (unsigned)h.past[i].name[6],
               (unsigned long)h.past[i].counter, (unsigned)h.past[i].mtk_id);
}

static void
print_all(void)
{
    unsigned long group[3] = { 0, 0, 0 };

    print_server(0);
    print_server(1);
    for (group[0] = 1; group[0] <= 2; group[0]++)
        for (group[1] = 1; group[1] <= 3; group[1]++)
            print_group(group);
    group[0] = 0;
    for (group[1] = 0; group[1] < MSK_HISTORY_RECORDS; group[1]++)
        print_history(group);
}

static int
run(char op)
{
    struct msk_group_id group;

    name_group(&group, arg);
    switch (op) {
    case 'U': return set_muk();
    case 'A':
        return msk_mgvf_allow(mgvf, spelled(arg[2], arg[3]), &group,
                              (enum msk_require)arg[3]);
    case 'F': return msk_mgvf_forget(mgvf, server_name(arg[2]), &group);
    case 'I': return import_msk();
    case 'M': return receive(false);
    case 'T': return receive(true);
    case 'R': start(); return MSK_OK;
    case 'X': return msk_mgvf_forget_all(mgvf);
    default: stop("an operation that is none"); return MSK_OK;
    }
}

static void
print_state(char op)
{
    if (op == 'U' || op == 'M')
        print_server(arg[0]);
    if (op == 'M')
        print_group(arg + 3);
    if (op == 'M')
        print_history(arg + 3);
    if (op == 'A' || op == 'F' || op == 'I' || op == 'T')
        print_group(arg);
    if (op == 'F' || op == 'I')
        print_history(arg);
    if (op == 'R' || op == 'X')
        print_all();
}

static void
read_arguments(char *line)
{
    char *end = line;

    memset(arg, 0, sizeof arg);
    for (size_t i = 0; i < ARGUMENTS && *end != '\n' && *end != '\0'; i++)
        arg[i] = strtoul(end, &end, 10);
}

int
main(int argc, char **argv)
{
    char line[256];

    if (argc != 2)
        stop("which layout?");
    layout = strcmp(argv[1], "csb") == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    if (msk_store_ram_init(&store, &ram, records, RECORDS) != MSK_OK)
        stop("store");
    start();
    while (fgets(line, sizeof line, stdin) != NULL) {
        read_arguments(line + 1);
        printf("%c", line[0]);
        printf(" %d", run(line[0]));
        print_state(line[0]);
        printf("\n");
    }
    return 0;
}
