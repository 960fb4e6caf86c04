/* test_journal.c - what an interrupted run leaves is read back, however its last line was cut */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>

#include "results/file.h"
#include "tests/results/place.h"

static int set_up(void **state)
{
    return place_open(state, JOURNAL_FILE);
}

static struct journal *open_journal(const struct scratch *s)
{
    struct error err = {0};
    struct journal *j = journal_open(s->dir, &s->result, json_object(), &err);
    assert_non_null(j);
    return j;
}

/* A visit of a group with `count` cells from `first` on, and the group's controls. */
static int put(struct journal *j, const struct scratch *s, size_t first, size_t count, size_t controls,
               struct error *err)
{
    const struct result_cell *cells[8];
    for (size_t i = 0; i < count; i++)
        cells[i] = &s->result.cells[first + i];
    struct journal_visit v = {.group = s->result.controls[controls].group,
                              .measured_s = 1.5 + (double)first,
                              .cells = cells,
                              .cell_count = count,
                              .controls = &s->result.controls[controls],
                              .state = json_pack("{s:i}", "first", (int)first)};
    return journal_visit(j, &v, err);
}

/* The journal of the whole sample. */
static void write_journal(const struct scratch *s)
{
    struct journal *j = open_journal(s);
    struct error err = {0};
    assert_int_equal(put(j, s, 0, 3, 0, &err), 0);
    assert_int_equal(put(j, s, 3, s->result.cell_count - 3, 1, &err), 0);
    journal_close(j);
}

static json_t *read_back(const char *path)
{
    struct error err = {0};
    json_t *document = result_read(path, &err);
    if (!document)
        fail_msg("%s", err.text);
    return document;
}

static void assert_refused(const char *path, const char *part)
{
    struct error err = {0};
    assert_null(result_read(path, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    if (!strstr(err.text, part))
        fail_msg("'%s' does not say '%s'", err.text, part);
}

static size_t count(const json_t *document, const char *list)
{
    return json_array_size(json_object_get(document, list));
}

static const json_t *cell_at(const json_t *document, size_t i)
{
    return json_array_get(json_object_get(document, "cells"), i);
}

static const char *warning_at(const json_t *document, size_t i)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(document, "warnings"), i), "code"));
}

static void journal_makes_an_interrupted_document(void **state)
{
    struct scratch *s = *state;
    char command[3 * SCRATCH_PATH], path[SCRATCH_PATH];
    write_journal(s);
    json_t *document = read_back(s->dir), *by_file = read_back(s->file);
    assert_true(json_equal(document, by_file));
    assert_string_equal(json_string_value(json_object_get(document, "status")), "interrupted");
    assert_int_equal(count(document, "cells"), 5);
    assert_int_equal(count(document, "comparisons"), 0);
    assert_int_equal(count(document, "warnings"), 2);
    const json_t *controls = json_object_get(document, "controls");
    assert_int_equal(count(controls, "groups"), 2);
    assert_true(json_is_true(json_object_get(controls, "held")));
    assert_true(fabs(json_real_value(json_object_get(controls, "floor_ratio")) - 1.008) < 1e-9);
    assert_int_equal(json_dump_file(document, scratch_path(s->dir, "document.json", path), 0), 0);
    snprintf(command, sizeof(command), "/usr/bin/python3 %s/tests/results/validate.py %s", SOURCE_DIR, path);
    assert_int_equal(system(command), 0);
    json_decref(document);
    json_decref(by_file);
}

static void the_result_goes_before_the_journal(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    write_journal(s);
    assert_int_equal(result_write(&s->result, s->dir, &err), 0);
    json_t *document = read_back(s->dir);
    assert_string_equal(json_string_value(json_object_get(document, "status")), "complete");
    json_decref(document);
    journal_remove(s->dir);
    assert_int_not_equal(access(s->file, F_OK), 0);
    journal_remove(s->dir); /* nothing there: nothing happens */
}

static void later_lines_replace_earlier_ones(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    struct journal *j = open_journal(s);
    struct result_cell *cells = s->result.cells;
    cells[0].rounds = 3;
    assert_int_equal(put(j, s, 0, 2, 0, &err), 0);
    cells[0].rounds = 17;
    s->result.controls[1].held = false;
    assert_int_equal(put(j, s, 0, 1, 1, &err), 0);
    journal_close(j);
    json_t *document = read_back(s->dir);
    assert_int_equal(count(document, "cells"), 2);
    assert_string_equal(json_string_value(json_object_get(cell_at(document, 0), "id")), cells[0].id);
    assert_int_equal(json_integer_value(json_object_get(cell_at(document, 0), "rounds")), 17);
    assert_true(json_is_false(json_object_get(json_object_get(document, "controls"), "held")));
    json_decref(document);
}

