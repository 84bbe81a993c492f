/* SPDX-License-Identifier: MIT */
/* commands.h - the commands of msktool: each takes the arguments after its
 * name, and returns the status to exit with. */
#ifndef MSKTOOL_COMMANDS_H
#define MSKTOOL_COMMANDS_H

#include "tool.h"

int command_decode(int argc, char **argv);
int command_build(int argc, char **argv);
int command_msk(int argc, char **argv);
int command_pull(int argc, char **argv);
int command_mtk(int argc, char **argv);
int command_mbs(int argc, char **argv);
int command_receive(int argc, char **argv);
int command_store(int argc, char **argv);
int command_seal(int argc, char **argv);
int command_open(int argc, char **argv);
int command_ack(int argc, char **argv);
int command_check_ack(int argc, char **argv);
int command_derive(int argc, char **argv);
int command_gba(int argc, char **argv);
int command_digest(int argc, char **argv);
int command_body(int argc, char **argv);
int command_announcement(int argc, char **argv);

/* For other commands: the JSON of a message, or NULL when it said why not. */
json_t *decode_message(struct msk_bytes message, bool lenient);

/* The message that JSON describes, in *out; the status to exit with. */
int build_message(const json_t *value, struct octets *out);

#endif
