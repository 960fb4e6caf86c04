/* test_compare_data.c - a comparison as CSV and JSON: every number, and no text that does harm */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

enum { FIELDS_MOST = 64 };

/* Splits one line of RFC 4180 in place; returns the fields. */
static size_t split(char *line, char **fields)
{
    size_t n = 0;
    char *to = line;
    bool quoted = false;
    fields[n++] = to;
    for (char *from = line; *from; from++) {
        if (*from == '"' && quoted && from[1] == '"') {
            *to++ = *from++;
        } else if (*from == '"') {
            quoted = !quoted;
        } else if (*from == ',' && !quoted) {
            *to++ = 0;
            assert_true(n < FIELDS_MOST);
            fields[n++] = to;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    assert_false(quoted);
    return n;
}

struct csv {
    char *text, *fields[8][FIELDS_MOST];
    size_t lines, columns;
};

static struct csv read_csv(const json_t *a, const json_t *b)
{
    struct csv csv = {.text = printed(compare_csv, a, b, NULL)};
    char *next = csv.text;
    while (*next) {
        char *end = strchr(next, '\n');
        assert_non_null(end);
        *end = 0;
        assert_true(csv.lines < 8);
        size_t n = split(next, csv.fields[csv.lines]);
        assert_true(!csv.lines || n == csv.columns);
        csv.columns = n;
        csv.lines++;
        next = end + 1;
    }
    return csv;
}

static const char *field(const struct csv *csv, size_t line, const char *column)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (!strcmp(csv->fields[0][i], column))
            return csv->fields[line][i];
    fail_msg("no column %s", column);
    return "";
}

static void csv_has_one_line_a_cell(void **state)
{
    (void)state;
    json_t *a = many_cells(3, 8), *b = many_cells(2, 8);
    set_repeats(cell_at(b, 0), 8, 1500, 0.004);
    json_object_set_new(json_object_get(cell_at(a, 0), "counts"), "fences", json_integer(3));
    struct csv csv = read_csv(a, b);
    assert_int_equal(csv.lines, 4);
    assert_string_equal(field(&csv, 1, "status"), "compared");
    assert_string_equal(field(&csv, 1, "key"), json_string_value(json_object_get(cell_at(a, 0), "key")));
    assert_string_equal(field(&csv, 1, "file_b"), "b.json");
    assert_string_equal(field(&csv, 1, "verdict"), "slower");
    assert_string_equal(field(&csv, 1, "ratio"), "1.5");
    assert_string_equal(field(&csv, 1, "repeats_a"), "8");
    assert_string_equal(field(&csv, 1, "ns_a"), "1000");
    assert_string_equal(field(&csv, 1, "ns_b"), "1500");
    assert_string_equal(field(&csv, 1, "fences_a"), "3");
    assert_string_equal(field(&csv, 1, "fences_b"), "");
    assert_string_equal(field(&csv, 1, "ratio_modelled"), "");
    assert_string_equal(field(&csv, 2, "verdict"), "equivalent");
    assert_string_equal(field(&csv, 3, "status"), "unmatched");
    assert_string_equal(field(&csv, 3, "reason"), "not in B");
    assert_string_equal(field(&csv, 3, "file_a"), "a.json");
    assert_string_equal(field(&csv, 3, "file_b"), "");
    assert_string_equal(field(&csv, 3, "ns_a"), "1002");
    assert_string_equal(field(&csv, 3, "ns_b"), "");
    free(csv.text);
    json_decref(a);
    json_decref(b);
}

static void csv_text_is_quoted_and_no_formula(void **state)
{
    (void)state;
    static const char *const keys[][2] = {
        {"=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(1,2)", "'@SUM(1,2)"},
        {"\t=1", "?=1"},
        {"a,b\"c\nd", "a,b\"c?d"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *a = many_cells(1, 8), *b = many_cells(1, 8);
        set_text(cell_at(a, 0), "key", keys[i][0]);
        set_text(cell_at(b, 0), "key", keys[i][0]);
        struct csv csv = read_csv(a, b);
        assert_int_equal(csv.lines, 2);
        assert_string_equal(field(&csv, 1, "key"), keys[i][1]);
        free(csv.text);
        json_decref(a);
        json_decref(b);
    }
}

static json_t *read_json(const json_t *a, const json_t *b)
{
    char *text = printed(compare_json, a, b, NULL);
    json_error_t error;
    json_t *d = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!d)
        fail_msg("not JSON: %s", error.text);
    assert_true(strstr(text, "\"comparisons\"") < strstr(text, "\"unmatched\""));
    free(text);
    return d;
}

static const json_t *at(const json_t *d, const char *list, size_t i)
{
    return json_array_get(json_object_get(d, list), i);
}

static const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "(no text)";
}