static void a_journal_without_cells_is_a_document(void **state)
{
    struct scratch *s = *state;
    journal_close(open_journal(s));
    journal_close(NULL);
    json_t *document = read_back(s->dir);
    assert_int_equal(count(document, "cells"), 0);
    assert_true(json_is_null(json_object_get(json_object_get(document, "controls"), "floor_ratio")));
    assert_true(json_is_false(json_object_get(json_object_get(document, "controls"), "held")));
    json_decref(document);
}

static void an_existing_journal_is_left_alone(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    size_t before, after;
    write_journal(s);
    free(scratch_read(s->file, &before));
    assert_null(journal_open(s->dir, &s->result, json_object(), &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, "File exists"));
    free(scratch_read(s->file, &after));
    assert_int_equal(before, after);
}

/* The last line cut at every byte: the cells before it stay, and the reader says what happened. */
static void torn_last_lines_are_dropped(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    struct journal *j = open_journal(s);
    assert_int_equal(put(j, s, 0, 1, 0, &err), 0);
    size_t whole, size;
    free(scratch_read(s->file, &whole));
    assert_int_equal(put(j, s, 4, 1, 1, &err), 0);
    journal_close(j);
    char *text = scratch_read(s->file, &size);
    for (size_t cut = whole; cut <= size; cut++) {
        scratch_write(s->file, text, cut);
        json_t *document = read_back(s->dir);
        bool torn = cut > whole && cut < size - 1; /* without its newline alone it is whole */
        assert_int_equal(count(document, "cells"), cut >= size - 1 ? 2 : 1);
        assert_int_equal(count(json_object_get(document, "controls"), "groups"), cut >= size - 1 ? 2 : 1);
        assert_int_equal(count(document, "warnings"), torn ? 3 : 2);
        if (torn)
            assert_string_equal(warning_at(document, 2), "JOURNAL_TORN");
        json_decref(document);
    }
    free(text);
}

/* A head that was cut leaves nothing to report; damage before the last line is no interruption. */
static void damaged_journals_are_refused(void **state)
{
    struct scratch *s = *state;
    size_t size;
    write_journal(s);
    char *text = scratch_read(s->file, &size);
    size_t head = (size_t)(strchr(text, '\n') - text);
    for (size_t cut = 0; cut < head; cut += 13) {
        scratch_write(s->file, text, cut);
        assert_refused(s->file, cut ? ":1:" : "is empty");
    }
    text[head + 30] = '\0';
    scratch_write(s->file, text, size);
    assert_refused(s->file, ":2:");
    free(text);
}

static void assert_lines_refused(const struct scratch *s, const char *head, const char *line,
                                 const char *part)
{
    FILE *f = fopen(s->file, "w");
    assert_non_null(f);
    fprintf(f, "%s\n%s\n", head, line);
    fclose(f);
    assert_refused(s->file, part);
}

static void hostile_journals_are_refused(void **state)
{
    struct scratch *s = *state;
    write_journal(s);
    char *text = scratch_read(s->file, NULL);
    *strchr(text, '\n') = '\0';
    assert_lines_refused(s, text, "{\"visit\": {\"cells\": [{}]}}", ":2: a cell without id");
    assert_lines_refused(s, text, "{\"visit\": {\"cells\": [3]}}", ":2: a cell without id");
    assert_lines_refused(s, text, "{\"visit\": {\"cells\": 3}}", ":2: a visit without cells");
    assert_lines_refused(s, text, "{\"visit\": {\"cells\": [], \"cells\": []}}\n{}", ":2:");
    assert_lines_refused(s, text, "{\"visit\": {\"cells\": [], \"controls\": [1]}}",
                         ":2: a control without group");
    assert_lines_refused(s, text, "{\"cell\": {}}", ":2: a cell without id");
    assert_lines_refused(s, text, "{\"cell\": 3}", ":2: a cell without id");
    assert_lines_refused(s, text, "{\"cell\": {\"id\": 3}}", ":2: a cell without id");
    assert_lines_refused(s, text, "{\"controls\": [1]}", ":2: a control without group");
    assert_lines_refused(s, text, "{\"cell\": {\"id\": \"x\"}}", "cells[0].key: is missing");
    assert_lines_refused(s, "{\"schema\": \"pmembench-journal\", \"schema_version\": 2}", "{}",
                         "later version");
    assert_lines_refused(s, "{\"schema\": \"pmembench-journal\", \"schema_version\": 1}", "{}",
                         "run: expected");
    assert_lines_refused(s, "[]", "{}", "no pmembench-journal");
    free(text);
}

