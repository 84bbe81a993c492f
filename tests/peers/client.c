/* SPDX-License-Identifier: MIT */
/*
 * A UE that does nothing but Digest, libcurl carrying it: asks twice, wants
 * 200 and an authentic Authentication-Info twice.
 *     client PORT FQDN TARGET B-TID MRK-IN-HEX QOP-SET
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msk/digest.h"
#include "provider.h"

#define LINES_MAX 64

static uint8_t mrk[MSK_MRK_MAX];

/* An answer: its header lines and its body. */
struct answer {
    char line[LINES_MAX][MSK_HTTP_VALUE_MAX];
    struct msk_http_header headers[LINES_MAX];
    struct msk_http_response response;
    uint8_t body[65536];
};

static int
fill(void *user, uint8_t *out, size_t n)
{
    FILE *file = fopen("/dev/urandom", "rb");
    bool ok = file != NULL && fread(out, 1, n, file) == n;

    (void)user;
    if (file != NULL)
        fclose(file);
    return ok ? 0 : 1;
}

static const struct msk_random urandom = { sizeof urandom, NULL, fill };

static size_t
take_line(char *p, size_t size, size_t n, void *user)
{
    struct answer *answer = user;
    size_t i = answer->response.n_headers;
    char *colon = memchr(p, ':', n);
    char *value;

    (void)size;
    if (colon == NULL)
        return n;
    if (i == LINES_MAX || n >= MSK_HTTP_VALUE_MAX)
        return 0;
    memcpy(answer->line[i], p, n);
    answer->line[i][n] = '\0';
    answer->line[i][strcspn(answer->line[i], "\r\n")] = '\0';
    value = answer->line[i] + (colon - p);
    *value++ = '\0';
    value += strspn(value, " \t");
    answer->headers[i].name = msk_text(answer->line[i]);
    answer->headers[i].value = msk_text(value);
    answer->response.n_headers = i + 1;
    return n;
}

static size_t
take_body(char *p, size_t size, size_t n, void *user)
{
    struct answer *answer = user;

    (void)size;
    if (n > sizeof answer->body - answer->response.body.n)
        return 0;
    memcpy(answer->body + answer->response.body.n, p, n);
    answer->response.body.n += n;
    return n;
}

/* One GET, with this Authorization if there is one. */
static bool
get(CURL *curl, const char *url, const char *authorization,
    struct answer *answer)
{
    struct curl_slist *list = NULL;
    CURLcode code;
    long status = 0;

    memset(answer, 0, sizeof *answer);
    answer->response.size = sizeof answer->response;
    answer->response.headers = answer->headers;
    answer->response.body.p = answer->body;
    if (authorization != NULL)
        list = curl_slist_append(list, authorization);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    answer->response.status = (int)status;
    if (code != CURLE_OK)
        fprintf(stderr, "client: %s\n", curl_easy_strerror(code));
    return code == CURLE_OK;
}

/* Authorizes, asks, verifies. */
static int
ask(CURL *curl, struct msk_digest_client *client,
    const struct msk_credentials *who, const char *url, const char *target,
    struct answer *answer)
{
    char line[MSK_HTTP_VALUE_MAX + 32] = "Authorization: ";
    size_t at = strlen(line), n;
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text(target) };
    int err = msk_digest_client_authorise(
        client, who, &request, (uint8_t *)line + at, MSK_HTTP_VALUE_MAX, &n);

    if (err != MSK_OK)
        return err;
    line[at + n] = '\0';
    if (!get(curl, url, line, answer) || answer->response.status != 200)
        return MSK_ERR_REFUSED;
    return msk_digest_client_verify(client, who, msk_text(target),
                                    &answer->response);
}

static size_t
from_hex(const char *text)
{
    size_t n = 0;
    unsigned octet;

    while (n < sizeof mrk && sscanf(text + 2 * n, "%2x", &octet) == 1)
        mrk[n++] = (uint8_t)octet;
    return n;
}

int
main(int argc, char **argv)
{
    static struct answer answer;
    struct msk_digest_client client;
    struct msk_credentials who;
    enum msk_challenge what;
    char url[1024];
    CURL *curl = curl_easy_init();
    int err;

    if (argc != 7 || curl == NULL)
        return 2;
    who.btid = msk_text(argv[4]);
    who.mrk = (struct msk_bytes){ mrk, from_hex(argv[5]) };
    snprintf(url, sizeof url, "http://127.0.0.1:%s%s", argv[1], argv[3]);
    err = msk_digest_client_init(
        &client, &(struct msk_digest_client_config){
                     sizeof(struct msk_digest_client_config), host_crypto(),
                     &urandom, msk_text(argv[2]), (uint32_t)atoi(argv[6]), 0 });
    if (err == MSK_OK && !get(curl, url, NULL, &answer))
        return 1;
    if (err == MSK_OK)
        err = msk_digest_client_challenge(&client, &answer.response, false,
                                          &what);
    for (int i = 0; i < 2 && err == MSK_OK; i++)
        err = ask(curl, &client, &who, url, argv[3], &answer);
    curl_easy_cleanup(curl);
    if (err != MSK_OK)
        fprintf(stderr, "client: %s, status %d\n", msk_err_text(err),
                answer.response.status);
    return err == MSK_OK ? 0 : err == MSK_ERR_DIGEST ? 3 : 1;
}
