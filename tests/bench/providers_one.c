/* SPDX-License-Identifier: MIT */
/* The one provider of this build. */
#include "bench.h"
#include "provider.h"

const struct bench_provider bench_providers[] = { { "built in", host_crypto } };
const size_t bench_providers_n = 1;
