/* test_noise.c - what disturbed a run is told in numbers: of made-up machines, and of spins */
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/drift.h"
#include "bench/machine_facts.h"
#include "bench/noise.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROOT_TEXT = 64, PLACE_TEXT = 512 };

static char root[ROOT_TEXT];

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/pmembench-noise-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
    char command[ROOT_TEXT + 16];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

/* A file below the root with the folders above it; NULL text: a folder. */
static void put(const char *place, const char *text)
{
    char path[PLACE_TEXT];
    snprintf(path, sizeof(path), "%s/%s%s", root, place, text ? "" : "/");
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *out = text ? fopen(path, "w") : NULL;
    assert_true(out || !text);
    if (out) {
        fputs(text, out);
        fclose(out);
    }
}

/* cmocka's own takes NAN for equal to anything. */
static void assert_near(double value, double wanted, double most)
{
    if (!(fabs(value - wanted) <= most))
        fail_msg("%g is not %g", value, wanted);
}

static struct noise_roots roots(void)
{
    return (struct noise_roots){root, root};
}

/* Looks at a made-up machine: 4 CPUs, of which 0 and 2 share a core. */

#define STAT_BEFORE                                                                                          \
    "cpu  4000 0 0 8000 0 0 0 100 0 0\ncpu0 1000 0 0 2000 0 0 0 10 0 0\ncpu1 1000 0 0 2000 0 0 0 30 0 0\n"   \
    "cpu2 1000 0 0 2000 0 0 0 30 0 0\ncpu3 1000 0 0 2000 0 0 0 30 0 0\nintr 1 2 3\n"
/* In 1000 ticks: CPU 0 all busy but 20 stolen, 1 for 300, 2 for 80, 3 idle. */
#define STAT_AFTER                                                                                           \
    "cpu  5360 0 0 10620 0 0 0 120 0 0\ncpu0 1980 0 0 2000 0 0 0 30 0 0\ncpu1 1300 0 0 2700 0 0 0 30 0 0\n"  \
    "cpu2 1040 0 40 2900 20 0 0 30 0 0\ncpu3 1000 0 0 3000 0 0 0 30 0 0\nintr 1 2 3\n"

static void put_topology(void)
{
    put("devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2\n");
    put("devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2\n");
    put("devices/system/cpu/cpu1/topology/thread_siblings_list", "1\n");
}

static void look_at(struct noise_look *look, const char *stat)
{
    struct noise_roots r = roots();
    put("stat", stat);
    noise_look(look, &r);
}

static struct result_machine compare(const char *before, const char *after, const int *cpus, size_t count)
{
    struct result_machine m = {0};
    struct noise_look *looks = calloc(2, sizeof(*looks));
    cpu_set_t siblings;
    assert_non_null(looks);
    look_at(&looks[0], before);
    look_at(&looks[1], after);
    noise_unknown(&m);
    bool known = !noise_siblings(root, cpus, count, &siblings);
    noise_compare(&m, &looks[0], &looks[1], cpus, count, known ? &siblings : NULL);
    free(looks);
    return m;
}

static void what_ran_elsewhere_is_told_by_cpu(void **state)
{
    (void)state;
    static const int first[] = {0}, second[] = {1}, both[] = {0, 1};
    put_topology();
    struct result_machine m = compare(STAT_BEFORE, STAT_AFTER, first, 1);
    assert_string_equal(m.siblings, "2");
    assert_near(m.sibling_busy_percent, 8, 1e-9);
    assert_near(m.others_busy_percent, 100 * 380.0 / 3000, 1e-9);
    assert_near(m.cpu_steal_percent, 2, 1e-9);
    m = compare(STAT_BEFORE, STAT_AFTER, second, 1);
    assert_string_equal(m.siblings, "none");
    assert_true(isnan(m.sibling_busy_percent));
    assert_near(m.others_busy_percent, 100 * 1060.0 / 3000, 1e-9);
    assert_near(m.cpu_steal_percent, 0, 0);
    m = compare(STAT_BEFORE, STAT_AFTER, both, 2); /* several: the worst one, and all others */
    assert_string_equal(m.siblings, "2");
    assert_near(m.others_busy_percent, 100 * 80.0 / 2000, 1e-9);
    assert_near(m.cpu_steal_percent, 2, 1e-9);
}

static void of_several_siblings_the_busiest_counts(void **state)
{
    (void)state;
    static const int first[] = {0};
    put("devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2-3\n");
    struct result_machine m = compare(STAT_BEFORE, STAT_AFTER, first, 1);
    assert_string_equal(m.siblings, "2-3");
    assert_near(m.sibling_busy_percent, 8, 1e-9);
}

