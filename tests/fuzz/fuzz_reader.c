/* fuzz_reader.c - libFuzzer: any bytes as a result file, a journal or a tuning are refused in one line, or
 * make a report */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/arena.h"
#include "reports/compare.h"
#include "reports/report.h"
#include "reports/tuning.h"
#include "results/document.h"
#include "results/file.h"
#include "results/json.h"
#include "results/tuning.h"
#include "tests/fuzz/mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MOST = 60, COLUMNS_MOST = 100 };

/* A broken promise ends the program as a crash does, so that libFuzzer keeps the input. */
static void promise(bool kept, const char *what, const char *text)
{
    if (kept)
        return;
    fprintf(stderr, "promise broken: %s\n%s\n", what, text);
    abort();
}

static bool is_printable(const char *text, bool lines)
{
    for (; *text; text++)
        if ((*text < ' ' || *text > '~') && !(lines && *text == '\n'))
            return false;
    return true;
}

static bool fits(const char *text)
{
    size_t lines = 0;
    for (; *text; lines++) {
        size_t width = strcspn(text, "\n");
        if (width > COLUMNS_MOST)
            return false;
        text += width + (text[width] == '\n');
    }
    return lines <= LINES_MOST;
}

/* Text of the document is text to a renderer of Markdown: no tag but inside a fence, which none of it ends.
 */
static bool has_no_html(const char *text)
{
    size_t fence = 0;
    while (*text) {
        size_t width = strcspn(text, "\n"), marks = strspn(text, "`");
        if (!fence && marks >= 3 && marks == width)
            fence = marks;
        else if (fence && marks >= fence && marks == width)
            fence = 0;
        else if (!fence && memchr(text, '<', width))
            return false;
        text += width + (text[width] == '\n');
    }
    return !fence;
}

typedef int make_report(const json_t *document, const struct report_options *options, FILE *out,
                        struct error *err);

/* The report as a string, to be freed. */
static char *report(make_report *make, const json_t *document, const struct report_options *options)
{
    struct error err = {0};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        abort();
    int status = make(document, options, out, &err);
    fclose(out);
    promise((status != 0) == error_is_set(&err), "a report fails with a reason", err.text);
    promise(is_printable(err.text, false), "an error is one clean line", err.text);
    promise(is_printable(text, true), "a report is clean", text);
    return text;
}

/* One cell in full, named as the reports name it. */
static void show_cell(const json_t *document)
{
    struct arena arena = {0};
    const json_t *cells = json_object_get(document, "cells");
    const json_t *cell = json_array_get(cells, json_array_size(cells) / 2);
    struct report_options options = {.source = "runs/fuzz"};
    if (cell) {
        options.cell = arena_clean(&arena, json_string_value(json_object_get(cell, "key")));
        free(report(report_text, document, &options));
        char *text = report(report_markdown, document, &options);
        promise(has_no_html(text), "Markdown has no HTML", text);
        free(text);
    }
    arena_free(&arena);
}

/* A document beside itself: joined, judged and printed in each form. */
static void show_compared(const json_t *document)
{
    static int (*const forms[])(struct compare *, FILE *, struct error *) = {compare_text, compare_markdown,
                                                                             compare_csv, compare_json};
    const struct compare_source sources[] = {{"a.json", document}, {"b.json", document}};
    const struct compare_options options = {0};
    struct error err = {0};
    struct compare *c = compare_new(sources, 2, &options, &err);
    for (size_t i = 0; c && i < sizeof(forms) / sizeof(forms[0]); i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        promise(!forms[i](c, out, &err), "a comparison can be printed", err.text);
        fclose(out);
        free(text);
    }
    if (c)
        compare_gate(c, 5, &err);
    compare_free(c);
}

static void show(const json_t *document)
{
    struct report_options options = {.source = "runs/fuzz"};
    char *text = report(report_text, document, &options);
    promise(fits(text), "a report fits 60 lines of 100 columns", text);
    free(text);
    text = report(report_markdown, document, &options);
    promise(has_no_html(text), "Markdown has no HTML", text);
    free(text);
    options.all = true;
    free(report(report_text, document, &options));
    free(report(report_markdown, document, &options));
    show_cell(document);
    show_compared(document);
}

