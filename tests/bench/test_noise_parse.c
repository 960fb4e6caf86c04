/* test_noise_parse.c - texts of /proc and /sys that tell of noise: right ones are read, all others refused */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/noise.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB          (UINT64_C(1) << 20)

/* cmocka's own takes NAN for equal to anything. */
static void assert_near(double value, double wanted, double most)
{
    if (!(fabs(value - wanted) <= most))
        fail_msg("%g is not %g", value, wanted);
}

static void a_line_of_stat_is_a_cpu_with_eight_numbers_or_nothing(void **state)
{
    (void)state;
    static const char *const malformed[] = {"",
                                            "\n",
                                            "cpu",
                                            "cpu ",
                                            "cpu0",
                                            "cpu0 1 2 3 4 5 6 7",
                                            "cpu0 1 2 3 4 5 6 7 \n",
                                            "cpu0 1 2 3 4 5 6 7 -8",
                                            "cpu0 1 2 3 -4 5 6 7 8",
                                            "cpu0 1 2 3 4 5 6 7 8x",
                                            "cpu0 1 2 x 4 5 6 7 8",
                                            "cpu0,1 2 3 4 5 6 7 8 9",
                                            "cpux 1 2 3 4 5 6 7 8",
                                            "cpu-1 1 2 3 4 5 6 7 8",
                                            "cpu99999999999 1 2 3 4 5 6 7 8",
                                            "cpu0 1 2 3 4 5 6 7 99999999999999999999999",
                                            "intr 1 2 3 4 5 6 7 8",
                                            " cpu0 1 2 3 4 5 6 7 8"};
    struct cpu_ticks t = {0};
    int cpu = 0;
    assert_true(noise_parse_cpu("cpu  10 20 30 40 50 60 70 80 5 6\n", &cpu, &t));
    assert_int_equal(cpu, -1);
    assert_int_equal(t.busy, 10 + 20 + 30 + 60 + 70); /* guest time is in user time */
    assert_int_equal(t.idle, 40 + 50);
    assert_int_equal(t.stolen, 80);
    assert_true(noise_parse_cpu("cpu4096 1 1 1 2 2 1 1 7", &cpu, &t));
    assert_int_equal(cpu, 4096);
    assert_int_equal(t.busy + t.idle + t.stolen, 16);
    for (size_t i = 0; i < COUNT(malformed); i++)
        if (noise_parse_cpu(malformed[i], &cpu, &t))
            fail_msg("'%s' was taken", malformed[i]);
}

static void lists_of_cpus_are_read_and_written_alike(void **state)
{
    (void)state;
    static const char *const same[] = {"0", "1,64-66", "0-3,8,10-11", "1023", "0-1023"};
    static const char *const malformed[] = {
        "",    "\n",   ",",    "1,",    "1-",  "-1",     "3-1",
        "1 2", "0x10", "1,,2", "1-2-3", "all", "1-2\n3", "99999999999999999999999"};
    cpu_set_t set;
    char text[NAME_TEXT];
    for (size_t i = 0; i < COUNT(same); i++) {
        char line[64];
        snprintf(line, sizeof(line), "%s\n", same[i]);
        assert_true(noise_parse_list(line, &set));
        noise_format_list(&set, text, sizeof(text));
        assert_string_equal(text, same[i]);
    }
    for (size_t i = 0; i < COUNT(malformed); i++)
        if (noise_parse_list(malformed[i], &set))
            fail_msg("'%s' was taken", malformed[i]);
    assert_true(noise_parse_list("5,1024,4000-18446744073709551615\n", &set)); /* beyond what is kept */
    assert_int_equal(CPU_COUNT(&set), 1);
    CPU_ZERO(&set);
    noise_format_list(&set, text, sizeof(text));
    assert_string_equal(text, "none");
    for (int cpu = 0; cpu < NOISE_CPUS; cpu += 2)
        CPU_SET(cpu, &set);
    noise_format_list(&set, text, sizeof(text));
    assert_true(strlen(text) < sizeof(text) && !strncmp(text, "0,2,4,", 6));
    assert_string_equal(text + strlen(text) - 3, "...");
}

static void a_load_is_a_number_that_is_one(void **state)
{
    (void)state;
    assert_near(noise_parse_load("0.81 1.20 1.02 2/512 12345\n"), 0.81, 1e-12);
    assert_near(noise_parse_load("1024"), 1024, 0);
    static const char *const malformed[] = {"", "-1 2 3", "nan 1 1", "inf", "0.5x", "load 1", "1e999 1"};
    for (size_t i = 0; i < COUNT(malformed); i++)
        assert_true(isnan(noise_parse_load(malformed[i])));
}

/* Percent in huge pages of [1 MiB, 5 MiB) by the text of smaps. */
static double huge_in(const char *text)
{
    FILE *in = tmpfile();
    assert_non_null(in);
    fputs(text, in);
    rewind(in);
    double percent = noise_parse_smaps(in, MIB, 4 * MIB);
    fclose(in);
    return percent;
}

static void smaps_tells_the_share_in_huge_pages(void **state)
{
    (void)state;
#define OTHER "00000000-00100000 r-xp 00000000 08:01 1 /bin/x\nKernelPageSize: 4 kB\nAnonHugePages: 9999 kB\n"
#define WHOLE "00100000-00500000 rw-p 00000000 00:00 0 \nSize: 4096 kB\nKernelPageSize:        4 kB\n"
    assert_near(huge_in(OTHER WHOLE "AnonHugePages:      4096 kB\n" OTHER), 100, 0);
    assert_near(huge_in(OTHER WHOLE "AnonHugePages:      2048 kB\n" OTHER), 50, 0);
    assert_near(huge_in(WHOLE "ShmemPmdMapped: 2048 kB\nFilePmdMapped: 0 kB\n"), 50, 0);
    assert_near(huge_in(WHOLE "ShmemPmdMapped: 0 kB\nFilePmdMapped: 2048 kB\n"), 50, 0);
    assert_near(huge_in(WHOLE), 0, 0);
    assert_near(huge_in(WHOLE "AnonHugePages: 8192 kB\n"), 100, 0); /* a neighbour's are in it */
    assert_near(huge_in("00100000-00500000 rw-s 0 00:00 0 /dev/dax0.0\nKernelPageSize: 2048 kB\n"), 100, 0);
    assert_near(huge_in("00100000-00300000 rw-p 0 00:00 0\nAnonHugePages: 2048 kB\n"
                        "00300000-00500000 rw-p 0 00:00 0\nAnonHugePages: 0 kB\n"),
                50, 0); /* in two mappings */
    static const char *const silent[] = {"",
                                         "\n",
                                         OTHER,
                                         "00100000-00300000 rw-p 0 00:00 0\nAnonHugePages: 2048 kB\n",
                                         "AnonHugePages: 4096 kB\n",
                                         "00500000-00100000 rw-p 0 00:00 0\nAnonHugePages: 4096 kB\n"};
    for (size_t i = 0; i < COUNT(silent); i++)
        assert_true(isnan(huge_in(silent[i])));
    assert_near(huge_in(WHOLE "AnonHugePages: much\nAnonHugePages: 99999999999999999999 kB\n"), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_stat_is_a_cpu_with_eight_numbers_or_nothing),
        cmocka_unit_test(lists_of_cpus_are_read_and_written_alike),
        cmocka_unit_test(a_load_is_a_number_that_is_one),
        cmocka_unit_test(smaps_tells_the_share_in_huge_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
