/* SPDX-License-Identifier: MIT */
#include "http/date.h"

#include <string.h>

#define EPOCH 1970

/* What stands after the name of the day. D, N, Y, h, m, s: an octet of that
 * field; y: of a year in two digits; _: a digit of the day, or a blank.
 * Anything else stands for itself. */
static const char *const forms[] = {
    "DD NNN YYYY hh:mm:ss GMT", /* RFC 9110 */
    "DD-NNN-yy hh:mm:ss GMT",   /* RFC 850 */
    "NNN _D hh:mm:ss YYYY",     /* asctime */
};

struct fields {
    uint8_t month[3];
    size_t n_month;
    bool short_year;
    uint32_t day, year, hour, minute, second;
};

static bool
put_digit(uint32_t *field, uint8_t c)
{
    if (c < '0' || c > '9')
        return false;
    *field = *field * 10 + (uint32_t)(c - '0');
    return true;
}

static bool
put_date_field(struct fields *f, char form, uint8_t c)
{
    switch (form) {
    case '_': return c == ' ' || put_digit(&f->day, c);
    case 'D': return put_digit(&f->day, c);
    case 'N': f->month[f->n_month++ % 3] = c; return true;
    case 'y': f->short_year = true; return put_digit(&f->year, c);
    case 'Y': return put_digit(&f->year, c);
    case 'h': return put_digit(&f->hour, c);
    case 'm': return put_digit(&f->minute, c);
    case 's': return put_digit(&f->second, c);
    default: return c == (uint8_t)form;
    }
}

/* The text from octet `at` on, in that form. */
static bool
take_date_fields(struct fields *f, const char *form, struct msk_bytes text,
                 size_t at)
{
    size_t n = msk_text(form).n;
    bool fine = text.n - at == n;

    memset(f, 0, sizeof *f);
    for (size_t i = 0; fine && i < n; i++)
        fine = put_date_field(f, form[i], text.p[at + i]);
    /* Two digits are a year that is not long ago. */
    if (f->short_year)
        f->year += f->year < EPOCH % 100 ? 2000 : 1900;
    return fine;
}

/* 1 to 12; 0: it is none. */
static uint32_t
month_of(const struct fields *f)
{
    static const char names[12][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    for (uint32_t i = 0; i < 12; i++)
        if (memcmp(names[i], f->month, sizeof f->month) == 0)
            return i + 1;
    return 0;
}

static bool
is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t
days_of(uint32_t month, uint32_t year)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

static bool
is_moment(const struct fields *f, uint32_t month)
{
    return month != 0 && f->year >= EPOCH && f->day >= 1 &&
           f->day <= days_of(month, f->year) && f->hour < 24 &&
           f->minute < 60 && f->second <= 60; /* a leap second */
}

static uint64_t
seconds_of(const struct fields *f, uint32_t month)
{
    uint64_t days = f->day - 1;

    for (uint32_t year = EPOCH; year < f->year; year++)
        days += is_leap(year) ? 366 : 365;
    for (uint32_t m = 1; m < month; m++)
        days += days_of(m, f->year);
    return ((days * 24 + f->hour) * 60 + f->minute) * 60 + f->second;
}

bool
msk_http_date(struct msk_bytes text, uint64_t *seconds)
{
    size_t at = 0;

    while (at < text.n && text.p[at] != ' ') /* "Sun,", "Sunday,", "Sun" */
        at++;
    if (at == text.n)
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct fields f;

        if (!take_date_fields(&f, forms[i], text, at + 1) ||
            !is_moment(&f, month_of(&f)))
            continue;
        *seconds = seconds_of(&f, month_of(&f));
        return true;
    }
    return false;
}
