/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/* A part of a URL; empty when it is not there. False: it does not fit. */
static bool
part(CURLU *url, CURLUPart which, char *out, size_t cap)
{
    char *text = NULL;
    bool fine = true;

    out[0] = '\0';
    if (curl_url_get(url, which, &text, 0) == CURLUE_OK)
        fine = strlen(text) < cap;
    if (fine && text != NULL)
        strcpy(out, text);
    curl_free(text);
    return fine;
}

static bool
has(CURLU *url, CURLUPart which)
{
    char *text = NULL;
    bool is_there = curl_url_get(url, which, &text, 0) == CURLUE_OK;

    curl_free(text);
    return is_there;
}

static bool
join(char out[SERVER_TEXT_MAX], const char *a, const char *b, const char *c,
     const char *d)
{
    int n = snprintf(out, SERVER_TEXT_MAX, "%s%s%s%s", a, b, c, d);

    return n > 0 && n < SERVER_TEXT_MAX;
}

/* "/a/b/" is the same place as "/a/b". */
static void
strip_slash(char *path)
{
    size_t n = strlen(path);

    while (n > 0 && path[n - 1] == '/')
        path[--n] = '\0';
}

static const char *
check(CURLU *url)
{
    if (has(url, CURLUPART_USER) || has(url, CURLUPART_PASSWORD))
        return "a user name or a password does not belong there";
    if (has(url, CURLUPART_QUERY) || has(url, CURLUPART_FRAGMENT))
        return "a query or a fragment does not belong there";
    return NULL;
}

/* The host as libcurl takes it to connect to: an IPv6 address may have a zone. */
static bool
host_part(CURLU *url, struct server *server, char out[SERVER_TEXT_MAX])
{
    char zone[32];
    size_t n;

    if (!part(url, CURLUPART_HOST, server->fqdn, sizeof server->fqdn) ||
        !part(url, CURLUPART_ZONEID, zone, sizeof zone))
        return false;
    n = strlen(server->fqdn);
    if (zone[0] == '\0' || n == 0)
        return join(out, server->fqdn, "", "", "");
    (void)snprintf(out, SERVER_TEXT_MAX, "%.*s%%%s]", (int)n - 1, server->fqdn,
                   zone);
    return true;
}

static const char *
take(CURLU *url, struct server *server)
{
    char scheme[16], port[8], host[SERVER_TEXT_MAX];
    const char *colon;

    if (!part(url, CURLUPART_SCHEME, scheme, sizeof scheme) ||
        !part(url, CURLUPART_PORT, port, sizeof port) ||
        !part(url, CURLUPART_PATH, server->base, sizeof server->base) ||
        !host_part(url, server, host))
        return "it is too long";
    if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        return "it is neither http nor https";
    strip_slash(server->base);
    colon = port[0] != '\0' ? ":" : "";
    if (!join(server->host, server->fqdn, colon, port, "") ||
        !join(server->origin, scheme, "://", server->host, ""))
        return "it is too long";
    if (port[0] == '\0')
        strcpy(port, strcmp(scheme, "https") == 0 ? "443" : "80");
    return join(server->connect_to, host, ":", port, "") ? NULL
                                                         : "it is too long";
}

bool
server_parse(struct server *server, const char *uri, const char **why)
{
    char text[2 * SERVER_TEXT_MAX];
    const char *scheme = strstr(uri, "://") == NULL ? "http://" : "";
    int n = snprintf(text, sizeof text, "%s%s", scheme, uri);
    CURLU *url = curl_url();

    memset(server, 0, sizeof *server);
    *why = "it is no URL";
    if (url != NULL && n > 0 && (size_t)n < sizeof text &&
        curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK)
        *why = check(url) != NULL ? check(url) : take(url, server);
    curl_url_cleanup(url);
    return *why == NULL;
}

bool
server_override(struct server *server, const struct server *over)
{
    const char *scheme_end = strstr(over->origin, "://");
    char scheme[16];

    if (scheme_end == NULL)
        return false;
    (void)snprintf(scheme, sizeof scheme, "%.*s",
                   (int)(scheme_end - over->origin), over->origin);
    strcpy(server->connect_to, over->connect_to);
    strcpy(server->base, over->base);
    return join(server->origin, scheme, "://", server->host, "");
}

bool
server_is(const struct server *server, const char *fqdn)
{
    return curl_strequal(server->fqdn, fqdn) != 0;
}

bool
server_bsf(struct server *server, const char *uri, const char *fqdn,
           const char **why)
{
    struct server at;

    if (!server_parse(&at, uri, why))
        return false;
    *why = "Ub is at \"/\", and at no other path";
    if (at.base[0] != '\0')
        return false;
    *server = at;
    if (fqdn == NULL)
        return true;
    if (!server_parse(server, fqdn, why))
        return false;
    *why = "it is too long";
    return server_override(server, &at);
}
