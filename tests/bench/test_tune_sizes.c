/* test_tune_sizes.c - what fresh processes are asked: sizes, variables, environment; and where the answer
 * stands */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/tune_environment.h"
#include "bench/tune_library.h"
#include "bench/tune_sizes.h"

static void sizes_are_drawn_over_the_range(void **state)
{
    (void)state;
    static const uint64_t searched[] = {64, 72, 80, 88, 96, 128, 512, 1024, 4096, 16384, 65536};
    uint64_t before[PROVE_SIZES] = {0};
    double step = log((double)PROVE_MOST / PROVE_LEAST) / PROVE_SIZES;
    for (uint64_t seed = 1; seed < 200; seed++) {
        struct rng rng = {.state = seed};
        uint64_t out[PROVE_SIZES];
        size_t count = tune_sizes_draw(&rng, PROVE_LEAST, PROVE_MOST, PROVE_SIZES, seed % 2,
                                       (struct size_list){searched, 11}, out, 0);
        assert_int_equal(count, PROVE_SIZES);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(out[i] % 8, 0);
            assert_in_range(out[i], PROVE_LEAST, PROVE_MOST);
            for (size_t k = 0; k < 11; k++)
                assert_true(out[i] != searched[k]);
            if (i)
                assert_true((double)out[i] > 1.1 * (double)out[i - 1]);
            double at = log((double)out[i] / PROVE_LEAST) / step;
            assert_true(at > (double)i - 1e-9 && at < (double)i + 1);
        }
        assert_true(memcmp(before, out, sizeof(out)) != 0);
        memcpy(before, out, sizeof(out));
    }
}

/* Each of eight parts has whole lines in one round and not in the next. */
static void sizes_of_rounds_differ_and_take_turns(void **state)
{
    (void)state;
    static const uint64_t searched[] = {64, 192, 256, 4096};
    static const uint64_t switches[] = {0, 64, 1664, 9000, 65536};
    for (size_t s = 0; s < sizeof(switches) / sizeof(switches[0]); s++) {
        uint64_t from = switches[s], before[PROVE_SIZES] = {0}, out[PROVE_SIZES];
        struct tune_draw draw = {{searched, 4}, from};
        struct rng rng = {.state = 9 + s};
        for (unsigned round = 0; round < 200; round++) {
            size_t below = 0;
            assert_int_equal(tune_sizes_round(&rng, &draw, round, out), PROVE_SIZES);
            for (size_t i = 0; i < PROVE_SIZES; i++) {
                assert_int_equal(out[i] % 8, 0);
                assert_int_equal(out[i] % 64 == 0, (i + round) % 2 == 0);
                assert_in_range(out[i], PROVE_LEAST, PROVE_MOST);
                assert_true(!i || out[i] > out[i - 1]);
                for (size_t k = 0; k < 4; k++)
                    assert_true(out[i] != searched[k]);
                below += out[i] < from;
            }
            assert_int_equal(below, from == 1664 || from == 9000 ? PROVE_SIZES / 2 : from > 64 ? 8 : 0);
            assert_true(memcmp(before, out, sizeof(out)) != 0);
            memcpy(before, out, sizeof(out));
        }
    }
}

/* All whole lines of the first part are known, so it has others instead. */
static void a_part_without_whole_lines_has_others(void **state)
{
    (void)state;
    static const uint64_t searched[] = {64, 128};
    struct tune_draw draw = {{searched, 2}, 0};
    struct rng rng = {.state = 3};
    uint64_t out[PROVE_SIZES];
    for (unsigned round = 0; round < 100; round++) {
        assert_int_equal(tune_sizes_round(&rng, &draw, round, out), PROVE_SIZES);
        assert_true(out[0] % 64 != 0 && out[0] < 153);
    }
}

static void sizes_are_left_out_where_there_is_no_room(void **state)
{
    (void)state;
    static const uint64_t searched[] = {64, 72};
    struct rng rng = {.state = 1};
    uint64_t out[PROVE_SIZES];
    assert_int_equal(tune_sizes_draw(&rng, 64, 72, 4, 0, (struct size_list){searched, 2}, out, 0), 0);
    assert_int_equal(tune_sizes_draw(&rng, 64, 88, 4, 0, (struct size_list){searched, 2}, out, 0), 1);
}

static void sizes_tried_are_whole_lines_and_parts_of_lines(void **state)
{
    (void)state;
    uint64_t out[PROVE_SIZES];
    unsigned whole = 0;
    size_t count = tune_sizes_tried(out);
    assert_int_equal(count, PROVE_SIZES);
    for (size_t i = 0; i < count; i++) {
        assert_in_range(out[i], PROVE_LEAST, PROVE_MOST);
        assert_true(!i || out[i] > out[i - 1]);
        whole += out[i] % 64 == 0;
    }
    assert_int_equal(whole, PROVE_SIZES / 2);
}

static void thresholds_are_those_of_the_crossovers(void **state)
{
    (void)state;
    struct tuning_crossover c[] = {{.id = "libpmem/source=warm", .size = 1000},
                                   {.id = "libpmem/source=cold", .size = 1100}, /* as good as the same */
                                   {.id = "libpmem/offset=24", .size = 300},    /* as good as libpmem's own */
                                   {.id = "durable/x/A>B", .size = 5000},
                                   {.id = "libpmem/threads=2", .size = NAN},
                                   {.id = "libpmem/threads=4", .size = 131},
                                   {.id = "libpmem/threads=8", .size = 1e6}};
    struct tuning t = {.crossovers = c, .crossover_count = 7};
    uint64_t out[6];
    assert_int_equal(tune_sizes_thresholds(&t, out, 6), 4); /* 1024 is a step, too */
    assert_int_equal(out[0], 128);
    assert_int_equal(out[1], 1024);
    assert_int_equal(out[2], 4096);
    assert_int_equal(out[3], 16384);
    assert_int_equal(tune_sizes_thresholds(&t, out, 1), 1);
    assert_int_equal(out[0], 1024);
}

