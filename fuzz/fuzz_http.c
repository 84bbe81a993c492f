/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: HTTP text as both programs meet it, before the library does. The
 * first octet chooses: the head of a request as msk-bmsc judges it, the head of
 * an answer as msk-ue lists it, or a service announcement in parts. Whatever
 * comes after it,
 *
 *   - a head is judged in the same way in however many pieces it comes: what is
 *     fine or refused once is so whatever follows, be it with another status;
 *   - a head that is fine ends at its first empty line, has no octet that could
 *     be read as another end, and a body of at most MSK_HTTP_BODY_MAX octets;
 *   - what is judged fine is read by the library without a pointer leaving it;
 *   - fields and parts lie within the text, one after the other.
 */
#include <string.h>

#include "../examples/hosts/fields.h"
#include "../examples/msk-bmsc/head.h"
#include "../examples/msk-ue/mime.h"
#include "msk/digest.h"
#include "msk/ub.h"
#include "target.h"

#define FQDN "bmsc.example.com"
#define PARTS 8

static const struct head_host host = {
    .fqdn = { (const uint8_t *)FQDN, sizeof FQDN - 1 },
    .local = { { 127, 0, 0, 1, 0x1F, 0x90 }, ADDRESS_V4 },
};

static bool
lies_in(struct msk_bytes inner, struct msk_bytes outer)
{
    return inner.n == 0 || (inner.p >= outer.p && inner.n <= outer.n &&
                            (size_t)(inner.p - outer.p) <= outer.n - inner.n);
}

/* Octets up to and with the first empty line after the request line; SIZE_MAX:
 * there is none. Empty lines in front of it do not count. */
static size_t
end_of_head(struct msk_bytes text)
{
    size_t at = 0;

    while (at + 1 < text.n && memcmp(text.p + at, "\r\n", 2) == 0)
        at += 2;
    for (; at + 4 <= text.n; at++)
        if (memcmp(text.p + at, "\r\n\r\n", 4) == 0)
            return at + 4;
    return SIZE_MAX;
}

/* --- a request ------------------------------------------------------------ */

/* What the library makes of the fields of a good request. */
static void
read_request(struct msk_bytes head)
{
    static struct msk_http_header list[MSK_HTTP_HEADERS_MAX];
    static struct msk_ub_claim claim;
    uint8_t btid[MSK_BTID_MAX];
    struct msk_http_request request = { .size = sizeof request };
    size_t n = 0;

    request.headers = list;
    request.n_headers = fields_list(head, list, MSK_HTTP_HEADERS_MAX);
    request.method = msk_text("POST");
    request.target = msk_text("/keymanagement?requesttype=msk-request");
    for (size_t i = 0; i < request.n_headers; i++)
        REQUIRE(lies_in(list[i].name, head) && lies_in(list[i].value, head));
    if (msk_digest_server_btid(&request, btid, sizeof btid, &n) == MSK_OK)
        REQUIRE(n >= 1 && n <= sizeof btid);
    if (msk_ub_server_read(&request, &claim) == MSK_OK)
        REQUIRE(claim.impi_len >= 1 && claim.impi_len <= sizeof claim.impi);
}

static void
check_frame(struct msk_bytes text, const struct head_frame *frame)
{
    size_t n = end_of_head(text);

    REQUIRE(n <= text.n);
    for (size_t i = 0; i < n; i++) {
        uint8_t c = text.p[i];

        REQUIRE(c >= ' ' || c == '\t' || c == '\r' || c == '\n');
        if (c == '\r')
            REQUIRE(text.p[i + 1] == '\n');
        if (c == '\n')
            REQUIRE(i > 0 && text.p[i - 1] == '\r');
        if (c == '\n' && i + 1 < n) /* RFC 9112 5.2 */
            REQUIRE(text.p[i + 1] != ' ' && text.p[i + 1] != '\t');
    }
    REQUIRE(frame->n == SIZE_MAX ||
            (frame->n >= n && frame->n - n <= MSK_HTTP_BODY_MAX));
    REQUIRE(frame->n != SIZE_MAX || frame->last);
    read_request((struct msk_bytes){ text.p, n });
}

