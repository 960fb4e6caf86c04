/* test_file.c - result files: written whole or not at all, read back; hostile ones are refused */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "results/file.h"
#include "tests/results/place.h"
#include "tests/results/walk.h"

static int set_up(void **state)
{
    return place_open(state, RESULT_FILE);
}

/* An error must be one line that names the file and says something. */
static void assert_error(const struct error *err, const char *file, const char *part)
{
    if (err->code != EXIT_CANNOT || strncmp(err->text, file, strlen(file)) || !strstr(err->text, part) ||
        strchr(err->text, '\n'))
        fail_msg("'%s' does not say '%s'", err->text, part);
}

static void assert_refused(const char *path, const char *part)
{
    struct error err = {0};
    assert_null(result_read(path, &err));
    assert_error(&err, path, part);
}

static void assert_text_refused(const struct scratch *s, const char *text, const char *part)
{
    scratch_write(s->file, text, strlen(text));
    assert_refused(s->file, part);
}

/* The file may hold fewer digits than the numbers had. */
static bool alike(const json_t *a, const json_t *b)
{
    if (json_is_real(a) && json_is_real(b))
        return fabs(json_real_value(a) - json_real_value(b)) <= 1e-8 * fabs(json_real_value(a));
    if (!json_is_object(a) && !json_is_array(a))
        return json_equal(a, b);
    if (json_typeof(a) != json_typeof(b) || json_object_size(a) != json_object_size(b) ||
        json_array_size(a) != json_array_size(b))
        return false;
    const char *name;
    json_t *value;
    size_t i;
    json_object_foreach((json_t *)a, name, value) if (!alike(value, json_object_get(b, name))) return false;
    json_array_foreach(a, i, value) if (!alike(value, json_array_get(b, i))) return false;
    return true;
}

static void what_is_written_is_read_back(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    struct stat status;
    assert_int_equal(result_write(&s->result, s->dir, &err), 0);
    assert_int_equal(result_write(&s->result, s->dir, &err), 0); /* over an older one */
    assert_int_equal(scratch_names(s->dir, NULL, 0), 1);
    assert_int_equal(stat(s->file, &status), 0);
    assert_int_equal(status.st_mode & 0600, 0600);
    json_t *wanted = result_to_json(&s->result), *by_file = result_read(s->file, &err);
    json_t *by_directory = result_read(s->dir, &err);
    assert_non_null(by_file);
    assert_true(alike(wanted, by_file));
    assert_true(json_equal(by_file, by_directory));
    json_decref(wanted);
    json_decref(by_file);
    json_decref(by_directory);
}

static void each_cell_is_one_line(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    unsigned lines = 0;
    assert_int_equal(result_write(&s->result, s->dir, &err), 0);
    char *text = scratch_read(s->file, NULL);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t length = strlen(line);
        json_t *cell = json_loadb(line, length - (line[length - 1] == ','), 0, NULL);
        lines += json_object_get(cell, "samples") != NULL;
        json_decref(cell);
    }
    free(text);
    assert_int_equal(lines, s->result.cell_count);
}

static void missing_files_are_named(void **state)
{
    struct scratch *s = *state;
    assert_refused(s->dir, "neither result.json nor journal.jsonl");
    assert_refused(s->file, "No such file");
    struct error err = {0};
    assert_int_equal(result_write(&s->result, s->file, &err), -1);
    assert_error(&err, s->file, "choose another --out");
}

/* Writing with a disk that is full must leave the older file and nothing else. Returns 0 when it did. */
static int write_on_full_disk(struct scratch *s, const char *dir, const char *reason)
{
    char path[SCRATCH_PATH];
    struct error err = {0};
    const char *old = "the older file";
    scratch_write(scratch_path(dir, RESULT_FILE, path), old, strlen(old));
    int status = result_write(&s->result, dir, &err);
    size_t size;
    char *now = scratch_read(path, &size);
    bool same = size == strlen(old) && !memcmp(now, old, size);
    free(now);
    bool told = strstr(err.text, reason) && strstr(err.text, "free space or choose another --out");
    return status == -1 && err.code == EXIT_CANNOT && same && told && scratch_names(dir, NULL, 0) == 1 ? 0
                                                                                                       : 1;
}

