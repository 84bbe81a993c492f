/* SPDX-License-Identifier: MIT */
#include "http/date.h"

#include <string.h>

#define EPOCH 1970
#define MOMENT_LAST UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* What stands after the name of the day. D, n, Y, h, m, s: a digit of that
 * field; N: a letter of a month; y: a digit of a year in two; _: a digit of the
 * day, or a blank. Anything else stands for itself. */
static const char *const forms[] = {
    "DD NNN YYYY hh:mm:ss GMT", /* RFC 9110 */
    "DD-NNN-yy hh:mm:ss GMT",   /* RFC 850 */
    "NNN _D hh:mm:ss YYYY",     /* asctime */
};

struct date_fields {
    uint8_t month[3];
    size_t n_month;
    bool short_year;
    uint32_t day, number, year, hour, minute, second; /* number: of a month */
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
put_date_field(struct date_fields *f, char form, uint8_t c)
{
    switch (form) {
    case '_': return c == ' ' || put_digit(&f->day, c);
    case 'D': return put_digit(&f->day, c);
    case 'n': return put_digit(&f->number, c);
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
take_date_fields(struct date_fields *f, const char *form, struct msk_bytes text,
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
month_of(const struct date_fields *f)
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
is_moment(const struct date_fields *f, uint32_t month)
{
    return month != 0 && f->year >= EPOCH && f->day >= 1 &&
           f->day <= days_of(month, f->year) && f->hour < 24 &&
           f->minute < 60 && f->second <= 60; /* a leap second */
}

static uint64_t
seconds_of(const struct date_fields *f, uint32_t month)
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
        struct date_fields f;

        if (!take_date_fields(&f, forms[i], text, at + 1) ||
            !is_moment(&f, month_of(&f)))
            continue;
        *seconds = seconds_of(&f, month_of(&f));
        return true;
    }
    return false;
}

/* --- XML --------------------------------------------------------------------- */

#define MINUTES_MAX (14 * 60) /* XML Schema 3.2.7.3 */

/* A fraction of a second, which is left out. */
static bool
skip_fraction(struct msk_bytes *rest)
{
    size_t n = 1;

    if (rest->n == 0 || rest->p[0] != '.')
        return true;
    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        n++;
    rest->p += n;
    rest->n -= n;
    return n > 1;
}

/* "Z" or "+hh:mm": minutes that the clock there is ahead. */
static bool
take_zone(struct msk_bytes zone, int32_t *ahead)
{
    struct date_fields f;

    *ahead = 0;
    if (zone.n == 1 && zone.p[0] == 'Z')
        return true;
    if (zone.n == 0 || (zone.p[0] != '+' && zone.p[0] != '-') ||
        !take_date_fields(&f, "hh:mm", zone, 1) || f.minute > 59 ||
        f.hour * 60 + f.minute > MINUTES_MAX)
        return false;
    *ahead = (int32_t)(f.hour * 60 + f.minute);
    if (zone.p[0] == '-')
        *ahead = -*ahead;
    return true;
}

bool
msk_xml_moment_read(struct msk_bytes text, uint64_t *seconds)
{
    static const char form[] = "YYYY-nn-DDThh:mm:ss";
    const size_t n = sizeof form - 1;
    struct msk_bytes rest;
    struct date_fields f;
    int64_t value;
    int32_t ahead;

    if (text.n < n)
        return false;
    rest = (struct msk_bytes){ text.p + n, text.n - n };
    text.n = n;
    if (!take_date_fields(&f, form, text, 0) || f.number > 12 ||
        !is_moment(&f, f.number) || !skip_fraction(&rest) ||
        !take_zone(rest, &ahead))
        return false;
    value = (int64_t)seconds_of(&f, f.number) - (int64_t)ahead * 60;
    if (value < 0)
        return false;
    *seconds = (uint64_t)value;
    return true;
}

static void
put_decimal(uint8_t *out, size_t digits, uint32_t value)
{
    for (; digits > 0; value /= 10)
        out[--digits] = (uint8_t)('0' + value % 10);
}

bool
msk_xml_moment_write(uint64_t seconds, uint8_t out[MSK_XML_MOMENT_LEN])
{
    struct msk_bytes form = msk_text("0000-00-00T00:00:00Z");
    uint64_t days = seconds / 86400;
    uint32_t year = EPOCH, month = 1, rest = (uint32_t)(seconds % 86400);

    if (seconds > MOMENT_LAST)
        return false;
    for (; days >= (is_leap(year) ? 366u : 365u); year++)
        days -= is_leap(year) ? 366 : 365;
    for (; days >= days_of(month, year); month++)
        days -= days_of(month, year);
    memcpy(out, form.p, form.n);
    put_decimal(out, 4, year);
    put_decimal(out + 5, 2, month);
    put_decimal(out + 8, 2, (uint32_t)days + 1);
    put_decimal(out + 11, 2, rest / 3600);
    put_decimal(out + 14, 2, rest / 60 % 60);
    put_decimal(out + 17, 2, rest % 60);
    return true;
}
