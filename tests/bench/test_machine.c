/* test_machine.c - the judgements of probe on made-up machines, and that looking at the real one holds
 * together */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine_facts.h"
#include "bench/machine_measure.h"
#include "bench/machine_ring.h"

#define MIB (UINT64_C(1) << 20)

/* A machine about which nothing is to be warned of. */
static struct machine_probe good_machine(void)
{
    return (struct machine_probe){.machine = {.clwb = "retains",
                                              .llc_bytes_measured = 24 * MIB,
                                              .nodes = 1,
                                              .cpus = 4,
                                              .hypervisor = "none",
                                              .governor = "performance",
                                              .turbo = "off",
                                              .smt = "off",
                                              .huge_pages = "madvise",
                                              .load = 0.1},
                                  .l1d_bytes = 32768,
                                  .l2_bytes = MIB,
                                  .llc_reported = 32 * MIB};
}

static const struct machine_aside good_aside = {.measured = true, .tsc_invariant = true, .online = 4};

static struct llc_curve curve_of(const double *ns, unsigned count)
{
    struct llc_curve c = {.count = llc_footprints(MIB, 64 * MIB, 0, c.bytes)};
    assert_true(c.count >= count);
    c.count = count;
    memcpy(c.ns, ns, count * sizeof(ns[0]));
    return c;
}

/* Footprints: 1 1.5 2 3 4 6 8 12 16 24 32 48 64 96 128 MiB; L2 is 1 MiB. */
static uint64_t knee_mib(const double *ns, unsigned count)
{
    struct llc_curve c = curve_of(ns, count);
    return llc_knee(&c, 2 * MIB) / MIB;
}

static void a_clean_step_has_its_knee_at_the_last_fast_footprint(void **state)
{
    (void)state;
    static const double step[] = {5, 10, 20, 20, 20, 20, 20, 20, 20, 20, 100, 100, 100, 100, 100};
    static const double early[] = {5, 10, 20, 20, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90};
    static const double late[] = {5, 10, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 100};
    assert_int_equal(knee_mib(step, 15), 24);
    assert_int_equal(knee_mib(early, 15), 3);
    assert_int_equal(knee_mib(late, 15), 96);
}

static void a_gradual_rise_is_cut_at_the_geometric_mean_of_the_plateaus(void **state)
{
    (void)state;
    static const double gradual[] = {8, 12, 13, 14, 15, 15, 17, 28, 57, 110, 135, 141, 150, 156, 162};
    assert_int_equal(knee_mib(gradual, 15), 12); /* sqrt(15 * 141) = 46 */
}

static void no_knee_is_unknown(void **state)
{
    (void)state;
    static const double flat[] = {5, 10, 20, 21, 20, 22, 21, 20, 20, 21, 23, 22, 21, 20, 21};
    static const double small[] = {5, 40, 90, 91, 90, 92, 91, 90, 90, 91, 93, 92, 91, 95, 99};
    static const double few[] = {5, 10, 20, 20, 100};
    static const double same[15] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    static const double back[] = {5, 10, 20, 20, 100, 100, 20, 20, 20, 20, 20, 20, 20, 20, 20};
    assert_int_equal(knee_mib(flat, 15), 0);
    assert_int_equal(knee_mib(small, 15), 0); /* an LLC no larger than twice L2 */
    assert_int_equal(knee_mib(few, 5), 0);
    assert_int_equal(knee_mib(same, 15), 0);
    assert_int_equal(knee_mib(back, 15), 0); /* memory was never reached for good */
    assert_int_equal(knee_mib(flat, 0), 0);
}

static void one_noisy_point_does_not_move_the_knee(void **state)
{
    (void)state;
    static const double high[] = {5, 10, 20, 20, 120, 20, 20, 20, 20, 20, 100, 100, 100, 100, 100};
    static const double low[] = {5, 10, 20, 20, 20, 20, 20, 20, 20, 20, 100, 100, 20, 100, 100};
    assert_int_equal(knee_mib(high, 15), 24);
    assert_int_equal(knee_mib(low, 15), 24);
}

