/* test_error.c - the first error wins, stays one line, and an absent error is no harm */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"

static void the_first_error_wins(void **state)
{
    (void)state;
    struct error err = {0};
    assert_false(error_is_set(&err));
    assert_int_equal(error_set(&err, EXIT_USAGE, "--size: %d is odd", 3), -1);
    assert_int_equal(error_set(&err, EXIT_CANNOT, "a consequence"), -1);
    assert_true(error_is_set(&err));
    assert_int_equal(err.code, EXIT_USAGE);
    assert_string_equal(err.text, "--size: 3 is odd");
}

static void no_error_to_fill_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, EXIT_CANNOT, "nobody listens"), -1);
    assert_false(error_is_set(NULL));
}

static void control_characters_never_break_the_line(void **state)
{
    (void)state;
    struct error err = {0};
    error_set(&err, EXIT_CANNOT, "%s", "a\nb\tc\033[31md\177e \303\244");
    assert_string_equal(err.text, "a?b?c?[31md?e \303\244");
}

static void a_long_text_is_cut_not_overrun(void **state)
{
    (void)state;
    struct {
        struct error err;
        char guard[8];
    } box = {.guard = "guarded"};
    char text[3000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    error_set(&box.err, EXIT_CANNOT, "%s", text);
    assert_int_equal(strlen(box.err.text), sizeof(box.err.text) - 1);
    assert_string_equal(box.guard, "guarded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(no_error_to_fill_is_allowed),
        cmocka_unit_test(control_characters_never_break_the_line),
        cmocka_unit_test(a_long_text_is_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
