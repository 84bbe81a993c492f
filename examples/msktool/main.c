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
    { "seal", command_seal, "--psk HEX [--rand HEX] [--allow-null] FILE|-",
      "reads a JSON object with i_spec (a message as decode prints it, no\n"
      "      KEMAC), sub (its keys), encr_alg, mac_alg and rand (where there "
      "is\n"
      "      no RAND payload), and prints the message sealed, in hex" },
    { "open", command_open, "--psk HEX [--rand HEX] [--allow-null] HEX|@FILE|-",
      "checks the MAC of such a message and prints its keys; --allow-null:\n"
      "      also where there is no encryption or no MAC" },
    { "ack", command_ack,
      "--psk HEX --request HEX|@FILE [--rand HEX] [--idi HEX] [--idr HEX]\n"
      "      [--id-type N] [--no-id] [--mac-alg N]",
      "prints the verification message that answers the request; --idi and\n"
      "      --idr replace the IDs of the request, --no-id sends none" },
    { "check-ack", command_check_ack,
      "--psk HEX --request HEX|@FILE [--rand HEX] [--idi HEX] [--idr HEX]\n"
      "      HEX|@FILE|-",
      "checks that the message answers the request, and its MAC" },
    { "derive", command_derive,
      "ks-naf|ks-ext-naf|ks-int-naf --ks HEX --rand HEX --impi TEXT --fqdn "
      "TEXT\n"
      "  derive mrk --ks-naf HEX\n"
      "  derive k-af --k-akma HEX --fqdn TEXT\n"
      "  derive naf-id --fqdn TEXT\n"
      "  derive mikey --what encr|auth|salt|tek|tgk-auth|tgk-encr|tgk-salt\n"
      "      --psk HEX --csb HEX [--rand HEX] [--cs N] [--prf 0|1] [--len N]",
      "prints a key of TS 33.220 B.3, MRK, K_AF of AKMA, a NAF_Id, or a key "
      "of\n      MIKEY, in hex" },
    { "gba", command_gba,
      "--k HEX --opc HEX|--op HEX --rand HEX [--sqn HEX [--amf HEX]|--autn "
      "HEX]\n"
      "      [--bsf NAME] [--impi TEXT --fqdn NAME]\n"
      "  gba --ks HEX --rand HEX [--bsf NAME] [--impi TEXT --fqdn NAME]",
      "prints what a bootstrapping comes to, as JSON: RES and keys of "
      "Milenage,\n"
      "      AUTN and AUTS of a number, for AKA and for GBA_U, or who made an\n"
      "      AUTN; Ks, B-TID, Ks_NAF, Ks_int_NAF; MUK and MRK in the ME and "
      "on\n"
      "      the UICC" },
    { "msk", command_msk,
      "--layout csb|keyid --muk HEX --domain HEX --group N --number N\n"
      "      [--key HEX] [--seq LO:HI] [--rand HEX] [--csb HEX] [--ts N]\n"
      "      --idr B-TID [--idi FQDN] [--ack] [--sp NAME=V,..] [--streaming]\n"
      "      [--ext 2|3] [--ext-before-kemac] [--card]",
      "prints an MSK message in hex; without --key a key validity update" },
    { "pull", command_pull,
      "--layout csb|keyid --muk HEX --domain HEX --group N ...",
      "prints the message by which a BM-SC solicits a pull" },
    { "mtk", command_mtk,
      "--layout csb|keyid --msk HEX --rand HEX --domain HEX --group N\n"
      "      --number N --mtk-id N --key HEX [--salt HEX] [--csb HEX] [--ts "
      "N]\n"
      "      [--ext 2|3] [--ext-before-kemac] [--with-rand]",
      "prints an MTK message in hex; with --salt for streaming, --with-rand\n"
      "      for UEs whose MSK came without one" },
    { "receive", command_receive,
      "--layout csb|keyid --store FILE [--group DOMAIN:N].. [--require WHAT]\n"
      "      [--secrets] [--age N] --muk FQDN:B-TID:HEX.. HEX|@FILE|-..",
      "takes MUKs (the age of one is 1 more than of the last) and messages in\n"
      "      their order, prints a JSON line for each" },
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
    { "mbs", command_mbs, "[--again|--make] FILE|-",
      "prints the SecurityDescription of TS 26.517, or the MbsKeyInfo or\n"
      "      MbsSecurityContext of TS 29.571, that JSON is, as it is meant;\n"
      "      --again: as it is read, written again; --make: keys that it "
      "printed\n      become an MbsSecurityContext" },
    { "store", command_store, "FILE [--secrets]",
      "prints what is in such a store, one JSON line a record" },
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void
print_command(FILE *to, size_t i)
{
    fprintf(to, "  %s %s\n      %s\n", commands[i].name, commands[i].usage,
            commands[i].what);
}

static int
usage(FILE *to, int status)
{
    fprintf(to, "usage: msktool COMMAND ...\n"
                "       msktool help [COMMAND]\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        print_command(to, i);
    fprintf(to,
            "\n"
            "A message is given in hex, in base64 or as an SDP line\n"
            "a=key-mgmt:mikey BASE64; or as @FILE or - (stdin), which may also "
            "hold its\n"
            "octets as they are. Numbers are decimal.\n"
            "Octets in JSON are hex. --lenient accepts octets after the last "
            "payload.\n"
            "Exit status: 0 fine, 1 usage, 2 malformed (reason and offset on "
            "stderr),\n"
            "3 authentication failure; receive: a message was refused, or had "
            "a wrong MAC.\n");
    return status;
}

/* The place of a command in the table; N_COMMANDS: there is none. */
static size_t
find_command(const char *name)
{
    size_t i = 0;

    while (i < N_COMMANDS && strcmp(name, commands[i].name) != 0)
        i++;
    return i;
}

static int
no_command(const char *name)
{
    return fail(TOOL_USAGE, "no such command; msktool help lists them", name);
}

static int
help_about(const char *name)
{
    size_t i = find_command(name);

    if (i == N_COMMANDS)
        return no_command(name);
    printf("usage: msktool COMMAND ...\n\n");
    print_command(stdout, i);
    return TOOL_OK;
}

static bool
asks_for_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
           strcmp(word, "-h") == 0;
}

static int
run_command(int argc, char **argv)
{
    size_t i = find_command(argv[0]);

    if (i == N_COMMANDS)
        return no_command(argv[0]);
    if (argc == 2 && asks_for_help(argv[1]))
        return help_about(argv[0]);
    return commands[i].run(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr, TOOL_USAGE);
    if (asks_for_help(argv[1]))
        return argc > 2 ? help_about(argv[2]) : usage(stdout, TOOL_OK);
    if (strcmp(argv[1], "--version") == 0) {
        printf("msktool %s\n", msk_version());
        return TOOL_OK;
    }
    return run_command(argc - 1, argv + 1);
}