static void a_few_ticks_make_no_share(void **state)
{
    (void)state;
    static const int first[] = {0};
    static const char before[] = "cpu  20 0 0 20 0 0 0 0\ncpu0 10 0 0 10 0 0 0 0\n";
    struct result_machine m = compare(before, "cpu  39 0 0 39 0 0 0 0\ncpu0 20 0 0 19 0 0 0 0\n", first, 1);
    assert_true(isnan(m.cpu_steal_percent) && isnan(m.others_busy_percent)); /* 19 ticks each */
    m = compare(before, "cpu  40 0 0 40 0 0 0 0\ncpu0 20 0 0 20 0 0 0 0\n", first, 1);
    assert_near(m.others_busy_percent, 50, 1e-9);
}

static void a_sibling_that_is_measured_on_is_no_disturber(void **state)
{
    (void)state;
    static const int both[] = {0, 2};
    put_topology();
    struct result_machine m = compare(STAT_BEFORE, STAT_AFTER, both, 2);
    assert_string_equal(m.siblings, "none");
    assert_true(isnan(m.sibling_busy_percent));
}

static void what_a_machine_does_not_tell_is_unknown(void **state)
{
    (void)state;
    static const int first[] = {0}, absent[] = {7}, beyond[] = {NOISE_CPUS + 5}, negative[] = {-1};
    static const char *const stats[] = {"", "garbage\n", "cpu\n", "cpu0 1 2\n", "intr 1 2 3 4 5 6 7 8\n"};
    for (size_t i = 0; i < COUNT(stats); i++) {
        struct result_machine m = compare(stats[i], STAT_AFTER, first, 1);
        assert_true(isnan(m.others_busy_percent) && isnan(m.cpu_steal_percent));
        assert_true(isnan(m.throttles) && isnan(m.load_end) && isnan(m.sibling_busy_percent));
        m = compare(STAT_BEFORE, stats[i], first, 1);
        assert_true(isnan(m.others_busy_percent) && isnan(m.cpu_steal_percent));
    }
    const int *const cpus[] = {absent, beyond, negative};
    for (size_t i = 0; i < COUNT(cpus); i++) {
        struct result_machine m = compare(STAT_BEFORE, STAT_AFTER, cpus[i], 1);
        assert_true(isnan(m.others_busy_percent) && isnan(m.cpu_steal_percent));
        assert_true(isnan(m.sibling_busy_percent) && !m.siblings[0]);
    }
    struct result_machine m = compare(STAT_BEFORE, STAT_BEFORE, first, 1); /* no time has passed */
    assert_true(isnan(m.others_busy_percent) && isnan(m.cpu_steal_percent));
    m = compare(STAT_AFTER, STAT_BEFORE, first, 1); /* counters that went back */
    assert_true(isnan(m.others_busy_percent) && isnan(m.cpu_steal_percent));
}

static void a_machine_of_one_cpu_has_no_others(void **state)
{
    (void)state;
    static const int first[] = {0};
    struct result_machine m = compare("cpu  10 0 0 0 0 0 0 0\ncpu0 10 0 0 0 0 0 0 0\n",
                                      "cpu  510 0 0 0 0 0 0 0\ncpu0 510 0 0 0 0 0 0 0\n", first, 1);
    assert_true(isnan(m.others_busy_percent));
    assert_near(m.cpu_steal_percent, 0, 0);
}

static void put_cpu_lines(FILE *out, int cpus, int busy, int idle)
{
    fprintf(out, "cpu  %lld 0 0 %lld 0 0 0 0\n", (long long)cpus * busy, (long long)cpus * idle);
    for (int i = 0; i < cpus; i++)
        fprintf(out, "cpu%d %d 0 0 %d 0 0 0 0\n", i, busy, idle);
}

static void more_cpus_than_are_kept_are_in_the_sum(void **state)
{
    (void)state;
    static const int first[] = {0}, last[] = {NOISE_CPUS - 1}, beyond[] = {NOISE_CPUS};
    char *text[2];
    size_t bytes;
    for (int i = 0; i < 2; i++) {
        FILE *out = open_memstream(&text[i], &bytes);
        put_cpu_lines(out, 4096, i ? 150 : 100, i ? 150 : 100);
        fclose(out);
    }
    struct result_machine m = compare(text[0], text[1], first, 1);
    assert_near(m.others_busy_percent, 50, 1e-9);
    m = compare(text[0], text[1], last, 1);
    assert_near(m.cpu_steal_percent, 0, 0);
    m = compare(text[0], text[1], beyond, 1);
    assert_true(isnan(m.cpu_steal_percent) && isnan(m.others_busy_percent));
    free(text[0]);
    free(text[1]);
}

