/* SPDX-License-Identifier: MIT */
/* The commands that read XML, where there is no expat. */
#include "commands.h"

static int
refuse(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return fail(TOOL_USAGE, "built without an XML reader", "msktool");
}

int
command_body(int argc, char **argv)
{
    return refuse(argc, argv);
}

int
command_announcement(int argc, char **argv)
{
    return refuse(argc, argv);
}
