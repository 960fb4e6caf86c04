/* read.c - a result file, or what an interrupted run left, as a document that reports can rely on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/check.h"
#include "results/document.h"
#include "results/file.h"
#include "results/json.h"
#include "results/replay.h"
#include "results/tuning.h"

/* An axis that came after the file was written stood at its default. */
static int fill_axes(json_t *document)
{
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        for (int a = 0; a < AXES; a++) {
            const char *member = axis_member((enum axis_id)a);
            if (!json_object_get(cell, member) &&
                json_object_set_new(cell, member, json_string(axis_info((enum axis_id)a)->standard)))
                return -1;
        }
    }
    return 0;
}

static json_t *accept(json_t *document, const char *file, struct error *err)
{
    if (!document)
        return NULL;
    int status = check_document(document, file, err);
    if (!status && fill_axes(document))
        status = error_set(err, EXIT_CANNOT, "%s: out of memory; free some", file);
    if (!status)
        return document;
    json_decref(document);
    return NULL;
}

static bool is_journal(const char *file)
{
    const char *slash = strrchr(file, '/');
    return !strcmp(slash ? slash + 1 : file, JOURNAL_FILE);
}

static json_t *parse(const char *text, size_t size, const char *file, struct error *err)
{
    if (is_journal(file))
        return journal_replay(text, size, file, err);
    return document_parse(text, size, document_result(), file, err);
}

json_t *result_parse(const char *text, size_t size, const char *file, struct error *err)
{
    struct error why = {0};
    json_t *document = NULL;
    if (!document_count(text, size, document_result(), file, &why))
        document = accept(parse(text, size, file, &why), file, &why);
    if (!document)
        document_fail(&why, file, err);
    return document;
}

static json_t *read_file(const char *file, struct error *err)
{
    return document_read(file, document_result(), result_parse, err);
}

static json_int_t rounds_of(const json_t *document)
{
    json_int_t rounds = 0;
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        rounds += json_integer_value(json_object_get(cell, "rounds"));
    }
    return rounds;
}

/* A run that went on after its interrupted result was written has more in its journal. */
static json_t *newer_of(json_t *result, const char *journal)
{
    struct error unheard = {0};
    const char *status = json_string_value(json_object_get(result, "status"));
    bool may_be = status && strcmp(status, "complete") && !access(journal, F_OK);
    json_t *later = may_be ? read_file(journal, &unheard) : NULL;
    bool more = later && rounds_of(later) > rounds_of(result);
    json_decref(more ? result : later);
    return more ? later : result;
}

static json_t *read_directory(const char *dir, struct error *err)
{
    char *result = document_path(dir, RESULT_FILE), *journal = document_path(dir, JOURNAL_FILE);
    json_t *document = NULL;
    struct stat status;
    if (!result || !journal)
        error_set(err, EXIT_CANNOT, "%s: out of memory; free some", dir);
    else if (!stat(result, &status) || errno != ENOENT)
        document = newer_of(read_file(result, err), journal);
    else if (!stat(journal, &status) || errno != ENOENT)
        document = read_file(journal, err);
    else if (tuning_is(dir))
        error_set(err, EXIT_CANNOT, "%s: holds a tuning and no result: %s %s shows it; %s", dir,
                  "pmembench report", dir, "pmembench run makes a result");
    else
        error_set(err, EXIT_CANNOT, "%s: holds neither %s nor %s; name the --out directory of a run", dir,
                  RESULT_FILE, JOURNAL_FILE);
    free(result);
    free(journal);
    return document;
}

json_t *result_read(const char *file_or_dir, struct error *err)
{
    struct stat status;
    if (!stat(file_or_dir, &status) && S_ISDIR(status.st_mode))
        return read_directory(file_or_dir, err);
    return read_file(file_or_dir, err);
}