static rlim_t limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    return before;
}

static void file_limit_leaves_the_older_file(void **state)
{
    struct scratch *s = *state;
    signal(SIGXFSZ, SIG_IGN);
    rlim_t before = limit_files(5000);
    int status = write_on_full_disk(s, s->dir, "File too large");
    limit_files(before);
    assert_int_equal(status, 0);
}

enum { CANNOT_MOUNT = 77 };

/* In a mount namespace of its own: a file system of 8 KiB. */
static int on_tiny_disk(struct scratch *s)
{
    if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) ||
        mount("none", s->dir, "tmpfs", 0, "size=8k"))
        return CANNOT_MOUNT;
    return write_on_full_disk(s, s->dir, "No space left");
}

static void full_disk_leaves_the_older_file(void **state)
{
    struct scratch *s = *state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(on_tiny_disk(s));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT_MOUNT) {
        print_message("skipped: a small tmpfs cannot be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void what_is_no_result_is_refused(void **state)
{
    struct scratch *s = *state;
    assert_text_refused(s, "", "not JSON");
    assert_text_refused(s, "{\n\"schema\": 1,\n  oops}", ":3:6: not JSON");
    assert_text_refused(s, "{\"schema\": \"\xff\"}", "not JSON");
    assert_text_refused(s, "[]", "no pmembench-result");
    assert_text_refused(s, "{}", "no pmembench-result");
    assert_text_refused(s, "{\"schema\": 7}", "no pmembench-result");
    assert_text_refused(s, "{\"schema\": \"pmembench-result\"}", "schema_version");
    assert_text_refused(s, "{\"schema\": \"pmembench-result\", \"schema_version\": 2}", "later version");
    assert_text_refused(s, "{\"schema\": \"pmembench-result\", \"schema_version\": 2}", "update pmembench");
    assert_text_refused(s, "{\"schema\": \"pmembench-result\", \"schema_version\": 0}", "schema_version 0");
    assert_text_refused(s, "{\"schema\": \"pmembench-result\", \"schema_version\": 1}", "is missing");
}

static void deep_nesting_is_refused(void **state)
{
    struct scratch *s = *state;
    char text[100001];
    memset(text, '[', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_text_refused(s, text, "depth");
}

static void large_files_are_refused(void **state)
{
    struct scratch *s = *state;
    scratch_write(s->file, "", 0);
    assert_int_equal(truncate(s->file, ((off_t)256 << 20) + 1), 0);
    assert_refused(s->file, "larger than 256 MiB");
}

static void cut_files_are_refused(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    size_t size;
    assert_int_equal(result_write(&s->result, s->dir, &err), 0);
    char *text = scratch_read(s->file, &size);
    for (size_t cut = 0; cut < size - 2; cut += 97) {
        scratch_write(s->file, text, cut);
        assert_refused(s->file, "not JSON");
    }
    free(text);
}

/* Random damage: refused or read, in any case without harm (the sanitizers watch). */
static void damaged_files_do_no_harm(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    struct rng r = {1};
    size_t size;
    assert_int_equal(result_write(&s->result, s->dir, &err), 0);
    char *text = scratch_read(s->file, &size);
    for (int i = 0; i < 1000; i++) {
        char *place = &text[rng_below(&r, size)], before = *place;
        *place = (char)("{}[]\",:0-enx\\ \xff"[rng_below(&r, 16)]);
        scratch_write(s->file, text, size);
        struct error told = {0};
        json_t *document = result_read(s->file, &told);
        assert_true((document != NULL) == (told.code == EXIT_DONE));
        json_decref(document);
        *place = before;
    }
    free(text);
}

struct mutation {
    const struct scratch *s;
    const json_t *document;
    unsigned members;
};

/* Of noise: files from before it was looked at lack them. */
static const char *const of_noise[] = {"trend_percent",
                                       "spin_ns",
                                       "load_end",
                                       "cpu_steal_percent",
                                       "sibling_busy_percent",
                                       "others_busy_percent",
                                       "involuntary_switches",
                                       "involuntary_per_s",
                                       "throttles",
                                       "huge_page_percent",
                                       "remote_percent",
                                       "siblings",
                                       "governor_end",
                                       "turbo_end"};

static bool may_be_absent(const char *name)
{
    for (size_t i = 0; i < sizeof(of_noise) / sizeof(of_noise[0]); i++)
        if (!strcmp(name, of_noise[i]))
            return true;
    for (int i = 0; i < AXES; i++)
        if (!strcmp(name, axis_member((enum axis_id)i)))
            return true;
    if (!strcmp(name, "difference_ns") || !strcmp(name, "write_protects") || !strcmp(name, "write_protect"))
        return true;
    if (!strcmp(name, "hmat") || !strcmp(name, "detected") || !strcmp(name, "dirty_shutdown"))
        return true;
    if (!strcmp(name, "surround_source") || !strcmp(name, "tuning"))
        return true;
    return !strcmp(name, "latency") || !strcmp(name, "repeat") || !strcmp(name, "level") ||
           !strcmp(name, "thread_ns") || !strcmp(name, "modelled_serial_ns") ||
           !strcmp(name, "ratio_modelled_serial") || !strcmp(name, "thread_cpus") || !strcmp(name, "repeats");
}

static void assert_document_refused(const struct mutation *m)
{
    assert_int_equal(json_dump_file(m->document, m->s->file, 0), 0);
    struct error err = {0};
    assert_null(result_read(m->s->file, &err));
    assert_error(&err, m->s->file, "");
}

/* Without the member, and with a member of a type that none may have, the document is refused. */
static void mutate(json_t *object, const char *name, const char *place, void *data)
{
    struct mutation *m = data;
    (void)place;
    if (!name)
        return;
    m->members++;
    json_t *member = json_incref(json_object_get(object, name));
    json_object_del(object, name);
    if (!may_be_absent(name))
        assert_document_refused(m);
    bool truth = json_is_boolean(member);
    json_object_set_new(object, name, truth ? json_integer(1) : json_true());
    assert_document_refused(m);
    json_object_set_new(object, name, member);
}

static void every_member_is_checked(void **state)
{
    struct scratch *s = *state;
    json_t *document = result_to_json(&s->result), *seen = json_object();
    struct mutation m = {s, document, 0};
    walk(document, "", seen, mutate, &m);
    assert_true(m.members > 150);
    json_decref(seen);
    json_decref(document);
}

static void wrong_types_are_placed(void **state)
{
    struct scratch *s = *state;
    json_t *document = result_to_json(&s->result);
    json_t *cells = json_object_get(document, "cells");
    json_object_set_new(json_array_get(cells, 3), "summary", json_string("fast"));
    assert_int_equal(json_dump_file(document, s->file, 0), 0);
    assert_refused(s->file, "cells[3].summary: expected an object or null, found a text");
    json_array_set_new(cells, 0, json_integer(3));
    assert_int_equal(json_dump_file(document, s->file, 0), 0);
    assert_refused(s->file, "cells[0]: expected an object, found a whole number");
    json_array_clear(cells);
    json_t *comparison = json_array_get(json_object_get(document, "comparisons"), 0);
    json_object_set_new(comparison, "verdict", json_string("better"));
    assert_int_equal(json_dump_file(document, s->file, 0), 0);
    assert_refused(s->file, "comparisons[0].verdict: 'better'");
    json_decref(document);
}

static void strangers_are_ignored_and_missing_axes_filled(void **state)
{
    struct scratch *s = *state;
    struct error err = {0};
    json_t *document = result_to_json(&s->result);
    json_t *cell = json_array_get(json_object_get(document, "cells"), 0);
    json_object_set_new(document, "surprise", json_integer(1));
    json_object_set_new(cell, "surprise", json_array());
    json_object_del(cell, "extents");
    assert_int_equal(json_dump_file(document, s->file, 0), 0);
    json_decref(document);
    document = result_read(s->file, &err);
    assert_non_null(document);
    cell = json_array_get(json_object_get(document, "cells"), 0);
    assert_string_equal(json_string_value(json_object_get(cell, "extents")), "64");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_cell_is_one_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_files_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(file_limit_leaves_the_older_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_disk_leaves_the_older_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_result_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cut_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_files_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_member_is_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_types_are_placed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_are_ignored_and_missing_axes_filled, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
