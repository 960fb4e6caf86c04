/* test_options.c - a verb's options are read as written, and what is wrong is said with the nearest right one
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "bench/options_common.h"
#include "bench/probe.h"

enum { ROWS = 3, WORDS = 6 };

static const struct option_row rows[ROWS] = {
    {"json", NULL, "print JSON"}, {"cpu", "N", "a CPU"}, {"out", "DIR", "to"}};

static int read_words(const char *const *words, const char **values, struct error *err)
{
    char *argv[WORDS] = {(char *)(uintptr_t) "verb"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    *err = (struct error){0};
    return options_read(argc, argv, rows, ROWS, values, err);
}

static void both_ways_of_giving_a_value_are_read(void **state)
{
    (void)state;
    struct error err;
    const char *values[ROWS];
    const char *const words[] = {"--cpu", "3", "--json", "--out=a=b", NULL}, *const none[] = {NULL};
    assert_int_equal(read_words(words, values, &err), 0);
    assert_string_equal(values[0], "");
    assert_string_equal(values[1], "3");
    assert_string_equal(values[2], "a=b");
    assert_int_equal(read_words(none, values, &err), 0);
    assert_true(!values[0] && !values[1] && !values[2]);
}

static void the_last_of_several_counts_and_an_empty_value_is_a_value(void **state)
{
    (void)state;
    struct error err;
    const char *values[ROWS];
    const char *const words[] = {"--cpu=3", "--cpu", "4", "--out=", NULL};
    assert_int_equal(read_words(words, values, &err), 0);
    assert_string_equal(values[1], "4");
    assert_string_equal(values[2], "");
}

static void what_is_wrong_is_one_line_of_usage(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"--jsn", NULL, "did you mean --json?"},   {"--jsn=3", NULL, "did you mean --json?"},
        {"--xyzzy", NULL, "verb --help"},          {"word", NULL, "unknown argument 'word'"},
        {"-json", NULL, "did you mean --json?"},   {"--", NULL, "unknown option '--'"},
        {"", NULL, "unknown argument ''"},         {"--js", NULL, "unknown option '--js'"},
        {"--json=yes", NULL, "takes no value"},    {"--cpu", NULL, "--cpu needs a value: --cpu N"},
        {"--json", "--cpu", "--cpu needs a value"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error err;
        const char *values[ROWS], *const words[] = {wrong[i][0], wrong[i][1], NULL};
        assert_int_equal(read_words(words, values, &err), -1);
        assert_int_equal(err.code, EXIT_USAGE);
        assert_non_null(strstr(err.text, wrong[i][2]));
        assert_ptr_equal(strstr(err.text, "verb:"), err.text);
    }
}

static void verbs_give_usage_errors_their_exit_code(void **state)
{
    (void)state;
    char probe[] = "probe", list[] = "list", wrong[] = "--jsno", cpu[] = "--cpu=first", quick[] = "--quick";
    char *words[] = {probe, wrong, NULL}, *no_cpu[] = {probe, quick, cpu, NULL},
         *listed[] = {list, wrong, NULL};
    assert_int_equal(verb_probe(2, words), EXIT_USAGE);
    assert_int_equal(verb_probe(3, no_cpu), EXIT_USAGE);
    assert_int_equal(verb_list(2, listed), EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_of_giving_a_value_are_read),
        cmocka_unit_test(the_last_of_several_counts_and_an_empty_value_is_a_value),
        cmocka_unit_test(what_is_wrong_is_one_line_of_usage),
        cmocka_unit_test(verbs_give_usage_errors_their_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
