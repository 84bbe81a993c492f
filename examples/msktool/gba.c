/* SPDX-License-Identifier: MIT */
/* msktool gba: what a bootstrapping comes to, from K or from Ks on. */
#include <string.h>

#include "../gba/gba_u.h"
#include "../provider.h"
#include "commands.h"
#include "flags.h"
#include "msk/gba.h"
#include "msk/ub.h"

enum { K, OPC, OP, RAND, SQN, AMF, AUTN, KS, BSF, IMPI, FQDN, N_FLAGS };

static const struct flag all_flags[N_FLAGS] = {
    { "--k", true, false, NULL },    { "--opc", true, false, NULL },
    { "--op", true, false, NULL },   { "--rand", true, false, NULL },
    { "--sqn", true, false, NULL },  { "--amf", true, false, NULL },
    { "--autn", true, false, NULL }, { "--ks", true, false, NULL },
    { "--bsf", true, false, NULL },  { "--impi", true, false, NULL },
    { "--fqdn", true, false, NULL },
};

/* What is known, and what comes of it. */
struct run {
    struct flag flags[N_FLAGS];
    struct milenage milenage;
    struct milenage_keys keys;
    uint8_t op[MILENAGE_KEY], rand[MSK_AKA_RAND_LEN], autn[MSK_AKA_AUTN_LEN];
    uint8_t sqn[MILENAGE_SQN], amf[MILENAGE_AMF], ks[MSK_GBA_KEY_LEN];
    json_t *out;
};

static void
put(struct run *r, const char *name, const uint8_t *p, size_t n)
{
    set_hex(r->out, name, (struct msk_bytes){ p, n });
}

/* --- what is given -------------------------------------------------------- */

/* Octets of exactly that length; those of a flag that is not given stay. */
static int
take(const struct run *r, int flag, uint8_t *out, size_t n)
{
    struct octets octets = { NULL, 0 };
    int status = flag_hex(&r->flags[flag], &octets);

    if (status == TOOL_OK && r->flags[flag].given) {
        if (octets.n == n)
            memcpy(out, octets.p, n);
        else
            status =
                fail(TOOL_USAGE, "has another length", r->flags[flag].name);
    }
    free_octets(&octets);
    return status;
}

/* K with OP or OPc, or Ks; numbers are those of K. */
static bool
whole(const struct flag *f)
{
    bool op = f[OPC].given != f[OP].given;
    bool aka = f[K].given && op && !f[KS].given;
    bool ks = f[KS].given && !f[K].given && !f[OPC].given && !f[OP].given &&
              !f[SQN].given && !f[AUTN].given;

    return (aka || ks) && f[RAND].given && f[IMPI].given == f[FQDN].given &&
           !(f[SQN].given && f[AUTN].given) && (f[SQN].given || !f[AMF].given);
}

static int
take_all(int argc, char **argv, struct run *r)
{
    int status = take_flags(argc, argv, r->flags, N_FLAGS);

    if (status == TOOL_OK && !whole(r->flags))
        status =
            fail(TOOL_USAGE, "lacks what it needs, or has too much", "gba");
    if (status == TOOL_OK)
        status = take(r, K, r->milenage.k, sizeof r->milenage.k);
    if (status == TOOL_OK)
        status = take(r, OPC, r->milenage.opc, sizeof r->milenage.opc);
    if (status == TOOL_OK)
        status = take(r, OP, r->op, sizeof r->op);
    if (status == TOOL_OK)
        status = take(r, RAND, r->rand, sizeof r->rand);
    if (status == TOOL_OK)
        status = take(r, SQN, r->sqn, sizeof r->sqn);
    if (status == TOOL_OK)
        status = take(r, AMF, r->amf, sizeof r->amf);
    if (status == TOOL_OK)
        status = take(r, AUTN, r->autn, sizeof r->autn);
    return status == TOOL_OK ? take(r, KS, r->ks, sizeof r->ks) : status;
}

/* --- AKA, TS 33.102 6.3 --------------------------------------------------- */

static int
put_keys(struct run *r)
{
    struct milenage_keys *k = &r->keys;
    int err = MSK_OK;

    if (r->flags[OP].given)
        err = milenage_opc(&r->milenage, r->op);
    if (err == MSK_OK)
        err = milenage_keys(&r->milenage, r->rand, k);
    if (err != MSK_OK)
        return err;
    put(r, "opc", r->milenage.opc, sizeof r->milenage.opc);
    put(r, "res", k->res, sizeof k->res);
    put(r, "ck", k->ck, sizeof k->ck);
    put(r, "ik", k->ik, sizeof k->ik);
    put(r, "ak", k->ak, sizeof k->ak);
    put(r, "ak_s", k->ak_s, sizeof k->ak_s);
    gba_u_res(k->res);
    put(r, "gba_u_res", k->res, sizeof k->res);
    memcpy(r->ks, k->ck, sizeof k->ck);
    memcpy(r->ks + sizeof k->ck, k->ik, sizeof k->ik);
    return MSK_OK;
}

