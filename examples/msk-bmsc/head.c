/* SPDX-License-Identifier: MIT */
#include "head.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "../hosts/fields.h"
#include "octets.h"

#define EMPTY_LINES_MAX 2 /* in front of a request; RFC 9112 2.2 */
#define LENGTH_DIGITS_MAX 9
#define PARTS_MAX \
    128 /* of a query, and cookies: for each libmicrohttpd keeps
                         more than its octets */

/* What the header fields have said so far. */
struct head {
    const struct head_host *host;
    bool old;      /* HTTP/1.0 */
    bool absolute; /* the target names the host, and that goes first */
    bool close;    /* RFC 9112 9.6 */
    size_t cookies, fields, hosts, lengths, codings;
    size_t length;
};

/* --- the host ------------------------------------------------------------ */

/* Is it the address where the request was received? */
static bool
is_local(struct msk_bytes name, const struct address *local)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t ip[16];
    bool bracket = name.n > 2 && name.p[0] == '[';

    if (bracket)
        name = (struct msk_bytes){ name.p + 1, name.n - 2 };
    if (name.n >= sizeof text || local->n < ADDRESS_V4 ||
        (local->n != ADDRESS_V4) != bracket)
        return false;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    return inet_pton(bracket ? AF_INET6 : AF_INET, text, ip) == 1 &&
           memcmp(ip, local->octets, local->n - 2) == 0;
}

/* uri-host [ ":" port ], of this server. RFC 9110 7.2, 4.2.3: a name has no
 * case, and the port may be empty. One dot at its end is the root's. */
static bool
is_ours(const struct head_host *host, struct msk_bytes value)
{
    struct msk_bytes name = octets_before(value, ":"), fqdn = host->fqdn;

    if (value.n > 0 && value.p[0] == '[') {
        name = octets_before(value, "]");
        if (name.n == value.n)
            return false;
        name.n++;
    }
    value = octets_behind(value, name.n);
    if (value.n > 6 || (value.n > 0 && value.p[0] != ':') ||
        (value.n > 0 && !octets_all(octets_behind(value, 1), octet_is_digit)))
        return false;
    if (is_local(name, &host->local))
        return true;
    if (name.n == fqdn.n + 1 && name.p[fqdn.n] == '.')
        name.n--;
    return name.n == fqdn.n && fqdn.n > 0 &&
           strncasecmp((const char *)name.p, (const char *)fqdn.p, name.n) == 0;
}

/* --- the request line ---------------------------------------------------- */

/* RFC 9110 9.1: 501 for a method that nobody here knows; of the others the
 * library says what it takes. */
static int
judge_method(struct msk_bytes method)
{
    static const char *const known[] = { "GET",     "HEAD",   "POST",
                                         "PUT",     "DELETE", "CONNECT",
                                         "OPTIONS", "TRACE",  "PATCH" };

    if (method.n == 0 || !octets_all(method, octet_is_tchar))
        return 400;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (method.n == strlen(known[i]) &&
            memcmp(method.p, known[i], method.n) == 0)
            return HEAD_FINE;
    return 501;
}

/* RFC 9112 2.3: exactly eight octets. */
static int
judge_version(struct head *head, struct msk_bytes version)
{
    if (version.n != 8 || memcmp(version.p, "HTTP/", 5) != 0 ||
        !octet_is_digit(version.p[5]) || version.p[6] != '.' ||
        !octet_is_digit(version.p[7]))
        return 400;
    head->old = version.p[7] == '0';
    return version.p[5] == '1' ? HEAD_FINE : 505;
}

/* RFC 9112 3.2: the four forms of a target. */
static int
judge_target(struct head *head, struct msk_bytes method,
             struct msk_bytes target)
{
    struct msk_bytes authority;
    size_t scheme = octets_begin(target, "http://") ? 7 : 8;

    if (target.n == 0 || !octets_all(target, octet_is_target) ||
        !octets_escape(target))
        return 400;
    if (octets_count(target, "&") >= PARTS_MAX)
        return 414;
    if (target.p[0] == '/')
        return HEAD_FINE;
    if (fields_is(target, "*"))
        return fields_is(method, "OPTIONS") ? HEAD_FINE : 400;
    if (!octets_begin(target, "http://") && !octets_begin(target, "https://"))
        return 400; /* authority form as well: this is no proxy */
    authority = octets_before(octets_behind(target, scheme), "/?");
    head->absolute = true;
    return is_ours(head->host, authority) ? HEAD_FINE : 400;
}

static int
judge_request_line(struct head *head, struct msk_bytes line)
{
    struct msk_bytes method = octets_before(line, " "), target, rest;
    int told = judge_method(method);

    if (told == 400 || method.n == line.n)
        return 400;
    rest = octets_behind(line, method.n + 1);
    target = octets_before(rest, " ");
    if (target.n == rest.n)
        return 400;
    rest = octets_behind(rest, target.n + 1);
    if (told == HEAD_FINE)
        told = judge_version(head, rest);
    return told == HEAD_FINE ? judge_target(head, method, target) : told;
}

/* --- header fields ------------------------------------------------------- */

