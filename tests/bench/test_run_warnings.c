/* test_run_warnings.c - each number of a run that is beyond its bound is warned of, and no other */
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
#include <unistd.h>

#include "bench/run_warnings.h"
#include "bench/warnings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB          (UINT64_C(1) << 20)

/* A run of which nothing is to be warned. */
struct quiet {
    struct result r;
    struct run_options options;
    struct machine_probe probe;
    struct region region;
    struct written written;
    struct result_cell cell;
};

static struct quiet *quiet_run(void)
{
    struct quiet *q = calloc(1, sizeof(*q));
    assert_non_null(q);
    q->options.node = -1;
    noise_unknown(&q->r.machine);
    snprintf(q->r.machine.governor, NAME_TEXT, "performance");
    snprintf(q->r.machine.turbo, NAME_TEXT, "off");
    snprintf(q->r.domain.name, NAME_TEXT, "adr");
    snprintf(q->r.region.path_kind, NAME_TEXT, "anonymous");
    q->r.region.page_bytes = 2 * MIB;
    q->r.cells = &q->cell;
    q->r.cell_count = 1;
    return q;
}

/* How often `code` is warned of; `others`: warnings of other codes (but the build's own). Frees q. */
static unsigned warned(struct quiet *q, const char *code, unsigned *others)
{
    unsigned found = 0;
    *others = 0;
    run_warnings(&q->r, &q->options, &q->probe, &q->region, &q->written, NULL, 0);
    for (size_t i = 0; i < q->r.warning_count; i++) {
        const struct result_warning *w = &q->r.warnings[i];
        assert_true(strlen(w->message) > 10 && strlen(w->message) < LINE_TEXT - 1);
        assert_true(strlen(w->hint) > 10 && strlen(w->hint) < LINE_TEXT - 1);
        found += !strcmp(w->code, code);
        *others += strcmp(w->code, code) && strcmp(w->code, "FEW_LAYOUTS");
    }
    free(q->r.warnings);
    free(q);
    return found;
}

static void a_quiet_or_unknown_run_has_no_warning(void **state)
{
    (void)state;
    unsigned others;
    assert_int_equal(warned(quiet_run(), "", &others), 0);
    assert_int_equal(others, 0);
    struct quiet *q = quiet_run();
    struct result_machine *m = &q->r.machine;
    m->steal_percent = m->cpu_steal_percent = m->sibling_busy_percent = m->others_busy_percent = 0;
    m->load_end = m->involuntary_switches = m->involuntary_per_s = m->drift_percent = m->trend_percent = 0;
    m->throttles = m->remote_percent = 0;
    m->huge_page_percent = 100;
    snprintf(m->governor_end, NAME_TEXT, "performance");
    snprintf(m->turbo_end, NAME_TEXT, "off");
    assert_int_equal(warned(q, "", &others), 0);
    assert_int_equal(others, 0);
}

static void each_number_beyond_its_bound_gives_its_own_warning(void **state)
{
    (void)state;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    const struct {
        size_t member;
        const char *code;
        double within, beyond;
    } rows[] = {
        {offsetof(struct result_machine, steal_percent), "STEAL", 1, 1.01},
        {offsetof(struct result_machine, cpu_steal_percent), "CPU_STEAL", 1, 1.01},
        {offsetof(struct result_machine, sibling_busy_percent), "SIBLING_BUSY", 5, 5.01},
        {offsetof(struct result_machine, others_busy_percent), "OTHERS_BUSY", 10, 10.01},
        {offsetof(struct result_machine, load_end), "LOAD_END", 1 + 0.5 * (double)online,
         1.01 + 0.5 * (double)online},
        {offsetof(struct result_machine, involuntary_per_s), "SWITCHES", 20, 20.01},
        {offsetof(struct result_machine, drift_percent), "FREQUENCY_DRIFT", 5, 5.01},
        {offsetof(struct result_machine, trend_percent), "CLOCK_TREND", 2, 2.01},
        {offsetof(struct result_machine, trend_percent), "CLOCK_TREND", -2, -2.01},
        {offsetof(struct result_machine, throttles), "THROTTLED", 0, 1},
        {offsetof(struct result_machine, huge_page_percent), "HUGE_PAGES_PART", 100, 99.9},
        {offsetof(struct result_machine, remote_percent), "REMOTE_MEMORY", 0, 0.2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int beyond = 0; beyond < 2; beyond++) {
            struct quiet *q = quiet_run();
            unsigned others;
            *(double *)((char *)&q->r.machine + rows[i].member) = beyond ? rows[i].beyond : rows[i].within;
            if ((int)warned(q, rows[i].code, &others) != beyond || others)
                fail_msg("%s: row %zu, beyond %d", rows[i].code, i, beyond);
        }
    }
    for (int beyond = 0; beyond < 2; beyond++) {
        struct quiet *q = quiet_run();
        unsigned others;
        q->cell.counts.faults = beyond ? 0.0011 : 0.001;
        assert_int_equal(warned(q, "PAGE_FAULTS", &others), beyond);
        assert_int_equal(others, 0);
    }
}

