/* SPDX-License-Identifier: MIT */
#include "posts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "queue.h"
#include "request.h"

#define EVENTS_AT_ONCE 256
#define WAIT_US 20000000 /* for an answer */
#define TICK_US 1000000  /* how often that is looked at */
#define OTHER UINT64_MAX /* an event of the fd that is not ours */

struct slot {
    int fd;            /* -1: there is no connection */
    bool used;         /* it has carried a request */
    size_t server;     /* where it goes */
    struct post *post; /* NULL: it is free */
    size_t sent;       /* octets of that */
    uint64_t until;
    struct answer answer;
};

struct posts {
    int epoll, watched; /* watched: the fd that is not ours */
    const char *fqdn;
    posts_done_fn *done;
    const struct address *servers;
    size_t n_slots, n_free;
    uint64_t ticked;
    struct queue waiting;
    bool answering; /* done is called */
    size_t *free;   /* slots */
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

struct posts *
posts_start(const char *fqdn, const struct address *servers, size_t connections,
            posts_done_fn *done)
{
    struct posts *posts =
        calloc(1, sizeof *posts + connections * sizeof posts->slots[0]);

    if (posts == NULL)
        return NULL;
    posts->epoll = epoll_create1(EPOLL_CLOEXEC);
    posts->watched = -1;
    posts->fqdn = fqdn;
    posts->done = done;
    posts->servers = servers;
    queue_start(&posts->waiting);
    posts->n_slots = connections;
    posts->free = calloc(connections, sizeof *posts->free);
    for (size_t i = connections; i > 0; i--)
        posts->slots[i - 1].fd = -1;
    if (posts->epoll < 0 || posts->free == NULL) {
        posts_end(posts);
        return NULL;
    }
    for (size_t i = connections; i > 0; i--)
        posts->free[posts->n_free++] = i - 1;
    return posts;
}

static void
hang_up(struct slot *slot)
{
    if (slot->fd >= 0)
        (void)close(slot->fd);
    slot->fd = -1;
    slot->used = false;
}

void
posts_end(struct posts *posts)
{
    for (size_t i = 0; i < posts->n_slots; i++) {
        hang_up(&posts->slots[i]);
        free(posts->slots[i].post);
    }
    queue_end(&posts->waiting);
    if (posts->epoll >= 0)
        (void)close(posts->epoll);
    free(posts->free);
    free(posts);
}

/* --- connections --------------------------------------------------------- */

/* Each connection comes from an address of its own, as those of UEs do. */
static bool
bind_own(int fd, size_t i)
{
    struct sockaddr_in own = { .sin_family = AF_INET };
    const int on = 1;

    own.sin_addr.s_addr =
        htonl((uint32_t)(0x7F080000 | i / 250 << 8 | (1 + i % 250)));
    return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                      sizeof on) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           bind(fd, (struct sockaddr *)&own, sizeof own) == 0;
}

static bool
call(struct posts *posts, struct slot *slot, size_t server)
{
    size_t i = (size_t)(slot - posts->slots);
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
    struct sockaddr_storage to;
    socklen_t len;

    slot->server = server;
    slot->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    event.data.u64 = i;
    return slot->fd >= 0 && bind_own(slot->fd, i) &&
           address_to_socket(address_view(&posts->servers[server]), &to,
                             &len) &&
           (connect(slot->fd, (struct sockaddr *)&to, len) == 0 ||
            errno == EINPROGRESS) &&
           epoll_ctl(posts->epoll, EPOLL_CTL_ADD, slot->fd, &event) == 0;
}

/* False: the connection is of no use. */
static bool
send_more(struct slot *slot)
{
    const struct post *post = slot->post;
    ssize_t n = send(slot->fd, post->octets + slot->sent, post->n - slot->sent,
                     MSG_NOSIGNAL);

    if (n >= 0)
        slot->sent += (size_t)n;
    return n >= 0 || errno == EAGAIN || errno == EINTR;
}

/* --- requests ------------------------------------------------------------ */

struct post *
posts_add(struct posts *posts, void *who, size_t server,
          const struct msk_http_request *request)
{
    struct post *post =
        malloc(sizeof *post + request_room(request, posts->fqdn));

    if (post == NULL)
        return NULL;
    *post =
        (struct post){ .who = who, .server = server, .began = posts_clock() };
    post->n = request_write(post->octets, request, posts->fqdn);
    if (posts->answering) /* it takes over the connection of the answer */
        queue_put_first(&posts->waiting, post);
    else
        queue_put_last(&posts->waiting, post);
    return post;
}

