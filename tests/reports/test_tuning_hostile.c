/* test_tuning_hostile.c - whatever is in a tuning, its report is clean text that fits a page */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/tunings.h"

static void check_all_forms(const json_t *d)
{
    for (int all = 0; all < 2; all++) {
        free(tuning_words(report_tuning_text, d, all));
        char *markdown = tuning_words(report_tuning_markdown, d, all);
        assert_false(says(markdown, "<script"));
        free(markdown);
    }
    free(tuning_words(report_tuning_proof, d, false));
}

static void any_member_may_be_null(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    json_array_remove(list_in(d, "situations"), 1);
    each_null(d, d, check_all_forms);
    json_decref(d);
}

static const char evil[] = "\033[31m\n| `x` <script>\xe2\x80\xae %s%n */ \"\\ \r$(id) [x](http://y) "
                           "a-very-long-name-that-goes-on-and-on-without-any-space-in-it-at-all";

/* What may stand in the place of a value and be of its type; NULL: no more. */
static json_t *hostile(const json_t *value, size_t i)
{
    static const double numbers[] = {-5, 0, 1e300, 0.001};
    if (json_is_string(value))
        return i ? NULL : json_string(evil);
    if (json_is_number(value) && i < sizeof numbers / sizeof *numbers)
        return json_real(numbers[i]);
    return NULL;
}

/* Each text and each number of a document, one after another. */
static void each_hostile(json_t *document, json_t *at)
{
    const char *name;
    void *next;
    json_t *value, *other;
    json_object_foreach_safe(at, next, name, value)
    {
        json_incref(value);
        each_hostile(document, value);
        for (size_t i = 0; (other = hostile(value, i)); i++) {
            set(at, name, other);
            check_all_forms(document);
        }
        set(at, name, value);
    }
    for (size_t i = 0; json_is_array(at) && i < json_array_size(at); i++) {
        value = json_incref(json_array_get(at, i));
        each_hostile(document, value);
        for (size_t k = 0; (other = hostile(value, k)); k++) {
            assert_int_equal(json_array_set_new(at, i, other), 0);
            check_all_forms(document);
        }
        assert_int_equal(json_array_set_new(at, i, value), 0);
    }
}

static void hostile_values_stay_text(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    json_t *s = json_array_get(list_in(d, "situations"), 0);
    append(list_in(json_array_get(list_in(s, "segments"), 0), "equal"), json_string("movnti"));
    add_flip(d, "dm-writecache/source=warm", "durable/source=warm", "movnti", "line+clflushopt", 800, "");
    add_flip(d, "libpmem/source=warm", "durable/source=warm", "pmem2-t", "pmem2-nt", 0, "a reason");
    append(list_in(d, "threads"),
           json_pack("{s:s, s:s, s:i, s:i, s:[{s:i, s:f}]}", "id", "x", "strategy", "movnti", "size", 4096,
                     "peak", 1, "rates", "threads", 1, "gb_per_s", 5.2));
    append(list_in(d, "warnings"), json_pack("{s:s, s:s, s:s}", "code", "C", "message", "m", "hint", "h"));
    append(list_in(d, "parts"),
           json_pack("{s:s, s:s, s:b, s:s}", "kind", "copy", "name", "n", "used", 0, "reason", "r"));
    each_hostile(d, d);
    json_decref(d);
}

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    json_t *d = json_array();
    struct error err = {0};
    assert_null(report_string(report_tuning_text, d, NULL, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_member_may_be_null),
        cmocka_unit_test(hostile_values_stay_text),
        cmocka_unit_test(what_is_no_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
