/* SPDX-License-Identifier: MIT */
/* msk-load - a crowd of UEs against one BM-SC or several, on one machine. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "../host.h"
#include "keys.h"
#include "report.h"
#include "wire.h"

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void
print_hex(const char *name, const uint8_t *p, size_t n)
{
    printf(",\"%s\":\"", name);
    for (size_t i = 0; i < n; i++)
        printf("%02x", p[i]);
    printf("\"");
}

/* As msk-bmsc reads them. */
static int
write_subscribers(const struct options *o)
{
    struct keys keys;
    char text[ADDRESS_TEXT_MAX];
    struct address at;

    for (size_t i = 0; i < o->members; i++) {
        wire_address(i, o->port, &at);
        address_text(address_view(&at), text);
        if (!keys_of(o->seed, i, &keys))
            return 1;
        printf("{\"btid\":\"%s\",\"impi\":\"ue%07zu\"", keys.btid, i);
        print_hex("muk", keys.muk, sizeof keys.muk);
        print_hex("mrk", keys.mrk, sizeof keys.mrk);
        printf(",\"age\":1,\"address\":\"%s\"}\n", text);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

/* One file for each connection. */
static void
raise_limits(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* Seconds are told by the clock, not by turns: a turn that takes longer than
 * one makes two. */
static bool
loop(struct crowd *crowd)
{
    msk_time began = posts_clock() / 1000, now = began, next = began + 1000;
    msk_time end = began + (msk_time)crowd->options->seconds * 1000;
    bool fine = true;

    while (fine && stopped == 0 && now < end) {
        fine = crowd_turn(crowd, began, now);
        now = posts_clock() / 1000;
        for (; now >= next; next += 1000) {
            fine = counts_second(&crowd->counts) && fine;
            report_line(crowd);
        }
    }
    return fine;
}

static int
run(const struct options *o)
{
    struct sigaction action = { .sa_handler = stop };
    struct crowd crowd;
    struct verdict verdict;
    bool fine;

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    raise_limits();
    fine = crowd_start(&crowd, o) && loop(&crowd);
    if (fine) {
        crowd_judge(&crowd, &verdict);
        report_table(&crowd, &verdict);
        fine = verdict.current + verdict.refused == o->members;
        fine =
            (o->json == NULL || report_json(&crowd, &verdict, o->json)) && fine;
        fine = (o->svg == NULL || report_svg(&crowd, o->svg)) && fine;
    }
    crowd_end(&crowd);
    return fine ? 0 : 1;
}

int
main(int argc, char **argv)
{
    struct options o;
    int code;

    if (!options_read(&o, argc, argv, &code))
        return code;
    return o.what == WHAT_SUBSCRIBERS ? write_subscribers(&o) : run(&o);
}
