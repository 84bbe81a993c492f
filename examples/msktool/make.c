/* SPDX-License-Identifier: MIT */
/* msktool msk, pull, mtk: the messages of TS 33.246 from flags, in hex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../provider.h"
#include "commands.h"
#include "flags.h"
#include "msk/mbms.h"
#include "policy.h"

enum { MSK, PULL, MTK };

static const struct flag all_flags[] = {
    { "--layout", true, false, NULL },
    { "--muk", true, false, NULL },
    { "--msk", true, false, NULL },
    { "--domain", true, false, NULL },
    { "--group", true, false, NULL },
    { "--number", true, false, NULL },
    { "--key", true, false, NULL },
    { "--salt", true, false, NULL },
    { "--rand", true, false, NULL },
    { "--csb", true, false, NULL },
    { "--ts", true, false, NULL },
    { "--seq", true, false, NULL },
    { "--idi", true, false, NULL },
    { "--idr", true, false, NULL },
    { "--mtk-id", true, false, NULL },
    { "--ack", false, false, NULL },
    { "--sp", true, false, NULL },
    { "--streaming", false, false, NULL },
    { "--ext", true, false, NULL },
    { "--ext-before-kemac", false, false, NULL },
    { "--card", false, false, NULL },
    { "--with-rand", false, false, NULL },
};
#define N_FLAGS (sizeof all_flags / sizeof all_flags[0])

/* What the flags say, as far as it is octets and numbers. */
struct wishes {
    struct flag flags[N_FLAGS];
    enum msk_layout layout;
    enum msk_ext_position ext;
    struct msk_key_id id;
    struct octets psk, domain, key, salt, rand, csb;
    uint8_t sp[MSK_SP_MAX];
    size_t sp_len;
    unsigned long counter, low, high, mtk_id, ext_type;
    uint32_t csb_id;
};

static const struct flag *
get(const struct wishes *w, const char *name)
{
    return flag_of(w->flags, N_FLAGS, name);
}

static int
random_octets(size_t n, struct octets *out)
{
    FILE *file = fopen("/dev/urandom", "rb");
    bool ok;

    out->n = n;
    out->p = malloc(n);
    ok = file != NULL && out->p != NULL && fread(out->p, 1, n, file) == n;
    if (file != NULL)
        fclose(file);
    return ok ? TOOL_OK : fail(TOOL_USAGE, "no randomness", "");
}

static int
take_names(struct wishes *w)
{
    unsigned long group = 0, number = 0;
    int status = flag_layout(get(w, "--layout"), &w->layout);

    if (status == TOOL_OK)
        status = flag_hex(get(w, "--domain"), &w->domain);
    if (status == TOOL_OK && w->domain.n != 3)
        status = fail(TOOL_USAGE, "is 3 octets of hex", "--domain");
    if (status == TOOL_OK)
        status = flag_number(get(w, "--group"), UINT16_MAX, &group);
    if (status == TOOL_OK)
        status = flag_number(get(w, "--number"), UINT16_MAX, &number);
    if (status != TOOL_OK)
        return status;
    memcpy(w->id.domain, w->domain.p, 3);
    w->id.group = (uint16_t)group;
    w->id.number = (uint16_t)number;
    return TOOL_OK;
}

/* A RAND that is not given is random, but of an MTK message it is that of the
 * MSK; a CSB ID that is not given is random, as the standard advises. */
static int
take_octets(struct wishes *w, int what)
{
    int status = flag_hex(get(w, what == MTK ? "--msk" : "--muk"), &w->psk);

    if (status == TOOL_OK)
        status = flag_hex(get(w, "--key"), &w->key);
    if (status == TOOL_OK)
        status = flag_hex(get(w, "--salt"), &w->salt);
    if (status == TOOL_OK)
        status = flag_hex(get(w, "--rand"), &w->rand);
    if (status == TOOL_OK && !get(w, "--rand")->given && what != MTK)
        status = random_octets(16, &w->rand);
    if (status == TOOL_OK)
        status = get(w, "--csb")->given ? flag_hex(get(w, "--csb"), &w->csb)
                                        : random_octets(4, &w->csb);
    if (status == TOOL_OK && w->csb.n != 4)
        status = fail(TOOL_USAGE, "is 4 octets of hex", "--csb");
    for (size_t i = 0; status == TOOL_OK && i < 4; i++)
        w->csb_id = w->csb_id << 8 | w->csb.p[i];
    return status;
}

/* LO:HI */
static int
take_seq(struct wishes *w)
{
    const struct flag *flag = get(w, "--seq");
    const char *colon;

    w->high = 0xFFFE;
    if (!flag->given)
        return TOOL_OK;
    colon = strchr(flag->value, ':');
    if (colon != NULL &&
        read_number(flag->value, (size_t)(colon - flag->value), UINT16_MAX,
                    &w->low) &&
        read_number(colon + 1, strlen(colon + 1), UINT16_MAX, &w->high))
        return TOOL_OK;
    return fail(TOOL_USAGE, "is LO:HI", "--seq");
}

