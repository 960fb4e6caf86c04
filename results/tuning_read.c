/* tuning_read.c - a tuning's file as a document that reports and proofs can rely on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/check.h"
#include "results/document.h"
#include "results/file.h"
#include "results/situation.h"
#include "results/tuning.h"

/* Longer than it may be, or with a character that is not among `allowed`. */
static bool is_odd(const char *text, const char *allowed)
{
    size_t length = strlen(text);
    return !length || length >= NAME_TEXT || strspn(text, allowed) != length;
}

enum { LARGE_DIGITS = 10 };

/* A shell reads the variables, and processes get them: none but libpmem's own, and no value that is more than
 * a word. Processes get the situation's axes too. */
static const char *odd_part(const json_t *proposal)
{
    static const char digits[] = "0123456789";
    static const char names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    static const char words[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const char *kind = json_string_value(json_object_get(proposal, "kind"));
    const char *name = json_string_value(json_object_get(proposal, "name"));
    const char *value = json_string_value(json_object_get(proposal, "value"));
    const char *situation = json_string_value(json_object_get(proposal, "situation"));
    bool constant = !strcmp(kind, "constant");
    if (*situation && !situation_is_id(situation))
        return "situation";
    if (!constant && strncmp(name, "PMEM_", 5) && strncmp(name, "PMEM2_", 6))
        return "name";
    if (is_odd(name, constant ? words : names))
        return "name";
    bool large = constant && strlen(value) >= LARGE_DIGITS; /* no write() is so large */
    return large || is_odd(value, constant ? digits : words) ? "value" : NULL;
}

static int check_proposals(const json_t *document, const char *file, struct error *err)
{
    size_t i;
    json_t *proposal;
    json_array_foreach(json_object_get(document, "proposals"), i, proposal)
    {
        const char *odd = odd_part(proposal);
        if (odd)
            return error_set(err, EXIT_CANNOT,
                             "%s: proposals[%zu].%s: '%.60s' is none that tune proposes; tune again", file, i,
                             odd, json_string_value(json_object_get(proposal, odd)));
    }
    return 0;
}

json_t *tuning_parse(const char *text, size_t size, const char *file, struct error *err)
{
    struct error why = {0};
    json_t *document = NULL;
    if (!document_count(text, size, document_tuning(), file, &why))
        document = document_parse(text, size, document_tuning(), file, &why);
    if (document && !check_shape(document, document_tuning(), file, &why) &&
        !check_proposals(document, file, &why))
        return document;
    json_decref(document);
    document_fail(&why, file, err);
    return NULL;
}

static bool holds(const char *dir, const char *name)
{
    struct stat status;
    char *path = document_path(dir, name);
    bool is_there = path && !stat(path, &status) && S_ISREG(status.st_mode);
    free(path);
    return is_there;
}

static json_t *read_directory(const char *dir, struct error *err)
{
    char *path = document_path(dir, TUNING_FILE);
    json_t *document = NULL;
    if (!path)
        error_set(err, EXIT_CANNOT, "%s: out of memory; free some", dir);
    else if (!access(path, F_OK) || errno != ENOENT)
        document = document_read(path, document_tuning(), tuning_parse, err);
    else if (holds(dir, RESULT_FILE) || holds(dir, JOURNAL_FILE))
        error_set(err, EXIT_CANNOT, "%s: holds a result and no tuning: %s %s shows it; %s", dir,
                  "pmembench report", dir, "pmembench tune makes a tuning");
    else
        error_set(err, EXIT_CANNOT, "%s: holds no %s; name the --out directory of a tune", dir, TUNING_FILE);
    free(path);
    return document;
}

json_t *tuning_read(const char *file_or_dir, struct error *err)
{
    struct stat status;
    if (!stat(file_or_dir, &status) && S_ISDIR(status.st_mode))
        return read_directory(file_or_dir, err);
    return document_read(file_or_dir, document_tuning(), tuning_parse, err);
}

/* Whatever else is wrong with it is for the reader to say. */
static json_t *take_schema(const char *text, size_t size, const char *file, struct error *err)
{
    if (!size || !memmem(text, size, TUNING_SCHEMA, strlen(TUNING_SCHEMA)) ||
        document_count(text, size, document_tuning(), file, err))
        return NULL;
    return json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
}

bool tuning_is(const char *file_or_dir)
{
    struct stat status;
    struct error unheard = {0};
    if (stat(file_or_dir, &status))
        return false;
    if (S_ISDIR(status.st_mode))
        return holds(file_or_dir, TUNING_FILE);
    if (!S_ISREG(status.st_mode)) /* what a pipe holds can be read once */
        return false;
    json_t *document = document_read(file_or_dir, document_tuning(), take_schema, &unheard);
    const char *schema = json_string_value(json_object_get(document, "schema"));
    bool is = schema && !strcmp(schema, TUNING_SCHEMA);
    json_decref(document);
    return is;
}
