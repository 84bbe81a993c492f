/* SPDX-License-Identifier: MIT */
#include "moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST 253402300799u /* of the year 9999, in seconds */

void
moment_write(msk_time moment, char out[MOMENT_TEXT])
{
    time_t seconds = (time_t)(moment / 1000);
    char text[MOMENT_TEXT - 6];
    struct tm tm;

    if (moment / 1000 > LAST || gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        (void)snprintf(out, MOMENT_TEXT, "never");
    else
        (void)snprintf(out, MOMENT_TEXT, "%s.%03uZ", text,
                       (unsigned)(moment % 1000));
}

/* So many digits, of a value up to `most`. */
static bool
digits(const char **text, int n, int most, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return *out <= most;
}

static bool
sign(const char **text, char c)
{
    return **text == c ? (*text)++, true : false;
}

static bool
read_day(const char **text, struct tm *tm)
{
    bool fine = digits(text, 4, 9999, &tm->tm_year) && sign(text, '-') &&
                digits(text, 2, 12, &tm->tm_mon) && sign(text, '-') &&
                digits(text, 2, 31, &tm->tm_mday) &&
                (sign(text, 'T') || sign(text, 't')) &&
                digits(text, 2, 23, &tm->tm_hour) && sign(text, ':') &&
                digits(text, 2, 59, &tm->tm_min) && sign(text, ':') &&
                digits(text, 2, 60, &tm->tm_sec);

    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    return fine && tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mday > 0;
}

/* ".5" is 500; what is less than a thousandth is read and let go. */
static bool
read_fraction(const char **text, int *ms)
{
    int unit = 100;

    *ms = 0;
    if (!sign(text, '.'))
        return true;
    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; (*text)++, unit /= 10)
        *ms += (**text - '0') * unit;
    return true;
}

static bool
read_offset(const char **text, int *minutes)
{
    int hours, more, by = **text == '-' ? -1 : 1;

    *minutes = 0;
    if (sign(text, 'Z') || sign(text, 'z'))
        return true;
    if ((!sign(text, '+') && !sign(text, '-')) ||
        !digits(text, 2, 23, &hours) || !sign(text, ':') ||
        !digits(text, 2, 59, &more))
        return false;
    *minutes = by * (hours * 60 + more);
    return true;
}

/* Seconds since 1970 of a day that the calendar has. */
static bool
seconds_of(struct tm *tm, int64_t *seconds)
{
    int second = tm->tm_sec, day = tm->tm_mday;

    tm->tm_sec = 0;
    *seconds = timegm(tm) + second; /* 31 June becomes 1 July, */
    return tm->tm_mday == day;      /* and is none */
}

bool
moment_read(const char *text, msk_time *out)
{
    struct tm tm = { 0 };
    int ms, minutes;
    int64_t seconds;

    if (!read_day(&text, &tm) || !read_fraction(&text, &ms) ||
        !read_offset(&text, &minutes) || *text != '\0' ||
        !seconds_of(&tm, &seconds))
        return false;
    seconds -= (int64_t)minutes * 60;
    if (seconds < 0)
        return false;
    *out = (msk_time)seconds * 1000 + (msk_time)ms;
    return true;
}
