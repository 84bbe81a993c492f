/* SPDX-License-Identifier: MIT */
#ifndef MSK_BMSC_HELP_H
#define MSK_BMSC_HELP_H

/* What --help shows, in this order: how it is used, options, commands and
 * events. */
extern const char help_text[], help_options[], help_commands[];

#endif
