/* test_markdown.c - the Markdown report: the same content, in tables that hold together */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

static char *markdown_of(const json_t *d)
{
    static const struct report_options options = {.source = "runs/x"};
    char *text = report_string(report_markdown, d, &options, NULL);
    assert_clean(text);
    return text;
}

/* Pipes that are not escaped. */
static size_t pipes(const char *line, size_t width)
{
    size_t n = 0;
    for (size_t i = 0; i < width; i++)
        n += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    return n;
}

/* Each row of a table has as many columns as the row before. */
static void assert_tables_hold(const char *text)
{
    size_t columns = 0;
    while (*text) {
        size_t width = strcspn(text, "\n");
        size_t n = *text == '|' ? pipes(text, width) : 0;
        if (n && columns && n != columns)
            fail_msg("%zu pipes after %zu: %.*s", n, columns, (int)width, text);
        columns = n;
        text += width + (text[width] == '\n');
    }
}

static void the_fixture_has_all_sections(void **state)
{
    (void)state;
    static const char *const parts[] = {"# pmembench report",
                                        "**controls**: **HELD**",
                                        "## Where does the bypass's cost",
                                        "## Cost relative to bypass",
                                        "## Where it moved",
                                        "## Trackers alone",
                                        "LLC\\_SHARED",
                                        "## Repeat"};
    json_t *d = load_fixture();
    char *text = markdown_of(d);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!says(text, parts[i]))
            fail_msg("no %s in\n%s", parts[i], text);
    assert_tables_hold(text);
    free(text);
    json_decref(d);
}

static void it_says_what_the_text_says(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    char *text = markdown_of(d);
    assert_true(says(text, "**1.20 times bypass**"));
    assert_true(says(text, "The copy gets 200 ns cheaper"));
    assert_true(says(text, "200 % of what was saved"));
    free(text);
    json_object_set_new(json_array_get(json_object_get(d, "comparisons"), 0), "verdict",
                        json_string("unresolved"));
    text = markdown_of(d);
    assert_false(says(text, "slower"));
    assert_false(says(text, "cheaper"));
    free(text);
    json_decref(d);
}

static void hostile_strings_stay_text(void **state)
{
    (void)state;
    static const char evil[] =
        "a|b `c` *d* <script>alert(1)</script> [x](http://e) ![y](z) \033[1m\n# h\n| t |";
    json_t *d = document_with_ledger(1.2, "slower", 200);
    json_object_set_new(json_object_get(json_object_get(d, "machine"), "cpu"), "model", json_string(evil));
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 1), "path", json_string(evil));
    json_object_set_new(
        json_array_get(json_object_get(json_array_get(json_object_get(d, "cells"), 1), "ledger"), 0), "stage",
        json_string(evil));
    json_array_append_new(json_object_get(d, "warnings"),
                          json_pack("{s:s, s:s, s:s}", "code", evil, "message", evil, "hint", evil));
    char *text = markdown_of(d);
    assert_false(says(text, "<script"));
    assert_false(says(text, "http://"));
    assert_false(says(text, "\n# h"));
    assert_true(says(text, "a\\|b \\`c\\` \\*d\\*"));
    assert_tables_hold(text);
    free(text);
    json_decref(d);
}

static void check_null(const json_t *d)
{
    char *text = markdown_of(d);
    assert_tables_hold(text);
    free(text);
}

static void any_member_may_be_null(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    add_pair(d, "64", "llc", "8", 0.5, "faster");
    each_null(d, d, check_null);
    json_decref(d);
}

static void one_cell_and_all_cells(void **state)
{
    (void)state;
    json_t *d = load_fixture();
    struct report_options options = {.all = true};
    char *text = report_string(report_markdown, d, &options, NULL);
    assert_tables_hold(text);
    assert_true(says(text, "## Every cell"));
    free(text);
    struct error err = {0};
    options = (struct report_options){.cell = "no such cell"};
    assert_null(report_string(report_markdown, d, &options, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_has_all_sections), cmocka_unit_test(it_says_what_the_text_says),
        cmocka_unit_test(hostile_strings_stay_text),    cmocka_unit_test(any_member_may_be_null),
        cmocka_unit_test(one_cell_and_all_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
