/* SPDX-License-Identifier: MIT */
/*
 * vicc - a card for the virtual reader of vsmartcard (vpcd), which is told on
 * stdin when to be pulled out: at which command from now on, and before or after
 * the card has done it. What a card keeps it keeps then.
 *
 *   vicc --port N --usim FILE --imsi DIGITS [--t0] [--pin DIGITS]
 *        [--forgets]: a card that gives an MTK again
 *
 *   pull N before|after   at the Nth command from now
 *   lie N HOW             about what the Nth command from now came to, once:
 *                         empty, long, short, grown, other, failed
 *   remove                now
 *   insert                put in again
 *   other                 another card is in the hand from now on, or the first
 *                         one again
 *   lose                  the keys of all MUKs
 *   hang [INS]            no answer to the next command, or to the next one of
 *                         that instruction (hex; ff: none), which may be done
 *   pull-at INS           before the next command of that instruction
 *   count                 how many commands there were, MSK messages that were
 *                         taken twice, and Key Groups that have MSKs
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hosts/input.h"
#include "icc.h"

#define BODY_MAX 1024

static struct {
    struct icc icc;
    struct input input;
    uint16_t port;
    int link; /* to the reader; -1: the card is in the hand */
    unsigned long commands, pull_at, lie_at;
    char lie; /* its first letter */
    bool after, hangs;
    uint8_t hangs_at, pull_ins; /* these instructions; 0: any, and none */
} vicc;

/* --- the reader: a length of two octets, and a command or one octet that
 * switches ------------------------------------------------------------------ */

static void
leave(void)
{
    if (vicc.link >= 0)
        (void)close(vicc.link);
    vicc.link = -1;
    icc_reset(&vicc.icc);
}

static void
insert(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(vicc.port) };

    leave();
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    vicc.link = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(vicc.link, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("vicc");
        leave();
        return;
    }
    printf("{\"event\":\"inserted\"}\n");
}

