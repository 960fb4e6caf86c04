/* test_json.c - a result as a document: what is in it, and that the schema holds and is closed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "results/file.h"
#include "tests/results/sample.h"
#include "tests/results/scratch.h"
#include "tests/results/walk.h"

#define VALIDATE "/usr/bin/python3 " SOURCE_DIR "/tests/results/validate.py "

static json_t *sample_document(void)
{
    struct result r;
    sample_result(&r);
    json_t *document = result_to_json(&r);
    result_free(&r);
    assert_non_null(document);
    return document;
}

static const json_t *at(const json_t *document, const char *list, size_t i, const char *name)
{
    return json_object_get(json_array_get(json_object_get(document, list), i), name);
}

static bool is_valid(const json_t *document)
{
    char dir[SCRATCH_PATH / 2], path[SCRATCH_PATH], command[3 * SCRATCH_PATH];
    scratch_open(dir);
    scratch_path(dir, "document.json", path);
    assert_int_equal(json_dump_file(document, path, 0), 0);
    snprintf(command, sizeof(command), VALIDATE "%s", path);
    int status = system(command);
    scratch_close(dir);
    return status == 0;
}

static void keys_name_the_question(void **state)
{
    (void)state;
    struct result_cell cell;
    char group[KEY_TEXT];
    sample_cell(&cell, "write_fsync", "bypass", "movnti", "none", "none");
    result_cell_name(&cell);
    assert_string_equal(cell.key,
                        "write_fsync/bypass/size=4096/offset=0/footprint=l2/dirty=auto/overwrite=1/"
                        "overwrite-order=pass/access=seq/surround=kernel/dest=own/source=warm/granule=4096/"
                        "file-size=auto/extents=64/threads=1/files=shared/delay=0");
    assert_int_equal(strncmp(cell.id, cell.key, strlen(cell.key)), 0);
    assert_string_equal(cell.id + strlen(cell.key), "/domain=adr");
    result_group_name(&cell, group);
    assert_int_equal(strncmp(group, "write_fsync/size=4096/", 22), 0);
    assert_string_equal(group + 11, cell.key + 18);
}

/* The longest names that fit their arrays fit the key too. */
static void longest_keys_are_whole(void **state)
{
    (void)state;
    struct result_cell cell;
    char longest[NAME_TEXT], value[AXIS_TEXT];
    memset(longest, 'x', sizeof(longest) - 1);
    memset(value, 'y', sizeof(value) - 1);
    longest[sizeof(longest) - 1] = value[sizeof(value) - 1] = '\0';
    sample_cell(&cell, longest, longest, "", "", "");
    SAMPLE_SET(cell.domain, longest);
    for (int i = 0; i < AXES; i++)
        SAMPLE_SET(cell.axis[i], value);
    result_cell_name(&cell);
    assert_true(strlen(cell.key) < KEY_TEXT - 1);
    assert_string_equal(cell.id + strlen(cell.id) - strlen(longest), longest);
}

static void axes_are_members_by_their_names(void **state)
{
    (void)state;
    json_t *document = sample_document();
    for (int i = 0; i < AXES; i++) {
        const struct axis_info *info = axis_info((enum axis_id)i);
        const char *member = axis_member((enum axis_id)i);
        assert_int_equal(strlen(member), strlen(info->name));
        for (size_t c = 0; member[c]; c++)
            assert_int_equal(member[c], info->name[c] == '-' ? '_' : info->name[c]);
        assert_string_equal(json_string_value(at(document, "cells", 0, member)), info->standard);
    }
    assert_string_equal(json_string_value(at(document, "cells", 3, "size")), "64");
    json_decref(document);
}