static void json_has_comparisons_and_unmatched(void **state)
{
    (void)state;
    static const char *const members[] = {
        "key",     "a",      "b",      "ratio",          "ci_low",
        "ci_high", "p",      "p_holm", "ratio_modelled", "ratio_modelled_serial",
        "verdict", "method", "rounds", "more_rounds",    "reason"};
    json_t *a = many_cells(3, 8), *b = many_cells(2, 7);
    set_repeats(cell_at(b, 0), 7, 1500, 0.004);
    set_member(b, "machine", "kernel", "6.12");
    json_t *d = read_json(a, b);
    assert_int_equal(json_array_size(json_object_get(d, "comparisons")), 2);
    const json_t *c = at(d, "comparisons", 0), *u = at(d, "unmatched", 0), *f = at(d, "differences", 0);
    assert_int_equal(json_object_size(c), sizeof members / sizeof *members);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_non_null(json_object_get(c, members[i]));
    assert_string_equal(text_at(c, "verdict"), "slower");
    assert_string_equal(text_at(json_object_get(c, "a"), "file"), "a.json");
    assert_string_equal(text_at(json_object_get(c, "b"), "id"), text_at(cell_at(b, 0), "id"));
    assert_true(fabs(json_number_value(json_object_get(c, "ratio")) - 1.5) < 1e-6);
    assert_true(json_is_null(json_object_get(c, "ratio_modelled")));
    assert_int_equal(json_integer_value(json_object_get(c, "rounds")), 7);
    assert_int_equal(json_array_size(json_object_get(d, "unmatched")), 1);
    assert_int_equal(json_object_size(u), 4);
    assert_string_equal(text_at(u, "file"), "a.json");
    assert_string_equal(text_at(u, "id"), text_at(cell_at(a, 2), "id"));
    assert_string_equal(text_at(u, "reason"), "not in B");
    assert_string_equal(text_at(f, "what"), "kernel");
    assert_string_equal(text_at(f, "a"), "6.1.0");
    assert_string_equal(text_at(f, "b"), "6.12");
    assert_int_equal(json_integer_value(json_object_get(at(d, "family", 0), "comparisons")), 2);
    assert_true(json_is_true(json_object_get(at(d, "controls", 1), "held")));
    json_decref(d);
    json_decref(a);
    json_decref(b);
}

static void json_has_counts_and_ledgers_whatever_the_times_are_worth(void **state)
{
    (void)state;
    json_t *a = document_with_ledger(1.2, "slower", 200), *b = document_with_ledger(1.2, "slower", 100);
    json_object_set_new(json_object_get(cell_at(a, 1), "counts"), "lines_flushed", json_integer(64));
    set_member(b, "region", "provenance", "emulated");
    json_t *d = read_json(a, b);
    assert_string_equal(text_at(at(d, "comparisons", 1), "verdict"), "unresolved");
    assert_true(says(text_at(at(d, "comparisons", 1), "reason"), "withheld: B is emulated"));
    assert_true(json_number_value(json_object_get(at(d, "comparisons", 1), "ratio")) > 0);
    const json_t *work = at(d, "work", 1), *ledger = at(d, "ledgers", 1);
    assert_true(json_number_value(json_object_get(json_object_get(work, "counts_a"), "lines_flushed")) == 64);
    assert_true(json_is_null(json_object_get(json_object_get(work, "counts_b"), "lines_flushed")));
    const json_t *copy = json_array_get(json_object_get(ledger, "rows"), 2);
    assert_string_equal(text_at(copy, "stage"), "copy");
    assert_true(json_number_value(json_object_get(copy, "a")) == 400);
    assert_true(json_number_value(json_object_get(copy, "b")) == 500);
    json_decref(d);
    json_decref(a);
    json_decref(b);
}

static void no_text_of_a_file_reaches_a_terminal_raw(void **state)
{
    (void)state;
    static make_comparison *const formats[] = {compare_text, compare_markdown, compare_csv, compare_json};
    json_t *a = many_cells(2, 8), *b = many_cells(2, 8);
    const char *evil = "\033[2J<script>|`\xc3\xa9\x7f\b";
    set_text(cell_at(a, 0), "key", evil);
    set_text(cell_at(b, 0), "key", evil);
    set_text(cell_at(b, 0), "path", evil);
    set_text(cell_at(b, 1), "status", "skipped");
    set_text(cell_at(b, 1), "reason", evil);
    set_member(b, "machine", "kernel", evil);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = printed(formats[i], a, b, NULL);
        assert_clean(text);
        assert_true(says(text, "script"));
        assert_true(formats[i] != compare_markdown || !says(text, "<script"));
        free(text);
    }
    json_decref(a);
    json_decref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_has_one_line_a_cell),
        cmocka_unit_test(csv_text_is_quoted_and_no_formula),
        cmocka_unit_test(json_has_comparisons_and_unmatched),
        cmocka_unit_test(json_has_counts_and_ledgers_whatever_the_times_are_worth),
        cmocka_unit_test(no_text_of_a_file_reaches_a_terminal_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