/* The challenge of a number, and what a USIM says that is at it. */
static int
put_challenge(struct run *r)
{
    static const uint8_t none[MILENAGE_AMF] = { 0 };
    struct milenage_macs macs, auts;
    uint8_t *autn = r->autn, told[MSK_AKA_AUTS_LEN];
    int err = milenage_macs(&r->milenage, r->rand, r->sqn, r->amf, &macs);

    if (err == MSK_OK)
        err = milenage_macs(&r->milenage, r->rand, r->sqn, none, &auts);
    if (err != MSK_OK)
        return err;
    milenage_hide(r->sqn, r->keys.ak, autn);
    memcpy(autn + MILENAGE_SQN, r->amf, MILENAGE_AMF);
    memcpy(autn + MILENAGE_SQN + MILENAGE_AMF, macs.a, MILENAGE_MAC);
    milenage_hide(r->sqn, r->keys.ak_s, told);
    memcpy(told + MILENAGE_SQN, auts.s, MILENAGE_MAC);
    put(r, "autn", autn, MSK_AKA_AUTN_LEN);
    put(r, "auts", told, sizeof told);
    err = gba_u_mac(r->milenage.crypto, r->keys.ik,
                    autn + MILENAGE_SQN + MILENAGE_AMF);
    put(r, "gba_u_autn", autn, MSK_AKA_AUTN_LEN);
    return err;
}

/* Who made a challenge: the home, for AKA or for GBA_U, or nobody. */
static int
put_origin(struct run *r)
{
    uint8_t *mac = r->autn + MILENAGE_SQN + MILENAGE_AMF;
    const char *from = "nobody";
    struct milenage_macs macs;
    int err;

    milenage_hide(r->autn, r->keys.ak, r->sqn);
    err = milenage_macs(&r->milenage, r->rand, r->sqn, r->autn + MILENAGE_SQN,
                        &macs);
    if (err == MSK_OK && memcmp(mac, macs.a, MILENAGE_MAC) == 0)
        from = "home";
    if (err == MSK_OK)
        err = gba_u_mac(r->milenage.crypto, r->keys.ik, mac);
    if (err == MSK_OK && memcmp(mac, macs.a, MILENAGE_MAC) == 0)
        from = "home, for GBA_U";
    set_text(r->out, "from", msk_text(from));
    put(r, "sqn", r->sqn, sizeof r->sqn);
    return err;
}

/* --- GBA, TS 33.220 B.3; MBMS, TS 33.246 6.1 ------------------------------ */

static int
put_btid(struct run *r)
{
    struct msk_aka_challenge challenge = { { 0 }, { 0 } };
    struct msk_ub_info info;
    int err;

    memcpy(challenge.rand, r->rand, sizeof challenge.rand);
    err = msk_ub_btid(&challenge, msk_text(r->flags[BSF].value), &info);
    if (err == MSK_OK)
        set_text(r->out, "btid",
                 (struct msk_bytes){ info.btid, info.btid_len });
    return err;
}

static void
put_pair(struct run *r, const char *name, const uint8_t muk[MSK_GBA_KEY_LEN],
         const uint8_t mrk[MSK_GBA_KEY_LEN])
{
    json_t *pair = json_object();

    set_hex(pair, "muk", (struct msk_bytes){ muk, MSK_GBA_KEY_LEN });
    set_hex(pair, "mrk", (struct msk_bytes){ mrk, MSK_GBA_KEY_LEN });
    (void)json_object_set_new(r->out, name, pair);
}

static int
put_naf_keys(struct run *r)
{
    const struct msk_gba gba = { host_crypto(), r->ks, r->rand,
                                 msk_text(r->flags[IMPI].value),
                                 msk_text(r->flags[FQDN].value) };
    uint8_t me[MSK_GBA_KEY_LEN], uicc[MSK_GBA_KEY_LEN], mrk[MSK_GBA_KEY_LEN];
    int err = msk_gba_ks_naf(&gba, me);

    if (err == MSK_OK)
        err = msk_gba_ks_int_naf(&gba, uicc);
    if (err == MSK_OK)
        err = msk_gba_mrk(gba.crypto, me, mrk);
    if (err == MSK_OK) {
        put(r, "ks_naf", me, sizeof me);
        put(r, "ks_int_naf", uicc, sizeof uicc);
        put_pair(r, "in_me", me, mrk);
        put_pair(r, "on_uicc", uicc, me);
    }
    msk_wipe(me, sizeof me);
    msk_wipe(uicc, sizeof uicc);
    msk_wipe(mrk, sizeof mrk);
    return err;
}

static int
put_all(struct run *r)
{
    int err = MSK_OK;

    if (r->flags[K].given)
        err = put_keys(r);
    if (err == MSK_OK && r->flags[SQN].given)
        err = put_challenge(r);
    if (err == MSK_OK && r->flags[AUTN].given)
        err = put_origin(r);
    put(r, "ks", r->ks, sizeof r->ks);
    if (err == MSK_OK && r->flags[BSF].given)
        err = put_btid(r);
    return err == MSK_OK && r->flags[FQDN].given ? put_naf_keys(r) : err;
}

int
command_gba(int argc, char **argv)
{
    struct run r;
    int status, err;

    memset(&r, 0, sizeof r);
    memcpy(r.flags, all_flags, sizeof all_flags);
    r.milenage.crypto = host_crypto();
    r.amf[0] = 0x80;
    r.out = json_object();
    status = take_all(argc, argv, &r);
    err = status == TOOL_OK ? put_all(&r) : MSK_OK;
    if (err != MSK_OK)
        status = fail(TOOL_USAGE, msk_err_text(err), "gba");
    if (status == TOOL_OK)
        status = print_json(r.out);
    else
        json_decref(r.out);
    msk_wipe(&r, sizeof r);
    return status;
}