static int
take_rest(struct wishes *w)
{
    int status = take_seq(w);

    w->counter = 1;
    if (status == TOOL_OK)
        status = flag_number(get(w, "--ts"), UINT32_MAX, &w->counter);
    if (status == TOOL_OK)
        status = flag_number(get(w, "--mtk-id"), UINT16_MAX, &w->mtk_id);
    if (status == TOOL_OK)
        status = flag_number(get(w, "--ext"), UINT8_MAX, &w->ext_type);
    if (status == TOOL_OK && get(w, "--sp")->given)
        status = policy_of_text(get(w, "--sp")->value, w->sp, &w->sp_len);
    if (get(w, "--ext-before-kemac")->given)
        w->ext = MSK_EXT_BEFORE_KEMAC;
    return status;
}

static struct msk_bytes
text_of(const struct wishes *w, const char *name)
{
    return msk_text(get(w, name)->given ? get(w, name)->value : NULL);
}

/* Without a key an MSK message is a key validity update. */
static enum msk_content_kind
content_of(const struct wishes *w, int what)
{
    if (what == PULL)
        return MSK_CONTENT_PULL;
    return w->key.n > 0 ? MSK_CONTENT_MSK : MSK_CONTENT_VALIDITY;
}

static int
make_msk(const struct wishes *w, int what, uint8_t *buf, size_t *len)
{
    struct msk_msk_message m = { .size = sizeof m };

    m.layout = w->layout;
    m.ext = w->ext;
    m.ext_type = (uint8_t)w->ext_type;
    m.content = content_of(w, what);
    m.id = w->id;
    m.fqdn = text_of(w, "--idi");
    m.btid = text_of(w, "--idr");
    m.rand = view(&w->rand);
    m.csb_id = w->csb_id;
    m.counter = (uint32_t)w->counter;
    m.v = get(w, "--ack")->given;
    m.streaming = get(w, "--streaming")->given || get(w, "--sp")->given;
    m.sp = (struct msk_bytes){ w->sp, w->sp_len };
    m.key = view(&w->key);
    m.seq_low = (uint16_t)w->low;
    m.seq_high = (uint16_t)w->high;
    m.for_card = get(w, "--card")->given;
    return msk_msk_message_make(host_crypto(), view(&w->psk), &m, buf,
                                MSK_MIKEY_MAX, len);
}

static int
make_mtk(const struct wishes *w, uint8_t *buf, size_t *len)
{
    struct msk_mtk_message m = { .size = sizeof m };

    m.layout = w->layout;
    m.ext = w->ext;
    m.ext_type = (uint8_t)w->ext_type;
    m.id = w->id;
    m.mtk_id = (uint16_t)w->mtk_id;
    m.rand = view(&w->rand);
    m.csb_id = w->csb_id;
    m.counter = (uint32_t)w->counter;
    m.key = view(&w->key);
    m.salt = view(&w->salt);
    m.with_rand = get(w, "--with-rand")->given;
    return msk_mtk_message_make(host_crypto(), view(&w->psk), &m, buf,
                                MSK_MIKEY_MAX, len);
}

static int
print_message(const struct wishes *w, int what)
{
    uint8_t buf[MSK_MIKEY_MAX];
    size_t len = 0;
    int err =
        what == MTK ? make_mtk(w, buf, &len) : make_msk(w, what, buf, &len);

    if (err == MSK_ERR_ARGUMENT)
        return fail(TOOL_USAGE, "no message of TS 33.246 is like that", "");
    if (err < 0)
        return fail_msk(err, "");
    if (err == MSK_WARN_CARD)
        fprintf(stderr, "msktool: %zu octets: %s\n", len, msk_err_text(err));
    for (size_t i = 0; i < len; i++)
        printf("%02x", buf[i]);
    putchar('\n');
    return TOOL_OK;
}

static int
make(int argc, char **argv, int what)
{
    struct wishes w;
    int status;

    memset(&w, 0, sizeof w);
    memcpy(w.flags, all_flags, sizeof all_flags);
    status = take_flags(argc, argv, w.flags, N_FLAGS);
    if (status == TOOL_OK)
        status = take_names(&w);
    if (status == TOOL_OK)
        status = take_octets(&w, what);
    if (status == TOOL_OK)
        status = take_rest(&w);
    if (status == TOOL_OK)
        status = print_message(&w, what);
    free_octets(&w.psk);
    free_octets(&w.domain);
    free_octets(&w.key);
    free_octets(&w.salt);
    free_octets(&w.rand);
    free_octets(&w.csb);
    return status;
}

int
command_msk(int argc, char **argv)
{
    return make(argc, argv, MSK);
}

int
command_pull(int argc, char **argv)
{
    return make(argc, argv, PULL);
}

int
command_mtk(int argc, char **argv)
{
    return make(argc, argv, MTK);
}
