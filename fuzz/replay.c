/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over files, and the files of folders, without libFuzzer:
 *
 *   fuzz_NAME FILE|FOLDER ...
 *
 * Exit status 1: a file could not be read, or there was none.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "target.h"

#define INPUT_MAX (1u << 20)

/* In a block of exactly its size, so that a sanitizer sees its end. */
static bool
run(const uint8_t *octets, size_t n)
{
    uint8_t *exact = malloc(n > 0 ? n : 1);

    if (exact == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        exact[i] = octets[i];
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return true;
}

static bool
run_file(const char *path)
{
    static uint8_t octets[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t n;
    bool ok;

    if (file == NULL) {
        perror(path);
        return false;
    }
    n = fread(octets, 1, sizeof octets, file);
    ok = ferror(file) == 0;
    fclose(file);
    return ok && run(octets, n);
}

/* Returns how many files there were; -1: not all of them could be read. */
static long
run_folder(DIR *folder, const char *path)
{
    char name[4096];
    long files = 0;

    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (!run_file(name))
            return -1;
        files++;
    }
    return files;
}

int
main(int argc, char **argv)
{
    long files = 0;

    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        long n = folder != NULL ? run_folder(folder, argv[i])
                                : (run_file(argv[i]) ? 1 : -1);

        if (folder != NULL)
            closedir(folder);
        if (n < 0)
            return 1;
        files += n;
    }
    printf("%ld inputs\n", files);
    return files > 0 ? 0 : 1;
}