static void footprints_rise_within_their_bounds(void **state)
{
    (void)state;
    static const uint64_t l2[] = {0, 1, 300000, MIB, 5 * MIB, 300 * MIB},
                          llc[] = {0, MIB, 32 * MIB, 480 * MIB};
    uint64_t bytes[CURVE_POINTS];
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned j = 0; j < 4; j++) {
            unsigned n = llc_footprints(l2[i], llc[j], 4096 * MIB, bytes);
            assert_true(n <= CURVE_POINTS);
            for (unsigned k = 1; k < n; k++)
                assert_true(bytes[k] > bytes[k - 1]);
            if (n)
                assert_true(bytes[n - 1] <= 256 * MIB && (!llc[j] || bytes[n - 1] <= 4 * llc[j]));
        }
    }
    unsigned n = llc_footprints(MIB, 32 * MIB, 4096 * MIB, bytes);
    assert_int_equal(bytes[0], MIB);
    assert_int_equal(bytes[n - 1], 128 * MIB);
    n = llc_footprints(MIB, 480 * MIB, 200 * MIB, bytes);
    assert_int_equal(bytes[n - 1], 48 * MIB);
    assert_int_equal(llc_footprints(MIB, 32 * MIB, 1, bytes), 0);
}

static void a_read_after_clwb_tells_what_clwb_did(void **state)
{
    (void)state;
    static const struct {
        struct clwb_times times;
        const char *verdict;
    } rows[] = {
        {{4, 4.2, 90}, "retains"},    {{3.4, 9, 74}, "retains"},     {{4, 3.5, 90}, "retains"},
        {{4, 85, 90}, "invalidates"}, {{4, 110, 90}, "invalidates"}, {{4, 19, 90}, "unknown"},
        {{80, 85, 90}, "unknown"},    {{90, 5, 4}, "unknown"},       {{NAN, NAN, NAN}, "unknown"},
        {{4, NAN, 90}, "unknown"},    {{0, 0, 0}, "unknown"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(clwb_decide(&rows[i].times), rows[i].verdict);
}

static void a_ring_grown_in_steps_is_one_cycle_over_its_lines(void **state)
{
    (void)state;
    static const uint64_t steps[] = {1, 2, 3, 1000, 1001, 4096};
    struct error err = {0};
    struct rng rng = {.state = 7};
    struct ring r;
    assert_int_equal(ring_open(&r, 4096 * sizeof(struct ring_line), &err), 0);
    for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
        ring_grow(&r, steps[s], &rng);
        assert_int_equal(r.used, steps[s]);
        struct ring_line *at = r.lines;
        for (uint64_t i = 0; i < steps[s]; i++) {
            assert_true(at >= r.lines && at < r.lines + steps[s]);
            assert_int_equal(at->word[0], s); /* each line once: none is met before all were */
            at->word[0]++;
            at = at->next;
        }
        assert_ptr_equal(at, r.lines);
        for (uint64_t i = steps[s]; i < 4096; i++)
            r.lines[i].word[0] = s + 1;
    }
    ring_grow(&r, 5000, &rng);
    assert_int_equal(r.used, 4096);
    struct ring_line *at = r.lines, *expected = at->next->next->next;
    ring_walk(&at, 3);
    assert_ptr_equal(at, expected);
    ring_close(&r);
}

static void the_chosen_word_is_the_one_in_brackets(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"always [madvise] never", "madvise"},
                                          {"[always] madvise never", "always"},
                                          {"[never]", "never"},
                                          {"always madvise", "unknown"},
                                          {"", "unknown"},
                                          {"[]", "unknown"},
                                          {"] [", "unknown"},
                                          {"[open", "unknown"}};
    char word[40];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_bracketed(rows[i][0], word, sizeof(word));
        assert_string_equal(word, rows[i][1]);
    }
}

static void steal_is_the_eighth_number_and_guest_time_counts_once(void **state)
{
    (void)state;
    uint64_t stolen = 0, all = 0, later, all_later;
    assert_int_equal(machine_parse_steal("cpu  10 20 30 40 50 60 70 80 5 6", &stolen, &all), 0);
    assert_int_equal(stolen, 80);
    assert_int_equal(all, 360);
    assert_int_equal(machine_parse_steal("cpu0 10 20 30 40 50 60 70 80 5 6", &stolen, &all), -1);
    assert_int_equal(machine_parse_steal("cpu  10 20 30", &stolen, &all), -1);
    assert_int_equal(machine_parse_steal("intr 1 2 3", &stolen, &all), -1);
    assert_int_equal(machine_steal(&stolen, &all), 0);
    assert_int_equal(machine_steal(&later, &all_later), 0);
    assert_true(all > 0 && stolen <= all && later >= stolen && all_later >= all);
}

