/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
input_start(struct input *in, int fd)
{
    int flags = fcntl(fd, F_GETFL);

    memset(in, 0, sizeof *in);
    in->fd = fd;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        in->ended = true;
}

void
input_fill(struct input *in)
{
    ssize_t got;

    if (in->n == sizeof in->buf) /* no line is that long */
        in->n = 0;
    got = read(in->fd, in->buf + in->n, sizeof in->buf - in->n);
    if (got > 0)
        in->n += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        in->ended = true;
}

/* The line stays where it is; what follows it moves up with the next call,
 * so it is copied aside first. */
char *
input_line(struct input *in)
{
    static char line[INPUT_LINE_MAX];
    char *end = memchr(in->buf, '\n', in->n);
    size_t n;

    if (end == NULL)
        return NULL;
    n = (size_t)(end - in->buf);
    memcpy(line, in->buf, n);
    line[n] = '\0';
    in->n -= n + 1;
    memmove(in->buf, end + 1, in->n);
    return line;
}

size_t
input_words(char *line, char *words[INPUT_WORDS_MAX])
{
    size_t n = 0;

    for (char *word = strtok(line, " \t\r"); word != NULL;
         word = strtok(NULL, " \t\r"))
        if (n < INPUT_WORDS_MAX)
            words[n++] = word;
    return n;
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
input_hex(const char *text, uint8_t *out, size_t cap, size_t *n)
{
    size_t len = strlen(text);

    *n = len / 2;
    if (len % 2 != 0 || *n > cap)
        return false;
    for (size_t i = 0; i < *n; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

bool
input_number(const char *text, uint64_t most, uint64_t *out)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out <= most;
}

bool
input_algorithms(char *text, uint32_t *set)
{
    *set = 0;
    for (char *name = strtok(text, ","); name != NULL; name = strtok(NULL, ","))
        if (strcmp(name, "sha256") == 0)
            *set |= MSK_ALGORITHM_SHA256;
        else if (strcmp(name, "md5") == 0)
            *set |= MSK_ALGORITHM_MD5;
        else
            return false;
    return *set != 0;
}

bool
input_json_text(const json_t *object, const char *name, const char **out)
{
    const json_t *value = json_object_get(object, name);

    *out = json_string_value(value);
    return value == NULL || *out != NULL;
}

bool
input_json_hex(const json_t *object, const char *name, uint8_t *out, size_t cap,
               size_t *n)
{
    const char *text;

    *n = 0;
    if (!input_json_text(object, name, &text))
        return false;
    return text == NULL || (input_hex(text, out, cap, n) && *n > 0);
}

const char *
input_json_unknown(const json_t *object, const char *const names[], size_t n)
{
    static char why[80];
    const char *name;
    json_t *value, *shown;
    char *text;
    size_t i;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        for (i = 0; i < n && strcmp(name, names[i]) != 0; i++)
            ;
        if (i < n)
            continue;
        shown = json_stringn(name, strnlen(name, 32));
        text = json_dumps(shown, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
        (void)snprintf(why, sizeof why, "unknown member %s",
                       text != NULL ? text : "");
        free(text);
        json_decref(shown);
        return why;
    }
    return NULL;
}

const char *
input_json_line(const char *text, input_json_take *take, void *arg)
{
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    const char *why = "it is no JSON object";

    if (json_is_object(object))
        why = take(arg, object);
    json_decref(object);
    return why;
}

static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0' || text[0] == '#';
}

bool
input_file_open(struct input_file *f, const char *path)
{
    f->path = path;
    f->line = 0;
    f->file = fopen(path, "r");
    if (f->file == NULL)
        perror(path);
    return f->file != NULL;
}

void
input_file_close(struct input_file *f)
{
    if (f->file != NULL)
        (void)fclose(f->file);
    f->file = NULL;
}

enum input_next
input_file_next(struct input_file *f, input_json_take *take, void *arg,
                bool *taken)
{
    char line[INPUT_LINE_MAX];
    const char *why = NULL;

    if (fgets(line, sizeof line, f->file) == NULL)
        return INPUT_END;
    f->line++;
    *taken = !is_blank(line);
    if (*taken)
        why = input_json_line(line, take, arg);
    msk_wipe(line, sizeof line);
    if (why == NULL)
        return INPUT_MORE;
    (void)fprintf(stderr, "%s:%u: %s\n", f->path, f->line, why);
    return INPUT_WRONG;
}
