/* test_tuning_read.c - a tuning's file is read back, and told from all that is none */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "tests/results/tuning_place.h"

static void what_is_written_is_read_back(void **state)
{
    struct place *p = *state;
    struct error err = {0};
    json_t *by_file = tuning_read(p->file, &err), *by_folder = tuning_read(p->dir, &err);
    if (!by_file || !by_folder)
        fail_msg("%s", err.text);
    assert_true(json_equal(by_file, by_folder));
    char *wanted = json_dumps(p->document, JSON_REAL_PRECISION(9));
    char *found = json_dumps(by_file, JSON_REAL_PRECISION(9));
    assert_string_equal(found, wanted);
    free(wanted);
    free(found);
    json_decref(by_file);
    json_decref(by_folder);
}

static void strangers_are_ignored(void **state)
{
    struct place *p = *state;
    struct error err;
    json_t *cell = json_array_get(json_object_get(p->document, "situations"), 0);
    json_object_set_new(p->document, "surprise", json_integer(1));
    json_object_set_new(cell, "surprise", json_array());
    json_object_del(json_object_get(cell, "axes"), "extents");
    json_t *read = reread(p->document, &err);
    assert_non_null(read);
    json_decref(read);
}

static void a_result_is_no_tuning_and_the_reverse(void **state)
{
    struct place *p = *state;
    struct error err = {0};
    const char *result = SOURCE_DIR "/tests/reports/fixture/result.json";
    assert_null(result_read(p->file, &err));
    assert_told(&err, p->file, "is a tuning and no result: pmembench report shows it");
    err = (struct error){0};
    assert_null(result_read(p->dir, &err));
    assert_told(&err, p->dir, "holds a tuning and no result: pmembench report ");
    assert_refused(result, "is a result and no tuning: pmembench report shows it");
    assert_true(tuning_is(p->file) && tuning_is(p->dir));
    assert_false(tuning_is(result));
    assert_int_equal(unlink(p->file), 0);
    assert_refused(p->dir, "holds no tuning.json; name the --out directory of a tune");
    scratch_path(p->dir, RESULT_FILE, p->file);
    scratch_write(p->file, "", 0);
    assert_refused(p->dir, "holds a result and no tuning: pmembench report ");
    assert_false(tuning_is(p->dir));
}

static void only_what_says_so_looks_like_a_tuning(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *text;
        bool is;
    } texts[] = {{"{\"schema\": \"pmembench-tuning\"}", true},
                 {"{\"a\": [1], \"schema_version\": 9, \"schema\": \"pmembench-tuning\"}", true},
                 {"{\"schema\": \"pmembench-result\", \"plan\": \"pmembench-tuning\"}", false},
                 {"{\"schema\": [\"pmembench-tuning\"]}", false},
                 {"[\"schema\", \"pmembench-tuning\"]", false},
                 {"{\"schema\": \"pmembench-tuning\"", false},
                 {"", false}};
    char other[SCRATCH_PATH];
    scratch_path(p->dir, "any.json", other);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        scratch_write(other, texts[i].text, strlen(texts[i].text));
        if (tuning_is(other) != texts[i].is)
            fail_msg("%s", texts[i].text);
    }
    assert_int_equal(unlink(other), 0);
    assert_false(tuning_is(other));
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_false(tuning_is(other));
    assert_false(tuning_is("/dev/zero"));
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(mkdir(p->file, 0700), 0);
    assert_false(tuning_is(p->dir));
}

/* What is in a pipe is there once: it is left for the reader. */
static void a_pipe_is_not_looked_into(void **state)
{
    (void)state;
    const char text[] = "{\"schema\": \"pmembench-tuning\"}";
    char path[64], left[64];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, sizeof(text)), sizeof(text));
    close(ends[1]);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
    assert_false(tuning_is(path));
    assert_int_equal(read(ends[0], left, sizeof(left)), sizeof(text));
    close(ends[0]);
}

static void other_versions_are_told(void **state)
{
    struct place *p = *state;
    json_object_set_new(p->document, "schema_version", json_integer(2));
    assert_document_refused(p->document, "written by a later version (schema_version 2, this one reads 1)");
    json_object_set_new(p->document, "schema_version", json_integer(0));
    assert_document_refused(p->document, "schema_version 0 never existed; the file is damaged: tune again");
    json_object_del(p->document, "schema_version");
    assert_document_refused(p->document, "schema_version: expected a whole number");
    json_object_set_new(p->document, "schema", json_string("pmembench-tunings"));
    assert_document_refused(p->document, "is JSON but no pmembench-tuning; name a tuning.json");
    json_object_del(p->document, "schema");
    assert_document_refused(p->document, "is JSON but no pmembench-tuning");
}

static void what_is_no_file_is_refused(void **state)
{
    struct place *p = *state;
    assert_int_equal(truncate(p->file, ((off_t)256 << 20) + 1), 0);
    assert_refused(p->dir, "is larger than 256 MiB: no tuning is; name a tuning.json");
    assert_int_equal(unlink(p->file), 0);
    assert_refused(p->file, "No such file or directory; name a tuning file or the --out directory of a tune");
    assert_int_equal(mkfifo(p->file, 0600), 0);
    assert_refused(p->dir, "is a named pipe; name a tuning file");
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(mkdir(p->file, 0700), 0);
    assert_refused(p->dir, "is a directory");
    assert_refused("/dev/zero", "is a device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_are_ignored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_result_is_no_tuning_and_the_reverse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_what_says_so_looks_like_a_tuning, set_up, tear_down),
        cmocka_unit_test(a_pipe_is_not_looked_into),
        cmocka_unit_test_setup_teardown(other_versions_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
