/* SPDX-License-Identifier: MIT */
/* bsf.h where there is no libcurl. */
#include <stdio.h>

#include "bsf.h"

struct bsf *
bsf_open(struct host *h, const struct bsf_options *options, const char *fqdn)
{
    (void)h;
    (void)options;
    (void)fqdn;
    (void)fprintf(stderr, "msk-bmsc: --bsf: this is built without libcurl\n");
    return NULL;
}

void
bsf_close(struct bsf *bsf)
{
    (void)bsf;
}

bool
bsf_may_know(const struct bsf *bsf, struct msk_bytes btid)
{
    (void)bsf;
    (void)btid;
    return false;
}

bool
bsf_ask(struct bsf *bsf, struct work *work)
{
    (void)bsf;
    (void)work;
    return false;
}

void
bsf_run(struct bsf *bsf)
{
    (void)bsf;
}

int
bsf_fd(const struct bsf *bsf)
{
    (void)bsf;
    return -1;
}

int
bsf_timeout(const struct bsf *bsf, int ms)
{
    (void)bsf;
    return ms;
}

void
bsf_give_up(struct bsf *bsf)
{
    (void)bsf;
}

bool
bsf_rests(const struct bsf *bsf)
{
    (void)bsf;
    return true;
}

const struct bsf_counts *
bsf_counts(const struct bsf *bsf)
{
    static const struct bsf_counts none;

    (void)bsf;
    return &none;
}