static void missing_is_null_and_unknown_says_so(void **state)
{
    (void)state;
    struct result r;
    sample_result(&r);
    r.floor_ratio = INFINITY;
    r.machine.family = -1;
    r.machine.llc_bytes_measured = 0;
    r.cells[0].summary.p90 = -INFINITY;
    r.cells[0].dirty_bytes = 0;
    r.run.seed = UINT64_MAX;
    *r.machine.turbo = '\0';
    json_t *document = result_to_json(&r);
    const json_t *machine = json_object_get(document, "machine");
    assert_true(json_is_null(json_object_get(machine, "steal_percent")));
    assert_true(json_is_null(json_object_get(machine, "llc_bytes_measured")));
    assert_true(json_is_null(json_object_get(json_object_get(machine, "cpu"), "family")));
    assert_string_equal(json_string_value(json_object_get(machine, "turbo")), "unknown");
    assert_true(json_is_null(json_object_get(json_object_get(document, "controls"), "floor_ratio")));
    assert_true(json_is_null(json_object_get(json_object_get(document, "run"), "seed")));
    assert_true(json_is_null(json_object_get(at(document, "cells", 0, "summary"), "p90")));
    assert_true(json_is_null(json_object_get(at(document, "cells", 0, "summary"), "p99")));
    assert_true(json_is_null(at(document, "cells", 0, "dirty_bytes")));
    assert_true(json_is_null(at(document, "cells", 0, "overlap_ns")));
    assert_true(json_is_null(at(document, "cells", 2, "fsync")));
    assert_true(json_is_null(at(document, "cells", 4, "summary")));
    assert_true(json_is_null(at(document, "comparisons", 0, "ratio_modelled")));
    assert_true(is_valid(document));
    json_decref(document);
    result_free(&r);
}

static void texts_are_utf8(void **state)
{
    (void)state;
    struct result r;
    char *argv[] = {"run", "--out", "caf\xc3\xa9", "caf\xe9", NULL};
    sample_result(&r);
    r.run.argv = argv;
    SAMPLE_SET(r.machine.model, "cut in \xc3");
    SAMPLE_SET(r.cells[4].reason, "quote \" backslash \\ newline \n");
    json_t *document = result_to_json(&r);
    const json_t *words = json_object_get(json_object_get(document, "run"), "argv");
    assert_string_equal(json_string_value(json_array_get(words, 2)), "caf\xc3\xa9");
    assert_string_equal(json_string_value(json_array_get(words, 3)), "caf?");
    assert_true(is_valid(document));
    json_decref(document);
    result_free(&r);
}

static void samples_and_layouts_are_all_there(void **state)
{
    (void)state;
    struct result r;
    sample_result(&r);
    r.cells[0].samples[0] = 123.456789;
    json_t *document = result_to_json(&r);
    const json_t *samples = at(document, "cells", 0, "samples"),
                 *layouts = at(document, "cells", 0, "layouts");
    assert_int_equal(json_array_size(samples), 40);
    assert_int_equal(json_array_size(layouts), 40);
    assert_true(json_real_value(json_array_get(samples, 0)) == 123.457);
    for (size_t i = 0; i < 40; i++) {
        double sample = r.cells[0].samples[i];
        assert_true(fabs(json_real_value(json_array_get(samples, i)) - sample) <= 1e-5 * sample);
        assert_int_equal(json_integer_value(json_array_get(layouts, i)), (json_int_t)(i % 4));
    }
    json_decref(document);
    result_free(&r);
}

static void each_thread_has_its_time(void **state)
{
    (void)state;
    struct result r;
    sample_result(&r);
    r.cells[0].thread_ns = sample_alloc(2, sizeof(double));
    r.cells[0].thread_ns[0] = 500;
    r.cells[0].thread_ns[1] = 750;
    r.cells[0].thread_count = 2;
    json_t *document = result_to_json(&r);
    const json_t *ns = at(document, "cells", 0, "thread_ns");
    assert_int_equal(json_array_size(ns), 2);
    assert_true(json_number_value(json_array_get(ns, 1)) == 750);
    assert_int_equal(json_array_size(at(document, "cells", 1, "thread_ns")), 0);
    json_decref(document);
    result_free(&r);
}

static void features_become_a_list(void **state)
{
    (void)state;
    json_t *document = sample_document();
    const json_t *cpu = json_object_get(json_object_get(document, "machine"), "cpu");
    const json_t *features = json_object_get(cpu, "features");
    assert_int_equal(json_array_size(features), 9);
    assert_string_equal(json_string_value(json_array_get(features, 8)), "MOVDIR64B");
    json_decref(document);
}

