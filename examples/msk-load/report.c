/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <inttypes.h>
#include <jansson.h>
#include <unistd.h>

/* The percentiles that are told, of 1000. */
static const struct {
    const char *name;
    unsigned permille;
} percentiles[] = { { "p50", 500 },
                    { "p90", 900 },
                    { "p99", 990 },
                    { "p999", 999 },
                    { "max", 1000 } };
#define PERCENTILES (sizeof percentiles / sizeof percentiles[0])

static const char *const reasons[COUNTS_REASONS] = {
    [MSK_REASON_NO_MSK] = "no MSK",
    [MSK_REASON_REFUSED] = "refused",
    [MSK_REASON_UNREACHABLE] = "unreachable",
    [MSK_REASON_UNVERIFIED] = "unverified",
    [MSK_REASON_USER] = "user",
    [MSK_REASON_POLICY] = "policy",
    [MSK_REASON_PATIENCE] = "patience",
};

void
report_line(const struct crowd *crowd)
{
    const struct counts *c = &crowd->counts;
    const struct second *s;

    if (c->n_seconds == 0 || isatty(STDERR_FILENO) == 0)
        return;
    s = &c->seconds[c->n_seconds - 1];
    (void)fprintf(stderr,
                  "\r\033[K%4zu s  %zu of %zu started  %zu with the newest MSK"
                  "  %" PRIu64 " answers/s  p99 %.1f ms  %" PRIu64 " MSKs/s"
                  "  %zu left",
                  c->n_seconds, crowd->started, crowd->options->members,
                  s->with_msk, s->n[COUNT_ANSWERS], s->p99 / 1000.0,
                  s->n[COUNT_MSK], s->left);
}

/* --- the table ------------------------------------------------------------- */

static void
row(const char *name, const struct samples *s)
{
    printf("%-26s %9zu", name, s->n);
    for (size_t i = 0; i < PERCENTILES; i++)
        printf(" %9.1f",
               samples_permille(s, 0, percentiles[i].permille) / 1000.0);
    printf("\n");
}

void
report_table(const struct crowd *crowd, const struct verdict *verdict)
{
    const struct counts *c = &crowd->counts;

    if (isatty(STDERR_FILENO) != 0)
        (void)fputs("\r\033[K", stderr);
    printf("members: %zu current, %zu refused, %zu left, %zu without\n",
           verdict->current, verdict->refused, verdict->left, verdict->without);
    for (int i = 0; i < COUNT_N; i++)
        printf("%-26s %9" PRIu64 "\n", counts_name((enum count)i), c->n[i]);
    for (int i = 0; i < COUNTS_STATUS; i++)
        if (c->status[i] > 0)
            printf("HTTP %-21d %9" PRIu64 "\n", i, c->status[i]);
    for (int i = 0; i < COUNTS_REASONS; i++)
        if (c->left[i] > 0)
            printf("left: %-20s %9" PRIu64 "\n",
                   reasons[i] != NULL ? reasons[i] : "other", c->left[i]);
    printf("\n%-26s %9s", "milliseconds", "n");
    for (size_t i = 0; i < PERCENTILES; i++)
        printf(" %9s", percentiles[i].name);
    printf("\n");
    row("HTTP answer", &c->http);
    row("start to all MSKs", &c->join);
    row("re-key, first to this one", &c->rekey);
}

/* --- JSON ------------------------------------------------------------------ */

static json_t *
json_samples(const struct samples *s)
{
    json_t *all = json_object();

    (void)json_object_set_new(all, "n", json_integer((json_int_t)s->n));
    for (size_t i = 0; i < PERCENTILES; i++)
        (void)json_object_set_new(
            all, percentiles[i].name,
            json_integer(samples_permille(s, 0, percentiles[i].permille)));
    return all;
}

static json_t *
json_counts(const uint64_t n[COUNT_N])
{
    json_t *all = json_object();

    for (int i = 0; i < COUNT_N; i++)
        (void)json_object_set_new(all, counts_name((enum count)i),
                                  json_integer((json_int_t)n[i]));
    return all;
}

static json_t *
json_numbers(const uint64_t *n, size_t of, const char *const names[])
{
    json_t *all = json_object();
    char name[16];

    for (size_t i = 0; i < of; i++) {
        if (n[i] == 0)
            continue;
        (void)snprintf(name, sizeof name, "%zu", i);
        (void)json_object_set_new(
            all, names != NULL && names[i] != NULL ? names[i] : name,
            json_integer((json_int_t)n[i]));
    }
    return all;
}

static json_t *
json_seconds(const struct counts *c)
{
    json_t *all = json_array();

    for (size_t i = 0; i < c->n_seconds; i++) {
        const struct second *s = &c->seconds[i];
        json_t *one = json_counts(s->n);

        (void)json_object_set_new(one, "p50", json_integer(s->p50));
        (void)json_object_set_new(one, "p99", json_integer(s->p99));
        (void)json_object_set_new(one, "current",
                                  json_integer((json_int_t)s->with_msk));
        (void)json_array_append_new(all, one);
    }
    return all;
}

bool
report_json(const struct crowd *crowd, const struct verdict *verdict,
            const char *path)
{
    const struct counts *c = &crowd->counts;
    json_t *all = json_pack(
        "{s:I,s:I,s:{s:I,s:I,s:I,s:I},s:o,s:o,s:o,s:o,s:{s:o,s:o,s:o},s:o}",
        "seed", (json_int_t)crowd->options->seed, "members",
        (json_int_t)crowd->options->members, "ended", "current",
        (json_int_t)verdict->current, "refused", (json_int_t)verdict->refused,
        "left", (json_int_t)verdict->left, "without",
        (json_int_t)verdict->without, "counts", json_counts(c->n), "http",
        json_numbers(c->status, COUNTS_STATUS, NULL), "left_for",
        json_numbers(c->left, COUNTS_REASONS, reasons), "failed_for",
        json_numbers(c->failed, COUNTS_REASONS, reasons), "us", "http",
        json_samples(&c->http), "join", json_samples(&c->join), "rekey",
        json_samples(&c->rekey), "seconds", json_seconds(c));
    bool fine = all != NULL && json_dump_file(all, path, JSON_INDENT(1)) == 0;

    if (!fine)
        perror(path);
    json_decref(all);
    return fine;
}
