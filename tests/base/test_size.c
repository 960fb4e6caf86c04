/* test_size.c - sizes are read as people write them, and ambiguous or impossible ones are refused with a
 * reason */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/size.h"

static uint64_t parsed(const char *text)
{
    struct error err = {0};
    uint64_t bytes = 77;
    assert_int_equal(size_parse(text, "--size", &bytes, &err), 0);
    assert_false(error_is_set(&err));
    return bytes;
}

static void refused(const char *text, const char *because)
{
    struct error err = {0};
    uint64_t bytes = 77;
    assert_int_equal(size_parse(text, "--size", &bytes, &err), -1);
    assert_int_equal(err.code, EXIT_USAGE);
    assert_non_null(strstr(err.text, "--size"));
    assert_non_null(strstr(err.text, because));
    assert_int_equal(bytes, 77);
}

static void every_unit_means_its_power_of_1024(void **state)
{
    (void)state;
    assert_int_equal(parsed("0"), 0);
    assert_int_equal(parsed("4096"), 4096);
    assert_int_equal(parsed("64B"), 64);
    assert_int_equal(parsed("4K"), 4096);
    assert_int_equal(parsed("4k"), 4096);
    assert_int_equal(parsed("4KiB"), 4096);
    assert_int_equal(parsed("3M"), 3u << 20);
    assert_int_equal(parsed("3MiB"), 3u << 20);
    assert_int_equal(parsed("2G"), UINT64_C(2) << 30);
    assert_int_equal(parsed("16TiB"), UINT64_C(16) << 40);
}

static void decimal_units_are_ambiguous(void **state)
{
    (void)state;
    static const char *const texts[] = {"4kB", "4KB", "4kb", "1MB", "1GB", "1TB"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refused(texts[i], "ambiguous");
}

static void what_is_no_size_is_refused(void **state)
{
    (void)state;
    refused("", "not a size");
    refused("K", "not a size");
    refused("-1", "not a size");
    refused("+1", "not a size");
    refused(" 1", "not a size");
    refused("4X", "unknown unit");
    refused("4Ki", "unknown unit");
    refused("4K ", "unknown unit");
    refused("4.5K", "unknown unit");
    refused("0x10", "unknown unit");
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_true(parsed("18446744073709551615") == UINT64_MAX);
    assert_true(parsed("16777215T") == UINT64_C(16777215) << 40);
    refused("18446744073709551616", "too large");
    refused("16777216T", "too large");
    refused("99999999999999999999K", "too large");
}

static void printing_is_shortest_exact_and_reads_back(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {{0, "0"},
                {1, "1"},
                {1500, "1500"},
                {4096, "4KiB"},
                {UINT64_C(3) << 19, "1536KiB"},
                {UINT64_C(1) << 30, "1GiB"},
                {UINT64_C(16) << 40, "16TiB"},
                {UINT64_C(1) << 60, "1048576TiB"},
                {UINT64_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[SIZE_TEXT];
        assert_string_equal(size_format(rows[i].bytes, text), rows[i].text);
        assert_true(parsed(text) == rows[i].bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_means_its_power_of_1024),
        cmocka_unit_test(decimal_units_are_ambiguous),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(printing_is_shortest_exact_and_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
