/* SPDX-License-Identifier: MIT */
/* msktool - MIKEY messages on the command line, JSON in and out. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *what;
} commands[] = {
    { "decode", command_decode, "[--lenient] HEX|@FILE|-",
      "prints a MIKEY message as one JSON object" },
    { "build", command_build, "FILE|-",
      "reads such an object and prints the message in hex" },
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static int
usage(FILE *to, int status)
{
    fprintf(to, "usage: msktool COMMAND ...\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %s %s\n      %s\n", commands[i].name, commands[i].usage,
                commands[i].what);
    fprintf(to,
            "\n"
            "A message is given in hex, or as @FILE or - (stdin) in hex or as "
            "it is.\n"
            "Octets in JSON are hex. --lenient accepts octets behind the last "
            "payload.\n"
            "Exit status: 0 fine, 1 usage, 2 malformed (reason and offset on "
            "stderr),\n"
            "3 authentication failure.\n");
    return status;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr, TOOL_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return usage(stdout, TOOL_OK);
    if (strcmp(argv[1], "--version") == 0) {
        printf("msktool %s\n", msk_version());
        return TOOL_OK;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    return usage(stderr, TOOL_USAGE);
}
