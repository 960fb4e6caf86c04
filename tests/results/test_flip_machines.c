/* test_flip_machines.c - searches for flips on simulated machines: found where they are, and never elsewhere
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/flip_machine.h"

static const double noises[] = {0.01, 0.02, 0.05};
enum { NOISES = 3 };

static struct flip_end lawful_end(struct flip_machine *m)
{
    struct flip_search s = machine_search(m);
    assert_true(s.lawful);
    return flip_end(&s.flip);
}

static void a_step_is_always_found(void **state)
{
    (void)state;
    struct rng places = {.state = 1};
    for (unsigned i = 0; i < 1200; i++) {
        double crossing = log_uniform(&places, 80, 60000);
        struct flip_machine m = {CURVE_STEP, crossing, .height = 0.2, .noise = noises[i % NOISES],
                                 .rng = {i}};
        struct flip_search s = machine_search(&m);
        struct flip_end end = flip_end(&s.flip);
        assert_true(s.lawful && end.found && flip_covers(end, crossing));
        assert_true(end.high <= flip_factor * end.low && s.flip.count <= SWEEP_SIZES + 6);
        assert_true(fabs(log(end.size / crossing)) <= log(flip_factor));
    }
}

struct tally {
    unsigned machines, found, covered, both, overlapping;
    double worst; /* distance of the estimate, as a factor */
};

static bool overlap(struct flip_end a, struct flip_end b)
{
    return a.low <= b.high && b.low <= a.high;
}

/* Smooth machines of one steepness, each twice with other noise. */
static struct tally smooth(double steep, double noise, unsigned machines)
{
    struct tally t = {.worst = 1};
    struct rng places = {.state = (uint64_t)(1000 * steep)};
    struct flip_machine m = {CURVE_SMOOTH, .steep = steep, .height = 0.5, .noise = noise, .rng = {5}};
    for (unsigned i = 0; i < machines; i++) {
        struct flip_end end[2];
        m.crossing = log_uniform(&places, 100, 40000);
        for (int k = 0; k < 2; k++) {
            end[k] = lawful_end(&m);
            t.machines++;
            if (!end[k].found)
                continue;
            t.found++;
            t.covered += flip_covers(end[k], m.crossing);
            t.worst = fmax(t.worst, exp(fabs(log(end[k].size / m.crossing))));
        }
        bool both = end[0].found && end[1].found;
        t.both += both;
        t.overlapping += both && overlap(end[0], end[1]);
    }
    return t;
}

/* What is promised at least: shares of those found. Figures that are read: tests/truth/flips. */
static void smooth_crossings_lie_in_their_intervals(void **state)
{
    (void)state;
    static const struct {
        double steep, found, worst;
    } rows[] = {{0.1, 0, 1.3}, {0.15, 0.7, 1.2}, {0.2, 0.95, 1.15}, {0.5, 0.99, 1.1}, {1, 0.99, 1.08}};
    unsigned found = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t n = 0; n < NOISES; n++) {
            struct tally t = smooth(rows[i].steep, noises[n], 140);
            assert_true(t.found >= rows[i].found * t.machines);
            assert_true(t.covered >= (rows[i].steep < 0.5 ? 0.95 : 0.99) * t.found);
            assert_true(t.overlapping >= 0.99 * t.both);
            assert_true(t.worst <= rows[i].worst);
            found += t.found;
        }
    assert_true(found >= 2000);
}

static void curves_too_flat_for_an_answer_give_none(void **state)
{
    (void)state;
    for (size_t n = 0; n < NOISES; n++)
        assert_int_equal(smooth(0.04, noises[n], 50).found, 0);
}

static void no_flip_between_equals(void **state)
{
    (void)state;
    unsigned undecided = 0;
    for (unsigned i = 0; i < 1000; i++) {
        struct flip_machine m = {CURVE_EQUAL, .noise = 0.01 + 0.04 * i / 1000, .rng = {i}};
        struct flip_end end = lawful_end(&m);
        assert_false(end.found);
        undecided += strcmp(end.reason, "no difference beyond the margin at any size") != 0;
    }
    assert_in_range(undecided, 0, 10);
}

/* Ratios of 10 % that a few rounds of much noise leave open are not asked for again: they cannot be the other
 * side. Then it is said of some sizes only. */
static void no_flip_between_parallels(void **state)
{
    (void)state;
    static const char *const all[] = {"the second is cheaper at all sizes measured",
                                      "the first is cheaper at all sizes measured"};
    static const char *const some[] = {"the second is cheaper at some sizes, the other at none",
                                       "the first is cheaper at some sizes, the other at none"};
    for (unsigned i = 0; i < 300; i++) {
        double height = i % 2 ? 0.1 : -0.1, noise = noises[i % NOISES];
        struct flip_machine m = {CURVE_PARALLEL, .height = height, .noise = noise, .rng = {i}};
        struct flip_end end = lawful_end(&m);
        assert_false(end.found);
        assert_true(!strcmp(end.reason, all[i % 2]) || (noise > 0.01 && !strcmp(end.reason, some[i % 2])));
    }
}

