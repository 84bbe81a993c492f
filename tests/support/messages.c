/* SPDX-License-Identifier: MIT */
#include "messages.h"

#include <stdio.h>
#include <string.h>

#define NEXT_AT 2 /* in a header */

const struct mbms_vector *
vector(const char *name)
{
    for (size_t i = 0; i < N_VECTORS; i++)
        if (strcmp(mbms_vectors[i].name, name) == 0)
            return &mbms_vectors[i];
    fail_msg("there is no vector \"%s\"", name);
    return NULL;
}

bool
vector_is(const struct mbms_vector *v, const char *kind)
{
    return strcmp(v->kind, kind) == 0;
}

bool
vector_is_msk(const struct mbms_vector *v)
{
    return !vector_is(v, "mtk") && !vector_is(v, "verification");
}

bool
vector_is_read_only(const struct mbms_vector *v)
{
    return v->muk_id[0] != '\0' || v->old_map;
}

enum msk_layout
vector_layout(const struct mbms_vector *v)
{
    return strcmp(v->layout, "csb") == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
}

enum msk_layout
other_layout(enum msk_layout layout)
{
    return layout == MSK_LAYOUT_CSB ? MSK_LAYOUT_KEYID : MSK_LAYOUT_CSB;
}

void
vector_read(const struct mbms_vector *v, struct msk_message *message)
{
    int err =
        msk_message_read(vector_layout(v), hex(v->message), message, NULL);

    check_int(v->name, err, MSK_OK);
}

/* Kinds of the vectors are finer than those of the library: an update that
 * ends before it begins is called an invalidation, with a key or without. */
static enum msk_content_kind
content_of(const struct mbms_vector *v)
{
    if (vector_is(v, "pull"))
        return MSK_CONTENT_PULL;
    return v->key[0] != '\0' ? MSK_CONTENT_MSK : MSK_CONTENT_VALIDITY;
}

void
vector_to_make(const struct mbms_vector *v, struct msk_msk_message *m)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = vector_layout(v);
    m->ext = v->ext_before_kemac ? MSK_EXT_BEFORE_KEMAC : MSK_EXT_AFTER_HDR;
    m->ext_type = (uint8_t)v->ext_type;
    m->content = content_of(v);
    memcpy(m->id.domain, hex(v->domain).p, 3);
    m->id.group = (uint16_t)v->group;
    m->id.number = (uint16_t)v->number;
    m->fqdn = m->layout == MSK_LAYOUT_KEYID ? hex(v->idi) : chars("bmsc.test");
    m->btid = hex(v->idr);
    m->rand = hex(v->rand);
    m->csb_id = v->csb_id;
    m->counter = v->counter;
    m->v = v->v;
    m->streaming = v->streaming;
    m->sp = hex(v->sp);
    m->key = hex(v->key);
    m->seq_low = (uint16_t)v->seq_low;
    m->seq_high = (uint16_t)v->seq_high;
}

void
vector_to_make_mtk(const struct mbms_vector *v, struct msk_mtk_message *m)
{
    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = vector_layout(v);
    m->ext = v->ext_before_kemac ? MSK_EXT_BEFORE_KEMAC : MSK_EXT_AFTER_HDR;
    m->ext_type = (uint8_t)v->ext_type;
    memcpy(m->id.domain, hex(v->domain).p, 3);
    m->id.group = (uint16_t)v->group;
    m->id.number = (uint16_t)v->number;
    m->mtk_id = (uint16_t)v->mtk_id;
    m->rand = hex(v->rand);
    m->csb_id = v->csb_id;
    m->counter = v->counter;
    m->key = hex(v->key);
    m->salt = hex(v->salt);
}

void
vector_protection(const struct mbms_vector *v, const struct msk_crypto *crypto,
                  struct msk_protection *protection)
{
    memset(protection, 0, sizeof *protection);
    protection->crypto = crypto;
    protection->psk = hex(v->psk);
    protection->rand = hex(v->rand);
    protection->csb_id = v->csb_id;
    protection->time = v->counter;
}

/* The n characters at text, as a string. */
static char *
string(const char *text, size_t n)
{
    char *copy = (char *)room(n + 1);

    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

struct msk_bytes
chain(const char *head, const char *payloads)
{
    struct msk_bytes part = hex(head);
    uint8_t *out = room(part.n + strlen(payloads));
    size_t len = part.n, next_at = NEXT_AT, n;

    memcpy(out, part.p, part.n);
    for (const char *c = payloads; *c != '\0'; c += n) {
        n = strcspn(c, ";");
        part = hex(string(c, n));
        n += c[n] == ';' ? 1 : 0;
        if (part.n == 0)
            continue;
        out[next_at] = part.p[0];
        next_at = len;
        out[len++] = MSK_PAYLOAD_LAST;
        memcpy(out + len, part.p + 1, part.n - 1);
        len += part.n - 1;
    }
    return exact(out, len);
}

struct msk_bytes
sealed(const struct msk_protection *protection, const char *head,
       const char *payloads, const char *plain)
{
    size_t size = strlen(payloads) + strlen(plain) + 40, len;
    char *all = (char *)room(size);
    struct msk_bytes clear = hex(plain), open;
    uint8_t *out;

    (void)snprintf(all, size, "%s; 01 01 %04x %s 01", payloads,
                   (unsigned)clear.n, plain);
    open = chain(head, all);
    len = open.n;
    out = room(len + MSK_HASH_MAX);
    memcpy(out, open.p, len);
    check_int("sealed",
              msk_kemac_seal(protection, MSK_ENCR_AES_CM_128,
                             MSK_MAC_HMAC_SHA1_160, clear, out,
                             len + MSK_HASH_MAX, &len),
              MSK_OK);
    return exact(out, len);
}
