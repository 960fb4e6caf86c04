/* test_hostile.c - whatever the reader accepts makes a report that is clean, fits a page and has no HTML */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

#include "reports/arena.h"
#include "tests/results/hostile.h"
#include "tests/results/walk.h"

/* Outside of fences no tag; and every fence that is opened is closed, whatever is in it. */
static void assert_no_html(const char *text)
{
    size_t fence = 0;
    while (*text) {
        size_t width = strcspn(text, "\n"), marks = strspn(text, "`");
        bool is_fence = marks >= 3 && marks == width && marks >= fence;
        if (!fence && memchr(text, '<', width))
            fail_msg("HTML: %.*s", (int)width, text);
        if (is_fence)
            fence = fence ? 0 : marks;
        text += width + (text[width] == '\n');
    }
    assert_int_equal(fence, 0);
}

static void check_reports(const json_t *document, const struct report_options *options)
{
    char *text = report_string(report_text, document, options, NULL);
    assert_clean(text);
    if (!options->all && !options->cell)
        assert_fits(text);
    free(text);
    text = report_string(report_markdown, document, options, NULL);
    assert_clean(text);
    assert_no_html(text);
    free(text);
}

struct mutation {
    json_t *document;
    unsigned accepted;
};

static void mutate(json_t *object, const char *name, const char *place, void *data)
{
    struct mutation *m = data;
    const struct report_options one = {.source = "runs/x"}, all = {.source = "runs/x", .all = true};
    (void)place;
    if (!name)
        return;
    json_t *member = json_incref(json_object_get(object, name));
    for (size_t i = 0; i < HOSTILE_VALUES; i++) {
        struct error err;
        json_object_set_new(object, name, hostile_json(&hostile_values[i]));
        json_t *read = hostile_reread(m->document, &err);
        if (read) {
            check_reports(read, &one);
            check_reports(read, &all);
            m->accepted++;
        }
        json_decref(read);
    }
    json_object_set_new(object, name, member);
}

static void each_accepted_change_makes_a_report(void **state)
{
    (void)state;
    struct mutation m = {hostile_document("ledger"), 0};
    json_t *seen = json_object();
    walk(m.document, "", seen, mutate, &m);
    assert_true(m.accepted > 150);
    json_decref(seen);
    json_decref(m.document);
}

/* What follows a list is not a part of it, where HTML would be HTML; no run of marks ends a fence. */
static void commands_stay_in_their_fence(void **state)
{
    (void)state;
    static const char *const keys[] = {"<script>alert(1)</script>", "```", "````` <b>", "a\n```\n<b>"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *document = hostile_document("failed"), *cells = json_object_get(document, "cells");
        json_object_set_new(json_array_get(cells, 0), "key", json_string(keys[i]));
        json_object_set_new(json_array_get(cells, 0), "id", json_string(keys[i]));
        struct arena arena = {0};
        const struct report_options options = {.cell = arena_clean(&arena, keys[i])};
        check_reports(document, &options);
        arena_free(&arena);
        json_decref(document);
    }
}

static void a_paragraph_begins_no_list_rule_or_link(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "- x", "1. x", "12) x", "---", "===", "+", "  - x", "   ", "7", "www.x.org"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        json_t *document = hostile_document("pair");
        json_t *warning = json_array_get(json_object_get(document, "warnings"), 0);
        json_object_set_new(warning, "code", json_string(codes[i]));
        const struct report_options options = {.source = "x"};
        check_reports(document, &options);
        char *text = report_string(report_markdown, document, &options, NULL), bare[64];
        snprintf(bare, sizeof bare, "\n%s: ", codes[i]);
        assert_int_equal(says(text, bare), i == 8);
        free(text);
        json_decref(document);
    }
}

static void long_lists_and_texts_take_no_room(void **state)
{
    (void)state;
    json_t *document = hostile_document("threads"), *cells = json_object_get(document, "cells");
    json_t *list = json_object_get(json_array_get(cells, 0), "thread_ns");
    while (json_array_size(list) < 100000)
        assert_int_equal(json_array_append_new(list, json_real(1.5)), 0);
    char *text = malloc((10 << 20) + 1);
    assert_non_null(text);
    memset(text, 'x', 10 << 20);
    text[10 << 20] = '\0';
    json_object_set_new(json_object_get(document, "run"), "plan", json_string(text));
    json_object_set_new(json_array_get(cells, 1), "path", json_string(text));
    free(text);
    const char *key = json_string_value(json_object_get(json_array_get(cells, 0), "key"));
    const struct report_options page = {0}, cell = {.cell = key};
    check_reports(document, &page);
    text = report_string(report_text, document, &cell, NULL);
    char *words = unwrapped(text);
    assert_true(says(words, "and of 99872 more threads"));
    assert_true(strlen(text) < 1 << 20);
    free(words);
    free(text);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_accepted_change_makes_a_report),
        cmocka_unit_test(commands_stay_in_their_fence),
        cmocka_unit_test(a_paragraph_begins_no_list_rule_or_link),
        cmocka_unit_test(long_lists_and_texts_take_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
