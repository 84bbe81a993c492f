/* SPDX-License-Identifier: MIT */
/* Which challenge of a 401 a UE takes, and what the 401 wants. */
#include <string.h>

#include "base/octets.h"
#include "http/digest_client.h"
#include "http/digest_param.h"
#include "http/digest_text.h"
#include "http/http_message.h"

/* A challenge that can be taken. */
struct choice {
    struct msk_digest_params params; /* views into the response */
    uint32_t algorithm;              /* 0: none found yet */
    uint32_t qop;
};

/* Copies the realm, if it is one of this server's. */
static bool
copy_own_realm(const struct msk_digest_client *client,
               const struct msk_auth_value *value, uint8_t out[MSK_REALM_MAX],
               size_t *n)
{
    struct msk_bytes fqdn = { client->fqdn, client->fqdn_len };

    return msk_auth_copy(value, out, MSK_REALM_MAX, n) &&
           msk_digest_realm_names((struct msk_bytes){ out, *n }, fqdn);
}

/* Of what is allowed the best, which covers the body. */
static uint32_t
pick_qop(uint32_t offered, uint32_t allowed)
{
    if ((offered & allowed & MSK_QOP_AUTH_INT) != 0)
        return MSK_QOP_AUTH_INT;
    return offered & allowed & MSK_QOP_AUTH;
}

static bool
value_fits(const struct msk_auth_value *value, size_t max)
{
    uint8_t text[MSK_NONCE_MAX];
    size_t n;

    return msk_auth_copy(value, text, max, &n);
}

/* Takes params as the choice if they can be taken and are better. */
static void
consider(const struct msk_digest_client *client,
         const struct msk_digest_params *params, struct choice *choice)
{
    const struct msk_auth_value *opaque = &params->value[MSK_DIGEST_OPAQUE];
    uint32_t algorithm =
        msk_digest_params_algorithm(params) & client->algorithms;
    uint32_t qop = pick_qop(msk_digest_params_qop(params), client->qop);
    uint8_t realm[MSK_REALM_MAX];
    size_t n;

    if (params->repeated || algorithm == 0 || qop == 0 ||
        !copy_own_realm(client, &params->value[MSK_DIGEST_REALM], realm, &n) ||
        !value_fits(&params->value[MSK_DIGEST_NONCE], MSK_NONCE_MAX) ||
        (opaque->there && opaque->raw.n > MSK_OPAQUE_MAX))
        return;
    /* What covers the body goes first, and then the better algorithm; these
     * have lower numbers. Of equals the first. */
    if (choice->algorithm != 0 &&
        (choice->qop < qop ||
         (choice->qop == qop && choice->algorithm <= algorithm)))
        return;
    choice->params = *params;
    choice->algorithm = algorithm;
    choice->qop = qop;
}

/* False: an octet that may stand nowhere. */
static bool
choose(const struct msk_digest_client *client,
       const struct msk_http_response *response, struct choice *choice)
{
    struct msk_digest_params params;
    struct msk_auth_cursor c;

    if (!msk_headers_fit(response->headers, response->n_headers))
        return false;
    msk_auth_begin_lines(&c, response->headers, response->n_headers,
                         "WWW-Authenticate");
    while (msk_digest_params_next(&c, &params))
        consider(client, &params, choice);
    return true;
}

static void
take_choice(struct msk_digest_client *client, const struct choice *choice)
{
    const struct msk_auth_value *value = choice->params.value;
    uint8_t nonce[MSK_NONCE_MAX];
    size_t n;

    (void)copy_own_realm(client, &value[MSK_DIGEST_REALM], client->realm,
                         &client->realm_len);
    (void)msk_auth_copy(&value[MSK_DIGEST_NONCE], nonce, sizeof nonce, &n);
    msk_digest_client_nonce(client, (struct msk_bytes){ nonce, n });
    client->has_opaque = value[MSK_DIGEST_OPAQUE].there;
    (void)msk_auth_copy(&value[MSK_DIGEST_OPAQUE], client->opaque,
                        sizeof client->opaque, &client->opaque_len);
    client->algorithm = choice->algorithm;
    client->used_qop = choice->qop;
}

/* Than what is in use. That has not verified, or it could not be chosen. */
static bool
is_weaker(const struct msk_digest_client *client, const struct choice *choice)
{
    return client->nonce_len > 0 && (choice->algorithm > client->algorithm ||
                                     choice->qop > client->used_qop);
}

/* TS 24.109 5.2.4 and 5.2.5; RFC 7616 3.3: stale is about the nonce alone. */
static enum msk_challenge
meaning(const struct choice *choice, bool sent)
{
    if (!sent)
        return MSK_CHALLENGE_ANSWER;
    return msk_auth_is(&choice->params.value[MSK_DIGEST_STALE], "true")
               ? MSK_CHALLENGE_STALE
               : MSK_CHALLENGE_BOOTSTRAP;
}

int
msk_digest_client_challenge(struct msk_digest_client *client,
                            const struct msk_http_response *response, bool sent,
                            enum msk_challenge *what)
{
    struct msk_http_response mine;
    struct choice choice;

    if (client == NULL || what == NULL ||
        !msk_sized_take(&mine, sizeof mine, response,
                        MSK_SIZE_UPTO(msk_http_response, body)) ||
        (mine.headers == NULL && mine.n_headers > 0) || mine.status != 401)
        return MSK_ERR_ARGUMENT;
    memset(&choice, 0, sizeof choice);
    if (!choose(client, &mine, &choice) || choice.algorithm == 0)
        return MSK_ERR_DIGEST;
    *what = meaning(&choice, sent);
    if (is_weaker(client, &choice)) {
        msk_digest_client_forget(client);
        return MSK_ERR_DIGEST;
    }
    take_choice(client, &choice);
    return MSK_OK;
}
