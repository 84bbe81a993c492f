/* SPDX-License-Identifier: MIT */
#include "bootstrap.h"

#include <string.h>

#include "../hosts/fields.h"
#include "../provider.h"

static const struct {
    const char *word, *text;
} states[] = {
    [BOOTSTRAP_SEND] = { "send", "a request is under way" },
    [BOOTSTRAP_ASK] = { "ask", "the USIM is at work" },
    [BOOTSTRAP_DONE] = { "done", "there are new keys" },
    [BOOTSTRAP_NO_ANSWER] = { "no_answer", "the BSF does not answer" },
    [BOOTSTRAP_STATUS] = { "status", "the BSF says no" },
    [BOOTSTRAP_CHALLENGE] = { "challenge",
                              "a 401 without a challenge of this BSF" },
    [BOOTSTRAP_NOT_HOME] = { "not_home",
                             "the challenge was not made by the home network" },
    [BOOTSTRAP_NOT_FRESH] = { "not_fresh",
                              "the challenge was used before, again" },
    [BOOTSTRAP_REFUSED] = { "refused", "the BSF does not take the answer" },
    [BOOTSTRAP_UNVERIFIED] = { "unverified",
                               "who answers does not know the key" },
    [BOOTSTRAP_INFO] = { "info", "the answer names no keys" },
    [BOOTSTRAP_USIM] = { "usim", "the USIM cannot answer" },
};

const char *
bootstrap_word(enum bootstrap_state state)
{
    return states[state].word;
}

const char *
bootstrap_text(enum bootstrap_state state)
{
    return states[state].text;
}

static enum bootstrap_state
end(struct bootstrap *b, enum bootstrap_state state, int err)
{
    b->err = err;
    b->state = state;
    return state;
}

/* The next request, with what the USIM said; NULL: the first one. */
static enum bootstrap_state
send_answer(struct bootstrap *b, const struct msk_aka_answer *answer)
{
    size_t n = 0;
    int err = msk_ub_client_authorise(&b->client, answer, b->authorization,
                                      sizeof b->authorization, &n);

    b->headers[0] = (struct msk_http_header){ msk_text("Authorization"),
                                              { b->authorization, n } };
    b->headers[1] = (struct msk_http_header){ msk_text("User-Agent"),
                                              msk_text(MSK_DIGEST_PRODUCT) };
    b->request = (struct msk_http_request){ .size = sizeof b->request,
                                            .method = msk_text("GET"),
                                            .target = msk_text("/"),
                                            .headers = b->headers,
                                            .n_headers = 2 };
    return end(b, err == MSK_OK ? BOOTSTRAP_SEND : BOOTSTRAP_USIM, err);
}

int
bootstrap_begin(struct bootstrap *b, const struct aka_usim *usim,
                const struct msk_xml *xml, const struct msk_random *random,
                struct msk_bytes bsf)
{
    struct msk_ub_client_config config = { .size = sizeof config,
                                           .crypto = host_crypto(),
                                           .random = random,
                                           .fqdn = bsf };
    int err;

    memset(b, 0, sizeof *b);
    b->usim = *usim;
    b->xml = xml;
    config.impi = msk_text(usim->impi);
    err = msk_ub_client_init(&b->client, &config);
    if (err == MSK_OK)
        (void)send_answer(b, NULL);
    return err == MSK_OK ? b->err : err;
}

/* --- 401 ------------------------------------------------------------------ */

/* What the USIM says to it. Its number is told once: a BSF that does not take
 * it is not asked for ever. */
enum bootstrap_state
bootstrap_answered(struct bootstrap *b, int err)
{
    struct msk_aka_answer answer = { .res = { NULL, 0 } };

    if (err == MSK_PENDING)
        return end(b, BOOTSTRAP_ASK, MSK_OK);
    if (err != MSK_OK)
        return end(b, BOOTSTRAP_USIM, err);
    memcpy(b->rand, b->challenge.rand, sizeof b->rand);
    if (b->answer.kind == USIM_REFUSED)
        return end(b, BOOTSTRAP_NOT_HOME, MSK_OK);
    if (b->answer.kind == USIM_RES) {
        answer.res = (struct msk_bytes){ b->answer.res, b->answer.res_n };
    } else {
        if (b->resynchronised)
            return end(b, BOOTSTRAP_NOT_FRESH, MSK_OK);
        b->resynchronised = true;
        answer.auts =
            (struct msk_bytes){ b->answer.auts, sizeof b->answer.auts };
    }
    return send_answer(b, &answer);
}

static enum bootstrap_state
take_challenge(struct bootstrap *b, const struct msk_http_response *response)
{
    int err;

    if (b->answer.kind == USIM_RES) /* it was sent, and this is the answer */
        return end(b, BOOTSTRAP_REFUSED, MSK_OK);
    err = msk_ub_client_challenge(&b->client, response, &b->challenge);
    if (err != MSK_OK)
        return end(b, BOOTSTRAP_CHALLENGE, err);
    memset(&b->answer, 0, sizeof b->answer);
    return bootstrap_answered(
        b, b->usim.authenticate(b->usim.user, &b->challenge, &b->answer));
}

/* --- 200 ------------------------------------------------------------------ */

static enum bootstrap_state
take_info(struct bootstrap *b, const struct msk_http_response *response)
{
    struct msk_bytes res = { b->answer.res, b->answer.res_n };
    struct msk_bytes type =
        fields_value(response->headers, response->n_headers, "Content-Type");
    int err;

    if (b->answer.kind != USIM_RES) /* nobody has proved anything */
        return end(b, BOOTSTRAP_UNVERIFIED, MSK_ERR_STATE);
    err = msk_ub_client_verify(&b->client, res, response);
    if (err != MSK_OK)
        return end(b, BOOTSTRAP_UNVERIFIED, err);
    err = msk_ub_info_read(b->xml, type, response->body, &b->info);
    if (err != MSK_OK)
        return end(b, BOOTSTRAP_INFO, err);
    memcpy(b->ks, b->answer.ks, sizeof b->ks);
    b->ks_stays = b->answer.ks_stays;
    b->age = b->answer.age;
    return end(b, BOOTSTRAP_DONE, MSK_OK);
}

enum bootstrap_state
bootstrap_take(struct bootstrap *b, const struct msk_http_response *response)
{
    if (response == NULL)
        return end(b, BOOTSTRAP_NO_ANSWER, MSK_OK);
    b->status = response->status;
    if (response->status == 401)
        return take_challenge(b, response);
    if (response->status == 200)
        return take_info(b, response);
    return end(b, BOOTSTRAP_STATUS, MSK_OK);
}

int
bootstrap_ks_naf(const struct bootstrap *b, const char *fqdn,
                 uint8_t out[MSK_GBA_KEY_LEN])
{
    const struct msk_gba gba = { host_crypto(), b->ks, b->rand,
                                 msk_text(b->usim.impi), msk_text(fqdn) };

    return msk_gba_ks_naf(&gba, out);
}

void
bootstrap_wipe(struct bootstrap *b)
{
    msk_wipe(b, sizeof *b);
}
