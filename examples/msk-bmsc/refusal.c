/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <stdio.h>
#include <time.h>

static const char *
words_of(int status)
{
    switch (status) {
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 505: return "HTTP Version Not Supported";
    default: return "Bad Request";
    }
}

size_t
refusal_write(int status, char text[REFUSAL_MAX])
{
    char date[40];
    time_t now = time(NULL);
    struct tm tm;
    int n;

    if (gmtime_r(&now, &tm) == NULL ||
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
        date[0] = '\0';
    n = snprintf(text, REFUSAL_MAX,
                 "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n"
                 "Content-Length: 0\r\n\r\n",
                 status, words_of(status), date);
    return (size_t)n;
}
