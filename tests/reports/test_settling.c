/* test_settling.c - what a report says of more rounds, more time and more processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

#include "reports/report.h"

/* Two points, both unresolved, each settled by as many rounds again. */
static json_t *unsettled(int repeats)
{
    json_t *d = new_document(), *c;
    size_t i;
    add_pair(d, "4096", "l2", "1", 1.01, "unresolved");
    add_pair(d, "8192", "l2", "1", 1.01, "unresolved");
    json_array_foreach(json_object_get(d, "comparisons"), i, c)
        json_object_set_new(c, "more_rounds", json_integer(16));
    json_object_set_new(json_object_get(d, "run"), "repeats", json_integer(repeats));
    json_object_set_new(json_object_get(d, "run"), "measuring_s", json_real(30));
    return d;
}

static void distrust(json_t *d)
{
    json_t *all = json_pack("[{s:s, s:b}]", "group", "", "held", 0);
    json_object_set_new(json_object_get(d, "controls"), "groups", all);
    json_object_set_new(json_object_get(d, "controls"), "held", json_false());
}

static void report_says(const json_t *d, const char *cell, const char *what, bool expected)
{
    struct report_options options = {.source = "runs/x", .cell = cell};
    struct error err = {0};
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_int_equal(report_text(d, &options, out, &err), 0);
    fclose(out);
    char *plain = unwrapped(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

static const char cell[] = "deferred-xarray/size=4096";

static void one_process_is_advised_time(void **state)
{
    (void)state;
    json_t *d = unsettled(1);
    report_says(d, NULL, "About --max-time 60 would settle 2 of 2 unresolved", true);
    report_says(d, NULL, "about 16 more rounds would settle it", true);
    report_says(d, NULL, "--repeats may", false);
    report_says(d, cell, "about 16 more would settle it", true);
    json_decref(d);
}

static void several_are_advised_repeats(void **state)
{
    (void)state;
    json_t *d = unsettled(4);
    report_says(d, NULL, "More --repeats may settle 2 of 2 unresolved", true);
    report_says(d, NULL, "more --repeats may settle it", true);
    report_says(d, NULL, "--max-time", false);
    report_says(d, NULL, "would settle", false);
    report_says(d, cell, "more --repeats may settle it", true);
    report_says(d, cell, "would settle", false);
    json_decref(d);
}

static void nothing_settles_what_is_distrusted(void **state)
{
    (void)state;
    for (int repeats = 1; repeats <= 4; repeats += 3) {
        json_t *d = unsettled(repeats);
        distrust(d);
        report_says(d, cell, "verdict controls not held", true);
        report_says(d, cell, "settle", false);
        report_says(d, NULL, "settle", false);
        json_decref(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_is_advised_time),
        cmocka_unit_test(several_are_advised_repeats),
        cmocka_unit_test(nothing_settles_what_is_distrusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