/* A disk that fills up and is freed again: the append that failed leaves nothing, the next one is whole. */
static void a_failed_append_leaves_no_half_line(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    struct journal *j = open_journal(s);
    size_t before, after;
    struct rlimit limit, old;
    assert_int_equal(put(j, s, 0, 1, 0, &err), 0);
    free(scratch_read(s->file, &before));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = before + 1000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int status = put(j, s, 1, 1, 0, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    free(scratch_read(s->file, &after));
    assert_int_equal(status, -1);
    assert_int_equal(after, before);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, "journal.jsonl: cannot be written: File too large; what was measured "
                                     "before is in it: free space, then go on"));
    err = (struct error){0};
    assert_int_equal(put(j, s, 1, 1, 0, &err), 0);
    journal_close(j);
    json_t *document = read_back(s->dir);
    assert_int_equal(count(document, "cells"), 2);
    assert_int_equal(count(document, "warnings"), 2);
    json_decref(document);
}

/* What earlier versions wrote: a line a cell, and one a group's controls. */
static void journals_of_earlier_versions_are_read(void **state)
{
    struct scratch *s = *state;
    write_journal(s);
    struct error err = {0};
    uint64_t whole;
    json_t *all = journal_read(s->dir, &whole, &err),
           *visit = json_array_get(json_object_get(all, "visits"), 0);
    char *head = scratch_read(s->file, NULL);
    *strchr(head, '\n') = '\0';
    FILE *f = fopen(s->file, "w");
    assert_non_null(f);
    fprintf(f, "%s\n{\"cell\": ", head);
    json_dumpf(json_array_get(json_object_get(visit, "cells"), 0), f, 0);
    fprintf(f, "}\n{\"controls\": ");
    json_dumpf(json_object_get(visit, "controls"), f, 0);
    fprintf(f, "}\n");
    fclose(f);
    json_t *document = read_back(s->dir);
    assert_int_equal(count(document, "cells"), 1);
    assert_int_equal(count(json_object_get(document, "controls"), "groups"), 1);
    assert_null(journal_read(s->dir, &whole, &err)); /* but nothing says how such a run could go on */
    assert_non_null(strstr(err.text, ":2: is no whole visit"));
    json_decref(document);
    json_decref(all);
    free(head);
}

/* What a run that goes on needs: head, visits in order, their states, and where the whole lines end. */
static void a_journal_is_gone_on_with(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    uint64_t whole, again;
    size_t size;
    write_journal(s);
    char *text = scratch_read(s->file, &size);
    for (size_t cut = size; cut >= size - 20; cut--) {
        scratch_write(s->file, text, cut);
        json_t *all = journal_read(s->dir, &whole, &err);
        assert_non_null(all);
        bool torn = cut != size;
        assert_true(json_is_true(json_object_get(all, "torn")) == torn);
        assert_int_equal(json_array_size(json_object_get(all, "visits")), torn ? 1 : 2);
        assert_int_equal(torn, whole != size);
        const json_t *visit = json_array_get(json_object_get(all, "visits"), 0);
        assert_int_equal(json_integer_value(json_object_get(json_object_get(visit, "state"), "first")), 0);
        assert_true(json_number_value(json_object_get(visit, "measured_s")) == 1.5);
        json_decref(all);
    }
    struct journal *j = journal_reopen(s->dir, whole, &err);
    assert_non_null(j);
    assert_null(journal_reopen(s->dir, whole, &err)); /* one writer only */
    assert_non_null(strstr(err.text, "another process is writing it"));
    err = (struct error){0};
    assert_int_equal(put(j, s, 3, s->result.cell_count - 3, 1, &err), 0);
    journal_close(j);
    char *after = scratch_read(s->file, NULL);
    assert_string_equal(after, text); /* as if nothing had happened */
    json_t *all = journal_read(s->dir, &again, &err);
    assert_int_equal(again, size);
    json_decref(all);
    free(after);
    free(text);
}

static void journals_that_cannot_go_on_are_refused(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    uint64_t whole;
    static const struct {
        const char *text, *part;
    } cases[] = {{"", "is empty"},
                 {"{\"schema\"", ":1: is torn, and the first line"},
                 {"{}\n", "no pmembench-journal"},
                 {"{\"schema\": \"pmembench-journal\", \"schema_version\": 1}\n", "names no request"},
                 {"{\"schema\": \"pmembench-journal\", \"schema_version\": 1, \"request\": {}}\nxx\n{}\n",
                  ":2: is not JSON"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        scratch_write(s->file, cases[i].text, strlen(cases[i].text));
        err = (struct error){0};
        assert_null(journal_read(s->dir, &whole, &err));
        if (!strstr(err.text, cases[i].part))
            fail_msg("'%s' does not say '%s'", err.text, cases[i].part);
    }
    unlink(s->file);
    err = (struct error){0};
    assert_null(journal_read(s->dir, &whole, &err));
    assert_non_null(strstr(err.text, "cannot be read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(journal_makes_an_interrupted_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_result_goes_before_the_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_lines_replace_earlier_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journal_without_cells_is_a_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_existing_journal_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(torn_last_lines_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_journals_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_journals_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(journals_of_earlier_versions_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journal_is_gone_on_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(journals_that_cannot_go_on_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_append_leaves_no_half_line, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
