/* SPDX-License-Identifier: MIT */
#include "bsf_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../hosts/event.h"

#define CONNECTIONS_MAX 8L
#define EVENTS 32

/* --- libcurl says what it waits for --------------------------------------- */

static int
watch(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct bsf_http *http = user;
    struct epoll_event event = { .events = 0 };

    (void)easy;
    event.data.fd = fd;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        event.events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        event.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE) { /* it may be closed already */
        (void)epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (known == NULL)
        (void)curl_multi_assign(http->multi, fd, http);
    return epoll_ctl(http->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                     fd, &event);
}

static int
set_timer(CURLM *multi, long ms, void *user)
{
    struct bsf_http *http = user;

    (void)multi;
    http->due = ms < 0 ? MSK_NEVER : event_monotonic() + (msk_time)ms;
    return 0;
}

bool
bsf_http_open(struct bsf_http *http, const struct bsf_options *options,
              const char *path, bsf_posted *posted, void *user)
{
    size_t n = strlen(options->url);
    CURLM *multi;

    *http = (struct bsf_http){
        .due = MSK_NEVER, .options = options, .posted = posted, .user = user
    };
    http->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    http->multi = multi = curl_multi_init();
    while (n > 0 && options->url[n - 1] == '/')
        n--;
    http->url = malloc(n + strlen(path) + 1);
    http->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (multi == NULL || http->epoll < 0 || http->url == NULL ||
        http->headers == NULL)
        return false;
    (void)sprintf(http->url, "%.*s%s", (int)n, options->url, path);
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch) ==
               CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer) ==
               CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                             CONNECTIONS_MAX) == CURLM_OK;
}

void
bsf_http_close(struct bsf_http *http)
{
    (void)curl_multi_cleanup(http->multi);
    curl_slist_free_all(http->headers);
    free(http->url);
    if (http->epoll >= 0)
        (void)close(http->epoll);
    curl_global_cleanup();
}

/* --- one POST ------------------------------------------------------------- */

/* More than there is room for ends it. */
static size_t
take_body(char *p, size_t size, size_t n, void *user)
{
    struct bsf_post *post = user;

    n *= size;
    if (n > sizeof post->body - post->n)
        return 0;
    memcpy(post->body + post->n, p, n);
    post->n += n;
    return n;
}

static bool
set_server(const struct bsf_http *http, CURL *easy)
{
    const struct bsf_options *o = http->options;

    return curl_easy_setopt(easy, CURLOPT_URL, http->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)o->timeout) ==
               CURLE_OK &&
           (o->cacert == NULL ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, o->cacert) == CURLE_OK) &&
           (o->cert == NULL ||
            (curl_easy_setopt(easy, CURLOPT_SSLCERT, o->cert) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_SSLKEY, o->cert) == CURLE_OK));
}

static bool
set_question(const struct bsf_http *http, struct bsf_post *post,
             const char *text)
{
    CURL *easy = post->easy;

    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, text) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, post) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, post->error) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, post) == CURLE_OK;
}

bool
bsf_http_post(struct bsf_http *http, struct bsf_post *post, const char *text)
{
    post->n = 0;
    post->error[0] = '\0';
    post->easy = curl_easy_init();
    if (post->easy != NULL && set_server(http, post->easy) &&
        set_question(http, post, text) &&
        curl_multi_add_handle(http->multi, post->easy) == CURLM_OK)
        return true;
    curl_easy_cleanup(post->easy);
    post->easy = NULL;
    return false;
}

void
bsf_http_drop(struct bsf_http *http, struct bsf_post *post)
{
    (void)curl_multi_remove_handle(http->multi, post->easy);
    curl_easy_cleanup(post->easy);
    post->easy = NULL;
}

/* --- all of them ---------------------------------------------------------- */

static void
finish(struct bsf_http *http, CURL *easy, CURLcode result)
{
    struct bsf_post *post = NULL;
    long status = 0;
    char *mine = NULL;
    const char *why;

    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &mine) != CURLE_OK)
        return;
    post = (struct bsf_post *)(void *)mine;
    if (result == CURLE_OK)
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    why = post->error[0] != '\0' ? post->error : curl_easy_strerror(result);
    bsf_http_drop(http, post);
    http->posted(http->user, post, status, why);
}

void
bsf_http_run(struct bsf_http *http)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(http->epoll, events, EVENTS, 0), left;
    CURLMsg *message;

    for (int i = 0; i < n; i++)
        (void)curl_multi_socket_action(
            http->multi, events[i].data.fd,
            ((events[i].events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                ((events[i].events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0
                     ? CURL_CSELECT_ERR
                     : 0),
            &left);
    if (event_monotonic() >= http->due) {
        http->due = MSK_NEVER;
        (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0,
                                       &left);
    }
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            finish(http, message->easy_handle, message->data.result);
}
