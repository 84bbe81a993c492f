/* SPDX-License-Identifier: MIT */
#include "subscription.h"

#include <string.h>

#include "../hosts/input.h"
#include "../hosts/private.h"
#include "../provider.h"

static const char *
take_keys(struct subscription *s, const json_t *object)
{
    struct milenage *m = &s->milenage;
    uint8_t op[MILENAGE_KEY];
    size_t k_n, op_n, opc_n;
    int err = MSK_OK;

    if (!input_json_hex(object, "k", m->k, sizeof m->k, &k_n) ||
        k_n != MILENAGE_KEY)
        return "k: 16 octets in hex";
    if (!input_json_hex(object, "opc", m->opc, sizeof m->opc, &opc_n) ||
        !input_json_hex(object, "op", op, sizeof op, &op_n) ||
        opc_n + op_n != MILENAGE_KEY || opc_n * op_n != 0)
        return "opc or op: 16 octets in hex";
    m->crypto = host_crypto();
    if (op_n > 0)
        err = milenage_opc(m, op);
    msk_wipe(op, sizeof op);
    return err == MSK_OK ? NULL : msk_err_text(err);
}

static bool
take_impi(struct subscription *s, const char *impi)
{
    size_t n = impi != NULL ? strlen(impi) : 0;

    if (n == 0 || n >= sizeof s->impi)
        return false;
    for (size_t i = 0; i < n; i++)
        if (impi[i] <= ' ' || impi[i] > '~')
            return false;
    memcpy(s->impi, impi, n + 1);
    return true;
}

const char *
subscription_take(void *arg, const json_t *object)
{
    static const char *const names[] = { "impi", "k",   "opc",
                                         "op",   "amf", "gba_u" };
    struct subscription *s = arg;
    const json_t *gba_u = json_object_get(object, "gba_u");
    const char *impi;
    const char *why =
        input_json_unknown(object, names, sizeof names / sizeof names[0]);
    size_t n;

    if (why != NULL)
        return why;
    memset(s, 0, sizeof *s);
    if (!input_json_text(object, "impi", &impi) || !take_impi(s, impi))
        return "impi: a name of visible characters, at most 255";
    if (!input_json_hex(object, "amf", s->amf, sizeof s->amf, &n) ||
        (n > 0 && n != MILENAGE_AMF))
        return "amf: 2 octets in hex";
    if (n == 0)
        s->amf[0] = 0x80;
    if (gba_u != NULL && !json_is_boolean(gba_u))
        return "gba_u: true or false";
    s->gba_u = json_is_true(gba_u);
    return take_keys(s, object);
}

bool
subscription_read(struct subscription *s, const char *path)
{
    struct input_file f = { .path = path, .file = private_read(path) };
    enum input_next next = INPUT_MORE;
    bool taken, has = false;

    if (f.file == NULL)
        return false;
    while (next == INPUT_MORE && !has) {
        next = input_file_next(&f, subscription_take, s, &taken);
        has = next == INPUT_MORE && taken;
    }
    input_file_close(&f);
    if (!has && next == INPUT_END)
        (void)fprintf(stderr, "%s: there is no subscription in it\n", path);
    return has;
}