static void a_change_of_governor_or_turbo_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        bool told;
    } rows[] = {{"performance", "powersave", true},
                {"performance", "performance", false},
                {"performance", "unknown", false},
                {"unknown", "performance", false},
                {"", "performance", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned others;
        struct quiet *q = quiet_run();
        snprintf(q->r.machine.governor, NAME_TEXT, "%s", rows[i].before);
        snprintf(q->r.machine.governor_end, NAME_TEXT, "%s", rows[i].after);
        assert_int_equal(warned(q, "GOVERNOR_CHANGED", &others), rows[i].told);
        assert_int_equal(others, 0);
        q = quiet_run();
        snprintf(q->r.machine.turbo, NAME_TEXT, "%s", rows[i].before);
        snprintf(q->r.machine.turbo_end, NAME_TEXT, "%s", rows[i].after);
        assert_int_equal(warned(q, "TURBO_CHANGED", &others), rows[i].told);
        assert_int_equal(others, 0);
    }
}

static void memory_is_warned_of_only_where_it_is_not_what_was_asked_for(void **state)
{
    (void)state;
    unsigned others;
    struct quiet *q = quiet_run();
    q->r.machine.remote_percent = 100;
    q->options.node = 1; /* --node: meant to be there */
    assert_int_equal(warned(q, "REMOTE_MEMORY", &others), 0);
    q = quiet_run();
    q->r.machine.huge_page_percent = 10;
    q->r.region.page_bytes = 4096; /* the region's SMALL_PAGES says it */
    assert_int_equal(warned(q, "HUGE_PAGES_PART", &others), 0);
    q = quiet_run();
    q->r.machine.huge_page_percent = 0;
    snprintf(q->r.region.path_kind, NAME_TEXT, "file"); /* nobody asked for them there */
    assert_int_equal(warned(q, "HUGE_PAGES_PART", &others), 0);
}

static void what_the_runs_own_threads_bring_is_allowed_for(void **state)
{
    (void)state;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    static const int cpus[] = {0, 0};
    unsigned others;
    struct quiet *q = quiet_run();
    q->r.run.cpus = cpus;
    q->r.run.cpu_count = 2;
    q->r.machine.load_end = 2 + 0.5 * (double)online;
    assert_int_equal(warned(q, "LOAD_END", &others), 0);
    for (int beyond = 0; beyond < 2; beyond++) {
        q = quiet_run();
        q->r.run.cpus = cpus;
        q->r.run.cpu_count = 2;
        q->r.machine.involuntary_per_s = beyond ? 40.1 : 40; /* each has its share of the kernel's work */
        assert_int_equal(warned(q, "SWITCHES", &others), beyond);
    }
    q = quiet_run();
    q->r.machine.load = q->r.machine.load_end = 10 * (double)online; /* told by LOAD_HIGH already */
    assert_int_equal(warned(q, "LOAD_END", &others), 0);
}

static void a_chosen_domain_is_told_where_the_machine_promises_something_else(void **state)
{
    (void)state;
    static const struct {
        const char *chosen, *found;
        bool told;
    } rows[] = {{"eadr", "unknown", true}, {"adr", "unknown", true},           {"gpf", "unknown", true},
                {"hint", "unknown", true}, {"flush-device", "unknown", false}, {"eadr", "adr", true},
                {"hint", "adr", true},     {"flush-device", "hint", true},     {"adr", "adr", false}};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int own = 0; own < 2; own++)
            for (int chosen = 0; chosen < 2; chosen++) {
                unsigned others;
                struct quiet *q = quiet_run();
                q->region.domain.own = own;
                snprintf(q->region.domain.name, NAME_TEXT, "%s", rows[i].found);
                snprintf(q->r.domain.name, NAME_TEXT, "%s", rows[i].chosen);
                snprintf(q->r.domain.source, NAME_TEXT, "%s", chosen ? "chosen" : "detected");
                if (warned(q, "DOMAIN_CHOSEN", &others) != (rows[i].told && own && chosen) || others)
                    fail_msg("row %zu, own %d, chosen %d", i, own, chosen);
            }
}

static void warnings_of_probe_and_region_come_first(void **state)
{
    (void)state;
    struct quiet *q = quiet_run();
    q->probe.warning_count = COUNT(q->probe.warnings);
    q->region.warning_count = REGION_WARNINGS;
    q->r.machine.steal_percent = 50;
    q->r.machine.throttles = 3;
    run_warnings(&q->r, &q->options, &q->probe, &q->region, &q->written, NULL, 0);
    assert_true(q->r.warning_count >= COUNT(q->probe.warnings) + REGION_WARNINGS + 2);
    assert_string_equal(q->r.warnings[COUNT(q->probe.warnings) + REGION_WARNINGS].code, "STEAL");
    free(q->r.warnings);
    free(q);
}

static void the_table_is_whole_and_each_code_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < WARNINGS; i++) {
        const struct warning_rule *rule = warning_rule((enum warning_id)i);
        assert_non_null(rule->code);
        assert_true(strlen(rule->code) < NAME_TEXT && strlen(rule->hint) > 10);
        assert_true(strlen(rule->hint) < LINE_TEXT && (isnan(rule->bound) || *rule->of));
        assert_false(warning_beyond((enum warning_id)i, NAN));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(rule->code, warning_rule((enum warning_id)k)->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_or_unknown_run_has_no_warning),
        cmocka_unit_test(each_number_beyond_its_bound_gives_its_own_warning),
        cmocka_unit_test(a_change_of_governor_or_turbo_is_told),
        cmocka_unit_test(memory_is_warned_of_only_where_it_is_not_what_was_asked_for),
        cmocka_unit_test(what_the_runs_own_threads_bring_is_allowed_for),
        cmocka_unit_test(a_chosen_domain_is_told_where_the_machine_promises_something_else),
        cmocka_unit_test(warnings_of_probe_and_region_come_first),
        cmocka_unit_test(the_table_is_whole_and_each_code_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