void
posts_forget(struct post *post)
{
    post->who = NULL;
}

/* --- answers ------------------------------------------------------------- */

static void
end_slot(struct posts *posts, struct slot *slot,
         const struct msk_http_response *response)
{
    struct post *post = slot->post;

    if (response == NULL || slot->answer.last)
        hang_up(slot);
    slot->used = true;
    slot->post = NULL;
    posts->free[posts->n_free++] = (size_t)(slot - posts->slots);
    posts->answering = true;
    if (post->who != NULL)
        posts->done(post->who, response, posts_clock() - post->began);
    posts->answering = false;
    free(post);
}

/* Sends its request, over a connection that is there or a new one. */
static void
begin(struct posts *posts, struct slot *slot)
{
    bool fine = true;

    slot->sent = 0;
    slot->answer.n = 0;
    if (slot->fd >= 0 && slot->server != slot->post->server)
        hang_up(slot);
    if (slot->fd >= 0)
        fine = send_more(slot);
    else
        fine = call(posts, slot, slot->post->server);
    if (!fine)
        end_slot(posts, slot, NULL);
}

static void
fill_slots(struct posts *posts)
{
    queue_drop_forgotten(&posts->waiting);
    while (posts->waiting.first != NULL && posts->n_free > 0) {
        struct slot *slot = &posts->slots[posts->free[--posts->n_free]];

        slot->post = queue_take_first(&posts->waiting);
        slot->until = posts_clock() + WAIT_US;
        begin(posts, slot);
        queue_drop_forgotten(&posts->waiting);
    }
}

/* A connection that was kept may end as something is sent on it: that is sent
 * once more. */
static void
fail(struct posts *posts, struct slot *slot)
{
    bool again = slot->used && slot->answer.n == 0 && slot->post != NULL;

    hang_up(slot);
    if (again)
        begin(posts, slot);
    else if (slot->post != NULL)
        end_slot(posts, slot, NULL);
}

/* All that is there of it. */
static void
hear(struct posts *posts, struct slot *slot)
{
    struct answer *answer = &slot->answer;
    ssize_t n = recv(slot->fd, answer->octets + answer->n,
                     sizeof answer->octets - answer->n, 0);
    int told;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || slot->post == NULL) {
        fail(posts, slot);
        return;
    }
    answer->n += (size_t)n;
    told = answer_read(answer);
    if (told == ANSWER_WHOLE)
        end_slot(posts, slot, &answer->response);
    else if (told == ANSWER_BAD)
        end_slot(posts, slot, NULL);
}

static void
happened(struct posts *posts, const struct epoll_event *event)
{
    struct slot *slot = &posts->slots[event->data.u64 % posts->n_slots];

    if (event->data.u64 == OTHER || slot->fd < 0)
        return;
    if ((event->events & (EPOLLERR | EPOLLHUP)) != 0 ||
        (slot->post != NULL && slot->sent < slot->post->n &&
         !send_more(slot))) {
        fail(posts, slot);
        return;
    }
    if ((event->events & EPOLLIN) != 0)
        hear(posts, slot);
}

/* --- a turn -------------------------------------------------------------- */

static void
watch(struct posts *posts, int fd)
{
    struct epoll_event event = { .events = EPOLLIN };

    event.data.u64 = OTHER;
    if (fd != posts->watched)
        (void)epoll_ctl(posts->epoll, EPOLL_CTL_ADD, fd, &event);
    posts->watched = fd;
}

static void
tick(struct posts *posts)
{
    uint64_t now = posts_clock();

    if (now - posts->ticked < TICK_US)
        return;
    posts->ticked = now;
    for (size_t i = 0; i < posts->n_slots; i++)
        if (posts->slots[i].post != NULL && posts->slots[i].until <= now)
            end_slot(posts, &posts->slots[i], NULL);
}

void
posts_turn(struct posts *posts, int fd, int ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n;

    watch(posts, fd);
    fill_slots(posts);
    n = epoll_wait(posts->epoll, events, EVENTS_AT_ONCE, ms);
    for (int i = 0; i < n; i++) {
        happened(posts, &events[i]);
        fill_slots(posts);
    }
    tick(posts);
    fill_slots(posts);
}