static void expect_only(const struct machine_probe *changed, const struct machine_aside *aside,
                        const char *code)
{
    struct machine_probe p = *changed;
    machine_warn(&p, aside);
    assert_int_equal(p.warning_count, 1);
    assert_string_equal(p.warnings[0].code, code);
    assert_true(strlen(p.warnings[0].message) > 10);
    assert_true(strlen(p.warnings[0].hint) > 10 && strlen(p.warnings[0].hint) < LINE_TEXT - 1);
}

static void each_fault_of_a_machine_gives_its_own_warning(void **state)
{
    (void)state;
    static const struct {
        size_t member;
        const char *fact, *code;
    } facts[] = {
        {offsetof(struct machine_probe, machine.hypervisor), "KVMKVMKVM", "HYPERVISOR"},
        {offsetof(struct machine_probe, machine.governor), "powersave", "GOVERNOR"},
        {offsetof(struct machine_probe, machine.turbo), "on", "TURBO_ON"},
        {offsetof(struct machine_probe, machine.smt), "on", "SMT_ON"},
        {offsetof(struct machine_probe, machine.huge_pages), "never", "NO_HUGE_PAGES"},
        {offsetof(struct machine_probe, machine.clwb), "absent", "CLWB_ABSENT"},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        struct machine_probe p = good_machine();
        strcpy((char *)&p + facts[i].member, facts[i].fact);
        expect_only(&p, &good_aside, facts[i].code);
    }
    struct machine_probe p = good_machine();
    p.machine.load = 2.1;
    expect_only(&p, &good_aside, "LOAD_HIGH");
    p = good_machine();
    p.machine.nodes = 2;
    expect_only(&p, &good_aside, "NUMA_NODES");
    p = good_machine();
    p.machine.llc_bytes_measured = 0;
    expect_only(&p, &good_aside, "LLC_UNKNOWN");
    p = good_machine();
    expect_only(&p, &(struct machine_aside){.measured = true, .online = 4}, "TSC_UNSTABLE");
}

