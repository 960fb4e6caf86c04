/* test_nearest.c - a mistyped name finds the one that was meant, and nonsense finds none */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bench/nearest.h"

static const char *const names[] = {"memcpy",
                                    "movnti",
                                    "movq",
                                    NULL,
                                    "deferred-xarray",
                                    "deferred-radix",
                                    "clwb",
                                    "l2",
                                    "a-name-that-is-much-longer-than-any-name-in-this-house-will-ever-be"};

static const char *find(const char *given)
{
    return nearest_name(given, names, sizeof(names) / sizeof(names[0]));
}

static void one_edit_of_each_kind_is_near(void **state)
{
    (void)state;
    assert_string_equal(find("memcopy"), "memcpy");
    assert_string_equal(find("memcy"), "memcpy");
    assert_string_equal(find("memcpi"), "memcpy");
    assert_string_equal(find("mmecpy"), "memcpy");
    assert_string_equal(find("memcpy"), "memcpy");
}

static void a_swap_counts_once(void **state)
{
    (void)state;
    assert_string_equal(find("clbw"), "clwb");
    assert_null(find("wcbl"));
}

static void the_nearest_wins_and_the_earlier_one_a_tie(void **state)
{
    (void)state;
    static const char *const tie[] = {"size", "side"};
    assert_string_equal(find("deferred-radx"), "deferred-radix");
    assert_string_equal(find("defered-xaray"), "deferred-xarray");
    assert_string_equal(nearest_name("sixe", tie, 2), "size");
    assert_string_equal(nearest_name("sipe", tie, 2), "size");
}

static void a_beginning_is_near_when_nothing_else_is(void **state)
{
    (void)state;
    assert_string_equal(find("deferred"), "deferred-xarray");
    assert_string_equal(find("mov"), "movq");
    assert_null(find("de"));
}

static void nonsense_is_near_to_nothing(void **state)
{
    (void)state;
    char long_name[200];
    memset(long_name, 'a', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    assert_null(find("zzz"));
    assert_null(find(""));
    assert_null(find("xyzzy"));
    assert_null(find(long_name));
    assert_null(find("a-name-that-is-much-longer-than-any-name-in-this-house-will-ever-be"));
    assert_null(nearest_name("memcpy", names, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_edit_of_each_kind_is_near),
        cmocka_unit_test(a_swap_counts_once),
        cmocka_unit_test(the_nearest_wins_and_the_earlier_one_a_tie),
        cmocka_unit_test(a_beginning_is_near_when_nothing_else_is),
        cmocka_unit_test(nonsense_is_near_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