static bool offers(const struct tuning *t, uint32_t features, const char *name, const char *value)
{
    struct tune_candidate list[TUNE_VARIANTS];
    size_t count = tune_candidates(t, features, list);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i].variable.name, name) && !strcmp(list[i].variable.value, value))
            return true;
    return false;
}

static void only_what_can_work_is_tried(void **state)
{
    (void)state;
    struct tuning_crossover c = {.id = "libpmem/source=warm", .size = 1000};
    struct tuning t = {.crossovers = &c, .crossover_count = 1};
    uint32_t all = (1u << CPU_FEATURES) - 1;
    assert_true(offers(&t, all, "PMEM_MOVNT_THRESHOLD", "1024"));
    assert_true(offers(&t, all, "PMEM_MOVNT_THRESHOLD", "0"));
    assert_true(offers(&t, all, "PMEM_NO_CLWB", "1"));
    assert_true(offers(&t, all, "PMEM_AVX512F", "0"));
    assert_true(offers(&t, all, "PMEM_MOVDIR64B", "1"));
    assert_false(offers(&t, all, "PMEM_AVX", "0"));
    assert_false(offers(&t, CPU_SSE2 | CPU_CLWB, "PMEM_NO_CLWB", "1"));
    assert_false(offers(&t, CPU_SSE2, "PMEM_AVX512F", "0"));
    assert_false(offers(&t, CPU_SSE2, "PMEM_MOVDIR64B", "1"));
    assert_true(offers(&t, CPU_AVX2, "PMEM_AVX", "0"));
    assert_false(offers(&t, CPU_AVX2, "PMEM_WC_WORKAROUND", "0"));
    strcpy(t.machine.vendor, "GenuineIntel");
    assert_true(offers(&t, CPU_AVX2, "PMEM_WC_WORKAROUND", "0"));
    assert_false(offers(&t, all, "PMEM_WC_WORKAROUND", "0"));
    assert_true(tune_library_fits("adr"));
    assert_false(tune_library_fits("hint"));
}

static void a_cell_is_found_by_its_axes(void **state)
{
    (void)state;
    json_t *plan = json_pack("{s:[{s:s,s:s,s:i},{s:s,s:s,s:i}]}", "blocks", "kernel", "copy", "footprint",
                             "512K", "offset", 0, "kernel", "copy", "footprint", "512K", "offset", 24);
    json_t *cells = json_array(), *result = json_pack("{s:o}", "cells", cells);
    for (int i = 0; i < 4; i++) {
        json_t *cell =
            json_pack("{s:s,s:s,s:{s:f}}", "kernel", "copy", "path", "p", "summary", "median", 100.0 + i);
        for (int a = 0; a < AXES; a++)
            json_object_set_new(cell, axis_member((enum axis_id)a),
                                json_string(axis_info((enum axis_id)a)->standard));
        json_object_set_new(cell, "footprint", json_string("524288"));
        json_object_set_new(cell, "offset", json_string(i / 2 ? "24" : "0"));
        json_object_set_new(cell, "size", json_string(i % 2 ? "72" : "64"));
        json_array_append_new(cells, cell);
    }
    for (int i = 0; i < 4; i++)
        assert_true(tune_process_ns(result, plan, (size_t)i / 2, "p", i % 2 ? 72 : 64) == 100.0 + i);
    assert_true(isnan(tune_process_ns(result, plan, 0, "q", 64)));
    assert_true(isnan(tune_process_ns(result, plan, 0, "p", 80)));
    assert_true(isnan(tune_process_ns(result, plan, 2, "p", 64)));
    json_object_set_new(json_array_get(cells, 0), "summary", json_null());
    assert_true(isnan(tune_process_ns(result, plan, 0, "p", 64)));
    json_decref(plan);
    json_decref(result);
}

static void the_environment_is_ours_with_other_variables_of_libpmem(void **state)
{
    (void)state;
    static const struct tune_variable variables[] = {{"PMEM_NO_CLWB", "1"}, {"PMEM_AVX", "0"}};
    struct error err = {0};
    bool kept = false, set = false;
    setenv("PMEM_AVX", "1", 1);
    setenv("PMEM2_FORCE_GRANULARITY", "BYTE", 1);
    setenv("PMEMBENCH_TEST", "1", 1);
    char **list = tune_environment(variables, 2, &err);
    assert_non_null(list);
    for (char **entry = list; *entry; entry++) {
        assert_true(strcmp(*entry, "PMEM_AVX=1") != 0 && strncmp(*entry, "PMEM2_", 6) != 0);
        kept |= !strcmp(*entry, "PMEMBENCH_TEST=1");
        set |= !strcmp(*entry, "PMEM_AVX=0");
    }
    assert_true(kept && set);
    tune_environment_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_drawn_over_the_range),
        cmocka_unit_test(sizes_of_rounds_differ_and_take_turns),
        cmocka_unit_test(a_part_without_whole_lines_has_others),
        cmocka_unit_test(sizes_are_left_out_where_there_is_no_room),
        cmocka_unit_test(sizes_tried_are_whole_lines_and_parts_of_lines),
        cmocka_unit_test(thresholds_are_those_of_the_crossovers),
        cmocka_unit_test(only_what_can_work_is_tried),
        cmocka_unit_test(a_cell_is_found_by_its_axes),
        cmocka_unit_test(the_environment_is_ours_with_other_variables_of_libpmem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