static void llc_shared_begins_beyond_a_factor_of_one_and_a_half(void **state)
{
    (void)state;
    static const struct {
        uint64_t measured;
        bool warned;
    } rows[] = {{16 * MIB, true}, {22 * MIB, false}, {32 * MIB, false}, {48 * MIB, false}, {64 * MIB, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine_probe p = good_machine();
        p.machine.llc_bytes_measured = rows[i].measured;
        machine_warn(&p, &good_aside);
        assert_int_equal(p.warning_count, rows[i].warned);
        if (rows[i].warned)
            assert_string_equal(p.warnings[0].code, "LLC_SHARED");
    }
}

static void a_good_or_unknown_machine_gives_no_warning(void **state)
{
    (void)state;
    struct machine_probe p = good_machine();
    machine_warn(&p, &good_aside);
    assert_int_equal(p.warning_count, 0);
    strcpy(p.machine.governor, "unknown");
    strcpy(p.machine.turbo, "unknown");
    strcpy(p.machine.smt, "unknown");
    strcpy(p.machine.huge_pages, "unknown");
    strcpy(p.machine.clwb, "unknown");
    p.machine.load = NAN;
    p.machine.llc_bytes_measured = 0;
    machine_warn(&p, &(struct machine_aside){.tsc_invariant = true});
    assert_int_equal(p.warning_count, 0);
}

static void named_footprints_follow_the_measured_cache(void **state)
{
    (void)state;
    struct machine_probe p = good_machine();
    assert_int_equal(machine_footprint(&p, "l2"), MIB / 2);
    assert_int_equal(machine_footprint(&p, "llc"), 12 * MIB);
    assert_int_equal(machine_footprint(&p, "beyond"), 96 * MIB);
    assert_int_equal(machine_footprint(&p, "l3"), 0);
    p.machine.llc_bytes_measured = 0;
    assert_int_equal(machine_footprint(&p, "llc"), 16 * MIB);
    p.llc_reported = p.l2_bytes = 0;
    assert_int_equal(machine_footprint(&p, "beyond"), 0);
    assert_int_equal(machine_footprint(&p, "l2"), 0);
}

static void a_quick_probe_measures_nothing_and_still_knows_the_machine(void **state)
{
    (void)state;
    struct machine_probe p;
    struct error err = {0};
    assert_int_equal(machine_probe(&p, PROBE_QUICK, &err), 0);
    assert_true(isnan(p.machine.tsc_ghz) && isnan(p.machine.clock_ns) && isnan(p.machine.steal_percent));
    assert_int_equal(p.machine.llc_bytes_measured, 0);
    assert_true(p.machine.cpus >= 1 && p.machine.family > 0);
    assert_non_null(strstr(p.machine.features, "SSE2"));
    assert_null(strchr(p.machine.features, ' '));
    const char *const facts[] = {p.machine.host,      p.machine.vendor,     p.machine.model,
                                 p.machine.microcode, p.machine.kernel,     p.machine.turbo,
                                 p.machine.smt,       p.machine.hypervisor, p.machine.governor,
                                 p.machine.clwb,      p.machine.huge_pages};
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        assert_true(facts[i][0] && !strchr(facts[i], '\n'));
}

static void a_full_probe_fills_in_what_is_measured(void **state)
{
    (void)state;
    struct machine_probe p;
    struct machine_detail d;
    struct error err = {0};
    machine_read(&p);
    assert_int_equal(machine_measure(&p, &d, &err), 0);
    assert_true(p.machine.tsc_ghz > 0 && p.machine.clock_ns > 0 && p.machine.clock_resolution_ns > 0);
    assert_true(d.llc.count >= 1);
    bool on_curve = p.machine.llc_bytes_measured == 0;
    for (unsigned i = 0; i < d.llc.count; i++) {
        assert_true(isfinite(d.llc.ns[i]) && d.llc.ns[i] > 0);
        on_curve |= d.llc.bytes[i] == p.machine.llc_bytes_measured;
    }
    assert_true(on_curve);
    if (strcmp(p.machine.clwb, "absent"))
        assert_string_equal(p.machine.clwb, clwb_decide(&d.clwb));
}

static void binding_holds_and_an_impossible_cpu_is_refused_with_the_allowed_ones(void **state)
{
    (void)state;
    cpu_set_t before;
    struct error err = {0};
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    int cpu = machine_bind(-1, &err);
    assert_true(cpu >= 0 && CPU_ISSET(cpu, &before));
    assert_int_equal(sched_getcpu(), cpu);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &before))
            continue;
        assert_int_equal(machine_bind(i, &err), i);
        assert_int_equal(sched_getcpu(), i);
    }
    assert_false(error_is_set(&err));
    assert_int_equal(machine_bind(1 << 20, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, "CPU 1048576 does not exist"));
    assert_non_null(strstr(err.text, "allowed CPUs are "));
    sched_setaffinity(0, sizeof(before), &before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_step_has_its_knee_at_the_last_fast_footprint),
        cmocka_unit_test(a_gradual_rise_is_cut_at_the_geometric_mean_of_the_plateaus),
        cmocka_unit_test(no_knee_is_unknown),
        cmocka_unit_test(one_noisy_point_does_not_move_the_knee),
        cmocka_unit_test(footprints_rise_within_their_bounds),
        cmocka_unit_test(a_read_after_clwb_tells_what_clwb_did),
        cmocka_unit_test(a_ring_grown_in_steps_is_one_cycle_over_its_lines),
        cmocka_unit_test(the_chosen_word_is_the_one_in_brackets),
        cmocka_unit_test(steal_is_the_eighth_number_and_guest_time_counts_once),
        cmocka_unit_test(each_fault_of_a_machine_gives_its_own_warning),
        cmocka_unit_test(llc_shared_begins_beyond_a_factor_of_one_and_a_half),
        cmocka_unit_test(a_good_or_unknown_machine_gives_no_warning),
        cmocka_unit_test(named_footprints_follow_the_measured_cache),
        cmocka_unit_test(a_quick_probe_measures_nothing_and_still_knows_the_machine),
        cmocka_unit_test(a_full_probe_fills_in_what_is_measured),
        cmocka_unit_test(binding_holds_and_an_impossible_cpu_is_refused_with_the_allowed_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