static void no_flip_where_they_cross_twice(void **state)
{
    (void)state;
    struct rng places = {.state = 3};
    for (unsigned i = 0; i < 300; i++) {
        struct flip_machine m = {CURVE_TWICE, .steep = 0.5, .height = 0.5, .noise = noises[i % NOISES],
                                 .rng = {i}};
        m.crossing = log_uniform(&places, 80, 5000);
        m.second = m.crossing * log_uniform(&places, 3, 8);
        struct flip_end end = lawful_end(&m);
        assert_false(end.found);
        assert_string_equal(end.reason, "they cross more than once, or a size was disturbed");
    }
}

/* One whose teeth the powers of two do not see, one that they see. */
static void no_flip_on_a_sawtooth(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        struct flip_machine m = {CURVE_SAWTOOTH, .height = 0.1, .noise = noises[i % NOISES], .rng = {i}};
        struct flip_search s = {.flip = {.margin = flip_margin}, .lawful = true};
        for (uint64_t size = 128; size <= 4096; size += i % 2 ? 64 * (1 + i % 5) : size)
            assert_true(s.flip.count == FLIP_PROBES || search_take(&s, &m, size));
        search_go_on(&s, &m);
        assert_true(s.lawful);
        assert_false(flip_end(&s.flip).found);
    }
}

static double grid_step(double size)
{
    return size < 512 ? 8 : 64;
}

/* Whichever measurement goes wrong: no flip among equals; else none, or one that is off by a step of the grid
 * at most. */
static void one_wild_probe_makes_no_flip(void **state)
{
    (void)state;
    struct rng places = {.state = 4};
    unsigned found = 0, disturbed = 0;
    for (unsigned i = 0; i < 3000; i++) {
        struct flip_machine m = {CURVE_STEP,         log_uniform(&places, 80, 60000),
                                 .height = 0.2,      .noise = 0.02,
                                 .wild = 1 + i % 20, .rng = {i}};
        struct flip_end end = lawful_end(&m);
        found += end.found;
        disturbed += !end.found;
        assert_true(!end.found || (end.low - grid_step(end.low - 1) <= m.crossing &&
                                   m.crossing <= end.high + grid_step(end.high)));
        m.curve = i % 2 ? CURVE_EQUAL : CURVE_PARALLEL;
        m.wild_ratio = i % 4 < 2 ? 0.7 : 1.5;
        assert_false(lawful_end(&m).found);
    }
    assert_true(found > 300 && disturbed > 300);
}

/* A probe whose ratio is far off on its own side moves the estimate by less than the noise may. */
static void one_outlying_ratio_hardly_moves_the_estimate(void **state)
{
    (void)state;
    struct flip_machine m = {CURVE_SMOOTH, 3000, .steep = 0.15, .height = 0.5, .noise = 0.01, .rng = {8}};
    struct flip_search s = machine_search(&m);
    struct flip_end plain = flip_end(&s.flip);
    assert_true(plain.found);
    for (size_t i = 0; i < s.flip.count; i++) {
        struct flip f = s.flip;
        struct interval *ratio = &f.probes[i].ratio;
        double by = ratio->value > 1 ? 3 : 1 / 3.0;
        if (flip_side(*ratio, f.margin) == FLIP_EVEN)
            *ratio = (struct interval){1 / ratio->value, 1 / ratio->high, 1 / ratio->low};
        else
            *ratio = (struct interval){by * ratio->value, by * ratio->low, by * ratio->high};
        struct flip_end end = flip_end(&f);
        assert_true(end.found && end.low <= end.size && end.size <= end.high);
        assert_true(fabs(log(end.size / plain.size)) < log(1.03));
    }
}

static void equal_noise_gives_equal_ends(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        struct flip_machine m = {CURVE_SMOOTH,  100.0 * (i + 1), .steep = 0.2,
                                 .height = 0.5, .noise = 0.02,   .rng = {i}};
        struct flip_machine again = m;
        struct flip_search a = machine_search(&m), b = machine_search(&again);
        assert_memory_equal(&a.flip, &b.flip, sizeof(a.flip));
        struct flip turned = {.margin = flip_margin};
        for (size_t k = a.flip.count; k-- > 0;)
            assert_true(flip_add(&turned, a.flip.probes[k]));
        assert_memory_equal(&a.flip, &turned, sizeof(a.flip));
        assert_true(!flip_end(&a.flip).found || flip_end(&a.flip).size == flip_end(&turned).size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_always_found),
        cmocka_unit_test(smooth_crossings_lie_in_their_intervals),
        cmocka_unit_test(curves_too_flat_for_an_answer_give_none),
        cmocka_unit_test(no_flip_between_equals),
        cmocka_unit_test(no_flip_between_parallels),
        cmocka_unit_test(no_flip_where_they_cross_twice),
        cmocka_unit_test(no_flip_on_a_sawtooth),
        cmocka_unit_test(one_wild_probe_makes_no_flip),
        cmocka_unit_test(one_outlying_ratio_hardly_moves_the_estimate),
        cmocka_unit_test(equal_noise_gives_equal_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