static void put_throttles(const char *cpu, const char *core, const char *package)
{
    char place[PLACE_TEXT];
    snprintf(place, sizeof(place), "devices/system/cpu/%s/thermal_throttle/core_throttle_count", cpu);
    put(place, core);
    snprintf(place, sizeof(place), "devices/system/cpu/%s/thermal_throttle/package_throttle_count", cpu);
    put(place, package);
}

static void throttlings_are_those_of_the_measured_cores_and_one_package(void **state)
{
    (void)state;
    static const int both[] = {0, 1};
    struct result_machine m = {0};
    struct noise_look *looks = calloc(2, sizeof(*looks));
    assert_non_null(looks);
    for (int i = 0; i < 2; i++) {
        put_throttles("cpu0", i ? "12\n" : "10\n", i ? "8\n" : "3\n");
        put_throttles("cpu1", i ? "5\n" : "4\n", i ? "8\n" : "3\n");
        put_throttles("cpu2", i ? "900\n" : "4\n", i ? "900\n" : "3\n");
        look_at(&looks[i], i ? STAT_AFTER : STAT_BEFORE);
    }
    noise_unknown(&m);
    noise_compare(&m, &looks[0], &looks[1], both, 2, NULL);
    assert_near(m.throttles, 2 + 1 + 5, 0);
    put_throttles("cpu0", "none\n", "8\n");
    put_throttles("cpu1", "-1\n", "8\n");
    look_at(&looks[1], STAT_AFTER);
    noise_compare(&m, &looks[0], &looks[1], both, 2, NULL);
    assert_true(isnan(m.throttles));
    free(looks);
}

static void load_and_switches_are_of_the_time_between(void **state)
{
    (void)state;
    static const int first[] = {0};
    struct result_machine m = {0};
    struct noise_look *looks = calloc(2, sizeof(*looks));
    assert_non_null(looks);
    put("loadavg", "1.44 0.5 0.2 1/2 3\n");
    look_at(&looks[0], STAT_BEFORE);
    look_at(&looks[1], STAT_AFTER);
    assert_true(looks[0].now_ns && looks[1].now_ns >= looks[0].now_ns);
    looks[1].now_ns = looks[0].now_ns + UINT64_C(10000000000);
    looks[1].switches = looks[0].switches + 350;
    noise_unknown(&m);
    noise_compare(&m, &looks[0], &looks[1], first, 1, NULL);
    assert_near(m.load_end, 1.44, 1e-12);
    assert_near(m.involuntary_switches, 350, 0);
    assert_near(m.involuntary_per_s, 35, 1e-9);
    looks[0] = (struct noise_look){0}; /* never looked */
    noise_unknown(&m);
    noise_compare(&m, &looks[0], &looks[1], first, 1, NULL);
    assert_true(isnan(m.involuntary_switches) && isnan(m.involuntary_per_s));
    free(looks);
}

static void governor_turbo_and_node_are_read_below_the_root(void **state)
{
    (void)state;
    char text[NAME_TEXT];
    machine_governor(root, 3, text);
    assert_string_equal(text, "unknown");
    put("devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave\n");
    machine_governor(root, 3, text);
    assert_string_equal(text, "powersave");
    machine_turbo(root, text);
    assert_string_equal(text, "unknown");
    put("devices/system/cpu/cpufreq/boost", "1\n");
    machine_turbo(root, text);
    assert_string_equal(text, "on");
    put("devices/system/cpu/intel_pstate/no_turbo", "1\n"); /* the driver's own word goes first */
    machine_turbo(root, text);
    assert_string_equal(text, "off");
    assert_int_equal(noise_cpu_node(root, 9), -1);
    put("devices/system/cpu/cpu9/nodes", NULL);
    put("devices/system/cpu/cpu9/node", NULL);
    put("devices/system/cpu/cpu9/node1x", NULL);
    put("devices/system/cpu/cpu9/node99999999", NULL);
    assert_int_equal(noise_cpu_node(root, 9), -1);
    put("devices/system/cpu/cpu9/node12", NULL);
    assert_int_equal(noise_cpu_node(root, 9), 12);
}

