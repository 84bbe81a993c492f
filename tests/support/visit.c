/* SPDX-License-Identifier: MIT */
#include "visit.h"

#include <string.h>

void
visit_start(struct visit *v, struct office *o)
{
    memset(v, 0, sizeof *v);
    v->o = o;
    v->btid = muk_btid(OFFICE_MUK);
    v->mrk = chars(OFFICE_MRK);
    v->peer = chars("ue");
    assert_int_equal(
        msk_digest_client_init(&v->client,
                               &(struct msk_digest_client_config){
                                   sizeof(struct msk_digest_client_config),
                                   &v->o->crypto.crypto, &v->o->random,
                                   msk_text(CHIP_FQDN), 0, 0 }),
        MSK_OK);
}

struct msk_body_item
visit_msk(uint16_t group, uint16_t number)
{
    struct msk_body_item item;

    memset(&item, 0, sizeof item);
    memcpy(item.domain, chip_domain, sizeof item.domain);
    item.msk_id[0] = (uint8_t)(group >> 8);
    item.msk_id[1] = (uint8_t)group;
    item.msk_id[2] = (uint8_t)(number >> 8);
    item.msk_id[3] = (uint8_t)number;
    return item;
}

struct msk_body_item
visit_service(const char *service)
{
    struct msk_body_item item;

    memset(&item, 0, sizeof item);
    item.service = chars(service);
    return item;
}

static int
take_item(void *arg, const struct msk_body_item *item)
{
    struct visit *v = arg;

    assert_true(v->n < MSK_BODY_ITEMS_MAX);
    v->item[v->n] = *item;
    v->item[v->n++].service = exact(item->service.p, item->service.n);
    return MSK_OK;
}

static struct msk_bytes
content_type(const struct msk_http_response *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (r->headers[i].name.n == 12 &&
            memcmp(r->headers[i].name.p, "Content-Type", 12) == 0)
            return r->headers[i].value;
    return (struct msk_bytes){ NULL, 0 };
}

static enum msk_body_kind
answer_kind(const struct visit *v)
{
    enum msk_procedure procedure;

    assert_int_equal(msk_http_procedure(&v->request, &procedure), 0);
    return procedure == MSK_PROCEDURE_MSK_REQUEST ? MSK_BODY_MSK_RESPONSE
                                                  : MSK_BODY_REGISTER_RESPONSE;
}

/* What the UE makes of an answer. */
static void
take(struct visit *v)
{
    const struct msk_http_response *r = &v->o->response;
    const struct msk_credentials credentials = { v->btid, v->mrk };

    v->status = r->status;
    v->n = 0;
    v->challenge = (enum msk_challenge)0;
    v->verified = false;
    if (r->status == 401)
        assert_int_equal(msk_digest_client_challenge(
                             &v->client, r, v->authorized, &v->challenge),
                         MSK_OK);
    else if (v->authorized)
        v->verified = msk_digest_client_verify(&v->client, &credentials,
                                               v->request.target, r) == MSK_OK;
    if (v->status == 200 && v->verified)
        assert_int_equal(msk_body_read(&v->o->xml.xml, answer_kind(v),
                                       content_type(r), r->body, take_item, v),
                         MSK_OK);
}

int
visit_again(struct visit *v)
{
    size_t fail_at = v->o->crypto.fail_at;
    int err = office_http(v->o, &v->request, v->peer);

    v->o->crypto.fail_at = 0; /* the UE has a provider of its own */
    if (err == MSK_OK)
        take(v);
    v->o->crypto.fail_at = fail_at;
    return err;
}

static void
authorize(struct visit *v)
{
    const struct msk_credentials credentials = { v->btid, v->mrk };
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t n, fail_draw = v->o->fail_draw, draws = v->o->draws;
    size_t fail_at = v->o->crypto.fail_at, calls = v->o->crypto.calls;
    bool no_draws = v->o->fails_for_ever, no_crypto = v->o->crypto.for_ever;
    int err;

    v->o->fail_draw = 0;
    v->o->fails_for_ever = false;
    v->o->crypto.fail_at = 0;
    v->o->crypto.for_ever = false;
    err = msk_digest_client_authorise(&v->client, &credentials, &v->request,
                                      buf, sizeof buf, &n);
    v->o->fail_draw = fail_draw;
    v->o->fails_for_ever = no_draws;
    v->o->draws = draws;
    v->o->crypto.fail_at = fail_at;
    v->o->crypto.for_ever = no_crypto;
    v->o->crypto.calls = calls;
    v->authorized = err == MSK_OK;
    if (v->authorized)
        v->header[v->request.n_headers++] =
            (struct msk_http_header){ chars("Authorization"), exact(buf, n) };
    else
        assert_int_equal(err, MSK_ERR_STATE);
}

int
visit_body(struct visit *v, enum msk_procedure procedure, const char *type,
           struct msk_bytes body)
{
    uint8_t target[256];
    size_t n;

    assert_int_equal(msk_http_target(procedure, (struct msk_bytes){ NULL, 0 },
                                     target, sizeof target, &n),
                     MSK_OK);
    v->header[0] =
        (struct msk_http_header){ chars("content-type"), chars(type) };
    v->header[1] = (struct msk_http_header){ chars("User-Agent"),
                                             chars(MSK_DIGEST_PRODUCT) };
    v->request = (struct msk_http_request){ .size = sizeof v->request,
                                            .method = chars("POST"),
                                            .target = exact(target, n),
                                            .headers = v->header,
                                            .n_headers = 2,
                                            .body = body };
    authorize(v);
    return visit_again(v);
}

int
visit_once(struct visit *v, enum msk_procedure procedure,
           const struct msk_body_item *items, size_t n)
{
    static const enum msk_body_kind kinds[] = {
        [MSK_PROCEDURE_REGISTER] = MSK_BODY_REGISTER,
        [MSK_PROCEDURE_DEREGISTER] = MSK_BODY_DEREGISTER,
        [MSK_PROCEDURE_MSK_REQUEST] = MSK_BODY_MSK_REQUEST,
    };
    uint8_t *body = room(MSK_HTTP_BODY_MAX);
    struct msk_bytes type = msk_body_media_type(kinds[procedure]);
    char text[64] = "";
    size_t len;

    assert_int_equal(msk_body_write(kinds[procedure], items, n, body,
                                    MSK_HTTP_BODY_MAX, &len),
                     MSK_OK);
    memcpy(text, type.p, type.n);
    return visit_body(v, procedure, text, exact(body, len));
}

int
visit(struct visit *v, enum msk_procedure procedure,
      const struct msk_body_item *items, size_t n)
{
    int err = visit_once(v, procedure, items, n);

    if (err == MSK_OK && v->status == 401 &&
        v->challenge != MSK_CHALLENGE_BOOTSTRAP)
        err = visit_once(v, procedure, items, n);
    return err;
}

int
visit_code(struct visit *v, uint16_t group)
{
    struct msk_body_item item = visit_msk(group, 0);

    assert_int_equal(visit(v, MSK_PROCEDURE_MSK_REQUEST, &item, 1), MSK_OK);
    assert_int_equal(v->status, 200);
    assert_true(v->verified);
    assert_int_equal(v->n, 1);
    return v->item[0].code;
}
