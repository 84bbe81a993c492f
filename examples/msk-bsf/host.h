/* SPDX-License-Identifier: MIT */
/* host.h - all that msk-bsf holds; its parts see each other through it. */
#ifndef MSK_BSF_HOST_H
#define MSK_BSF_HOST_H

#include "../hosts/capture.h"
#include "../hosts/event.h"
#include "options.h"
#include "records.h"
#include "web.h"

struct host {
    struct options options;
    struct event_log log;
    struct event_limit strangers;
    struct records records;
    struct web *ub, *nbsp; /* nbsp NULL: nobody asks there */
    struct capture capture;
    int signals;
};

/* Octets that nobody can foresee. False: there are none. */
bool host_fill(uint8_t *out, size_t n);

/* ub.c and nbsp.c: web_answer, with the host as user. */
web_answer ub_answer, nbsp_answer;
/* seen.c: the same, which tell and capture what is asked and answered, as the
 * options say. */
web_answer seen_ub, seen_nbsp;

#endif
