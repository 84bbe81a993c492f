/* SPDX-License-Identifier: MIT */
#include "posts.h"

#include <stdlib.h>

#include "../host_http.h"

#define TEXT_MAX 512

/* A request that waits, or is under way. */
struct post {
    struct post *next;
    void *who; /* NULL: nobody wants the answer */
    size_t server;
    uint64_t began;
    struct curl_slist *lines;
    struct msk_http_request request; /* its method is "POST" */
    uint8_t octets[];                /* target, body */
};

struct slot {
    CURL *easy;
    struct post *post; /* NULL: it is free */
    char from[ADDRESS_TEXT_MAX];
    struct host_answer answer;
};

struct posts {
    CURLM *multi;
    const char *fqdn;
    posts_done_fn *done;
    struct curl_slist **to; /* for each server, where it is */
    size_t n_to, n_slots, busy;
    struct post *first, **last; /* those that wait */
    bool answering;             /* done is called */
    struct slot slots[];
};

uint64_t
posts_clock(void)
{
    struct timespec t = { 0, 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- start and end ------------------------------------------------------- */

/* URLs have the name of the BM-SC; this is where it is. */
static bool
add_server(struct posts *posts, const struct address *server)
{
    char text[ADDRESS_TEXT_MAX], line[ADDRESS_TEXT_MAX + 3];

    address_text(address_view(server), text);
    (void)snprintf(line, sizeof line, "::%s", text);
    posts->to[posts->n_to] = curl_slist_append(NULL, line);
    return posts->to[posts->n_to++] != NULL;
}

/* Each connection comes from an address of its own, as those of UEs do. */
static bool
start_slot(struct slot *slot, size_t i)
{
    (void)snprintf(slot->from, sizeof slot->from, "host!127.8.%zu.%zu", i / 250,
                   1 + i % 250);
    slot->easy = curl_easy_init();
    return slot->easy != NULL;
}

struct posts *
posts_start(const char *fqdn, const struct address *servers, size_t n_servers,
            size_t connections, posts_done_fn *done)
{
    struct posts *posts =
        calloc(1, sizeof *posts + connections * sizeof posts->slots[0]);
    bool fine;

    if (posts == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(posts);
        return NULL;
    }
    posts->multi = curl_multi_init();
    posts->fqdn = fqdn;
    posts->done = done;
    posts->last = &posts->first;
    posts->to = calloc(n_servers, sizeof *posts->to);
    fine = posts->multi != NULL && posts->to != NULL &&
           curl_multi_setopt(posts->multi, CURLMOPT_MAXCONNECTS,
                             (long)connections) == CURLM_OK;
    for (size_t i = 0; fine && i < n_servers; i++)
        fine = add_server(posts, &servers[i]);
    for (size_t i = 0; fine && i < connections; i++, posts->n_slots++)
        fine = start_slot(&posts->slots[i], i);
    if (fine)
        return posts;
    posts_end(posts);
    return NULL;
}

static void
let_go(struct post *post)
{
    curl_slist_free_all(post->lines);
    free(post);
}

void
posts_end(struct posts *posts)
{
    for (size_t i = 0; i < posts->n_slots; i++) {
        struct slot *slot = &posts->slots[i];

        if (slot->post != NULL) {
            (void)curl_multi_remove_handle(posts->multi, slot->easy);
            let_go(slot->post);
        }
        curl_easy_cleanup(slot->easy);
    }
    while (posts->first != NULL) {
        struct post *post = posts->first;

        posts->first = post->next;
        let_go(post);
    }
    (void)curl_multi_cleanup(posts->multi);
    for (size_t i = 0; i < posts->n_to; i++)
        curl_slist_free_all(posts->to[i]);
    free(posts->to);
    free(posts);
    curl_global_cleanup();
}

/* --- requests ------------------------------------------------------------ */

static struct post *
copy_of(const struct msk_http_request *request)
{
    struct msk_bytes target = request->target, body = request->body;
    struct post *post = malloc(sizeof *post + target.n + body.n);

    if (post == NULL)
        return NULL;
    memset(post, 0, sizeof *post);
    memcpy(post->octets, target.p, target.n);
    memcpy(post->octets + target.n, body.p, body.n);
    post->request = *request;
    post->request.target = host_bytes(post->octets, target.n);
    post->request.body = host_bytes(post->octets + target.n, body.n);
    post->lines = host_http_lines(request);
    if (post->lines != NULL)
        return post;
    free(post);
    return NULL;
}

static struct post *
take_first(struct posts *posts)
{
    struct post *post = posts->first;

    posts->first = post->next;
    if (posts->first == NULL)
        posts->last = &posts->first;
    return post;
}

static void
move_in(struct posts *posts, struct slot *slot)
{
    struct post *post = take_first(posts);
    CURL *easy = slot->easy;

    slot->post = post;
    posts->busy++;
    if (!host_http_prepare(easy, msk_text(posts->fqdn), post->lines,
                           &post->request, &slot->answer) ||
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, posts->to[post->server]) !=
            CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_INTERFACE, slot->from) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)slot) != CURLE_OK)
        (void)curl_easy_setopt(easy, CURLOPT_URL, ""); /* it fails */
    (void)curl_multi_add_handle(posts->multi, easy);
}

/* Nobody waits for it any more: a UE would have closed its connection. */
static void
drop_forgotten(struct posts *posts)
{
    while (posts->first != NULL && posts->first->who == NULL)
        let_go(take_first(posts));
}

static void
fill_slots(struct posts *posts)
{
    drop_forgotten(posts);
    for (size_t i = 0; i < posts->n_slots && posts->first != NULL &&
                       posts->busy < posts->n_slots;
         i++)
        if (posts->slots[i].post == NULL) {
            move_in(posts, &posts->slots[i]);
            drop_forgotten(posts);
        }
}

/* What follows an answer takes over its connection. */
static void
put_first(struct posts *posts, struct post *post)
{
    post->next = posts->first;
    posts->first = post;
    if (post->next == NULL)
        posts->last = &post->next;
}

struct post *
posts_add(struct posts *posts, void *who, size_t server,
          const struct msk_http_request *request)
{
    struct post *post = copy_of(request);

    if (post == NULL)
        return NULL;
    post->who = who;
    post->server = server;
    post->began = posts_clock();
    if (posts->answering) {
        put_first(posts, post);
        return post;
    }
    *posts->last = post;
    posts->last = &post->next;
    return post;
}

void
posts_forget(struct post *post)
{
    post->who = NULL;
}

static void
end_slot(struct posts *posts, struct slot *slot, CURLcode result)
{
    struct post *post = slot->post;

    if (result == CURLE_OK)
        host_http_collect(slot->easy, &slot->answer);
    (void)curl_multi_remove_handle(posts->multi, slot->easy);
    slot->post = NULL;
    posts->busy--;
    posts->answering = true;
    if (post->who != NULL)
        posts->done(post->who, host_http_response(&slot->answer),
                    posts_clock() - post->began);
    posts->answering = false;
    let_go(post);
    fill_slots(posts);
}

void
posts_turn(struct posts *posts, int fd, int ms)
{
    struct curl_waitfd more = { .fd = fd, .events = CURL_WAIT_POLLIN };
    CURLMsg *message;
    void *slot;
    int left;

    fill_slots(posts);
    (void)curl_multi_perform(posts->multi, &left);
    (void)curl_multi_poll(posts->multi, &more, 1, ms, NULL);
    (void)curl_multi_perform(posts->multi, &left);
    while ((message = curl_multi_info_read(posts->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot) ==
                CURLE_OK)
            end_slot(posts, slot, message->data.result);
    fill_slots(posts);
}