static void ledgers_keep_their_rows(void **state)
{
    (void)state;
    json_t *document = sample_document();
    const json_t *ledger = at(document, "cells", 1, "ledger"), *lock = json_array_get(ledger, 2);
    assert_int_equal(json_array_size(ledger), 8);
    assert_string_equal(json_string_value(json_object_get(lock, "stage")), "lock");
    assert_true(json_real_value(json_object_get(lock, "ns_added")) == 21.5);
    assert_true(json_real_value(json_object_get(lock, "ns_saved")) == 6.2);
    assert_true(json_is_true(json_object_get(lock, "overlaps")));
    assert_true(json_is_true(json_object_get(lock, "first_fence")));
    assert_true(json_real_value(json_object_get(at(document, "cells", 1, "unattributed_ns"), "value")) ==
                -3.5);
    assert_int_equal(json_array_size(at(document, "cells", 0, "ledger")), 0);
    json_decref(document);
}

static void documents_are_valid(void **state)
{
    (void)state;
    json_t *document = sample_document();
    assert_true(is_valid(document));
    json_decref(document);
    struct result empty;
    sample_head(&empty);
    empty.status = RUN_FAILED;
    empty.run.argv = NULL;
    document = result_to_json(&empty);
    assert_true(is_valid(document));
    json_decref(document);
    result_free(&empty);
    assert_null(empty.warnings);
}

/* The file that the tests of the reports use is what this code would write today. */
static void fixture_is_valid(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(system(VALIDATE SOURCE_DIR "/tests/reports/fixture/result.json"), 0);
    json_t *document = result_read(SOURCE_DIR "/tests/reports/fixture", &err);
    assert_non_null(document);
    assert_string_equal(json_string_value(json_object_get(json_object_get(document, "machine"), "host")),
                        "fixture");
    json_decref(document);
}

struct closed {
    const json_t *document;
    const char *dir;
    unsigned files;
};

/* Writes the document with one member more than the object at `place` may have. */
static void write_with_extra(json_t *object, const char *name, const char *place, void *data)
{
    struct closed *closed = data;
    char path[SCRATCH_PATH], file[32];
    (void)place;
    if (name)
        return;
    snprintf(file, sizeof(file), "%u.json", closed->files++);
    json_object_set_new(object, "surprise", json_integer(1));
    assert_int_equal(json_dump_file(closed->document, scratch_path(closed->dir, file, path), 0), 0);
    json_object_del(object, "surprise");
}

static void schema_is_closed(void **state)
{
    (void)state;
    char dir[SCRATCH_PATH / 2], command[2 * SCRATCH_PATH], line[1024];
    unsigned refused = 0;
    json_t *document = sample_document(), *seen = json_object();
    struct closed closed = {document, dir, 0};
    scratch_open(dir);
    walk(document, "", seen, write_with_extra, &closed);
    snprintf(command, sizeof(command), VALIDATE "%s/*.json 2>&1", dir);
    FILE *lines = popen(command, "r");
    assert_non_null(lines);
    while (fgets(line, sizeof(line), lines))
        refused += strstr(line, "surprise") != NULL;
    assert_int_not_equal(pclose(lines), 0);
    assert_int_equal(refused, closed.files);
    assert_true(closed.files >= 24); /* all kinds of objects were met */
    scratch_close(dir);
    json_decref(seen);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_name_the_question),
        cmocka_unit_test(longest_keys_are_whole),
        cmocka_unit_test(axes_are_members_by_their_names),
        cmocka_unit_test(missing_is_null_and_unknown_says_so),
        cmocka_unit_test(texts_are_utf8),
        cmocka_unit_test(samples_and_layouts_are_all_there),
        cmocka_unit_test(each_thread_has_its_time),
        cmocka_unit_test(features_become_a_list),
        cmocka_unit_test(ledgers_keep_their_rows),
        cmocka_unit_test(documents_are_valid),
        cmocka_unit_test(fixture_is_valid),
        cmocka_unit_test(schema_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
