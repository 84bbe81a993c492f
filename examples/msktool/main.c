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
    { "msk", command_msk,
      "--layout csb|keyid --muk HEX --domain HEX --group N --number N\n"
      "      [--key HEX] [--seq LO:HI] [--rand HEX] [--csb HEX] [--ts N]\n"
      "      --idr B-TID [--idi FQDN] [--ack] [--sp NAME=V,..] [--streaming]\n"
      "      [--ext-before-kemac] [--card]",
      "prints an MSK message in hex; without --key a key validity update" },
    { "pull", command_pull,
      "--layout csb|keyid --muk HEX --domain HEX --group N ...",
      "prints the message by which a BM-SC solicits a pull" },
    { "mtk", command_mtk,
      "--layout csb|keyid --msk HEX --rand HEX --domain HEX --group N\n"
      "      --number N --mtk-id N --key HEX [--salt HEX] [--csb HEX] [--ts "
      "N]\n"
      "      [--ext-before-kemac]",
      "prints an MTK message in hex; with --salt for streaming" },
    { "receive", command_receive,
      "--layout csb|keyid --store FILE [--group DOMAIN:N].. [--require WHAT]\n"
      "      [--secrets] --muk FQDN:B-TID:HEX.. HEX|@FILE|-..",
      "takes MUKs and messages in their order, prints a JSON line for each" },
    { "digest", command_digest,
      "--username B-TID --realm TEXT --mrk HEX|--password TEXT --uri TARGET\n"
      "      --nonce TEXT --cnonce TEXT [--nc 00000001] [--qop auth-int|auth]\n"
      "      [--algorithm MD5|SHA-256] [--method POST] [--body "
      "TEXT|--body-hex HEX]\n"
      "      [--rspauth] [--expect HEX]",
      "prints a response of HTTP Digest, or an rspauth; or checks the one "
      "expected" },
    { "body", command_body, "HEX|@FILE|-, or --xml FILE|-",
      "prints an XML body of the key management procedures as JSON, or back" },
    { "announcement", command_announcement,
      "SERVICE HEX|@FILE|-, or --xml FILE|-",
      "prints a securityDescription as JSON, or back" },
    { "store", command_store, "FILE [--secrets]",
      "prints what is in such a store, one JSON line a record" },
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
            "3 authentication failure; receive: a message was refused, or had "
            "a wrong MAC.\n");
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
