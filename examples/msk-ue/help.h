/* SPDX-License-Identifier: MIT */
#ifndef MSK_UE_HELP_H
#define MSK_UE_HELP_H

/* What --help shows: options; commands and events. */
extern const char help_text[], help_more[];

#endif
