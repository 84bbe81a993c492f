/* SPDX-License-Identifier: MIT */
/* report.h - what a crowd saw: a line while it runs, a table, JSON, a plot. */
#ifndef MSK_LOAD_REPORT_H
#define MSK_LOAD_REPORT_H

#include <stdio.h>

#include "crowd.h"

/* On stderr, over the line before, if that is a terminal. */
void report_line(const struct crowd *crowd);

void report_table(const struct crowd *crowd, const struct verdict *verdict);

/* False: the file cannot be written, and the reason was told. */
bool report_json(const struct crowd *crowd, const struct verdict *verdict,
                 const char *path);

/* Three curves over time, each in a picture of its own: what happens in a
 * second, how long HTTP answers take, and who has the newest MSK. False as
 * above. */
bool report_svg(const struct crowd *crowd, const char *path);

#endif