/* In a block of their own, so that a sanitizer sees the end. */
static int
judge(struct msk_bytes text, struct head_frame *frame)
{
    uint8_t *p = malloc(text.n > 0 ? text.n : 1);
    int told;

    REQUIRE(p != NULL);
    if (text.n > 0)
        memcpy(p, text.p, text.n);
    told = head_judge((struct msk_bytes){ p, text.n }, &host, frame);
    free(p);
    return told;
}

static void
judge_request(struct msk_bytes text)
{
    struct head_frame frame = { 0, false }, early = { 0, false };
    int told = judge(text, &frame);

    REQUIRE(told == HEAD_MORE || told == HEAD_FINE ||
            (told >= 400 && told <= 599));
    for (size_t n = 0; n < text.n; n++) {
        int then = judge((struct msk_bytes){ text.p, n }, &early);

        if (then == HEAD_MORE)
            continue;
        REQUIRE(told != HEAD_MORE &&
                (then == HEAD_FINE) == (told == HEAD_FINE));
        REQUIRE(told != HEAD_FINE ||
                (early.n == frame.n && early.last == frame.last));
        break;
    }
    if (told == HEAD_FINE)
        check_frame(text, &frame);
}

/* --- an answer ------------------------------------------------------------ */

static int
zeros(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 0, n);
    return 0;
}

/* Of a challenge nothing is computed: there is no need for a provider. */
static void
read_answer(struct msk_bytes head)
{
    static const struct msk_crypto nothing = { .size = sizeof nothing };
    static const struct msk_random random = { .size = sizeof random,
                                              .fill = zeros };
    static struct msk_http_header list[MSK_HTTP_HEADERS_MAX];
    static struct msk_digest_client client;
    const struct msk_digest_client_config config = {
        sizeof config, &nothing, &random, msk_text(FQDN), 0, 0
    };
    struct msk_http_response response = { .size = sizeof response };
    const uint8_t *after = head.p;
    enum msk_challenge what;

    response.status = 401;
    response.headers = list;
    response.n_headers = fields_list(head, list, MSK_HTTP_HEADERS_MAX);
    REQUIRE(response.n_headers <= MSK_HTTP_HEADERS_MAX);
    for (size_t i = 0; i < response.n_headers; i++) {
        struct msk_bytes value = list[i].value;

        REQUIRE(lies_in(list[i].name, head) && lies_in(value, head));
        REQUIRE(list[i].name.p >= after);
        after = value.p + value.n;
        REQUIRE(value.n == 0 || memchr(value.p, '\n', value.n) == NULL);
        REQUIRE(value.n == 0 ||
                (value.p[0] != ' ' && value.p[value.n - 1] != ' '));
    }
    REQUIRE(msk_digest_client_init(&client, &config) == MSK_OK);
    if (msk_digest_client_challenge(&client, &response, false, &what) == MSK_OK)
        REQUIRE(client.nonce_len >= 1 && client.nonce_len <= MSK_NONCE_MAX);
}

/* --- a service announcement ----------------------------------------------- */

static void
split(struct msk_bytes document)
{
    struct mime_part parts[PARTS];
    const uint8_t *after = document.p;
    size_t n = 0;

    (void)mime_is(document);
    if (!mime_split(document, parts, PARTS, &n))
        return;
    REQUIRE(n >= 1 && n <= PARTS);
    for (size_t i = 0; i < n; i++) {
        REQUIRE(lies_in(parts[i].type, document) &&
                lies_in(parts[i].location, document) &&
                lies_in(parts[i].encoding, document) &&
                lies_in(parts[i].body, document));
        REQUIRE(parts[i].body.p >= after);
        after = parts[i].body.p + parts[i].body.n;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msk_bytes text;

    if (size == 0)
        return 0;
    text = (struct msk_bytes){ data + 1, size - 1 };
    switch (data[0] % 3) {
    case 0: judge_request(text); break;
    case 1: read_answer(text); break;
    default: split(text); break;
    }
    return 0;
}