/* RFC 9110 8.6: digits, and nothing else. */
static int
judge_length(struct head *head, struct msk_bytes value)
{
    if (++head->lengths > 1 || value.n == 0 ||
        !octets_all(value, octet_is_digit))
        return 400;
    while (value.n > 1 && value.p[0] == '0')
        value = octets_behind(value, 1);
    if (value.n > LENGTH_DIGITS_MAX)
        return 413;
    for (size_t i = 0; i < value.n; i++)
        head->length = head->length * 10 + (size_t)(value.p[i] - '0');
    return HEAD_FINE; /* too much of it is judged at the end */
}

/* RFC 9110 7.6.1: a list of words without case. */
static bool
lists(struct msk_bytes value, const char *word)
{
    while (value.n > 0) {
        struct msk_bytes item = octets_before(value, ",");

        if (fields_is(octets_trimmed(item), word))
            return true;
        value = octets_behind(value, item.n < value.n ? item.n + 1 : item.n);
    }
    return false;
}

/* What says how long a body is has no blank after it: libmicrohttpd would
 * take that for a part of the value, and find another end than we do. */
static int
judge_framing(struct head *head, struct msk_bytes name, struct msk_bytes line,
              struct msk_bytes value)
{
    if (value.p + value.n != line.p + line.n)
        return 400;
    if (fields_is(name, "Content-Length"))
        return judge_length(head, value);
    return ++head->codings == 1 && fields_is(value, "chunked") ? HEAD_FINE
                                                               : 400;
}

static int
judge_field(struct head *head, struct msk_bytes line)
{
    struct msk_bytes name = octets_before(line, ":"), value;

    if (++head->fields > MSK_HTTP_HEADERS_MAX)
        return 431;
    /* RFC 9112 5.1: no blank before the colon. 5.2: no line that goes on. */
    if (name.n == 0 || name.n == line.n || !octets_all(name, octet_is_tchar))
        return 400;
    value = octets_trimmed(octets_behind(line, name.n + 1));
    if (!octets_all(value, octet_is_value))
        return 400;
    if (fields_is(name, "Host"))
        return ++head->hosts == 1 &&
                       (head->absolute || is_ours(head->host, value))
                   ? HEAD_FINE
                   : 400;
    if (fields_is(name, "Content-Length") ||
        fields_is(name, "Transfer-Encoding"))
        return judge_framing(head, name, line, value);
    if (fields_is(name, "Connection"))
        head->close = head->close || lists(value, "close");
    if (fields_is(name, "Cookie"))
        head->cookies += 1 + octets_count(value, ";,");
    if (head->cookies > PARTS_MAX)
        return 431;
    if (fields_is(name, "Expect") && !fields_is(value, "100-continue"))
        return 417;
    return HEAD_FINE;
}

/* What only the whole of it can be asked. */
static int
judge_all(const struct head *head)
{
    if (head->hosts == 0 && !head->old)
        return 400;
    if (head->codings > 0 && (head->lengths > 0 || head->old))
        return 400;
    return head->length <= MSK_HTTP_BODY_MAX ? HEAD_FINE : 413;
}

/* --- the whole ----------------------------------------------------------- */

/* The length of the next line without its CR LF; false: it has no end yet. */
static bool
find_end(struct msk_bytes text, size_t *n)
{
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == '\r' && text.p[i + 1] == '\n') {
            *n = i;
            return true;
        }
    return false;
}

/* What may be the beginning of a line. */
static bool
is_beginning(struct msk_bytes text)
{
    if (text.n > 0 && text.p[text.n - 1] == '\r')
        text.n--;
    return octets_all(text, octet_is_value);
}

static int
judge_unfinished(struct msk_bytes rest, bool in_request_line)
{
    if (!is_beginning(rest))
        return 400;
    if (in_request_line)
        return rest.n > HEAD_LINE_MAX ? 414 : HEAD_MORE;
    return HEAD_MORE;
}

static int
judge_end(const struct head *head, size_t n, struct head_frame *frame)
{
    frame->n = head->codings > 0 ? SIZE_MAX : n + head->length;
    frame->last = head->codings > 0 || head->old || head->close;
    return judge_all(head);
}

int
head_judge(struct msk_bytes octets, const struct head_host *host,
           struct head_frame *frame)
{
    struct head head = { .host = host };
    struct msk_bytes rest = octets, line;
    bool begun = false;
    int told = HEAD_FINE;
    size_t n, empty = 0;

    while (told == HEAD_FINE && find_end(rest, &n)) {
        line = (struct msk_bytes){ rest.p, n };
        rest = octets_behind(rest, n + 2);
        if (n == 0 && !begun) {
            told = ++empty > EMPTY_LINES_MAX ? 400 : HEAD_FINE;
        } else if (n == 0) {
            return judge_end(&head, octets.n - rest.n, frame);
        } else if (!begun) {
            begun = true;
            told = n > HEAD_LINE_MAX ? 414 : judge_request_line(&head, line);
        } else {
            told = judge_field(&head, line);
        }
    }
    if (told == HEAD_FINE)
        told = judge_unfinished(rest, !begun);
    return told == HEAD_MORE && octets.n >= HEAD_MAX ? 431 : told;
}
