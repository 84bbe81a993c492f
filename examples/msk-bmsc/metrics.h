/* SPDX-License-Identifier: MIT */
/*
 * metrics.h - what msk-bmsc counts, as text for Prometheus, on an address of
 * its own: GET /metrics. doc/operations.md says what to watch.
 */
#ifndef MSK_BMSC_METRICS_H
#define MSK_BMSC_METRICS_H

#include <stdio.h>

#include "../hosts/address.h"

struct metrics;

/* Writes all of it. */
typedef void metrics_writer(void *user, FILE *out);

/* Listens. NULL: it cannot, and the reason was told. */
struct metrics *metrics_listen(const struct address *at, metrics_writer *writer,
                               void *user);
void metrics_close(struct metrics *metrics);

void metrics_local(const struct metrics *metrics, struct address *out);
/* What to poll for input; NULL: -1, and nothing is done. */
int metrics_fd(const struct metrics *metrics);
int metrics_timeout(struct metrics *metrics, int ms);
void metrics_run(struct metrics *metrics);

#endif
