/* hostile.h - inputs of the tests of hostile files: corpus texts, and a value of each JSON type */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_HOSTILE_H
#define TESTS_RESULTS_HOSTILE_H

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "results/file.h"
#include "tests/results/scratch.h"

struct hostile_value {
    const char *type; /* as JSON Schema names it */
    const char *text;
};

static const struct hostile_value hostile_values[] = {
    {"null", "null"},
    {"boolean", "true"},
    {"integer", "7"},
    {"number", "-7.25"},
    {"array", "[]"},
    {"object", "{}"},
    {"string", "\"\\u001b[31m\\n\\u202e\\u009b<script>|`*_[x](http://y) %s%n\""}};
enum { HOSTILE_VALUES = sizeof(hostile_values) / sizeof(hostile_values[0]) };

static inline json_t *hostile_json(const struct hostile_value *value)
{
    json_t *json = json_loads(value->text, JSON_DECODE_ANY, NULL);
    scratch_check(json != NULL, value->text);
    return json;
}

/* A file of the fuzzer's corpus, to be freed. Journals begin with a mark, which is left out. */
static inline char *hostile_corpus(const char *name, size_t *size)
{
    char path[SCRATCH_PATH];
    char *text = scratch_read(scratch_path(SOURCE_DIR "/tests/fuzz/corpus", name, path), size);
    if (*text == '#')
        memmove(text, text + 1, (*size)--);
    return text;
}

static inline json_t *hostile_document(const char *name)
{
    struct error err = {0};
    size_t size;
    char *text = hostile_corpus(name, &size);
    json_t *document = result_parse(text, size, RESULT_FILE, &err);
    free(text);
    scratch_check(document != NULL, err.text);
    return document;
}

/* Reads a document back as from a file. */
static inline json_t *hostile_reread(const json_t *document, struct error *err)
{
    char *text = json_dumps(document, 0);
    *err = (struct error){0};
    json_t *read = result_parse(text, strlen(text), RESULT_FILE, err);
    free(text);
    return read;
}

static inline bool hostile_is_printable(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

#endif