static bool
read_all(uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(vicc.link, p, n, 0);

        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool
say(struct msk_bytes octets)
{
    uint8_t frame[2 + BODY_MAX] = { (uint8_t)(octets.n >> 8),
                                    (uint8_t)octets.n };

    memcpy(frame + 2, octets.p, octets.n);
    return send(vicc.link, frame, 2 + octets.n, MSG_NOSIGNAL) ==
           (ssize_t)(2 + octets.n);
}

static bool
say_atr(void)
{
    static const uint8_t t0[] = { 0x3B, 0x02, 0x14, 0x50 };
    static const uint8_t t1[] = { 0x3B, 0x80, 0x01, 0x81 };

    return say(vicc.icc.t0 ? (struct msk_bytes){ t0, sizeof t0 }
                           : (struct msk_bytes){ t1, sizeof t1 });
}

static void
tell_pulled(const uint8_t *c)
{
    printf("{\"event\":\"pulled\",\"command\":\"%02x%02x%02x%02x\",\"n\":%lu}"
           "\n",
           c[0], c[1], c[2], c[3], vicc.commands);
}

/* Something else than the answer, whose status stands at its end. */
static struct msk_bytes
spoil(struct msk_bytes answer)
{
    static uint8_t octets[MSK_CARD_DATA_MAX + 2];
    size_t n = answer.n;

    memcpy(octets, answer.p, n);
    if (vicc.lie == 's' && n > 2)
        memmove(octets + n - 3, octets + n - 2, 2);
    n -= vicc.lie == 's' && n > 2;
    if (vicc.lie == 'g' && n > 3)
        octets[1] = 0xFF;
    if (vicc.lie == 'o')
        octets[0] ^= 0x5A;
    if (vicc.lie == 'l')
        memset(octets, 0xFF, n = sizeof octets);
    if (vicc.lie == 'e' || vicc.lie == 'l' || vicc.lie == 'f') {
        n = vicc.lie == 'l' ? n : 2;
        octets[n - 2] = vicc.lie == 'f' ? 0x6F : 0x90;
        octets[n - 1] = 0;
    }
    printf("{\"event\":\"lied\"}\n");
    return (struct msk_bytes){ octets, n };
}

/* False: the card is in the hand. */
static bool
take_command(const uint8_t *c, size_t n)
{
    bool pulled = ++vicc.commands == vicc.pull_at || c[1] == vicc.pull_ins;
    struct msk_bytes answer = { NULL, 0 };

    if (!pulled || vicc.after)
        answer = icc_command(&vicc.icc, c, n);
    if (vicc.hangs && (vicc.hangs_at == 0 || vicc.hangs_at == c[1])) {
        vicc.hangs = false;
        printf("{\"event\":\"hangs\"}\n");
        return true;
    }
    if (pulled) {
        vicc.pull_at = vicc.pull_ins = 0;
        tell_pulled(c);
        return false;
    }
    return say(vicc.commands == vicc.lie_at ? spoil(answer) : answer);
}

static bool
take_frame(void)
{
    uint8_t length[2], body[BODY_MAX];
    size_t n;

    if (!read_all(length, sizeof length))
        return false;
    n = (size_t)length[0] << 8 | length[1];
    if (n == 0 || n > sizeof body || !read_all(body, n))
        return false;
    if (n > 1)
        return take_command(body, n);
    if (body[0] == 4)
        return say_atr();
    icc_reset(&vicc.icc); /* off, on, reset */
    return true;
}

/* --- what it is told ------------------------------------------------------ */

static void
tell_count(void)
{
    const struct card *mbms = &vicc.icc.mbms;
    int msks = 0;

    for (size_t i = 0; i < CARD_MSKS; i++)
        msks += mbms->ef_msk[i][3] != 0xFF;
    printf("{\"event\":\"count\",\"n\":%lu,\"twice\":%zu,\"msks\":%d}\n",
           vicc.commands, mbms->twice, msks);
}

static void
take_line(char *line)
{
    char *words[INPUT_WORDS_MAX];
    size_t n = input_words(line, words);
    uint64_t number;

    if (n == 3 && strcmp(words[0], "pull") == 0 &&
        input_number(words[1], 100000, &number)) {
        vicc.pull_at = number > 0 ? vicc.commands + number : 0;
        vicc.after = strcmp(words[2], "after") == 0;
        printf("{\"event\":\"told\"}\n");
    } else if (n == 2 && strcmp(words[0], "pull-at") == 0) {
        vicc.pull_ins = (uint8_t)strtoul(words[1], NULL, 16);
        vicc.after = false;
        printf("{\"event\":\"told\"}\n");
    } else if (n == 3 && strcmp(words[0], "lie") == 0 &&
               input_number(words[1], 100000, &number)) {
        vicc.lie_at = number > 0 ? vicc.commands + number : 0;
        vicc.lie = words[2][0];
        printf("{\"event\":\"told\"}\n");
    } else if (n == 1 && strcmp(words[0], "remove") == 0) {
        leave();
        printf("{\"event\":\"removed\"}\n");
    } else if (n == 1 && strcmp(words[0], "insert") == 0) {
        insert();
    } else if (n == 1 && strcmp(words[0], "other") == 0) {
        vicc.icc.iccid[9] ^= 1;
    } else if (n == 1 && strcmp(words[0], "count") == 0) {
        tell_count();
    } else if (n == 1 && strcmp(words[0], "lose") == 0) {
        for (size_t i = 0; i < CARD_MUKS; i++)
            vicc.icc.mbms.muks[i].is_gone = true;
        printf("{\"event\":\"told\"}\n");
    } else if (n <= 2 && strcmp(words[0], "hang") == 0) {
        vicc.hangs = true;
        vicc.hangs_at =
            n == 2 ? (uint8_t)strtoul(words[1], NULL, 16) : (uint8_t)0;
        printf("{\"event\":\"told\"}\n");
    } else {
        exit(1);
    }
}

static void
turn(void)
{
    struct pollfd fds[] = { { .fd = vicc.input.fd, .events = POLLIN },
                            { .fd = vicc.link, .events = POLLIN } };
    char *line;

    (void)poll(fds, 2, -1);
    if (fds[1].revents != 0 && !take_frame())
        leave();
    if (fds[0].revents != 0)
        input_fill(&vicc.input);
    while ((line = input_line(&vicc.input)) != NULL)
        take_line(line);
    (void)fflush(stdout);
}

int
main(int argc, char **argv)
{
    const char *usim = NULL, *imsi = NULL, *pin = "";
    bool t0 = false, forgets = false;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        t0 |= strcmp(argv[i], "--t0") == 0;
        forgets |= strcmp(argv[i], "--forgets") == 0;
        if (strcmp(argv[i], "--port") == 0)
            vicc.port = (uint16_t)strtoul(value, NULL, 10);
        if (strcmp(argv[i], "--usim") == 0)
            usim = value;
        if (strcmp(argv[i], "--imsi") == 0)
            imsi = value;
        if (strcmp(argv[i], "--pin") == 0)
            pin = value;
    }
    if (usim == NULL || imsi == NULL || !icc_open(&vicc.icc, usim, imsi))
        return 2;
    vicc.icc.t0 = t0;
    vicc.icc.mbms.forgets = forgets;
    (void)snprintf(vicc.icc.pin, sizeof vicc.icc.pin, "%s", pin);
    vicc.link = -1;
    input_start(&vicc.input, STDIN_FILENO);
    printf("{\"event\":\"ready\"}\n");
    insert();
    (void)fflush(stdout);
    while (!vicc.input.ended)
        turn();
    return 0;
}
