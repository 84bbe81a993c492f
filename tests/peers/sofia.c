/* SPDX-License-Identifier: MIT */
/* Every response with MD5 of digest_vectors.h, computed by sofia-sip and by
 * the library: all the same. */
#include <stdio.h>
#include <string.h>

#include <sofia-sip/auth_digest.h>

#include "digest_vectors.h"
#include "msk/digest.h"
#include "provider.h"

static size_t
from_hex(const char *text, uint8_t *out)
{
    size_t n = 0;
    unsigned octet;

    while (sscanf(text + 2 * n, "%2x", &octet) == 1)
        out[n++] = (uint8_t)octet;
    return n;
}

static int
agree(const struct digest_vector *v)
{
    bool is_int = strcmp(v->qop, "auth-int") == 0;
    uint8_t body[1024], ours[MSK_DIGEST_HEX_MAX];
    auth_response_t ar;
    auth_hexmd5_t key, theirs;
    size_t n = from_hex(v->body, body), len;
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = MSK_ALGORITHM_MD5,
        .qop = is_int ? MSK_QOP_AUTH_INT : MSK_QOP_AUTH,
        .username = msk_text(v->username),
        .realm = msk_text(v->realm),
        .password = msk_text(v->password),
        .method = msk_text(v->method),
        .uri = msk_text(v->uri),
        .nonce = msk_text(v->nonce),
        .nc = msk_text(v->nc),
        .cnonce = msk_text(v->cnonce),
        .body = { body, n },
    };

    memset(&ar, 0, sizeof ar);
    ar.ar_size = sizeof ar;
    ar.ar_username = v->username;
    ar.ar_realm = v->realm;
    ar.ar_nonce = v->nonce;
    ar.ar_uri = v->uri;
    ar.ar_cnonce = v->cnonce;
    ar.ar_nc = v->nc;
    ar.ar_qop = v->qop;
    ar.ar_auth = !is_int;
    ar.ar_auth_int = is_int;
    ar.ar_md5 = 1;
    if (auth_digest_sessionkey(&ar, key, v->password) != 0 ||
        auth_digest_response(&ar, theirs, key, v->method, body, (isize_t)n) !=
            0 ||
        msk_digest_response(host_crypto(), &input, ours, &len) != MSK_OK)
        return 0;
    return len == 32 && memcmp(ours, theirs, 32) == 0;
}

int
main(void)
{
    size_t n = 0, agreed = 0;

    for (size_t i = 0; i < sizeof digest_vectors / sizeof digest_vectors[0];
         i++) {
        const struct digest_vector *v = &digest_vectors[i];

        /* It hashes values as they stand in the header, with backslashes. */
        if (strcmp(v->algorithm, "MD5") != 0 || strchr(v->nonce, '"') != NULL)
            continue;
        n++;
        if (agree(v))
            agreed++;
        else
            printf("differs: %s\n", v->name);
    }
    printf("%zu of %zu\n", agreed, n);
    return n > 10 && agreed == n ? 0 : 1;
}
