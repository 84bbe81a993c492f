/* SPDX-License-Identifier: MIT */
/*
 * posts.h - HTTP requests of many UEs over a bounded number of connections that
 * are kept alive. What finds no connection free waits in the order in which it
 * came. No library does it: what takes four times the CPU of the BM-SC that it
 * measures measures itself. So it is for a BM-SC of this machine, and for
 * nothing else; msk-ue is what a UE does.
 */
#ifndef MSK_LOAD_POSTS_H
#define MSK_LOAD_POSTS_H

#include "../hosts/address.h"
#include "msk/http.h"

struct posts;
struct post;

/* The answer to a request of `who`, good for the call; NULL: there is none. */
typedef void posts_done_fn(void *who, const struct msk_http_response *answer,
                           uint64_t us);

/* fqdn and servers stay good. NULL: no memory, or no sockets. */
struct posts *posts_start(const char *fqdn, const struct address *servers,
                          size_t connections, posts_done_fn *done);
void posts_end(struct posts *posts);

/* Sends a copy of it to that server as soon as a connection is free. NULL: no
 * memory. The post is good until done was called for it, or posts_forget. */
struct post *posts_add(struct posts *posts, void *who, size_t server,
                       const struct msk_http_request *request);

/* Whoever sent it is no longer interested: done is not called. */
void posts_forget(struct post *post);

/* Waits until something can be read from fd, something moves here, or ms
 * milliseconds are over; then moves requests on and calls done. */
void posts_turn(struct posts *posts, int fd, int ms);

/* Microseconds, of a clock that is never set. */
uint64_t posts_clock(void);

#endif