/* A document that was read is written and read again without a difference. */
static void write_again(const json_t *document, document_make *parse)
{
    struct error err = {0};
    char *first = json_dumps(document, document_flags());
    json_t *again = first ? parse(first, strlen(first), "again.json", &err) : NULL;
    char *second = again ? json_dumps(again, document_flags()) : NULL;
    promise(second && !strcmp(first, second), "what was read is written and read again", err.text);
    free(first);
    free(second);
    json_decref(again);
}

static void promise_error(const struct error *err, const char *name)
{
    promise(err->code == EXIT_CANNOT && !strncmp(err->text, name, strlen(name)), "an error names the file",
            err->text);
    promise(is_printable(err->text, false), "an error is one clean line", err->text);
}

/* What is handed over is made by the same rules as a report. */
static int make_env(const json_t *document, const struct report_options *options, FILE *out,
                    struct error *err)
{
    (void)options;
    return report_tuning_env(document, out, err);
}

static int make_header(const json_t *document, const struct report_options *options, FILE *out,
                       struct error *err)
{
    (void)options;
    return report_tuning_header(document, out, err);
}

/* A line that is no comment is NAME=VALUE of libpmem's, with nothing in it that a shell looks at. */
static bool sets_variables(const char *text)
{
    while (*text) {
        size_t width = strcspn(text, "\n"), name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        bool known = !strncmp(text, "PMEM_", 5) || !strncmp(text, "PMEM2_", 6);
        if (*text != '#' && (!known || text[name] != '=' || strcspn(text, " $`;&|<>(){}'\"\\*?!~#") < width))
            return false;
        text += width + (text[width] == '\n');
    }
    return true;
}

/* A comment ends where it is meant to, and no line goes on. */
static bool is_header(const char *text)
{
    bool comment = false;
    for (; *text; text++) {
        bool opens = text[0] == '/' && text[1] == '*', closes = text[0] == '*' && text[1] == '/';
        if (text[0] == '\\' || (opens && comment) || (closes && !comment))
            return false;
        comment = opens || (comment && !closes);
        text += opens || closes;
    }
    return !comment;
}

static void show_tuning(const json_t *document)
{
    struct report_options options = {.source = "runs/fuzz"};
    char *text = report(report_tuning_text, document, &options);
    promise(fits(text), "a tuning's report fits 60 lines of 100 columns", text);
    free(text);
    free(report(report_tuning_proof, document, &options));
    text = report(report_tuning_markdown, document, &options);
    promise(has_no_html(text), "Markdown has no HTML", text);
    free(text);
    text = report(make_env, document, &options);
    promise(sets_variables(text), "libpmem.env sets libpmem's variables alone", text);
    free(text);
    text = report(make_header, document, &options);
    promise(is_header(text), "a header's comments end where they should", text);
    free(text);
    options.all = true;
    free(report(report_tuning_text, document, &options));
    text = report(report_tuning_markdown, document, &options);
    promise(has_no_html(text), "Markdown has no HTML", text);
    free(text);
}

/* The same bytes as a tuning: what is accepted can be shown, handed over and proven again. */
static void read_tuning(const char *text, size_t size)
{
    struct error err = {0};
    struct tuning t = {0};
    uint64_t *sizes = NULL;
    size_t count = 0;
    json_t *document = tuning_parse(text, size, TUNING_FILE, &err);
    if (!document) {
        promise_error(&err, TUNING_FILE);
        return;
    }
    promise(!error_is_set(&err), "what is accepted is no error", err.text);
    write_again(document, tuning_parse);
    show_tuning(document);
    promise(!tuning_proposals_from(document, &t, &sizes, &count, &err), "proposals are taken", err.text);
    free(sizes);
    tuning_free(&t);
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool journal = size && *data == MUTATE_JOURNAL;
    const char *name = journal ? JOURNAL_FILE : RESULT_FILE;
    struct error err = {0};
    json_t *document = result_parse((const char *)data + journal, size - journal, name, &err);
    if (!journal && !document)
        read_tuning((const char *)data, size);
    if (document) {
        promise(!error_is_set(&err), "what is accepted is no error", err.text);
        write_again(document, result_parse);
        show(document);
        json_decref(document);
        return 0;
    }
    promise_error(&err, name);
    return 0;
}
