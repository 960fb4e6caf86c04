/* tuning_place.h - what the tests of tunings' files start from, after cmocka.h: the sample in a folder */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_TUNING_PLACE_H
#define TESTS_RESULTS_TUNING_PLACE_H

#include "results/document.h"
#include "results/file.h"
#include "tests/results/hostile.h"
#include "tests/results/sample_tuning.h"

/* A folder of its own with the sample in it. */
struct place {
    char dir[SCRATCH_PATH / 2], file[SCRATCH_PATH];
    json_t *document;
};

static inline int set_up(void **state)
{
    struct place *p = sample_alloc(1, sizeof(*p));
    struct error err = {0};
    struct tuning t;
    sample_tuning(&t);
    p->document = tuning_to_json(&t);
    tuning_free(&t);
    scratch_open(p->dir);
    scratch_path(p->dir, TUNING_FILE, p->file);
    *state = p;
    return tuning_write_document(p->document, p->dir, &err);
}

static inline int tear_down(void **state)
{
    struct place *p = *state;
    json_decref(p->document);
    scratch_close(p->dir);
    free(p);
    return 0;
}

/* The error: one printable line that names the file and says `part`. */
static inline void assert_told(const struct error *err, const char *file, const char *part)
{
    if (err->code != EXIT_CANNOT || strncmp(err->text, file, strlen(file)) || !strstr(err->text, part) ||
        !hostile_is_printable(err->text))
        fail_msg("%s: '%s' does not say '%s'", file, err->text, part);
}

static inline void assert_refused(const char *path, const char *part)
{
    struct error err = {0};
    assert_null(tuning_read(path, &err));
    assert_told(&err, path, part);
}

static inline void assert_bytes_refused(const void *text, size_t size, const char *part)
{
    struct error err = {0};
    json_t *document = tuning_parse(text, size, TUNING_FILE, &err);
    if (document)
        fail_msg("%zu bytes are accepted, not told: %s", size, part);
    assert_told(&err, TUNING_FILE, part);
}

static inline void assert_text_refused(const char *text, const char *part)
{
    assert_bytes_refused(text, strlen(text), part);
}

/* Reads a document back as from a file. */
static inline json_t *reread(const json_t *document, struct error *err)
{
    char *text = json_dumps(document, 0);
    *err = (struct error){0};
    json_t *read = tuning_parse(text, strlen(text), TUNING_FILE, err);
    free(text);
    return read;
}

static inline void assert_document_refused(const json_t *document, const char *part)
{
    struct error err;
    assert_null(reread(document, &err));
    assert_told(&err, TUNING_FILE, part);
}

#endif