static void pages_elsewhere_are_a_share_of_those_known(void **state)
{
    (void)state;
    static const int nodes[] = {0, 0, 1, 1, -14, -2, 0, 1}, lost[] = {-2, -14};
    assert_near(noise_remote_percent(nodes, 8, 0), 50, 0);
    assert_near(noise_remote_percent(nodes, 8, 2), 100, 0);
    assert_near(noise_remote_percent(nodes, 2, 0), 0, 0);
    assert_true(isnan(noise_remote_percent(nodes, 8, -1)));
    assert_true(isnan(noise_remote_percent(lost, 2, 0)));
    assert_true(isnan(noise_remote_percent(NULL, 0, 0)));
}

/* What this machine tells of memory of our own; what it does not tell must be unknown. */
static void memory_of_our_own_is_found(void **state)
{
    (void)state;
    enum { BYTES = 8 << 20 };
    int nodes[NOISE_PAGES];
    void *map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    madvise(map, BYTES, MADV_NOHUGEPAGE);
    memset(map, 1, BYTES);
    double huge = noise_huge_percent("/proc", map, BYTES);
    assert_true(isnan(huge) || huge == 0);
    assert_true(isnan(noise_huge_percent(root, map, BYTES)));
    size_t count = noise_page_nodes(map, BYTES, nodes);
    assert_true(count == 0 || count == NOISE_PAGES);
    for (size_t i = 0; i < count; i++)
        assert_true(nodes[i] >= 0);
    assert_int_equal(noise_page_nodes(map, 0, nodes), 0);
    munmap(map, BYTES);
    assert_true(isnan(noise_huge_percent("/proc", map, BYTES)));
    count = noise_page_nodes(map, BYTES, nodes);
    for (size_t i = 0; i < count; i++)
        assert_true(nodes[i] < 0);
}

/* The reference spin. */

static struct drift spins(double *ns, size_t count)
{
    return (struct drift){.ns = ns, .count = count, .room = count};
}

static void a_trend_is_the_last_tenth_against_the_first(void **state)
{
    (void)state;
    double ns[200];
    for (size_t i = 0; i < 200; i++)
        ns[i] = 1000 + (double)i; /* medians of the tenths: 1009.5 and 1189.5 */
    struct drift d = spins(ns, 200);
    assert_near(drift_trend(&d), 100 * (1189.5 / 1009.5 - 1), 1e-9);
    assert_near(drift_spin_ns(&d), 1099.5, 1e-9);
    for (size_t i = 0; i < 200; i++)
        ns[i] = 1000 + 25 * (i % 3); /* spread without a trend */
    ns[0] = ns[199] = 1e9;           /* and interrupts */
    assert_near(drift_trend(&d), 0, 1e-9);
    assert_true(drift_percent(&d) > 4);
    for (size_t i = 0; i < 200; i++)
        ns[i] = i < 100 ? 1000 : 950; /* the clock got faster */
    assert_near(drift_trend(&d), -5, 1e-9);
}

static void few_spins_tell_nothing(void **state)
{
    (void)state;
    double ns[20];
    for (size_t i = 0; i < 20; i++)
        ns[i] = i < 5 ? 100 : i < 15 ? 500 : 110;
    ns[0] = ns[1] = 900;
    struct drift d = spins(ns, 19), none = {0};
    assert_true(isnan(drift_trend(&d)) && isnan(drift_spin_ns(&d)) && isnan(drift_percent(&d)));
    assert_true(isnan(drift_trend(&none)) && isnan(drift_spin_ns(&none)));
    d = spins(ns, 20);
    assert_near(drift_trend(&d), 10, 1e-9); /* five are the least of a tenth */
}

int main(void)
{
#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, drop_root)
    const struct CMUnitTest tests[] = {
        IN_ROOT(what_ran_elsewhere_is_told_by_cpu),
        IN_ROOT(of_several_siblings_the_busiest_counts),
        IN_ROOT(a_few_ticks_make_no_share),
        IN_ROOT(a_sibling_that_is_measured_on_is_no_disturber),
        IN_ROOT(what_a_machine_does_not_tell_is_unknown),
        IN_ROOT(a_machine_of_one_cpu_has_no_others),
        IN_ROOT(more_cpus_than_are_kept_are_in_the_sum),
        IN_ROOT(throttlings_are_those_of_the_measured_cores_and_one_package),
        IN_ROOT(load_and_switches_are_of_the_time_between),
        IN_ROOT(governor_turbo_and_node_are_read_below_the_root),
        cmocka_unit_test(pages_elsewhere_are_a_share_of_those_known),
        IN_ROOT(memory_of_our_own_is_found),
        cmocka_unit_test(a_trend_is_the_last_tenth_against_the_first),
        cmocka_unit_test(few_spins_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
