/* SPDX-License-Identifier: MIT */
/* input.h - commands on stdin, a line each, and hex and JSON in them. */
#ifndef HOSTS_INPUT_H
#define HOSTS_INPUT_H

#include <jansson.h>
#include <stdio.h>

#include "msk/digest.h"

#define INPUT_LINE_MAX 8192
#define INPUT_WORDS_MAX 64

/* Lines of a file descriptor that is read as octets come. */
struct input {
    int fd;
    bool ended;
    size_t n;
    char buf[INPUT_LINE_MAX];
};

/* Starts to read fd, without ever blocking. */
void input_start(struct input *in, int fd);

/* Reads what there is. Call when there is something, then input_line until it
 * returns NULL. A line that is too long is dropped. */
void input_fill(struct input *in);

/* The next whole line without its end; good until the next call. */
char *input_line(struct input *in);

/* Cuts a line into words at blanks, in place. Returns how many. */
size_t input_words(char *line, char *words[INPUT_WORDS_MAX]);

/* Hex to octets. False: it is none, or more than cap. */
bool input_hex(const char *text, uint8_t *out, size_t cap, size_t *n);

/* A decimal number, 0 to most, however many zeros are in front. */
bool input_number(const char *text, uint64_t most, uint64_t *out);

/* A list of sha256 and md5, as a set (msk/digest.h). Cuts the text. */
bool input_algorithms(char *text, uint32_t *set);

/* A member of a JSON object that is hex of 1..cap octets. Not there: *n is 0
 * and true. False: something else. */
bool input_json_hex(const json_t *object, const char *name, uint8_t *out,
                    size_t cap, size_t *n);

/* A member that is text; NULL if it is not there. False: not text. */
bool input_json_text(const json_t *object, const char *name, const char **out);

/* NULL if each member of an object has one of n names; else what is wrong, good
 * until the next call. */
const char *input_json_unknown(const json_t *object, const char *const names[],
                               size_t n);

/* Takes an object. NULL: fine; else why not. */
typedef const char *input_json_take(void *arg, const json_t *object);

/* A file of JSON lines, as far as it was read. */
struct input_file {
    const char *path;
    FILE *file; /* NULL: none is open */
    unsigned line;
};

/* False: it cannot be read, and the reason was told on stderr. */
bool input_file_open(struct input_file *f, const char *path);
void input_file_close(struct input_file *f);

/* Runs the next line through take. Blank lines and lines that start with # are
 * skipped: *taken is false. WRONG: the file, its number and the reason were told on stderr. */
enum input_next { INPUT_MORE, INPUT_END, INPUT_WRONG };
enum input_next input_file_next(struct input_file *f, input_json_take *take,
                                void *arg, bool *taken);

/* The same for one line of text. NULL, or why not. */
const char *input_json_line(const char *text, input_json_take *take, void *arg);

#endif
