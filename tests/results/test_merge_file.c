/* test_merge_file.c - a merged document as a file, and merging when memory is short */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/documents.h"
#include "tests/results/scratch.h"

#define VALIDATE "/usr/bin/python3 " SOURCE_DIR "/tests/results/validate.py "

static void merged_files_are_valid_and_read_back(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 8};
    char dir[SCRATCH_PATH / 2], command[3 * SCRATCH_PATH];
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct documents d = documents_make(counts[i]);
        scratch_open(dir);
        json_t *document = merged(&d);
        assert_int_equal(result_write_document(document, dir, &d.err), 0);
        json_t *read = result_read(dir, &d.err);
        assert_non_null(read);
        assert_int_equal(json_integer_value(place_of(read, "run.repeats")), counts[i]);
        snprintf(command, sizeof(command), VALIDATE "%s/result.json", dir);
        assert_int_equal(system(command), 0);
        json_decref(read);
        json_decref(document);
        scratch_close(dir);
        documents_free(&d);
    }
    struct error err = {0};
    assert_int_equal(result_write_document(NULL, "/tmp", &err), -1);
    assert_non_null(strstr(err.text, "out of memory"));
}

/* Allocations that the JSON library may still make; below 0: no end. Only this test's thread uses it. */
static long left = -1;

static void *scarce_malloc(size_t bytes)
{
    if (!left)
        return NULL;
    left -= left > 0;
    return malloc(bytes);
}

static void every_shortage_of_memory_is_told(void **state)
{
    (void)state;
    struct documents d = documents_make(2);
    unsigned failed = 0;
    json_t *document = NULL;
    json_set_alloc_funcs(scarce_malloc, free);
    for (long enough = 0; !document; enough += 7) {
        d.err.code = EXIT_DONE;
        left = enough;
        document = documents_merge(&d);
        left = -1;
        failed += !document;
        assert_int_equal(d.err.code, document ? EXIT_DONE : EXIT_CANNOT);
        if (!document)
            assert_non_null(strstr(d.err.text, "out of memory"));
    }
    json_decref(document);
    json_set_alloc_funcs(malloc, free);
    assert_true(failed > 100);
    documents_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_files_are_valid_and_read_back),
        cmocka_unit_test(every_shortage_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
